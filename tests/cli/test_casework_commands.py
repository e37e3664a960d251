"""The rest of a caseworker's day in the terminal, by commands alone."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli import casework, identity_files, roster
from tests.cli.test_case_commands import Office, office

__all__ = ["office"]
LATER = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


def more(office: Office, *words, who="amal", code=0):
    identity = ("--identity", office.folder / f"{who}.age", *office.secret)
    return office.run(casework.app, *words, *office.places, *identity, code=code)


@pytest.fixture
def number(office):
    """A case that amal has claimed and answered."""
    office.found()
    number = office.file(share_legal="yes")
    office.case("claim", number)
    office.case("reply", number, text="SAMPLE\n")
    return number


def row_of(office, number):
    rows = json.loads(office.case("list", "--all", "--json").stdout)
    return next(row for row in rows if row["case"].startswith(number))


def test_notes_and_referrals_show_when_the_case_is_opened(office, number):
    """What was written down and to whom the person was referred stands under the report."""
    more(office, "note", number, "--text", "SAMPLE to mind")
    told = more(
        office, "refer", number, "--service", "legal", "--organisation", "SAMPLE lawyers",
        "--purpose", "papers", "--until", LATER,
    )  # fmt: skip
    assert "referred for legal" in told.stdout
    shown = office.case("open", number).stdout
    for words in ("Note by amal", "SAMPLE to mind", "Referral by amal", "SAMPLE lawyers", LATER):
        assert words in shown
    assert row_of(office, number)["state"] == "referred"


@pytest.mark.parametrize(
    ("service", "until", "said"),
    [
        ("health", LATER, "did not agree"),
        ("security", LATER, "did not agree"),
        ("magic", LATER, "no kind of service"),
        ("legal", "2020-01-01", "a day to come"),
        ("legal", "soon", "a day to come"),
    ],
)
def test_nobody_is_referred_against_their_will_or_for_ever(office, number, service, until, said):
    """Without that consent, or without an end, there is no referral."""
    told = more(
        office, "refer", number, "--service", service, "--organisation", "x", "--purpose", "y",
        "--until", until, code=1,
    )  # fmt: skip
    assert said in told.stderr
    assert row_of(office, number)["state"] == "in_contact"


def test_a_colleague_takes_over_and_reads_what_was_written(office, number):
    """After a hand-over the colleague owns the case and opens all of it."""
    more(office, "hand-over", number, "--to", "zana", "--text", "SAMPLE please call")
    assert row_of(office, number)["owner"] == "zana"
    assert "SAMPLE please call" in office.case("open", number, who="zana").stdout
    assert "claim it first" in office.case("open", number, code=1).stderr


def test_lowering_takes_two_and_raising_one(office, number):
    """T1 goes down only when a second person agrees; up it goes at once."""
    told = more(office, "lower", number, "--level", "2", "--text", "SAMPLE calmer now")
    assert "second person" in told.stdout
    assert "cannot be you" in more(office, "agree", number, code=1).stderr
    more(office, "agree", number, who="zana")
    assert row_of(office, number)["urgency"] == 2
    more(office, "raise", number, "--level", "0")
    assert row_of(office, number)["urgency"] == 0
    more(office, "lower", number, "--level", "3", "--text", "SAMPLE")
    assert "stays" in more(office, "agree", number, "--refuse", who="zana").stdout
    assert row_of(office, number)["urgency"] == 0


def test_a_case_goes_up_and_a_closed_one_comes_back(office, number):
    """Escalated, only the supervisor claims it; closed, it can be opened again."""
    more(office, "escalate", number, "--text", "SAMPLE an official is involved")
    assert "supervisor" in office.case("claim", number, code=1).stderr
    office.case("claim", number, who="zana")
    office.case("close", number, "--reason", "left_area", who="zana")
    more(office, "reopen", number)
    assert row_of(office, number)["state"] == "reopened"


def test_two_administrators_take_turns(office):
    """A second key in admin.pub signs the next version as well as the first does."""
    office.found()
    office.run(roster.app, "key", "--identity", office.folder / "second.age", *office.secret)
    identity = identity_files.read_identity(
        office.folder / "second.age", (office.folder / "passphrase").read_text().strip()
    )
    pinned = office.folder / "secrets" / "admin.pub"
    with pinned.open("a") as file:
        file.write(identity_files.verify_text(identity) + "\n")
    office.run(
        roster.app, "sign", "--admin-identity", office.folder / "second.age", *office.places,
        *office.secret,
    )  # fmt: skip
    assert office.trusted().version == 2
    assert "signature holds" in office.roster("show").stdout
