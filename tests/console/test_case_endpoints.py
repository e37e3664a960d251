"""The steps of a case over HTTP: what is taken, what is refused and with which word."""

import os

import pytest

from bot.sealing import signed
from tests.console.clients import StageClock, client
from tests.console.sealed_by_staff import Writer, opened, text
from tests.console.stage import AMAL, BAHAR, PEOPLE, ZANA, Person, Stage, staged

TOLD = {"danger_now": "no", "topics": ["sexual_violence"], "when": "3d"}
RONA = Person("rona", role="admin", languages=())
RAWA = Person("rawa", role="manager", languages=())


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RONA, RAWA), StageClock()) as made:
        yield made


@pytest.fixture
async def amal(stage: Stage):
    """Amal at a case she has claimed."""
    case = await stage.put_case(TOLD)
    async with client(stage) as made:
        await made.sign_in(AMAL)
        assert (await made.post("/api/claim", {"case": case})).status == 200
        yield Writer(stage, made, AMAL, case)


async def writer(stage: Stage, at: Writer, person: Person, made) -> Writer:
    await made.sign_in(person)
    return Writer(stage, made, person, at.case)


async def test_only_what_is_sealed_to_the_right_people_is_kept(amal: Writer):
    """A note for fewer readers, out of order or for another roster is refused."""
    good = await amal.note(text="to mind")
    fewer = await amal.note(readers=2)
    assert await amal.act("notes", {"note": fewer}) == (409, "roster_old")
    assert await amal.act("notes", {"note": {**good, "roster": 7}}) == (409, "roster_old")
    assert await amal.act("notes", {"note": {**good, "number": 2}}) == (409, "case_changed")
    assert await amal.act("notes", {"note": {**good, "sealed": "no base64"}}) == (
        400,
        "bad_request",
    )
    assert await amal.act("notes", {"note": good}) == (200, "")
    [kept] = (await amal.parts())["notes"]
    assert opened(kept["sealed"], BAHAR).body["text"] == "to mind"


async def test_a_letter_is_for_one_mailbox(amal: Writer):
    """A reply sealed to staff, too long or out of order is refused; the right one is waiting."""
    copy = await amal.note("sent", text="hello")
    to_staff = {**amal.letter(1), "sealed": copy["sealed"]}
    assert await amal.act("letters", {**to_staff, "copy": copy}) == (422, "bad_letter")
    long = amal.letter(1, "x" * 60_000)
    assert await amal.act("letters", {**long, "copy": copy}) == (422, "bad_letter")
    assert await amal.act("letters", {**amal.letter(2), "copy": copy}) == (409, "case_changed")
    assert await amal.act("letters", {**amal.letter(1), "copy": copy}) == (200, "")
    parts = await amal.parts()
    assert [(each["number"], each["state"]) for each in parts["letters"]] == [(1, "waiting")]
    assert await amal.act("letters/1/withdraw") == (200, "")
    assert await amal.act("letters/1/withdraw") == (409, "already_read")


async def test_the_first_answer_is_counted_only_where_that_was_agreed_to(
    stage: Stage, amal: Writer
):
    """The browser says whether the person agreed to statistics; without it nothing is counted."""
    copy = await amal.note("sent")
    assert await amal.act("letters", {**amal.letter(1), "copy": copy}) == (200, "")
    assert await stage.desk.tallies.tallies() == ()
    referral = {"note": await amal.note("referral"), "service": "health"}
    wrong = {**referral, "outcome": "made up"}
    assert await amal.act("refer", wrong) == (400, "bad_request")
    counted = {**referral, "outcome": "service_unavailable"}
    assert await amal.act("refer", counted) == (200, "")
    [tally] = await stage.desk.tallies.tallies()
    assert (tally.name, tally.row, tally.col) == ("outcome", "health", "service_unavailable")


async def test_police_and_security_are_for_a_supervisor(amal: Writer):
    """A caseworker's referral to security is refused by the server too."""
    copy = await amal.note("sent")
    await amal.act("letters", {**amal.letter(1), "copy": copy})
    referral = {"note": await amal.note("referral"), "security": True}
    assert await amal.act("refer", referral) == (403, "for_supervisor")


