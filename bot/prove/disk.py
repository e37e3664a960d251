"""A small disk of its own, to fill: a tmpfs, which only root may mount."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SIZE_MIB: Final = 24
PIECE: Final = 1 << 16


@contextlib.contextmanager
def small_disk(folder: Path, mebibytes: int = SIZE_MIB) -> Iterator[Path | None]:
    """A folder with a small file system of its own; None where this user may not mount one."""
    place = folder / "disk"
    place.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", str(place)]
    try:
        mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)  # noqa: S607


def fill(place: Path) -> Path:
    """Take every byte that is left; the file that takes it."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(os.urandom(PIECE))
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\1")
    return filler
