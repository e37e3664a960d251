"""The signed roster on disk, read again when it changes, trusted only if its signature holds."""

from pathlib import Path
from typing import Final

import structlog

from bot.errors import RosterError
from bot.ports.cases import RosterHistory
from bot.usecases.trust_roster import TrustedRoster, parse_admin, trust_roster

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

    def __call__(self) -> TrustedRoster | None:
        """The roster in force, None when there is none: then reports are refused, not lost."""
        return self._trusted

    async def refresh(self) -> None:
        """Look whether the file changed, and take the new roster if it can be trusted."""
        try:
            status = self._roster.stat()
            seen = (status.st_mtime_ns, status.st_size)
            if seen == self._seen:
                return
            admin = parse_admin(self._admin.read_text(encoding="ascii"))
            self._trusted = await trust_roster(self._roster.read_bytes(), admin, self._history)
        except FileNotFoundError:
            return
        except (RosterError, OSError, UnicodeDecodeError) as error:
            _log.error("roster_refused", kind=type(error).__name__)
            return
        self._seen = seen
        _log.info("roster_in_force", version=self._trusted.version)