async def test_who_asks_to_lower_a_case_does_not_agree_to_it(stage: Stage, amal: Writer):
    """A wish waits for another person; raising needs nobody."""
    wish = {"level": 3, "note": await amal.note("lowering", text="why")}
    assert await amal.act("lower", {**wish, "level": 1}) == (409, "bad_level")
    assert await amal.act("lower", wish) == (200, "")
    again = {"level": 2, "note": await amal.note("lowering")}
    assert await amal.act("lower", again) == (409, "waits_already")
    assert await amal.act("lower/agree") == (403, "second_person")
    async with client(stage) as made:
        bahar = await writer(stage, amal, BAHAR, made)
        told = (await made.get(f"/api/cases/{amal.case}/lowering")).body
        assert told["wish"] == {"level": 3, "by": "amal"}
        assert opened(told["note"]["sealed"], BAHAR).body["text"] == "why"
        assert await bahar.act("lower/agree") == (200, "")
        assert await bahar.act("raise", {"level": 0}) == (403, "not_your_case")
    assert await amal.act("raise", {"level": 0}) == (200, "")
    row = await stage.desk.casework.row(bytes.fromhex(amal.case))
    assert row.urgency == 0


async def test_a_case_goes_only_to_who_can_open_it(stage: Stage, amal: Writer):
    """Nobody unknown, no administrator, and no colleague to whom it is not sealed yet."""
    assert await amal.act("hand-over", {"to": "nobody"}) == (404, "member_unknown")
    assert await amal.act("hand-over", {"to": "rona"}) == (404, "member_unknown")
    dana = Person("dana")
    await stage.hire(dana)
    await stage.publish((*PEOPLE, dana, RONA), 2)
    assert await amal.act("hand-over", {"to": "dana"}) == (409, "not_sealed_to_next")
    await _reseal(stage, amal)
    assert await amal.act("hand-over", {"to": "dana"}) == (200, "")
    assert await amal.act("hand-back") == (403, "not_your_case")


async def _reseal(stage: Stage, at: Writer) -> None:
    """What a browser does in the background."""
    waiting = (await at.client.get("/api/reseal")).body
    assert waiting["left"] == len(waiting["items"]) == 1
    [item] = waiting["items"]
    trusted = stage.desk.rosters()
    sealed = signed.seal_again(
        opened(item["sealed"], at.person),
        by=at.person.handle,
        signing=at.person.signing,
        origin=bytes.fromhex(item["digest"]),
        roster=trusted.version,
        recipients=trusted.recipients,
    )
    part = {"case": item["case"], "part": item["part"], "number": item["number"]}
    fewer = {**part, "before": item["digest"], "sealed": item["sealed"]}
    refused = await at.client.post("/api/reseal", {"roster": 2, "parts": [fewer]})
    assert (refused.status, refused.body["error"]) == (409, "roster_old")
    stale = {**part, "before": "00" * 32, "sealed": text(sealed)}
    assert (await at.client.post("/api/reseal", {"roster": 2, "parts": [stale]})).body == {
        "taken": 0
    }
    good = {**stale, "before": item["digest"]}
    assert (await at.client.post("/api/reseal", {"roster": 2, "parts": [good]})).body == {
        "taken": 1
    }
    assert (await at.client.get("/api/reseal")).body == {
        "items": [], "left": 0, "roster": 2,
    }  # fmt: skip


async def test_a_closed_case_is_reviewed_reopened_and_opened_on_record(stage: Stage, amal: Writer):
    """Closing keeps the checklist; owner and supervisor read it again, others do not."""
    await amal.parts()
    note = await amal.note("closing", checklist=["safety"])
    assert await amal.act("close", {"reason": "made_up", "note": note}) == (400, "bad_request")
    assert await amal.act("close", {"reason": "needs_met", "note": note}) == (200, "")
    assert (await amal.parts())["notes"][0]["kind"] == "closing"
    async with client(stage) as one, client(stage) as two:
        zana = await writer(stage, amal, ZANA, one)
        bahar = await writer(stage, amal, BAHAR, two)
        assert "entries" in await zana.parts()
        assert (await bahar.parts())["error"] == "not_your_case"
        assert await bahar.act("reopen") == (200, "")
    acts = await stage.desk.audit.audit_of(bytes.fromhex(amal.case))
    told = [(entry.note.actor, entry.note.act) for entry in acts]
    assert ("zana", "open") in told
    assert told.count(("amal", "open")) == 1
    assert told[-1] == ("bahar", "reopen")


