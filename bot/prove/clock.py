"""A clock that another process steers: the real one, moved by what stands in a shared file."""

import mmap
import struct
import time
from pathlib import Path
from typing import Final, Self

_SHIFTS: Final = struct.Struct("<dd")


class SteeredClock:
    """Wall and monotonic time, each the machine's plus a shift that may change at any moment."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SHIFTS.size)

    @classmethod
    def make(cls, file: Path) -> Self:
        """A new one that runs true."""
        file.write_bytes(_SHIFTS.pack(0.0, 0.0))
        return cls(file)

    def now(self) -> int:
        """Seconds since 1970 UTC."""
        return int(time.time() + _SHIFTS.unpack(self._shared[:])[0])

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic() + float(_SHIFTS.unpack(self._shared[:])[1])

    def advance(self, seconds: float) -> None:
        """Time passes, on both clocks."""
        self._move(seconds, seconds)

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock; nothing has passed."""
        self._move(seconds, 0.0)

    def _move(self, wall: float, monotonic: float) -> None:
        before = _SHIFTS.unpack(self._shared[:])
        self._shared[:] = _SHIFTS.pack(before[0] + wall, before[1] + monotonic)
