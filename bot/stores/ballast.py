"""A file that takes up room on the disk, given up so that what must be forgotten can be."""

import os
from pathlib import Path
from typing import Final

import structlog

_log = structlog.get_logger()

SIZE: Final = 4 << 20
"""Bytes: a full disk refuses deletions too, for these are written first (4 MiB wipe thousands)."""


class Ballast:
    """Blocks held in reserve beside the database."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        self._path = path
        self._size = size

    def fill(self) -> bool:
        """Take up the room again, if there is some; whether it is taken."""
        if self._path.exists() and self._path.stat().st_size >= self._size:
            return True
        handle = -1
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            # Blocks, not a hole: a sparse file would hold nothing.
            os.posix_fallocate(handle, 0, self._size)
        except OSError as error:
            _log.error("ballast_missing", kind=type(error).__name__)
            self._path.unlink(missing_ok=True)
            return False
        finally:
            if handle >= 0:
                os.close(handle)
        return True

    def release(self) -> bool:
        """Give the room up; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        _log.warning("ballast_released")
        return True