async def test_an_opening_is_on_record_once_an_hour(stage: Stage, amal: Writer):
    """Reading again in the same hour adds nothing; new words, or another hour, do."""
    for _ in range(3):
        await amal.parts()
    assert await _openings(stage, amal) == 1
    await stage.add(amal.case, "one thing more")
    await amal.parts()
    assert await _openings(stage, amal) == 2
    for _ in range(3):  # in steps: who is idle for half an hour is signed out
        stage.clock.seconds += 1300
        await amal.parts()
    assert await _openings(stage, amal) == 3


async def _openings(stage: Stage, at: Writer) -> int:
    acts = await stage.desk.audit.audit_of(bytes.fromhex(at.case))
    return sum(entry.note.act == "open" for entry in acts)


async def test_nothing_is_kept_of_a_withdrawn_case(stage: Stage, amal: Writer):
    """Every act on it is refused with the one sentence, and the page says that it is gone."""
    note = await amal.note(text="kept nowhere")
    mailbox = await stage.desk.cases.mailbox(bytes.fromhex(amal.case))
    assert await stage.desk.cases.withdraw(mailbox.tag, stage.clock.now() // 3600)
    assert await amal.act("notes", {"note": note}) == (410, "case_gone")
    assert (await amal.parts())["error"] == "case_gone"
    page = (await amal.client.get(f"/cases/{amal.case}")).body
    assert "&#34;state&#34;:&#34;withdrawn&#34;" in page


STRANGERS = (BAHAR, RAWA, RONA)
"""A colleague who does not own the case, a manager, an administrator."""


async def test_another_persons_case_is_nobody_elses(stage: Stage, amal: Writer):
    """No step and no part of it: not for a colleague, a manager or an administrator."""
    note = await amal.note()
    bodies = {
        "notes": {"note": note},
        "letters": {**amal.letter(1), "copy": note},
        "letters/1/withdraw": {},
        "refer": {"note": note},
        "hand-over": {"to": "zana"},
        "lower": {"level": 3, "note": note},
        "lower/agree": {},
        "lower/refuse": {},
        "raise": {"level": 0},
        "escalate": {},
        "duplicate": {},
        "close": {"reason": "needs_met", "note": note},
        "reopen": {},
        "hand-back": {},
    }
    before = await _everything(stage, amal)
    for person in STRANGERS:
        async with client(stage) as made:
            other = await writer(stage, amal, person, made)
            opener = person is BAHAR
            for step, body in bodies.items():
                status, code = await other.act(step, body)
                assert 400 <= status < 500, (person.handle, step)
                assert opener or code == "not_yours"
            for path in ("", "/lowering") if not opener else ("",):
                answer = await made.get(f"/api/cases/{amal.case}{path}")
                assert answer.status == 403
                assert "sealed" not in str(answer.body)
            given = await made.get(f"/api/headlines?case={amal.case}")
            assert amal.case not in str(given.body)
    assert await _everything(stage, amal) == before


async def _everything(stage: Stage, at: Writer) -> tuple[object, ...]:
    case = bytes.fromhex(at.case)
    cases, casework = stage.desk.cases, stage.desk.casework
    found = (await casework.row(case), await cases.letters(case), await casework.notes(case))
    return (*found, await casework.lowering(case))


async def test_an_unknown_case_is_nowhere(amal: Writer):
    """No id, a wrong id and another's id look alike to who may not see them."""
    for name in (os.urandom(16).hex(), "nothing", "0"):
        assert (await amal.client.get(f"/api/cases/{name}")).body["error"] == "not_found"
