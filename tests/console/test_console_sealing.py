"""What the console's JavaScript seals, signs and spells, Python reads, and the other way."""

import hashlib
import random

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_javascript import raw, run_job, run_jobs, text

from bot.domain import roster as rosters
from bot.domain.roster import Member, Roster
from bot.errors import OpenError
from bot.sealing import age, canonical, envelope, keys, mailbox, opening, padding, signed
from bot.sealing.envelope import Header
from bot.sealing.keys import Recipient
from bot.usecases.trust_roster import check_roster, sign_roster
from tests.fakes.caseworkers import Readers

pytestmark = pytest.mark.node

SEEDS = [bytes([number]) * 32 for number in range(1, 4)]
SIGNING = bytes([77]) * 32
RECIPIENTS = [keys.recipient_of(seed) for seed in SEEDS]
TEXTS = [str(recipient) for recipient in RECIPIENTS]
FINGERPRINTS = [recipient.fingerprint for recipient in RECIPIENTS]
CASE = bytes(range(16))
VERIFY = keys.signing_public(SIGNING).hex()
ROSTERS = {7: Readers(tuple(FINGERPRINTS), {"sample": VERIFY})}
JS_ROSTERS = {"7": {"fingerprints": FINGERPRINTS, "verify": {"sample": VERIFY}}}
HEADER = {"kind": "report", "case": CASE.hex(), "seq": 0, "prev": "", "roster": 7, "hour": 9,
          "lang": "ckb", "schema": 1}  # fmt: skip
EXPECTED = {"kind": "report", "case": CASE.hex(), "seq": [0], "prev": ""}
BODY = {
    "answers": {"narrative": 'سڵاو\u200cو 🙂 \x07 \\ "q"', "many": ["b", "a"]},
    "n": 12,
    "x": None,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(json_values, min_size=20, max_size=60))
def test_both_spell_json_alike(values: list[object]) -> None:
    """Any value has one canonical spelling, the same in Python and in the browser."""
    expected = [text(canonical.dump(value)) for value in values]
    answers = run_jobs([{"job": "canonical", "value": value} for value in values])
    assert expected == [answer["ok"] for answer in answers]


def test_other_spellings_are_refused_by_both() -> None:
    """A space, another order, a fraction, a repeated key or a large number is no canonical JSON."""
    wrong = [
        '{"b":1,"a":2}',
        "[1, 2]",
        "1.0",
        '{"a":1,"a":1}',
        "9007199254740993",
        '"\\u0041"',
        "-0",
    ]
    for spelling in wrong:
        with pytest.raises(ValueError, match=r"."):
            canonical.load(spelling.encode())
    answers = run_jobs([{"job": "load", "data": text(each.encode())} for each in wrong])
    assert all("error" in answer for answer in answers)


def test_both_pad_alike() -> None:
    """Padmé gives the same length for every size, and padding goes both ways."""
    lengths = [
        *range(5_000),
        *(2**power + shift for power in range(13, 24) for shift in (-1, 0, 1)),
    ]
    assert [padding.padme(length) for length in lengths] == run_job("padme", lengths=lengths)
    for size in (0, 1, 1_020, 1_021, 5_000):
        content = b"x" * size
        padded = padding.pad(content, padding.case_size)
        assert text(padded) == run_job("pad", data=text(content))
        assert text(content) == run_job("unpad", data=text(padded))


def test_both_make_the_same_public_keys() -> None:
    """A seed gives the same recipient, fingerprint, identity text and verify key on both sides."""
    made = run_job("keys", seed=SEEDS[0].hex(), signing=SIGNING.hex())
    assert made == {
        "recipient": TEXTS[0],
        "fingerprint": FINGERPRINTS[0],
        "verify": VERIFY,
        "identity": keys.identity_text(SEEDS[0]),
    }


