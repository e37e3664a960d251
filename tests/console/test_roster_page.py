"""The roster's endpoints: who may put one in force, and what everybody sees of it."""

import asyncio
import json

import msgspec
import pytest

from bot.domain.baghdad import WEEK
from bot.domain.roster import Leave, Roster, Shift, encode
from bot.usecases.trust_roster import sign_roster
from tests.console.clients import Client, StageClock, client
from tests.console.stage import ADMIN_SEED, AMAL, BAHAR, PEOPLE, Person, Stage, roster_of, staged

RONA = Person("rona", role="admin", languages=())


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RONA), StageClock()) as made:
        yield made


@pytest.fixture
async def rona(stage: Stage):
    async with client(stage) as made:
        await made.sign_in(RONA)
        yield made


def next_roster(version: int = 2, **changed: object) -> Roster:
    members = tuple(each.member() for each in (*PEOPLE, RONA))
    shift = Shift(handle="amal", days=("sun", "mon"), start="08:00", end="16:00")
    given = {"members": members, "shifts": (shift,)}
    return Roster(version=version, **{**given, **changed})


def signed(roster: Roster, seed: bytes = RONA.signing) -> dict[str, str]:
    return {"file": sign_roster(roster, seed).decode()}


async def test_an_administrator_puts_the_next_version_in_force(stage: Stage, rona: Client):
    """Signed in her browser, it is on disk, in memory and in everybody's list at once."""
    answer = await rona.post("/api/rosters", signed(next_roster()))
    assert (answer.status, answer.body) == (200, {"version": 2})
    assert stage.desk.rosters().version == 2
    listed = (await rona.get("/api/rosters?after=1")).body
    assert [each["version"] for each in listed["rosters"]] == [2]
    assert json.loads(listed["rosters"][0]["file"])["roster"]["version"] == 2
    assert RONA.member().verify in listed["admins"]
    assert json.loads((stage.path.parent / "roster.json").read_text())["roster"]["version"] == 2


async def test_of_two_administrators_the_second_is_told(stage: Stage, rona: Client):
    """Both sign version 2 at once: one is in force, the other is refused with a sentence."""
    other = next_roster(backup=("bahar",))
    done = await asyncio.gather(
        rona.post("/api/rosters", signed(next_roster())),
        rona.post("/api/rosters", signed(other, ADMIN_SEED)),
    )
    assert sorted(answer.status for answer in done) == [200, 409]
    late = next(answer for answer in done if answer.status == 409)
    assert late.body["error"] == "roster_newer"
    assert "kept" in late.body["message"]


async def test_an_older_or_foreign_or_altered_roster_changes_nothing(stage: Stage, rona: Client):
    """A step back, a stranger's signature or a change after signing are each refused."""
    altered = signed(next_roster())["file"].replace("08:00", "09:00")
    for body, error in (
        (signed(next_roster(version=1)), "roster_newer"),
        (signed(next_roster(), AMAL.signing), "roster_unsigned"),
        ({"file": altered}, "roster_unsigned"),
        ({"file": "no roster"}, "roster_incomplete"),
    ):
        assert (await rona.post("/api/rosters", body)).body["error"] == error
    assert stage.desk.rosters().version == 1


async def test_a_caseworker_signs_no_roster(stage: Stage):
    """Not even one that an administrator signed goes through her hands."""
    async with client(stage) as amal:
        await amal.sign_in(AMAL)
        answer = await amal.post("/api/rosters", signed(next_roster()))
        assert answer.body["error"] == "not_yours"


async def test_a_draft_shows_what_it_would_leave_uncovered(stage: Stage, rona: Client):
    """Before signing, hours without a language, a woman or child training are listed as ranges."""
    only = next_roster(shifts=(Shift(handle="bahar", days=WEEK, start="08:00", end="16:00"),))
    told = (await rona.post("/api/rosters/check", {"roster": encode(only)})).body
    missing = {gap["missing"] for gap in told["gaps"]}
    assert missing == {"Nobody at all", "No woman", "Nobody trained to work with children"}
    assert len(told["gaps"]) < 30, "ranges, not hours"
    assert told["changed"] == []
    assert stage.desk.rosters().version == 1


async def test_a_draft_names_whose_keys_change(stage: Stage, rona: Client):
    """A key that is another than in force is shown before anybody signs it."""
    stranger = msgspec.structs.replace(Person("x").member(), handle="amal")
    members = (stranger, *(each.member() for each in (BAHAR, *PEOPLE[2:], RONA)))
    told = await rona.post("/api/rosters/check", {"roster": encode(next_roster(members=members))})
    assert told.body["changed"] == ["amal"]


async def test_an_incomplete_draft_is_a_sentence(stage: Stage, rona: Client):
    """Nobody who could open a case: refused, and nothing of it is kept."""
    empty = encode(next_roster(members=(RONA.member(),), shifts=()))
    answer = await rona.post("/api/rosters/check", {"roster": empty})
    assert (answer.status, answer.body["error"]) == (422, "roster_incomplete")


async def test_the_page_shows_duty_week_members_and_key_changes(stage: Stage, rona: Client):
    """Who is on now, each day from Saturday, everybody's flags, and the keys that changed."""
    leave = Leave(handle="bahar", first="2026-11-28", last="2026-12-02")
    changed = msgspec.structs.replace(Person("x").member(), handle="zana", role="supervisor")
    members = (AMAL.member(), BAHAR.member(), changed, RONA.member())
    await rona.post(
        "/api/rosters", signed(next_roster(members=members, leave=(leave,), backup=("bahar",)))
    )
    page = (await rona.get("/roster")).body
    assert page.index("Saturday") < page.index("Sunday") < page.index("Friday")
    assert page.count('class="weekend"') == 2
    assert "2026-11-28" in page
    section = page.partition("Keys that changed")[2].partition("</section>")[0]
    assert "zana" in section
    assert "amal" not in section


async def test_a_roster_is_not_needed_to_look_at_the_page(tmp_path):
    """Before the first signature the administrator finds the page that makes it."""
    async with (
        staged(tmp_path, (AMAL, RONA), StageClock(), signed=False) as bare,
        client(bare) as rona,
    ):
        await rona.sign_in(RONA)
        page = (await rona.get("/roster")).body
        assert "No roster has been signed yet." in page
        first = next_roster(version=1, members=(AMAL.member(), RONA.member()))
        assert (await rona.post("/api/rosters", signed(first))).status == 200


async def test_versions_are_numbers(stage: Stage, rona: Client):
    """What is no number of a version is refused."""
    for after in ("-1", "x", "9" * 12, "٣"):
        assert (await rona.get(f"/api/rosters?after={after}")).status == 400
    assert len((await rona.get("/api/rosters")).body["rosters"]) == 1
    assert roster_of(PEOPLE)
