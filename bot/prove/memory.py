"""Every byte a running process could lose in a core dump, read without one."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LARGEST_PIECE: Final = 64 << 20
OVERLAP: Final = 256
"""Bytes read twice, so that nothing hides where two pieces meet."""


def readable(process: int) -> bool:
    """Whether this user may read the process: it is not dumpable, so only root may."""
    try:
        with Path(f"/proc/{process}/mem").open("rb"):
            return True
    except OSError:
        return False


def pieces(process: int) -> Iterator[bytes]:
    """All writable memory of a process, which is stopped meanwhile."""
    os.kill(process, signal.SIGSTOP)
    try:
        with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
            for start, end in _writable(process):
                for at in range(start, end, LARGEST_PIECE):
                    try:
                        memory.seek(at)
                        yield memory.read(min(LARGEST_PIECE + OVERLAP, end - at))
                    except (OSError, ValueError, OverflowError):
                        continue  # a page that nobody can read holds nothing
    finally:
        os.kill(process, signal.SIGCONT)


def _writable(process: int) -> list[tuple[int, int]]:
    found = []
    for line in Path(f"/proc/{process}/maps").read_text(encoding="ascii").splitlines():
        span, rights = line.split()[:2]
        if "rw" in rights:
            start, end = span.split("-")
            found.append((int(start, 16), int(end, 16)))
    return found


def resident(process: int) -> int:
    """Bytes of memory the process has in use, as the machine counts them."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def busy_seconds(process: int) -> float:
    """Seconds of processor time the process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