def test_an_identity_file_of_the_terminal_opens_in_the_browser() -> None:
    """Keys made by `sanad roster key` come into the browser with their passphrase."""
    identity = opening.Identity((SEEDS[1], SEEDS[2]), SIGNING)
    file = opening.seal_identity(identity, "five plain words", work_factor=10)
    found = run_job("identity", file=text(file), passphrase="five plain words")
    assert found == {"seeds": [SEEDS[1].hex(), SEEDS[2].hex()], "signing": SIGNING.hex()}


def test_cases_go_both_ways() -> None:
    """Each reader opens in the browser what Python sealed, and in Python what the browser did."""
    header = Header(kind="report", case=CASE, roster=7, hour=9, lang="ckb", schema=1)
    ours = envelope.seal_case(header, BODY, RECIPIENTS)
    jobs = [
        {"job": "open", "sealed": text(ours), "seeds": [seed.hex()], "expected": EXPECTED,
         "rosters": JS_ROSTERS, "place": place}
        for seed in SEEDS
        for place in (0, 1, 9)
    ]  # fmt: skip
    for answer in run_jobs(jobs):
        assert answer["ok"]["body"] == BODY
        assert answer["ok"]["header"]["rcpt"] == FINGERPRINTS
    theirs = raw(run_job("seal", header=HEADER, body=BODY, recipients=TEXTS))
    asked = opening.Expected(kind="report", case=CASE, seq=0, prev=b"", rosters=ROSTERS)
    for seed in SEEDS:
        assert opening.open_case(theirs, [seed], asked).body == BODY
    assert len(theirs) == len(ours)


def test_a_letter_of_the_browser_opens_with_the_code() -> None:
    """What the console seals to a mailbox is a letter as the terminal writes it."""
    header = {"case": CASE.hex(), "seq": 3, "hour": 9, "lang": "kmr", "schema": 1}
    sealed = raw(run_job("letter", header=header, body={"text": "سلاڤ"}, mailbox=TEXTS[0]))
    document = mailbox.open_letter(sealed, SEEDS[0], CASE, 3)
    assert document.body == {"text": "سلاڤ"}
    assert document.header.lang == "kmr"


def test_the_browser_refuses_what_is_elsewhere_or_for_others() -> None:
    """Another case, place, forerunner, roster, a hidden reader or a foreign key is refused."""
    header = Header(kind="report", case=CASE, roster=7, hour=9, lang="ckb", schema=1)
    sealed = text(envelope.seal_case(header, BODY, RECIPIENTS))
    padded = envelope.encode(envelope.Document(header, tuple(FINGERPRINTS[:2]), BODY))
    hidden = text(age.seal(padded, RECIPIENTS))
    short = {"7": {"fingerprints": FINGERPRINTS[:2], "verify": {}}}
    open_ = {"job": "open", "sealed": sealed, "seeds": [SEEDS[0].hex()], "expected": EXPECTED,
             "rosters": JS_ROSTERS}  # fmt: skip
    cases = {
        "elsewhere": [
            {**open_, "expected": {**EXPECTED, "case": "00" * 16}},
            {**open_, "expected": {**EXPECTED, "seq": [1]}},
            {**open_, "expected": {**EXPECTED, "prev": "00" * 32}},
            {**open_, "expected": {**EXPECTED, "kind": "addition"}},
            {**open_, "expected": {**EXPECTED, "origin": "00" * 32}},
        ],
        "unknown_roster": [{**open_, "rosters": {}}],
        "other_readers": [
            {**open_, "rosters": short},
            {**open_, "sealed": hidden, "rosters": short},
        ],
        "not_for_you": [{**open_, "seeds": ["09" * 32]}],
    }
    for code, jobs in cases.items():
        assert [answer.get("error") for answer in run_jobs(jobs)] == [code] * len(jobs)


