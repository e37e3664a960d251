"""Which sessions have been quiet for too long, known only to this process."""

from collections.abc import Iterable
from typing import Final

IDLE_SECONDS: Final = 30 * 60


class Idleness:
    """When each slot was last touched, on the monotonic clock, in memory.

    No row carries a time finer than its epoch, so a thief of the database cannot tell when anybody
    wrote. The price: after a restart every row counts as touched at the first sweep, so an idle
    draft lives at most thirty minutes longer than it should.
    """

    def __init__(self) -> None:
        self._touched: dict[bytes, float] = {}

    def touch(self, slot: bytes, now: float) -> None:
        """The visitor of this slot has just written."""
        # Moved to the end: the dict stays in order of age, so a sweep stops at the first young one.
        self._touched.pop(slot, None)
        self._touched[slot] = now

    def renew(self, slot: bytes, now: float) -> None:
        """A turn of this slot has begun: a sweep that runs meanwhile leaves it alone."""
        if slot in self._touched:
            self.touch(slot, now)

    def drop(self, slots: Iterable[bytes]) -> None:
        """These slots are gone."""
        for slot in slots:
            self._touched.pop(slot, None)

    def meet(self, slots: Iterable[bytes], now: float) -> None:
        """Rows found in the database that this process has not seen yet."""
        for slot in slots:
            self._touched.setdefault(slot, now)

    def overdue(self, now: float) -> tuple[bytes, ...]:
        """Slots quiet for thirty minutes."""
        late = []
        for slot, touched in self._touched.items():
            if now - touched < IDLE_SECONDS:
                break
            late.append(slot)
        return tuple(late)
