"""Clock, entropy and epoch keys, handed in so that a test can freeze the universe in one call."""

from typing import Protocol


class Clock(Protocol):
    """Wall time for people, monotonic time for leases and idleness."""

    def now(self) -> int:
        """Seconds since 1970 UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...


class Entropy(Protocol):
    """The only source of randomness."""

    def random_bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        ...


class Epochs(Protocol):
    """The living epoch keys: (epoch number, 32-byte key), the present, then the one before.

    An epoch is half a UTC day (seconds // 43,200). A key is destroyed twelve hours after its
    epoch ends: no copy of a session opens when it is more than a day old.
    """

    def current(self) -> tuple[int, bytes]:
        """The present epoch and its key."""
        ...

    def living(self) -> tuple[tuple[int, bytes], ...]:
        """The present one, then every older one that is not destroyed yet."""
        ...
