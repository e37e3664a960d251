"""One contract over every session store: order, one transaction a turn, idleness, full disks."""

import asyncio
import hashlib
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app.simulate import StillClock
from bot.errors import StoreError
from bot.ports.stores import Change, Mailbox, NewCase, StoredSession
from bot.stores.memory_cases import MemoryCases
from bot.stores.memory_sessions import MemorySessions
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.stores.sqlite_sessions import BATCH, SqliteSessions

TODAY = 20_780
MINUTE = 60


def slot(name):
    return hashlib.sha256(str(name).encode()).digest()[:16]


def row(name, sealed=b"sealed", epoch=TODAY):
    return StoredSession(slot(name), epoch, sealed)


def case_of(count, sealed=b"sealed report"):
    return NewCase(
        case=slot(f"case {count}"),
        sealed=sealed,
        urgency=1,
        language="ckb",
        hour=498_000,
        wants_woman=False,
        child_trained=False,
        due=1_792_800_000,
        mailbox=Mailbox(slot(f"tag {count}"), b"recipient"),
    )


@dataclass
class Shelf:
    """One store under the contract, and what can be seen of it from outside."""

    store: MemorySessions | SqliteSessions
    cases: MemoryCases | SqliteCases
    clock: StillClock
    database: Database | None = None

    async def put(self, name, sealed=b"sealed", **more):
        epoch = more.pop("epoch", TODAY)
        change = Change(put=row(name, sealed, epoch), **more)
        return await self.store.turn((slot(name),), lambda _: (change, sealed))

    async def take(self, name):
        return await self.store.turn((slot(name),), lambda stored: (Change(), stored))

    async def rows(self):
        if isinstance(self.store, MemorySessions):
            return {row.slot: row for row in self.store._rows.values()}
        found = await self.database.read("SELECT slot, epoch, sealed FROM sessions")
        return {each[0]: StoredSession(*each) for each in found}

    async def counters(self):
        if isinstance(self.store, MemorySessions):
            return self.store.counters
        return dict(await self.database.read("SELECT name, count FROM counters"))

    async def queue(self):
        return {row.case for row in await self.cases.rows(("new",))}


async def on_disk(path: Path, clock: StillClock) -> Shelf:
    database = await Database.open(path)
    store = SqliteSessions(database, clock)
    await store.start()
    return Shelf(store, SqliteCases(database), clock, database)


async def put_away(shelf: Shelf) -> None:
    await shelf.store.stop()
    await shelf.database.close()


@pytest.fixture(params=["memory", "sqlite"])
async def shelf(request, tmp_path):
    clock = StillClock()
    if request.param == "memory":
        cases = MemoryCases()
        yield Shelf(MemorySessions(clock, cases), cases, clock)
        return
    shelf = await on_disk(tmp_path / "sanad.sqlite", clock)
    yield shelf
    await put_away(shelf)


@pytest.fixture
async def disk(tmp_path):
    shelf = await on_disk(tmp_path / "sanad.sqlite", StillClock())
    yield shelf
    await put_away(shelf)


# ------------------------------------------------------------------ order
async def test_two_hundred_turns_at_once_keep_each_visitors_order(shelf):
    """Turns asked for at the same moment are taken one after another, each seeing the one before.

    Twenty visitors write ten times each; nothing is lost and nothing changes places.
    """

    def appending(visitor, number):
        def decide(stored):
            before = stored.sealed if stored else b""
            after = before + bytes([number])
            return Change(put=row(visitor, after), count=("turn",)), after

        return decide

    turns = [(visitor, number) for number in range(10) for visitor in range(20)]
    outcomes = await asyncio.gather(
        *(shelf.store.turn((slot(who),), appending(who, number)) for who, number in turns)
    )
    rows = await shelf.rows()
    assert [rows[slot(who)].sealed for who in range(20)] == [bytes(range(10))] * 20
    assert outcomes == [bytes(range(number + 1)) for _, number in turns]
    assert await shelf.counters() == {"turn": 200}


