import asyncio
import hashlib
import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app.runtime import SystemEntropy
from bot.cli import case, identity_files, roster
from bot.domain.audit import first_broken
from bot.ports.stores import Mailbox
from bot.sealing import keys
from bot.sealing.mailbox import open_letter
from bot.sealing.opening import Identity, seal_identity
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case
from bot.usecases.hand_off import prepare_case
from bot.usecases.trust_roster import check_roster, parse_admins

PASSPHRASE = "five short words for this"
SEED = hashlib.sha256(b"the mailbox of a code").digest()
ANSWERS = {
    "consent_services": "yes",
    "topics": ["dv"],
    "dv_choking": "yes",
    "governorate": "BG",
    "needs": ["health"],
    "narrative": "in my own words",
}


class Office:
    """A folder with an organisation in it, worked on by commands alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "passphrase").write_text(PASSPHRASE + "\n")
        self.secret = ("--passphrase-file", str(folder / "passphrase"))
        self.places = (
            "--data-dir", str(folder / "data"), "--secrets-dir", str(folder / "secrets"),
        )  # fmt: skip
        self._runner = CliRunner()

    def run(self, app, *words, code=0, text=None):
        result = self._runner.invoke(app, [str(word) for word in words], input=text)
        assert result.exit_code == code, result.output
        return result

    def roster(self, *words, **named):
        secret = () if words[0] in {"show", "remove"} else self.secret
        return self.run(roster.app, *words, *self.places, *secret, **named)

    def case(self, *words, who="amal", **named):
        identity = ("--identity", self.folder / f"{who}.age", *self.secret)
        return self.run(case.app, *words, *self.places, *identity, **named)

    def found(self):
        """Make an administrator, a caseworker and a supervisor, and sign the roster."""
        self.roster("init", "--admin-identity", self.folder / "admin.age")
        day = "sat,sun,mon,tue,wed,thu,fri 00:00-00:00"
        for handle, extra in (
            ("amal", ("--gender", "female", "--child-trained")),
            ("zana", ("--role", "supervisor", "--on-call")),
        ):
            self.roster(
                "add", handle, "--language", "ar", "--language", "ckb", "--shift", day, *extra,
                "--new-identity", self.folder / f"{handle}.age",
            )  # fmt: skip
        self.sign()

    def sign(self, **named):
        return self.roster("sign", "--admin-identity", self.folder / "admin.age", **named)

    def trusted(self):
        admins = parse_admins((self.folder / "secrets" / "admin.pub").read_text())
        return check_roster((self.folder / "data" / "roster.json").read_bytes(), admins)

    def file(self, count=1, **answers):
        """Hand over a report as the service does; the beginning of its number."""
        made = prepare_case(
            {**ANSWERS, **answers}, language="ar", channel="telegram", now=int(time.time()),
            roster=self.trusted(), entropy=SystemEntropy(),
            mailbox=Mailbox(b"tag %012d" % count, keys.recipient_of(SEED).public),
        )  # fmt: skip

        async def put(store, database):
            await database.write(lambda connection: insert_case(connection, made))

        self.queue(put)
        return made.case.hex()[:8]

    def queue(self, work):
        async def run():
            database = await Database.open(self.folder / "data" / "sanad.sqlite")
            try:
                return await work(SqliteCases(database), database)
            finally:
                await database.close()

        return asyncio.run(run())


@pytest.fixture
def office(tmp_path, monkeypatch):
    # A real passphrase costs a second of scrypt each time; what is tested here is not its cost.
    monkeypatch.setattr(identity_files, "WORK_FACTOR", 8)
    for name in ("IDENTITY", "PASSPHRASE_FILE", "DATA_DIR", "SECRETS_DIR", "DATABASE_URL"):
        monkeypatch.delenv(f"SANAD_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return Office(tmp_path)


def test_a_case_is_claimed_opened_answered_and_closed(office):
    """From an empty folder to a closed case, by commands only, every act on record."""
    office.found()
    number = office.file()
    assert number in office.case("list").stdout
    assert "yours until" in office.case("claim", number).stdout
    shown = office.case("open", number).stdout
    for words in ("T1 high", "Was choked", "Baghdad", "in my own words", "Share: Legal help: No"):
        assert words in shown
    office.case("reply", number, "--safe-to-show", text="You can come on Sunday.\n")
    office.case("close", number, "--reason", "needs_met")
    assert "No cases" in office.case("list").stderr
    assert "closed" in office.case("list", "--all").stdout

    async def look(store, _):
        return await store.look(b"tag %012d" % 1), await store.audit()

    view, audit = office.queue(look)
    letter = open_letter(view.letters[0].sealed, SEED, view.case, 1)
    assert letter.body["text"] == "You can come on Sunday."
    assert [entry.note.act for entry in audit] == ["submit", "claim", "open", "contact", "close"]
    assert {entry.note.actor for entry in audit} == {"-", "amal"}
    assert first_broken(audit) is None


def test_nothing_sealed_shows_in_the_list_and_only_the_headline_with_a_key(office):
    """The list has no content; with a key it adds place, age flag and needs, nothing else."""
    office.found()
    office.file()
    plain = office.run(case.app, "list", "--json", *office.places).stdout
    assert "BG" not in plain
    assert "headline" in json.loads(plain)[0]
    shown = office.case("list", "--headlines").stdout
    assert "Baghdad" in shown
    assert "Health" in shown
    assert "own words" not in shown
    assert "Violence" not in shown


def test_somebody_else_neither_opens_nor_answers_nor_closes(office):
    """A claimed case is its owner's alone; the refusal is a sentence and exit code 1."""
    office.found()
    number = office.file()
    office.case("claim", number)
    for words in (
        ("open",),
        ("reply", "--text", "words"),
        ("close", "--reason", "funding"),
        ("claim",),
    ):
        result = office.case(words[0], number, *words[1:], who="zana", code=1)
        assert result.stderr.strip()
        assert "Traceback" not in result.output