def test_no_altered_file_ever_opens() -> None:
    """Of 1,000 files with one byte changed, dropped or added, none opens in the browser."""
    header = Header(kind="report", case=CASE, roster=7, hour=9, lang="ckb", schema=1)
    sealed = envelope.seal_case(header, BODY, RECIPIENTS[:1])
    one = {"7": {"fingerprints": FINGERPRINTS[:1], "verify": {}}}
    chance = random.Random(20261128)
    jobs = [
        {"job": "open", "sealed": text(_altered(sealed, chance)), "seeds": [SEEDS[0].hex()],
         "expected": EXPECTED, "rosters": one}
        for _ in range(1_000)
    ]  # fmt: skip
    answers = [answer for start in range(0, 1_000, 250) for answer in run_jobs(jobs[start:][:250])]
    assert [answer for answer in answers if "ok" in answer] == []
    whole = {**jobs[0], "sealed": text(sealed)}
    assert run_jobs([whole])[0]["ok"]["body"] == BODY


def _altered(sealed: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(sealed))
    kind = chance.randrange(4)
    if kind == 0:
        return sealed[:place]
    if kind == 1:
        return sealed[:place] + bytes([chance.randrange(256)]) + sealed[place:]
    changed = sealed[place] ^ (1 << chance.randrange(8))
    return sealed[:place] + bytes([changed]) + sealed[place + 1 :]


def test_rosters_are_signed_and_judged_alike() -> None:
    """The browser signs the very bytes Python checks, and refuses what Python refuses."""
    member = Member(handle="sample", role="caseworker", recipient=TEXTS[0], verify=VERIFY,
                    languages=("ckb",))  # fmt: skip
    documents = [Roster(version=number, members=(member,)) for number in (1, 2)]
    files = [sign_roster(each, SIGNING) for each in documents]
    document = rosters.encode(documents[0])
    signature = run_job("sign", signing=SIGNING.hex(), purpose="sanad roster/1\n", value=document)
    assert signature == rosters.decode_file(files[0]).signature
    trusted = check_roster(files[0], (bytes.fromhex(VERIFY),))
    readers = run_job("readers", document=document)
    assert readers["fingerprints"] == list(trusted.fingerprints)
    one, two = ({"version": number, "file": file.decode()} for number, file in enumerate(files, 1))
    altered = {"version": 2, "file": two["file"].replace('"sample"', '"simple"')}
    pins = {"admins": [VERIFY], "roster": None}
    first = run_job("judge", files=[one, two], pins=pins)
    assert first["newest"] == 2
    again = {"files": [one, two], "pins": first["pins"]}
    other = {**first["pins"], "roster": {"version": 2, "hash": "00" * 32}}
    answers = run_jobs(
        [
            {"job": "judge", **again},
            {"job": "judge", "files": [one], "pins": first["pins"]},
            {"job": "judge", "files": [one, altered], "pins": pins},
            {"job": "judge", "files": [one], "pins": {"admins": ["00" * 32], "roster": None}},
            {"job": "judge", "files": [one, two], "pins": other},
            {"job": "judge", "files": [], "pins": pins},
        ]
    )
    assert [answer.get("error") for answer in answers] == [
        None, "rolled_back", "unsigned", "unsigned", "altered", "no_roster",
    ]  # fmt: skip


def test_a_former_administrator_signs_nothing_more_in_a_browser() -> None:
    """What she signed before stays true; what she signs after she was left out is refused."""
    other = hashlib.sha256(b"another administrator").digest()
    leaving = Member(handle="leaving", role="admin", recipient="", verify=VERIFY)
    staying = Member(handle="staying", role="admin", recipient="",
                     verify=keys.signing_public(other).hex())  # fmt: skip
    opener = Member(handle="sample", role="caseworker", recipient=TEXTS[0], verify=VERIFY,
                    languages=("ckb",))  # fmt: skip
    both, one = (leaving, staying, opener), (staying, opener)
    members = {1: both, 2: one, 3: one, 4: both}
    files = {
        (number, seed): {
            "version": number,
            "file": sign_roster(Roster(version=number, members=members[number]), seed).decode(),
        }
        for number in members
        for seed in (SIGNING, other)
    }
    pins = {"admins": [VERIFY], "roster": None}
    before = [files[1, SIGNING], files[2, SIGNING]]
    hers, anothers = files[3, SIGNING], files[3, other]
    back = files[4, other]
    known = run_job("judge", files=before, pins=pins)["pins"]
    answers = run_jobs(
        [
            {"job": "judge", "files": [*before, anothers], "pins": pins},
            {"job": "judge", "files": [*before, anothers, back], "pins": known},
            {"job": "judge", "files": [*before, hers], "pins": pins},
            {"job": "judge", "files": [*before, hers], "pins": known},
            {"job": "judge", "files": [files[1, SIGNING], hers], "pins": known},
        ]
    )
    assert [answer.get("error") for answer in answers] == [
        None, None, "unsigned", "unsigned", "altered",
    ]  # fmt: skip