async def test_turns_that_come_during_a_commit_keep_each_visitors_order(shelf):
    """However turns fall between and into commits, each sees what the visitor's last one wrote."""
    chance = random.Random(7)

    def appending(visitor, number):
        def decide(stored):
            return Change(put=row(visitor, (stored.sealed if stored else b"") + number)), None

        return decide

    turns = []
    for number in range(256):
        who = chance.randrange(5)
        ask = shelf.store.turn((slot(who),), appending(who, bytes([number])))
        turns.append((who, number, asyncio.ensure_future(ask)))
        for _ in range(chance.choice((0, 0, 1, 3, 20))):
            await asyncio.sleep(0)
    await asyncio.gather(*(turn for _, _, turn in turns))
    rows = await shelf.rows()
    for visitor in range(5):
        assert rows[slot(visitor)].sealed == bytes(n for who, n, _ in turns if who == visitor)


async def test_a_commit_that_fails_does_not_hurt_the_batch_behind_it(shelf):
    """A batch decided while another is being committed is stored, however that one ends."""
    await shelf.put("first", case=case_of(1))
    failing = asyncio.ensure_future(shelf.put("twin", case=case_of(1)))
    behind = []
    while not failing.done():
        behind.append(asyncio.ensure_future(shelf.put(len(behind))))
        await asyncio.sleep(0)
    assert isinstance(failing.exception(), StoreError)
    assert await asyncio.gather(*behind) == [b"sealed"] * len(behind)
    assert set(await shelf.rows()) == {slot("first"), *map(slot, range(len(behind)))}


async def test_what_a_turn_answers_is_stored_already(shelf):
    """When a turn returns, another reader finds what it wrote."""
    assert await shelf.put("rose", b"first") == b"first"
    assert (await shelf.rows())[slot("rose")] == row("rose", b"first")
    assert await shelf.take("rose") == row("rose", b"first")


async def test_the_first_session_under_several_slots_is_given(shelf):
    """A visitor is looked for in today's epoch first, then in yesterday's."""
    await shelf.put("today", b"new")
    await shelf.put("yesterday", b"old", epoch=TODAY - 1)

    async def found(*names):
        slots = tuple(slot(name) for name in names)
        return await shelf.store.turn(slots, lambda stored: (Change(), stored))

    assert (await found("today", "yesterday")).sealed == b"new"
    assert (await found("nobody", "yesterday")).sealed == b"old"
    assert await found("nobody", "no one") is None


async def test_a_turn_that_decides_on_nothing_writes_nothing(shelf):
    """Reading leaves no trace: no row, no counter."""
    assert await shelf.take("rose") is None
    assert await shelf.rows() == {}
    assert await shelf.counters() == {}


# ------------------------------------------------------------------ one transaction
async def test_session_case_and_counter_are_written_together(shelf):
    """One turn puts the new row, drops the old one, files the case and counts, all at once."""
    await shelf.put("yesterday", epoch=TODAY - 1)
    await shelf.put(
        "today", b"after", drop=(slot("yesterday"),), case=case_of(1), count=("report",)
    )
    assert await shelf.rows() == {slot("today"): row("today", b"after")}
    assert await shelf.queue() == {case_of(1).case}
    assert await shelf.counters() == {"report": 1}


async def test_a_turn_whose_case_is_refused_changes_nothing(shelf):
    """If the case cannot be filed, the session stays as it was: no half a turn."""
    await shelf.put("rose", b"before", case=case_of(1), count=("report",))
    await shelf.put("old", b"still here")
    with pytest.raises(StoreError):
        await shelf.put("rose", b"after", drop=(slot("old"),), case=case_of(1), count=("report",))
    rows = await shelf.rows()
    assert rows[slot("rose")].sealed == b"before"
    assert slot("old") in rows
    assert await shelf.counters() == {"report": 1}
    assert await shelf.queue() == {case_of(1).case}


async def test_leaving_drops_every_slot_and_still_counts(shelf):
    """Exit removes the rows of all living epochs in one turn."""
    await shelf.put("today")
    await shelf.put("yesterday", epoch=TODAY - 1)
    change = Change(drop=(slot("today"), slot("yesterday")), count=("exit",))
    await shelf.store.turn((slot("today"),), lambda _: (change, None))
    assert await shelf.rows() == {}
    assert await shelf.counters() == {"exit": 1}
    assert await shelf.take("today") is None
    assert await shelf.take("yesterday") is None


