"""Sessions in memory: the reference of the store contract, and the refuge when the disk fails."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

from bot.ports.runtime import Clock
from bot.ports.stores import Change, Outcome, StoredSession
from bot.stores.idle import Idleness
from bot.stores.memory_cases import MemoryCases


class MemorySessions:
    """The SessionStore without a disk; holds at most `room` sessions, the oldest go first."""

    def __init__(self, clock: Clock, cases: MemoryCases | None = None, room: int = 20_000) -> None:
        self._clock = clock
        self._room = room
        self._rows: OrderedDict[bytes, StoredSession] = OrderedDict()
        self._idle = Idleness()
        self._lock = asyncio.Lock()
        self._cases = cases or MemoryCases()
        self.counters: dict[str, int] = {}

    async def turn(
        self,
        slots: Sequence[bytes],
        decide: Callable[[StoredSession | None], tuple[Change, Outcome]],
    ) -> Outcome:
        """See SessionStore.turn."""
        async with self._lock:
            stored = next((self._rows[slot] for slot in slots if slot in self._rows), None)
            change, outcome = decide(stored)
            self._apply(change)
            return outcome

    def at_hand(self, slots: Sequence[bytes]) -> StoredSession | None:
        """See SessionStore.at_hand."""
        return next((self._rows[slot] for slot in slots if slot in self._rows), None)

    async def sweep(self, dead_before_epoch: int) -> int:
        """See SessionStore.sweep."""
        late = {
            *self._idle.overdue(self._clock.monotonic()),
            *(slot for slot, row in self._rows.items() if row.epoch < dead_before_epoch),
        }
        gone = sum(self._rows.pop(slot, None) is not None for slot in late)
        self._idle.drop(late)
        return gone

    def take_out(self) -> tuple[StoredSession, ...]:
        """Empty the store and give what was in it (the disk works again)."""
        rows = tuple(self._rows.values())
        self._rows.clear()
        return rows

    def _apply(self, change: Change) -> None:
        # The case first: it alone can be refused, and then nothing else may have happened.
        if change.case is not None:
            self._cases.insert_case(change.case)
        if change.entry is not None:
            self._cases.insert_entry(change.entry)
        self._cases.count(change.tallies)
        for slot in change.drop:
            self._rows.pop(slot, None)
        self._idle.drop(change.drop)
        if change.put is not None:
            self._rows[change.put.slot] = change.put
            self._rows.move_to_end(change.put.slot)
            self._idle.touch(change.put.slot, self._clock.monotonic())
            while len(self._rows) > self._room:
                self._rows.popitem(last=False)
        for name in change.count:
            self.counters[name] = self.counters.get(name, 0) + 1
