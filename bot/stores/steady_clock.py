"""A wall clock that is not believed when it jumps."""

from typing import Final

from bot.ports.runtime import Clock

STABLE_SECONDS: Final = 2 * 3600
"""How long a clock that jumped must run steadily before it is believed."""


class SteadyClock:
    """The Clock port over another: wall time moves only as fast as monotonic time.

    Somebody who sets the clock, or a machine that wakes with a wrong one, must not destroy keys
    nor make a talk that goes on look a day old. After two steady hours the new time is taken.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor = (clock.now(), clock.monotonic())
        self._suspect_since: float | None = None

    def now(self) -> int:
        """Seconds since 1970 UTC, as far as they are believed."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        expected = self._anchor[0] + (monotonic - self._anchor[1])
        if abs(now - expected) <= STABLE_SECONDS:
            self._anchor, self._suspect_since = (now, monotonic), None
            return now
        if self._suspect_since is None:
            self._suspect_since = monotonic
        elif monotonic - self._suspect_since >= STABLE_SECONDS:
            self._anchor, self._suspect_since = (now, monotonic), None
            return now
        return int(expected)

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return self._clock.monotonic()