async def test_put_after_drop_of_the_same_slot_in_one_batch_stays(shelf):
    """Leave and come back at the same moment: the later word on a row is the one that stays."""
    await shelf.put("rose", b"before")
    gone = Change(drop=(slot("rose"),))
    seen = []

    def back(stored):
        seen.append(stored)
        return Change(put=row("rose", b"again")), None

    await asyncio.gather(
        shelf.store.turn((slot("rose"),), lambda _: (gone, None)),
        shelf.store.turn((slot("rose"),), back),
    )
    assert seen[-1] is None
    assert (await shelf.rows())[slot("rose")].sealed == b"again"


# ------------------------------------------------------------------ faults of single turns
async def test_a_decision_that_raises_does_not_hurt_the_others(shelf):
    """One turn's bug is told to that turn alone; its neighbours are stored."""

    def broken(_):
        raise ZeroDivisionError("a bug in one turn")

    turns = [shelf.put(name) for name in range(10)]
    turns.insert(5, shelf.store.turn((slot("bad"),), broken))
    outcomes = await asyncio.gather(*turns, return_exceptions=True)
    assert isinstance(outcomes.pop(5), ZeroDivisionError)
    assert outcomes == [b"sealed"] * 10
    assert set(await shelf.rows()) == {slot(name) for name in range(10)}


async def test_a_change_that_cannot_be_written_is_alone_with_that(shelf):
    """Of two turns that file the same case at once one succeeds; their neighbours all do."""
    turns = [shelf.put(name, case=case_of(name), count=("report",)) for name in range(6)]
    turns.insert(3, shelf.put("twin", case=case_of(0), count=("report",)))
    outcomes = await asyncio.gather(*turns, return_exceptions=True)
    assert isinstance(outcomes.pop(3), StoreError)
    assert outcomes == [b"sealed"] * 6
    assert await shelf.queue() == {case_of(name).case for name in range(6)}
    assert slot("twin") not in await shelf.rows()
    assert await shelf.counters() == {"report": 6}


async def test_a_store_error_tells_nothing_of_what_was_stored(shelf):
    """Its text holds neither slot nor content, in any form."""
    await shelf.put("rose", case=case_of(1))
    with pytest.raises(StoreError) as caught:
        await shelf.put("rose", b"canary-of-rose", case=case_of(1))
    told = f"{caught.value} {caught.value.__cause__!r}"
    for secret in ("canary", slot("rose").hex(), str(slot("rose")), case_of(1).case.hex()):
        assert secret not in told


async def test_a_caller_that_went_away_leaves_no_half_turn(shelf):
    """A provider that hangs up during the turn: the turn is whole, and others go on."""
    await shelf.put("rose", b"before")
    turn = asyncio.create_task(shelf.put("rose", b"after", count=("turn",)))
    await asyncio.sleep(0)
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    await shelf.put("sara")
    whole = ((await shelf.rows())[slot("rose")].sealed, await shelf.counters())
    assert whole in ((b"after", {"turn": 1}), (b"before", {}))


# ------------------------------------------------------------------ time
async def test_a_session_is_gone_after_thirty_one_quiet_minutes(shelf):
    """Who writes keeps the session; who is quiet for half an hour loses it, and only they."""
    await shelf.put("quiet")
    await shelf.put("talking")
    shelf.clock.seconds += 29 * MINUTE
    await shelf.put("talking", b"more")
    assert await shelf.store.sweep(TODAY - 1) == 0
    shelf.clock.seconds += 2 * MINUTE
    assert await shelf.store.sweep(TODAY - 1) == 1
    assert await shelf.take("quiet") is None
    assert (await shelf.take("talking")).sealed == b"more"
    shelf.clock.seconds += 31 * MINUTE
    assert await shelf.store.sweep(TODAY - 1) == 1
    assert await shelf.rows() == {}