def test_a_slot_opens_only_for_its_handle_kind_and_key() -> None:
    """Wrapped keys come back whole, and not under another name, way or key."""
    key = "ab" * 32
    held = {"seeds": [seed.hex() for seed in SEEDS[:2]], "signing": SIGNING.hex()}
    wrapped = run_job("slot", kind="passphrase", key=key, handle="sample", **held)
    asked = {"job": "unwrap", "wrapped": wrapped, "kind": "passphrase", "key": key,
             "handle": "sample"}  # fmt: skip
    answers = run_jobs(
        [
            asked,
            {**asked, "kind": "recovery"},
            {**asked, "handle": "another"},
            {**asked, "key": "00" * 32},
        ]
    )
    assert answers[0]["ok"] == held
    assert ["error" in answer for answer in answers[1:]] == [True, True, True]


def test_derivations_are_the_named_ones() -> None:
    """Passphrase, recovery code and passkey give what any other implementation gives."""
    salt = bytes(range(16))
    made = run_job("passphrase", passphrase=" ١٢٣٤  5678 ", salt=salt.hex(),
                   cost={"memory": 256, "passes": 3})  # fmt: skip
    plain = Argon2id(salt=salt, length=64, iterations=3, lanes=1, memory_cost=256)
    assert made["key"] + made["auth"] == plain.derive(b"1234 5678").hex()
    code = "12345" * 10
    recovery = run_job("recovery", code=code)
    expected = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"sanad/recovery/v1")
    assert recovery["key"] + recovery["auth"] == expected.derive(code.encode()).hex()
    passkey = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sanad/passkey/v1")
    assert run_job("passkey", prf="05" * 32) == passkey.derive(b"\x05" * 32).hex()


def test_a_slip_in_a_recovery_code_is_named() -> None:
    """Any digits and marks do; a wrong digit or two groups exchanged name their place."""
    code = run_job("freshRecovery")
    groups = code.split()
    arabic = code.translate({ord(str(digit)): chr(0x660 + digit) for digit in range(10)})
    slip = [*groups]
    slip[3] = str((int(slip[3][0]) + 1) % 10) + slip[3][1:]
    swapped = [groups[1], groups[0], *groups[2:]]
    answers = run_jobs(
        [
            {"job": "readRecovery", "typed": typed}
            for typed in (arabic.replace(" ", "-"), " ".join(slip), " ".join(swapped), code[:-7])
        ]
    )
    assert answers[0]["ok"] == {"code": code.replace(" ", ""), "wrong": []}
    assert answers[1]["ok"] == {"code": "", "wrong": [4]}
    assert answers[2]["ok"]["wrong"] == [1, 2]
    assert answers[3]["ok"]["code"] == ""
    assert len(set(run_job("freshPassphrase"))) > 2