def test_the_next_case_or_a_clear_word_that_there_is_none(office):
    """`claim --next` takes the most urgent; an empty queue is exit code 3, not an error."""
    office.found()
    office.file(1)
    urgent = office.file(2, danger_now="yes")
    assert urgent in office.case("claim", "--next").stdout
    office.case("claim", "--next")
    office.case("claim", "--next", code=3)
    office.case("claim", code=2)


def test_a_case_handed_back_can_be_taken_by_another(office):
    """After a conflict check that fails, a colleague gets the case."""
    office.found()
    number = office.file()
    office.case("claim", number)
    office.case("hand-back", number)
    office.case("claim", number, who="zana")


def test_a_withdrawn_case_shows_as_a_tombstone(office):
    """What a person took back shows without content, and cannot be opened any more."""
    office.found()
    number = office.file()
    office.case("claim", number)

    async def withdraw(store, _):
        return await store.withdraw(b"tag %012d" % 1, 1)

    assert office.queue(withdraw)
    assert number in office.run(case.app, "withdrawn", *office.places).stdout
    office.case("open", number, code=1)


def test_a_reply_without_the_safe_mark_is_held_back(office):
    """A letter nobody marked as safe to show does not appear to the person."""
    office.found()
    number = office.file()
    office.case("claim", number)
    told = office.case("reply", number, "--text", "words").stdout
    assert "held back" in told

    async def look(store, _):
        return await store.look(b"tag %012d" % 1)

    assert office.queue(look).letters == ()


def test_wrong_passphrase_unknown_key_and_missing_files_are_refused(office):
    """Every way of being nobody ends in one sentence and exit code 1."""
    office.found()
    number = office.file()
    (office.folder / "wrong").write_text("another passphrase\n")
    wrong = ("--passphrase-file", office.folder / "wrong")
    amal = ("--identity", office.folder / "amal.age")
    office.run(case.app, "claim", number, *office.places, *amal, *wrong, code=1)
    office.run(case.app, "claim", number, *office.places, code=1)
    office.run(roster.app, "key", "--identity", office.folder / "stranger.age", *office.secret)
    assert "no roster" in office.case("claim", number, who="stranger", code=1).stderr
    office.case("claim", number, who="nobody", code=1)
    office.case("claim", "ffff" * 8, code=1)


