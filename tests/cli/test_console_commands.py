"""`sanad console`: the first administrator gets in, and her signature counts once it is pinned."""

import asyncio
import hashlib

import pytest
from typer.testing import CliRunner

from bot.app.runtime import SystemEntropy
from bot.app.secrets import host_secrets
from bot.cli.console import app
from bot.domain.audit import Note
from bot.domain.roster import Roster
from bot.errors import UnsignedRosterError
from bot.ports.staff import Account
from bot.sealing import keys
from bot.stores.sqlite import Database
from bot.stores.sqlite_staff import SqliteStaff
from bot.usecases.trust_roster import check_roster, parse_admins, sign_roster
from tests.fakes.caseworkers import member

SEEDS = {name: hashlib.sha256(name.encode()).digest() for name in ("rona", "shir", "amal")}


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("SANAD_CONSOLE_URL", "https://desk.invalid")
    monkeypatch.setenv("SANAD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SANAD_SECRETS_DIR", str(tmp_path / "secrets"))
    host_secrets(tmp_path / "secrets", SystemEntropy(), fresh=True)
    asyncio.run(with_staff(tmp_path, lambda _: asyncio.sleep(0)))
    return tmp_path


async def with_staff(house, work):
    database = await Database.open(house / "data" / "sanad.sqlite")
    try:
        return await work(SqliteStaff(database))
    finally:
        await database.close()


def console(*words, code=0):
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def joined(house, handle, link):
    """Follow a link as a browser does, without one."""
    token = link.strip().partition("#")[2].split(".")[0]
    public = keys.signing_public(SEEDS[handle]).hex()

    async def work(staff):
        token_hash = hashlib.sha256(token.encode()).digest()
        invitation = await staff.invitation(token_hash)
        account = Account(
            handle, invitation.role, "en", member(handle).recipient, public, bytes(16),
            bytes(32), bytes(32), bytes(20), 1,
        )  # fmt: skip
        note = Note(1, handle, "join", b"")
        return await staff.join(token_hash, account, (), invitation.expires - 1, note)

    assert asyncio.run(with_staff(house, work))


def test_the_first_administrator_joins_and_is_pinned(house):
    """A link, an account, words to compare, and from then on her roster is in force here."""
    link = console("invite", "rona", "--role", "admin", "--language", "en")
    assert link.startswith("https://desk.invalid/console/join?lang=en#")
    joined(house, "rona", link)
    shown = console("pin", "rona")
    assert "pinned" in shown
    words = shown.splitlines()[1].split()
    assert len(words) == 6
    admins = parse_admins((house / "secrets" / "admin.pub").read_text())
    roster = Roster(version=1, members=(member("amal"),))
    assert check_roster(sign_roster(roster, SEEDS["rona"]), admins).version == 1


def test_the_link_carries_the_pinned_key_and_no_secret_is_kept(house):
    """The new browser learns whom to trust from the link; the database has only its hash."""
    joined(house, "rona", console("invite", "rona", "--role", "admin"))
    console("pin", "rona")
    token, *admins = console("invite", "amal").strip().partition("#")[2].split(".")
    assert admins == [keys.signing_public(SEEDS["rona"]).hex()]
    for path in (house / "data").glob("sanad.sqlite*"):
        assert token.encode() not in path.read_bytes()


def test_a_second_administrator_is_pinned_only_when_asked_for(house):
    """Nobody takes the place of who signs; with --more both do."""
    for name in ("rona", "shir"):
        joined(house, name, console("invite", name, "--role", "admin"))
    console("pin", "rona")
    assert "--more" in console("pin", "shir", code=1)
    console("pin", "shir", "--more")
    assert len(parse_admins((house / "secrets" / "admin.pub").read_text())) == 2


def test_an_administrator_who_leaves_signs_nothing_more(house):
    """From then on only the others put a roster in force; what she signed before stays true."""
    for name in ("rona", "shir"):
        joined(house, name, console("invite", name, "--role", "admin"))
    console("pin", "rona")
    first, second = (Roster(version=number, members=(member("amal"),)) for number in (1, 2))
    (house / "data" / "roster.json").write_bytes(sign_roster(first, SEEDS["rona"]))
    assert "another administrator" in console("unpin", "rona", code=1)
    console("pin", "shir", "--more")
    assert "after version 1" in console("unpin", "rona")
    admins = parse_admins((house / "secrets" / "admin.pub").read_text())
    assert check_roster(sign_roster(first, SEEDS["rona"]), admins).version == 1
    assert check_roster(sign_roster(second, SEEDS["shir"]), admins).version == 2
    with pytest.raises(UnsignedRosterError):
        check_roster(sign_roster(second, SEEDS["rona"]), admins)
    assert "not pinned" in console("unpin", "amal", code=1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("invite", "Amal K."), "small letters"),
        (("invite", "amal", "--role", "boss"), "role"),
        (("invite", "amal", "--language", "ku"), "language"),
        (("pin", "nobody"), "no administrator"),
    ],
)
def test_what_cannot_be_is_a_sentence(house, words, sentence):
    """Cause and remedy, exit code 1, and nothing is changed."""
    assert sentence in console(*words, code=1)


def test_a_caseworker_is_never_pinned(house):
    """Only an administrator's account can be trusted to sign rosters."""
    joined(house, "amal", console("invite", "amal"))
    assert "no administrator" in console("pin", "amal", code=1)
    assert not (house / "secrets" / "admin.pub").exists()


def test_an_open_invitation_is_not_doubled(house):
    """Two links to one handle would be two people with one name."""
    console("invite", "amal")
    assert "already" in console("invite", "amal", code=1)


def test_without_an_address_nobody_is_invited(house, monkeypatch):
    """A link needs the console's address."""
    monkeypatch.delenv("SANAD_CONSOLE_URL")
    assert "SANAD_CONSOLE_URL" in console("invite", "amal", code=1)