def test_a_note_is_signed_and_survives_resealing() -> None:
    """A note opens, also re-sealed to another roster; with a foreign hand in it, it does not."""
    header = {"case": CASE.hex(), "seq": 1, "prev": "11" * 32, "roster": 7, "hour": 9,
              "lang": "ar", "schema": 1}  # fmt: skip
    body = {"what": "note", "by": "sample", "text": "to mind"}
    sealed = run_job("note", header=header, body=body, recipients=TEXTS, signing=SIGNING.hex())
    expected = {"kind": "note", "case": CASE.hex(), "seq": [1], "prev": "11" * 32}
    later = {**JS_ROSTERS, "8": {"fingerprints": FINGERPRINTS[:2], "verify": {"other": VERIFY}}}
    origin = hashlib.sha256(raw(sealed)).hexdigest()
    moved = run_job("reseal", sealed=sealed, seeds=[SEEDS[0].hex()], expected=expected,
                    rosters=later, by="other", signing=SIGNING.hex(), origin=origin, roster=8,
                    recipients=TEXTS[:2])  # fmt: skip
    open_ = {"job": "open", "sealed": moved, "expected": {**expected, "origin": origin},
             "rosters": later, "seeds": [SEEDS[1].hex()]}  # fmt: skip
    forged = run_job("note", header=header, body=body, recipients=TEXTS, signing="05" * 32)
    answers = run_jobs(
        [
            open_,
            {**open_, "seeds": [SEEDS[2].hex()]},
            {**open_, "rosters": {**later, "8": {**later["8"], "verify": {}}}},
            {**open_, "expected": {**expected, "origin": "22" * 32}},
            {**open_, "sealed": forged, "expected": expected},
        ]
    )
    assert answers[0]["ok"]["body"]["text"] == "to mind"
    assert [answer.get("error") for answer in answers[1:]] == [
        "not_for_you", "forged", "forged", "forged",
    ]  # fmt: skip


def test_python_never_opens_what_the_browser_did_not_bind() -> None:
    """A file of the browser for one case is refused by Python under another case's name."""
    sealed = raw(run_job("seal", header=HEADER, body=BODY, recipients=TEXTS))
    asked = opening.Expected(kind="report", case=bytes(16), seq=0, prev=b"", rosters=ROSTERS)
    with pytest.raises(OpenError, match="belongs elsewhere"):
        opening.open_case(sealed, [SEEDS[0]], asked)
    assert Recipient.parse(TEXTS[0]) == RECIPIENTS[0]


def test_notes_and_resealed_files_go_both_ways() -> None:
    """What the browser signs and seals again Python opens, and the other way."""
    header = {"case": CASE.hex(), "seq": 1, "prev": "11" * 32, "roster": 7, "hour": 9,
              "lang": "ar", "schema": 1}  # fmt: skip
    body = {"what": "note", "by": "sample", "text": "سڵاو"}
    sealed = run_job("note", header=header, body=body, recipients=TEXTS, signing=SIGNING.hex())
    expected = {"kind": "note", "case": CASE.hex(), "seq": [1], "prev": "11" * 32}
    later = {**JS_ROSTERS, "8": {"fingerprints": FINGERPRINTS[:2], "verify": {"sample": VERIFY}}}
    origin = hashlib.sha256(raw(sealed)).digest()
    moved = run_job("reseal", sealed=sealed, seeds=[SEEDS[0].hex()], expected=expected,
                    rosters=later, by="sample", signing=SIGNING.hex(), origin=origin.hex(),
                    roster=8, recipients=TEXTS[:2])  # fmt: skip
    rosters_here = {**ROSTERS, 8: Readers(tuple(FINGERPRINTS[:2]), {"sample": VERIFY})}
    asked = opening.Expected(
        kind="note", case=CASE, seq=1, prev=b"\x11" * 32, rosters=rosters_here, origin=origin
    )
    document = opening.open_case(raw(moved), [SEEDS[1]], asked)
    assert document.body["text"] == body["text"]
    ours = signed.seal_again(
        document, by="sample", signing=SIGNING, origin=origin, roster=7, recipients=RECIPIENTS
    )
    answer = run_job("open", sealed=text(ours), seeds=[SEEDS[2].hex()], rosters=later,
                     expected={**expected, "origin": origin.hex()})  # fmt: skip
    assert answer["body"]["text"] == body["text"]
