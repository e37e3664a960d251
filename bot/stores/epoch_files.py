"""Epoch keys as files on a memory-backed file system: made twice a day, destroyed on schedule."""

import os
from pathlib import Path
from typing import Final

from bot.errors import ConfigurationError
from bot.ports.runtime import Clock, Entropy
from bot.stores.steady_clock import STABLE_SECONDS, SteadyClock

EPOCH_SECONDS: Final = 43_200
"""Half a day: with `LIVING_EPOCHS`, no key is older than a day when it dies."""
KEY_BYTES: Final = 32
LIVING_EPOCHS: Final = 2
"""This half-day's and the one before: a key dies twelve hours after its half-day ended."""


class EpochFiles:
    """The Epochs port over files `epoch-N` (0600) in RUNTIME_DIR; also held in memory.

    A wall clock that jumps must not destroy keys, so its word is taken from a SteadyClock.
    """

    def __init__(self, folder: Path, clock: Clock, entropy: Entropy) -> None:
        self._folder = folder
        self._clock = SteadyClock(clock)
        self._entropy = entropy
        self._keys: dict[int, bytes] = {}
        self._living: tuple[tuple[int, bytes], ...] = ()
        self._started = clock.monotonic()
        self._open()
        self.rotate()

    def current(self) -> tuple[int, bytes]:
        """See Epochs.current."""
        epoch = self._present()
        if epoch not in self._keys:
            self._make(epoch)
        return epoch, self._keys[epoch]

    def living(self) -> tuple[tuple[int, bytes], ...]:
        """See Epochs.living."""
        today = self.current()[0]
        if self._living[:1] != ((today, self._keys[today]),) or len(self._living) != len(
            self._keys
        ):
            older = sorted((epoch for epoch in self._keys if epoch != today), reverse=True)
            self._living = tuple((epoch, self._keys[epoch]) for epoch in (today, *older))
        return self._living

    def rotate(self) -> int:
        """Make the present key, destroy those whose time is over; the oldest epoch still alive."""
        today = self.current()[0]
        if self._clock.monotonic() - self._started >= STABLE_SECONDS:
            # Not sooner: a machine that starts with a wrong clock must not destroy living keys.
            for epoch in [epoch for epoch in self._keys if abs(today - epoch) >= LIVING_EPOCHS]:
                self._destroy(epoch)
        return min(self._keys)

    def _present(self) -> int:
        return self._clock.now() // EPOCH_SECONDS

    def _open(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = self._folder.stat()
        except OSError as error:
            raise ConfigurationError(
                f"SANAD_RUNTIME_DIR: the folder cannot be made ({error.strerror})"
            ) from error
        if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
            raise ConfigurationError(
                "SANAD_RUNTIME_DIR belongs to somebody else or is open to others: "
                "chown it to this user and chmod 700"
            )
        for path in self._folder.glob("epoch-*"):
            number = path.name.removeprefix("epoch-")
            key = path.read_bytes()
            if number.isdecimal() and len(key) == KEY_BYTES:
                self._keys[int(number)] = key

    def _make(self, epoch: int) -> None:
        key = self._entropy.random_bytes(KEY_BYTES)
        path = self._folder / f"epoch-{epoch}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, key)
            os.fsync(handle)
        finally:
            os.close(handle)
        self._keys[epoch] = key

    def _destroy(self, epoch: int) -> None:
        path = self._folder / f"epoch-{epoch}"
        try:
            with path.open("r+b") as file:
                file.write(bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            pass  # another process destroyed it first; gone is what was wanted
        del self._keys[epoch]
        self._living = ()
