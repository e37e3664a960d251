"""The signed roster on disk, read again when it changes, trusted only if its signature holds."""

import asyncio
import os
from pathlib import Path
from typing import Final

import structlog

from bot.errors import RosterError
from bot.ports.cases import RosterHistory
from bot.usecases.publish_roster import publish_roster
from bot.usecases.trust_roster import Admins, TrustedRoster, parse_admins, trust_roster

_log = structlog.get_logger()
ADMIN_FILE: Final = "admin.pub"
ROSTER_FILE: Final = "roster.json"


class RosterFile:
    """The roster in force. A bad file changes nothing: the last trusted one stays."""

    def __init__(self, roster: Path, admin: Path, history: RosterHistory) -> None:
        self._roster = roster
        self._admin = admin
        self._history = history
        self._seen = (0, 0)
        self._trusted: TrustedRoster | None = None
        self._publishing = asyncio.Lock()

    def __call__(self) -> TrustedRoster | None:
        """The roster in force, None when there is none: then reports are refused, not lost."""
        return self._trusted

    def admins(self) -> Admins:
        """The keys that may sign a roster here; none when nobody is pinned yet."""
        try:
            return self._pinned()
        except (OSError, UnicodeDecodeError, RosterError):
            return ()

    async def publish(self, file: bytes) -> TrustedRoster:
        """Put a signed file in force, on disk first; RosterError changes nothing."""
        async with self._publishing:
            trusted = await publish_roster(
                file, self.admins(), self._history, lambda data: replace_file(self._roster, data)
            )
            status = self._roster.stat()
            self._seen = (status.st_mtime_ns, status.st_size)
            self._trusted = trusted
        _log.info("roster_in_force", version=trusted.version)
        return trusted

    async def refresh(self) -> None:
        """Look whether the file changed, and take the new roster if it can be trusted."""
        try:
            status = self._roster.stat()
            seen = (status.st_mtime_ns, status.st_size)
            if seen == self._seen:
                return
            admins = self._pinned()
            self._trusted = await trust_roster(self._roster.read_bytes(), admins, self._history)
        except FileNotFoundError:
            return
        except (RosterError, OSError, UnicodeDecodeError) as error:
            _log.error("roster_refused", kind=type(error).__name__)
            return
        self._seen = seen
        _log.info("roster_in_force", version=self._trusted.version)

    def _pinned(self) -> Admins:
        return parse_admins(self._admin.read_text(encoding="ascii"))


def replace_file(path: Path, data: bytes) -> None:
    """Write all or nothing: a service that reads at this moment sees the old or the new file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
