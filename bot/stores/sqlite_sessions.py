"""Sessions in SQLite: turns that wait at the same moment are decided and committed together."""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from msgspec import Struct

from bot.errors import StoreError
from bot.ports.runtime import Clock
from bot.ports.stores import Change, Outcome, StoredSession
from bot.stores.idle import Idleness
from bot.stores.sqlite import Database
from bot.stores.sqlite_session_rows import select, write

BATCH: Final = 128
"""Most turns that share one commit; more wait for the next."""

HOT: Final = 4096
"""Rows, sealed as they are on the disk, that are not read again while their talk goes on."""

Decide = Callable[[StoredSession | None], tuple[Change, Any]]


class _Waiting(Struct):
    slots: Sequence[bytes]
    decide: Decide
    done: asyncio.Future[Any]
    change: Change | None = None
    outcome: Any = None


class SqliteSessions:
    """The SessionStore over one Database; one task reads, decides and commits in batches.

    Being one task is what makes turns of the same visitor follow each other: no lock is needed.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._idle = Idleness()
        self._hot: OrderedDict[bytes, StoredSession] = OrderedDict()
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._committing: asyncio.Task[None] | None = None
        self._underway: list[list[_Waiting]] = []
        """The batch that is decided and the one that is being committed."""
        self._loop: asyncio.AbstractEventLoop

    async def start(self) -> None:
        """Begin to work; rows left by an earlier run start their thirty minutes now."""
        self._loop = asyncio.get_running_loop()
        self._worker = asyncio.create_task(self._work(), name="turns")

    async def stop(self) -> None:
        """Finish what waits and end."""
        worker, self._worker = self._worker, None
        if worker is not None:
            left = [one.done for batch in (*self._underway, self._waiting) for one in batch]
            await asyncio.gather(*left, return_exceptions=True)
            await self._committed()
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def turn(
        self,
        slots: Sequence[bytes],
        decide: Callable[[StoredSession | None], tuple[Change, Outcome]],
    ) -> Awaitable[Outcome]:
        """See SessionStore.turn."""
        now = self._clock.monotonic()
        for slot in slots:
            self._idle.renew(slot, now)
        waiting = _Waiting(slots, decide, self._loop.create_future())
        self._waiting.append(waiting)
        self._wake.set()
        return waiting.done

    def at_hand(self, slots: Sequence[bytes]) -> StoredSession | None:
        """See SessionStore.at_hand."""
        return next((self._hot[slot] for slot in slots if slot in self._hot), None)

    async def sweep(self, dead_before_epoch: int) -> int:
        """See SessionStore.sweep."""
        now = self._clock.monotonic()
        try:
            rows = await self._database.read("SELECT slot FROM sessions")
        except sqlite3.Error as error:
            raise StoreError(f"sessions cannot be read: {error}") from error
        self._idle.meet((row[0] for row in rows), now)
        late = self._idle.overdue(now)

        def delete(connection: sqlite3.Connection) -> int:
            before = connection.total_changes
            connection.executemany(
                "DELETE FROM sessions WHERE slot = ?", [(slot,) for slot in late]
            )
            connection.execute("DELETE FROM sessions WHERE epoch < ?", (dead_before_epoch,))
            return connection.total_changes - before

        try:
            gone = await self._database.wipe(delete)
        except sqlite3.Error as error:
            raise StoreError(f"idle sessions could not be removed: {error}") from error
        self._idle.drop(late)
        self._hot.clear()
        if gone:
            await self._database.checkpoint()
        return gone

    # ------------------------------------------------------------------ the one task
    async def _work(self) -> None:
        """Decide a batch while the one before it is being committed, and so on."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = self._free()
                if batch:
                    error = await self._decide_together(batch)
                    await self._committed()
                    self._committing = self._loop.create_task(self._commit(batch, error))
                else:
                    await self._committed()

    def _free(self) -> list[_Waiting]:
        """The next batch: turns in order, but none that must wait for one on the same slot."""
        held = {slot for batch in self._underway for one in batch for slot in one.slots}
        batch: list[_Waiting] = []
        rest: list[_Waiting] = []
        for one in self._waiting:
            if len(batch) < BATCH and held.isdisjoint(one.slots):
                batch.append(one)
            else:
                rest.append(one)
                held.update(one.slots)
        self._waiting = rest
        if batch:
            self._underway.append(batch)
        return batch

    async def _committed(self) -> None:
        """Wait for the batch that is being committed."""
        committing, self._committing = self._committing, None
        if committing is not None:
            await committing

    async def _decide_together(self, batch: list[_Waiting]) -> Exception | None:
        """Read and decide every turn of a batch; the error if they cannot be read."""
        try:
            found = await self._read(batch)
        except Exception as error:  # noqa: BLE001 - told to those who wait; others go on
            return error
        for waiting in batch:
            self._decide(waiting, found)
        return None

    async def _commit(self, batch: list[_Waiting], error: Exception | None) -> None:
        """Write what was decided and tell those who wait; never raises."""
        if error is None:
            try:
                await self._write(batch)
                self._tell(batch)
            except Exception as failed:  # noqa: BLE001 - told to those who wait
                error = failed
        if error is not None:
            await self._part(batch, error)
        self._underway.remove(batch)

    async def _part(self, batch: list[_Waiting], error: Exception) -> None:
        """One bad turn must not take the others down: each gets a commit of its own."""
        # A database that is locked would fail for each of them, one time-out after the other.
        together = len(batch) == 1 or _hopeless(error)
        for waiting in batch:
            if together:
                _fail(waiting, error)
                continue
            try:
                if self._decide(waiting, await self._read([waiting])):
                    await self._write([waiting])
                    self._tell([waiting])
            except Exception as alone:  # noqa: BLE001 - told to the one who waits
                _fail(waiting, alone)

    def _tell(self, batch: list[_Waiting]) -> None:
        now = self._clock.monotonic()
        for waiting in batch:
            self._note(waiting.change, now)
            if not waiting.done.done():
                waiting.done.set_result(waiting.outcome)

    async def _write(self, batch: list[_Waiting]) -> None:
        await write(self._database, [one.change for one in batch if one.change is not None])

    async def _read(self, batch: list[_Waiting]) -> dict[bytes, StoredSession]:
        """The sessions of a batch: those just written are at hand, the others are read."""
        found: dict[bytes, StoredSession] = {}
        wanted: list[bytes] = []
        for waiting in batch:
            hot = self._hot.get(waiting.slots[0])
            if hot is None:
                wanted.extend(waiting.slots)
            else:
                found[hot.slot] = hot
        if wanted:
            found.update(await self._database.query(lambda connection: select(connection, wanted)))
        return found

    def _decide(self, waiting: _Waiting, found: dict[bytes, StoredSession]) -> bool:
        stored = next((found[slot] for slot in waiting.slots if slot in found), None)
        try:
            change, waiting.outcome = waiting.decide(stored)
        except Exception as error:  # noqa: BLE001 - told to the one who waits; others go on
            waiting.change = None
            if not waiting.done.done():
                waiting.done.set_exception(error)
            return False
        waiting.change = change
        for slot in change.drop:
            found.pop(slot, None)
        if change.put is not None:
            found[change.put.slot] = change.put
        return True

    def _note(self, change: Change | None, now: float) -> None:
        if change is None:
            return
        self._idle.drop(change.drop)
        for slot in change.drop:
            self._hot.pop(slot, None)
        if change.put is not None:
            self._idle.touch(change.put.slot, now)
            self._hot[change.put.slot] = change.put
            self._hot.move_to_end(change.put.slot)
            if len(self._hot) > HOT:
                self._hot.popitem(last=False)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if waiting.done.done():
        return
    if isinstance(error, sqlite3.Error | OSError):
        # The text of an SQLite error names a table or the disk, never a value.
        told: Exception = StoreError(f"the turn could not be stored: {error}")
        told.__cause__ = error
    else:
        told = error
    waiting.done.set_exception(told)


def _hopeless(error: Exception) -> bool:
    """Whether the database itself is locked or unreadable, whatever would be written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR)
