"""Escalation clocks and leases in memory."""

from collections.abc import Collection

from bot.domain.audit import NOBODY, Note
from bot.domain.baghdad import hour_of
from bot.domain.case import OWNED
from bot.ports.cases import CaseRow, Ringing
from bot.stores.memory_shelf import MemoryShelf, Ticking


class MemoryClocks(MemoryShelf):
    """ClockStore without a disk."""

    async def take_due(self, now: int, retry_at: int) -> tuple[Ringing, ...]:
        """Clocks due by `now`, each moved to `retry_at`."""
        ringing = []
        for case, kept in self._cases.items():
            if kept.clock is not None and kept.clock.due <= now:
                ringing.append(Ringing(case, kept.row.urgency, kept.clock.rung, kept.clock.due))
                kept.clock.due = retry_at
        return tuple(sorted(ringing, key=lambda each: (each.urgency, each.due, each.case)))

    async def rung_done(self, ringing: Ringing, rung: int, due: int) -> bool:
        """The call was made: go to `rung`, due at `due`."""
        kept = self._cases.get(ringing.case)
        if kept is None or kept.clock is None or kept.clock.rung != ringing.rung:
            return False
        kept.clock = Ticking(rung, due)
        return True

    async def lapse(self, now: int, dues: tuple[int, int, int, int]) -> tuple[CaseRow, ...]:
        """Take cases whose lease is over back into the queue."""
        lapsed = []
        for case, kept in sorted(self._cases.items()):
            if 0 < kept.row.lease <= now:
                note = Note(hour_of(now), kept.row.owner or NOBODY, "lapse", case)
                lapsed.append(self.give_back(kept, dues, note))
        return tuple(lapsed)

    async def release(
        self, members: Collection[str], now: int, dues: tuple[int, int, int, int]
    ) -> tuple[CaseRow, ...]:
        """Take cases whose owner is none of `members` back into the queue."""
        return tuple(
            self.give_back(kept, dues, Note(hour_of(now), NOBODY, "release", case))
            for case, kept in sorted(self._cases.items())
            if kept.row.state in OWNED and kept.row.owner not in members
        )

    async def next_due(self) -> int | None:
        """The earliest moment at which a clock or lease needs somebody."""
        clocks = [kept.clock.due for kept in self._cases.values() if kept.clock is not None]
        leases = [kept.row.lease for kept in self._cases.values() if kept.row.lease]
        return min(clocks + leases, default=None)
