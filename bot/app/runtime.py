"""The real clock and the real entropy."""

import os
import time


class SystemClock:
    """The machine's clocks."""

    def now(self) -> int:
        """Seconds since 1970 UTC."""
        return int(time.time())

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()


class SystemEntropy:
    """The operating system's randomness."""

    def random_bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        return os.urandom(count)
