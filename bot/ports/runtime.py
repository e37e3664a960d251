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
    """The living epoch keys: (epoch number, 32-byte key), today's first, then yesterday's.

    An epoch is a UTC day (seconds // 86,400). A key is destroyed 24 hours after its day ends.
    """

    def current(self) -> tuple[int, bytes]:
        """Today's epoch and key."""
        ...

    def living(self) -> tuple[tuple[int, bytes], ...]:
        """Today's, then every older one that is not destroyed yet."""
        ...