def test_a_key_without_its_signing_half_is_refused(office):
    """Half of somebody's keys is not that person: the roster names both."""
    office.found()
    number = office.file()
    real = identity_files.read_identity(office.folder / "amal.age", PASSPHRASE)
    forged = Identity(real.seeds, hashlib.sha256(b"another").digest())
    (office.folder / "half.age").write_bytes(seal_identity(forged, PASSPHRASE, 8))
    assert "signing key" in office.case("claim", number, who="half", code=1).stderr


def test_a_removed_caseworker_opens_nothing_filed_afterwards(office):
    """After removal and signing, the old key neither claims nor stands among the recipients."""
    office.found()
    office.roster("remove", "amal")
    office.sign()
    number = office.file()
    office.case("claim", number, code=1)
    office.case("claim", number, who="zana")
    assert "T1 high" in office.case("open", number, who="zana").stdout
    assert len(office.trusted().recipients) == 1


def test_an_old_case_opens_after_the_roster_changed(office):
    """What was sealed by an earlier roster is still checked against exactly that one."""
    office.found()
    number = office.file()
    office.case("claim", number)
    office.roster("remove", "zana")
    office.sign()
    assert "own words" in office.case("open", number).stdout


def test_a_tampered_or_older_roster_stops_the_commands(office):
    """Nobody works on a roster that is altered, or older than the one in force."""
    office.found()
    number = office.file()
    path = office.folder / "data" / "roster.json"
    first = path.read_bytes()
    office.case("claim", number)
    office.sign()
    office.case("open", number)
    path.write_bytes(first)
    assert "older" in office.case("open", number, code=1).stderr
    path.write_bytes(first.replace(b'"zana"', b'"zina"'))
    assert "signed" in office.case("open", number, code=1).stderr
    office.roster("show", code=1)


def test_keys_are_private_and_never_overwritten(office):
    """Identity files are for their owner only, and no command replaces a key."""
    office.found()
    file = office.folder / "amal.age"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"AGE-SECRET-KEY" not in file.read_bytes()
    office.run(roster.app, "key", "--identity", file, *office.secret, code=1)
    office.roster("init", "--admin-identity", office.folder / "second.age", code=1)
    assert not (office.folder / "second.age").exists()


def test_a_short_passphrase_and_a_strange_member_are_refused(office):
    """What would weaken the roster is refused with a remedy before anything is written."""
    office.found()
    (office.folder / "short").write_text("short\n")
    weak = ("--passphrase-file", office.folder / "short")
    office.run(roster.app, "key", "--identity", office.folder / "weak.age", *weak, code=1)
    assert not (office.folder / "weak.age").exists()
    for words in (
        ("Amal Example", "--language", "ar"),
        ("nokey", "--language", "ar"),
        ("lost", "--language", "xx", "--new-identity", office.folder / "lost.age"),
        (
            "late",
            "--language",
            "ar",
            "--shift",
            "monday 8-9",
            "--new-identity",
            office.folder / "late.age",
        ),
        ("mute", "--new-identity", office.folder / "mute.age"),
        (
            "far",
            "--language",
            "ar",
            "--conflict",
            "XX",
            "--new-identity",
            office.folder / "far.age",
        ),
    ):
        assert office.roster("add", *words, code=1).stderr.strip()
    assert {file.name for file in office.folder.glob("*.age")} == {
        "admin.age",
        "amal.age",
        "zana.age",
    }
    assert "2 members" in office.sign().stdout


def test_show_prints_fingerprints_duty_and_gaps(office):
    """The administrator compares fingerprints by voice and sees who covers what."""
    office.found()
    shown = office.roster("show").stdout
    trusted = office.trusted()
    assert "signature holds" in shown
    assert all(fingerprint in shown for fingerprint in trusted.fingerprints)
    assert "on duty now: amal, zana" in shown
    assert "hours not fully covered in the next 7 days: 168" in shown
    assert "kmr en" in shown


def test_a_passphrase_can_be_typed_unseen(office):
    """Without a file the passphrase is asked for, twice for a new key, and not shown."""
    words = ("key", "--identity", office.folder / "typed.age")
    result = office.run(roster.app, *words, text=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert PASSPHRASE not in result.output
    assert identity_files.read_identity(office.folder / "typed.age", PASSPHRASE).signing
