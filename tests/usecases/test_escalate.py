import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit import Note
from bot.domain.case import CLAIM_LEASE, QUEUED
from bot.ports.cases import Claim
from bot.ports.stores import Mailbox, NewCase
from bot.stores.memory_cases import MemoryCases
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case
from bot.usecases.escalate import Escalate, LogAlarm
from tests.fakes.caseworkers import MONDAY_NOON as NOW
from tests.fakes.caseworkers import Pager, roster

MINUTE = 60


def case_of(count=1, urgency=0):
    number = hashlib.sha256(str(count).encode()).digest()[:16]
    return NewCase(
        case=number, sealed=b"sealed", urgency=urgency, language="ar", hour=NOW // 3600,
        wants_woman=False, child_trained=False, due=NOW, mailbox=Mailbox(number, b"recipient"),
    )  # fmt: skip


def claim(now):
    first, second, third, fourth = (now + seconds for seconds in CLAIM_LEASE)
    return Claim(
        tuple(QUEUED), (first, second, third, fourth), Note(now // 3600, "amal", "claim", b"")
    )


async def heard(store, plan, start, end, pace=MINUTE):
    """What staff hear while the clock goes from start to end: (minute, watch, handles)."""
    pager = Pager()
    escalate = Escalate(store, [pager])
    told = []
    for now in range(start, end + 1, pace):
        await escalate.step(plan, now)
        told += [((now - NOW) // MINUTE, call.watch, call.handles) for call in pager.calls]
        pager.calls.clear()
    return told


async def test_an_unclaimed_t0_climbs_the_ladder():
    """On duty at once, backup after ten minutes, supervisor after twenty, manager after thirty."""
    store = MemoryCases()
    store.insert_case(case_of())
    assert await heard(store, roster(), NOW, NOW + 100 * MINUTE) == [
        (0, "on_duty", ("amal",)),
        (10, "backup", ("bahar",)),
        (20, "supervisor", ("zana",)),
        (30, "manager", ("rawa",)),
        (90, "manager", ("rawa",)),
    ]


async def test_a_claim_silences_the_clock_and_a_lapse_starts_it_again():
    """Nobody is called for an owned case; ten silent minutes later the ladder begins anew."""
    store = MemoryCases()
    store.insert_case(case_of())
    await heard(store, roster(), NOW, NOW)
    await store.claim(claim(NOW + MINUTE))
    assert await heard(store, roster(), NOW, NOW + 10 * MINUTE) == []
    assert await heard(store, roster(), NOW + 11 * MINUTE, NOW + 25 * MINUTE) == [
        (11, "on_duty", ("amal",)),
        (21, "backup", ("bahar",)),
    ]


async def test_with_nobody_on_duty_the_next_rung_is_called_at_once():
    """At night a T0 does not wait ten minutes for an empty chair."""
    store = MemoryCases()
    store.insert_case(case_of())
    told = await heard(store, roster(shifts=()), NOW, NOW + 10 * MINUTE)
    assert told == [(0, "backup", ("bahar",)), (10, "supervisor", ("zana",))]


async def test_with_nobody_planned_at_all_there_still_is_an_alarm():
    """A roster without anybody to call, or none, ends in a call to whoever hears it."""
    empty = roster(shifts=(), backup=(), on_call=(), members=roster().members[:2])
    for plan in (empty, None):
        store = MemoryCases()
        store.insert_case(case_of())
        assert await heard(store, plan, NOW, NOW) == [(0, "manager", ())]


async def test_many_cases_make_one_call():
    """Forty urgent cases at once are one message with a number, not forty."""
    store = MemoryCases()
    for count in range(40):
        store.insert_case(case_of(count))
    pager = Pager()
    assert await Escalate(store, [pager]).step(roster(), NOW) == 1
    assert (pager.calls[0].cases, pager.calls[0].urgency) == (40, 0)


async def test_each_rung_rings_once_over_restarts(tmp_path):
    """The clock is in the database: a restart between any two steps repeats no rung."""
    told = []
    for minute in range(35):
        database = await Database.open(tmp_path / "cases.sqlite")
        store = SqliteCases(database)
        if minute == 0:
            await database.write(lambda connection: insert_case(connection, case_of()))
        told += await heard(store, roster(), NOW + minute * MINUTE, NOW + minute * MINUTE)
        await database.close()
    assert [watch for _, watch, _ in told] == ["on_duty", "backup", "supervisor", "manager"]


async def test_two_processes_ring_once(tmp_path):
    """Of two processes that step at the same moment, one rings."""
    first = await Database.open(tmp_path / "cases.sqlite")
    second = await Database.open(tmp_path / "cases.sqlite")
    try:
        await first.write(lambda connection: insert_case(connection, case_of()))
        pagers = [Pager(), Pager()]
        for database, pager in zip((first, second), pagers, strict=True):
            await Escalate(SqliteCases(database), [pager]).step(roster(), NOW)
    finally:
        await second.close()
        await first.close()
    assert sum(len(pager.calls) for pager in pagers) == 1


async def test_a_call_that_could_not_be_made_is_tried_again():
    """With every alarm broken the rung stays due, and rings when one works again."""
    store = MemoryCases()
    store.insert_case(case_of())
    pager = Pager(broken=True)
    escalate = Escalate(store, [pager])
    assert await escalate.step(roster(), NOW) == 0
    pager.broken = False
    assert await escalate.step(roster(), NOW + 59) == 0
    assert await escalate.step(roster(), NOW + 60) == 1
    assert pager.calls[0].watch == "on_duty"


async def test_one_broken_alarm_does_not_silence_the_others(capsys):
    """The log tells even if the staff chat cannot be reached; the chat is called again later."""
    store = MemoryCases()
    store.insert_case(case_of())
    pager = Pager(broken=True)
    escalate = Escalate(store, [pager, LogAlarm()])
    assert await escalate.step(roster(), NOW) == 0
    pager.broken = False
    assert await escalate.step(roster(), NOW + 60) == 1
    written = capsys.readouterr().out + capsys.readouterr().err
    assert "staff_called" in written
    assert case_of().case.hex() not in written
    assert "amal" not in written


async def test_after_an_outage_the_rungs_keep_their_distance():
    """Three hours late, the ladder starts where it was and does not ring all at once."""
    store = MemoryCases()
    store.insert_case(case_of())
    late = NOW + 180 * MINUTE
    told = await heard(store, roster(), late, late + 11 * MINUTE)
    assert told == [(180, "on_duty", ("amal",)), (190, "backup", ("bahar",))]


@pytest.mark.parametrize(("urgency", "first_call"), [(1, 0), (2, 24 * 60), (3, 72 * 60)])
async def test_lesser_urgency_waits_longer(urgency, first_call):
    """T1 pages at once; T2 and T3 wait in the queue for a day and for three."""
    from dataclasses import replace

    from bot.domain.ladder import first_due

    store = MemoryCases()
    store.insert_case(replace(case_of(urgency=urgency), due=first_due(urgency, NOW)))
    told = await heard(store, roster(), NOW, NOW + 5 * 24 * 3600, pace=30 * MINUTE)
    assert told[0][0] == first_call


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(1, 3000), st.booleans()), min_size=1, max_size=25),
    urgency=st.integers(0, 3),
)
async def test_no_case_is_ever_without_owner_and_clock(steps, urgency):
    """Whatever happens when, a case that is not done has an owner with a lease or a clock."""
    store = MemoryCases()
    store.insert_case(case_of(urgency=urgency))
    escalate = Escalate(store, [Pager()])
    now = NOW
    for seconds, take in steps:
        now += seconds
        if take:
            await store.claim(claim(now))
        await escalate.step(roster(), now)
        (row,) = await store.match(case_of().case.hex())
        assert (row.state in QUEUED) != bool(row.owner and row.lease > now)
        due = await store.next_due()
        assert due is not None
        assert due > now


async def test_a_rung_that_cannot_be_called_is_passed_at_once():
    """Where no way leads to those on duty, the backup hears of it a minute later, not ten."""
    store = MemoryCases()
    store.insert_case(case_of())
    pager = Pager(deaf=("on_duty",))
    escalate = Escalate(store, [pager])
    for now in range(NOW, NOW + 3 * MINUTE, MINUTE):
        await escalate.step(roster(), now)
    assert [call.watch for call in pager.calls] == ["on_duty", "backup"]


async def test_one_way_that_works_is_enough():
    """Nobody is called again because another way failed or led to nobody."""
    store = MemoryCases()
    store.insert_case(case_of())
    good, broken, deaf = Pager(), Pager(broken=True), Pager(deaf=("on_duty",))
    escalate = Escalate(store, [broken, deaf, good])
    for now in range(NOW, NOW + 5 * MINUTE, MINUTE):
        await escalate.step(roster(), now)
    assert len(good.calls) == len(deaf.calls) == 1
