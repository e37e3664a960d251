"""Where replies go: the only holder of numbers and chat ids, in memory only and forgotten soon."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, NoReturn, TypeVar

from bot.domain.visitor import Visitor

Address = TypeVar("Address")

KEPT_SECONDS: Final = 300.0
"""Longer than any reply waits for its sending, so that a pending reply always finds its address."""
KEPT_MOST: Final = 20_000
"""Beyond this the longest unused address goes first: a flood cannot fill the memory."""


class Addresses(Generic[Address]):
    """Visitor → address, dropped `seconds` after it was last used.

    Nothing here can be written down: no iteration, no repr of the content, no pickling.
    """

    def __init__(
        self,
        seconds: float = KEPT_SECONDS,
        most: int = KEPT_MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._held: OrderedDict[bytes, tuple[float, Address]] = OrderedDict()
        self._look_at = 0.0

    def put(self, visitor: Visitor, address: Address) -> None:
        """Hold this address, used now; older ones that are due are forgotten."""
        now = self._clock()
        self._held[visitor.vid] = (now, address)
        self._held.move_to_end(visitor.vid)
        if now >= self._look_at or len(self._held) > self._most:
            self._forget_old(now)

    def get(self, visitor: Visitor) -> Address | None:
        """The address of this visitor, or None when it is not held (any more)."""
        found = self._held.get(visitor.vid)
        if found is None or found[0] + self._seconds < self._clock():
            return None
        return found[1]

    def drop(self, visitor: Visitor) -> None:
        """Forget this visitor now."""
        self._held.pop(visitor.vid, None)

    def clear(self) -> None:
        """Forget everybody now."""
        self._held.clear()

    def sweep(self) -> int:
        """Forget what is due, for a quiet time in which nobody writes; how many are left."""
        self._forget_old(self._clock())
        return len(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return f"<addresses of {len(self._held)} visitors>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("addresses are never serialised")

    def _forget_old(self, now: float) -> None:
        """The longest unused come first; looking once a second keeps this out of every turn."""
        held = self._held
        due = now - self._seconds
        while held and (len(held) > self._most or next(iter(held.values()))[0] < due):
            held.popitem(last=False)
        self._look_at = now + 1.0
