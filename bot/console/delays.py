"""Wrong tries slow down: each further one waits longer, and nobody is locked out by another's."""

from dataclasses import dataclass
from typing import Final

from bot.domain.roster import Handle

FREE_TRIES: Final = 3
LONGEST: Final = 120
FORGOTTEN_AFTER: Final = 3600
MOST: Final = 4096

Who = tuple[str, bytes]
"""What is tried, and by whom: a known browser, or everybody else at a name."""


@dataclass(frozen=True, slots=True)
class _Tries:
    wrong: int
    until: float


class Delays:
    """Counts wrong tries in memory.

    A browser that signed in before has a count of its own: a stranger's wrong tries at a name
    slow down strangers, not the colleague whose name it is.
    """

    def __init__(self) -> None:
        self._tries: dict[Who, _Tries] = {}

    def left(self, who: Who, now: float) -> int:
        """Whole seconds until the next wrong try counts; 0 if it does now."""
        tries = self._tries.get(who)
        return max(0, -int(-(tries.until - now) // 1)) if tries else 0

    def wrong(self, who: Who, now: float) -> None:
        """One more wrong try."""
        before = self._tries.pop(who, None)
        known = before is not None and now - before.until < FORGOTTEN_AFTER
        count = (before.wrong if before and known else 0) + 1
        wait = min(LONGEST, 2 ** (count - FREE_TRIES)) if count > FREE_TRIES else 0
        if len(self._tries) >= MOST:
            del self._tries[next(iter(self._tries))]
        self._tries[who] = _Tries(count, now + wait)

    def right(self, who: Who) -> None:
        """Begin anew."""
        self._tries.pop(who, None)


def who_tries(handle: Handle, device: bytes, owner: Handle | None) -> Who:
    """Whose count a try at `handle` goes to: the browser's own if its `owner` is that handle."""
    if owner == handle:
        return (handle, device)
    return (handle, b"")