async def test_sessions_of_dead_epochs_are_swept_however_fresh(shelf):
    """Once an epoch's key is gone its rows are noise and go with the next sweep."""
    await shelf.put("two days ago", epoch=TODAY - 2)
    await shelf.put("yesterday", epoch=TODAY - 1)
    await shelf.put("today")
    assert await shelf.store.sweep(TODAY - 1) == 1
    assert set(await shelf.rows()) == {slot("yesterday"), slot("today")}
    assert await shelf.store.sweep(TODAY) == 1
    assert set(await shelf.rows()) == {slot("today")}


async def test_a_swept_visitor_may_begin_anew(shelf):
    """After the sweep the same slot works like a new one, with thirty minutes of its own."""
    await shelf.put("rose", b"before")
    shelf.clock.seconds += 31 * MINUTE
    await shelf.store.sweep(TODAY)
    assert await shelf.take("rose") is None
    await shelf.put("rose", b"anew")
    shelf.clock.seconds += 29 * MINUTE
    assert await shelf.store.sweep(TODAY) == 0
    assert (await shelf.take("rose")).sealed == b"anew"


# ------------------------------------------------------------------ memory only
async def test_the_refuge_holds_only_so_many(tmp_path):
    """When the disk is down a flood cannot fill the memory: the oldest sessions go first."""
    store = MemorySessions(StillClock(), room=3)
    for name in range(5):
        await store.turn((slot(name),), lambda _, name=name: (Change(put=row(name)), None))
    assert [each.slot for each in store.take_out()] == [slot(name) for name in (2, 3, 4)]
    assert store.take_out() == ()


# ------------------------------------------------------------------ disk only
async def test_a_reopened_file_goes_on_where_it_was(tmp_path):
    """Sessions, cases and counters survive the process; the schema is not made twice."""
    path, clock = tmp_path / "sanad.sqlite", StillClock()
    shelf = await on_disk(path, clock)
    await shelf.put("rose", b"kept", case=case_of(1), count=("report",))
    await put_away(shelf)
    again = await on_disk(path, clock)
    assert (await again.take("rose")).sealed == b"kept"
    await again.put("sara", case=case_of(2), count=("report",))
    assert await again.counters() == {"report": 2}
    assert await again.queue() == {case_of(1).case, case_of(2).case}
    await put_away(again)


async def test_rows_left_by_an_earlier_run_are_swept_thirty_minutes_later(tmp_path):
    """No row carries a time, so a restart gives each at most half an hour more."""
    path, clock = tmp_path / "sanad.sqlite", StillClock()
    shelf = await on_disk(path, clock)
    await shelf.put("rose")
    await put_away(shelf)
    again = await on_disk(path, clock)
    assert await again.store.sweep(TODAY) == 0
    clock.seconds += 31 * MINUTE
    assert await again.store.sweep(TODAY) == 1
    await put_away(again)


async def test_what_was_swept_is_nowhere_in_the_files(disk, tmp_path):
    """A swept row is overwritten in the file and cut out of the WAL, not only unlinked."""
    await disk.put("rose", b"\x93canary-" * 40)
    files = [tmp_path / f"sanad.sqlite{end}" for end in ("", "-wal")]
    assert any(b"\x93canary-" in file.read_bytes() for file in files)
    disk.clock.seconds += 31 * MINUTE
    assert await disk.store.sweep(TODAY) == 1
    assert not any(b"\x93canary-" in file.read_bytes() for file in files if file.exists())


