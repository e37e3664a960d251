"""How the installation is: ready or not, and the figures that operators watch."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.app.backup import newest_backup
from bot.app.settings import Settings
from bot.errors import StoreError
from bot.ports.runtime import Clock, Epochs
from bot.stores.epoch_files import EPOCH_SECONDS, LIVING_EPOCHS
from bot.stores.figures import Figures, figures
from bot.stores.sqlite import Database

WAL: str = "-wal"


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at everything; `queue` is None when the database did not answer."""

    ready: Mapping[str, bool]
    queue: Figures | None
    now: int
    free: int
    size: int
    wal: int
    overdue: int
    backup_age: float


class Health:
    """Looks at database, keys, roster and disk of a running program."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        epochs: Epochs,
        has_roster: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._epochs = epochs
        self._has_roster = has_roster
        self._clock = clock

    async def ready(self) -> Mapping[str, bool]:
        """Booleans only. Without a roster people are still helped, so that alone is no outage."""
        database, epoch = await self._answers(), self._epoch_is_todays()
        return {
            "ready": database and epoch,
            "db": database,
            "epoch": epoch,
            "roster": self._has_roster(),
        }

    async def vitals(self) -> Vitals:
        """Everything a scrape shows."""
        try:
            queue = await figures(self._settings.database_path)
        except StoreError:
            queue = None
        now = self._clock.now()
        disk = await asyncio.to_thread(shutil.disk_usage, self._settings.data_dir)
        made = newest_backup(self._settings.data_dir)
        return Vitals(
            ready=await self.ready(),
            queue=queue,
            now=now,
            free=disk.free,
            size=disk.total,
            wal=self._wal(),
            overdue=self._overdue(now),
            backup_age=now - made.made if made else float("inf"),
        )

    async def _answers(self) -> bool:
        try:
            await self._database.read("SELECT 1")
        except (sqlite3.Error, ValueError):
            return False
        return True

    def _epoch_is_todays(self) -> bool:
        return self._epochs.current()[0] == self._clock.now() // EPOCH_SECONDS

    def _overdue(self, now: int) -> int:
        """Seconds since the oldest living key should have been destroyed."""
        oldest = min(epoch for epoch, _ in self._epochs.living())
        return max(0, now - (oldest + LIVING_EPOCHS) * EPOCH_SECONDS)

    def _wal(self) -> int:
        path = self._settings.database_path
        try:
            return path.with_name(path.name + WAL).stat().st_size
        except FileNotFoundError:
            return 0