async def test_a_full_disk_is_told_and_works_again_without_a_restart(disk):
    """StoreError while there is no room, with everything as it was; normal as soon as there is."""
    await disk.put("rose", b"before")
    ((pages,),) = await disk.database.read("PRAGMA page_count")
    await disk.database.read(f"PRAGMA max_page_count={pages}")
    outcomes = await asyncio.gather(
        disk.put("rose", bytes(200_000)),
        disk.put("sara", bytes(200_000), case=case_of(1)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [StoreError, StoreError]
    assert (await disk.take("rose")).sealed == b"before"
    assert await disk.queue() == set()
    with pytest.raises(StoreError):
        await disk.put("sara", bytes(200_000))
    await disk.database.read("PRAGMA max_page_count=1000000")
    await disk.put("sara", bytes(200_000), case=case_of(1))
    assert len((await disk.take("sara")).sealed) == 200_000
    assert await disk.queue() == {case_of(1).case}


async def test_a_database_that_cannot_be_written_is_told_and_recovers(disk):
    """Read-only: every writing turn and the sweep raise StoreError, reading goes on."""
    await disk.put("rose", b"before")
    await disk.database.read("PRAGMA query_only=ON")
    with pytest.raises(StoreError):
        await disk.put("rose", b"after")
    disk.clock.seconds += 31 * MINUTE
    with pytest.raises(StoreError):
        await disk.store.sweep(TODAY)
    assert (await disk.take("rose")).sealed == b"before"
    await disk.database.read("PRAGMA query_only=OFF")
    disk.clock.seconds += 31 * MINUTE
    await disk.put("sara", b"after")
    assert await disk.store.sweep(TODAY) == 1
    assert set(await disk.rows()) == {slot("sara")}


async def test_another_process_that_writes_is_waited_for(disk, tmp_path):
    """A caseworker's command may hold the database for a moment; a turn only waits."""
    other = sqlite3.connect(tmp_path / "sanad.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO counters VALUES ('other', 1)")
    turn = asyncio.create_task(disk.put("rose", b"after"))
    done, _ = await asyncio.wait({turn}, timeout=0.05)
    assert not done
    other.execute("COMMIT")
    other.close()
    assert await turn == b"after"


async def test_turns_that_wait_together_share_few_commits(disk):
    """Group commit: four batches' worth of turns cost a handful of transactions, not one each."""
    before = disk.database._connection.total_changes
    writes = Counter()
    put = disk.database.put

    async def counted(sql, parameters):
        writes["commit"] += 1
        return await put(sql, parameters)

    disk.database.put = counted
    await asyncio.gather(*(disk.put(name) for name in range(4 * BATCH)))
    assert disk.database._connection.total_changes - before == 4 * BATCH
    assert 1 <= writes["commit"] <= 6


async def test_stopping_finishes_what_waits(tmp_path):
    """A clean stop loses no turn that was already asked for."""
    path = tmp_path / "sanad.sqlite"
    shelf = await on_disk(path, StillClock())
    turns = [asyncio.create_task(shelf.put(name)) for name in range(50)]
    await asyncio.sleep(0)
    await put_away(shelf)
    assert await asyncio.gather(*turns) == [b"sealed"] * 50
    again = await on_disk(path, StillClock())
    assert len(await again.rows()) == 50
    await put_away(again)


# ------------------------------------------------------------------ both the same
names = st.sampled_from("abcd")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), names, st.integers(0, 2), st.booleans()),
        st.tuples(st.just("drop"), names, st.just(0), st.booleans()),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 40), st.just(False)),
        st.tuples(st.just("sweep"), st.just(""), st.integers(0, 2), st.just(False)),
    ),
    max_size=25,
)


def appending(name, epoch, count):
    """A turn that adds a sign to what it finds: a stale reading would show."""

    def decide(stored):
        before = stored.sealed if stored else b""
        return Change(put=row(name, before + b"+", epoch), count=count), None

    return decide


async def walked(shelf, walk):
    """What is left after every step of a walk, and how many each sweep took."""
    told = []
    for kind, name, number, counted in walk:
        count = ("step",) if counted else ()
        if kind == "put":
            await shelf.store.turn((slot(name),), appending(name, TODAY - number, count))
        elif kind == "drop":
            change = Change(drop=(slot(name),), count=count)
            await shelf.store.turn((slot(name),), lambda _, change=change: (change, None))
        elif kind == "wait":
            shelf.clock.seconds += number * MINUTE
        else:
            told.append(await shelf.store.sweep(TODAY - number))
        told.append((await shelf.rows(), dict(await shelf.counters())))
    return told


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_memory_and_disk_never_differ(tmp_path_factory, walk):
    """Whatever is put, dropped, waited for and swept: both stores hold the same."""

    async def both():
        clock, cases = StillClock(), MemoryCases()
        memory = await walked(Shelf(MemorySessions(clock, cases), cases, clock), walk)
        disk = await on_disk(tmp_path_factory.mktemp("walk") / "sanad.sqlite", StillClock())
        try:
            return memory, await walked(disk, walk)
        finally:
            await put_away(disk)

    memory, disk = asyncio.run(both())
    assert memory == disk
