"""The audit chain, the accepted rosters and the tallies in memory."""

from collections.abc import Sequence
from itertools import islice

from bot.domain.audit import AuditEntry, Note
from bot.domain.tallies import Tally
from bot.ports.cases import AuditQuery, Head
from bot.stores.memory_shelf import MemoryShelf


class MemoryLedger(MemoryShelf):
    """AuditLog, RosterHistory and TallyStore without a disk."""

    def __init__(self) -> None:
        super().__init__()
        self._rosters: dict[int, bytes] = {}
        self._heads: dict[int, Head] = {}

    async def audit(self) -> tuple[AuditEntry, ...]:
        """Every entry, in order."""
        return tuple(self._audit)

    async def audit_search(self, query: AuditQuery, limit: int) -> tuple[AuditEntry, ...]:
        """The newest entries that fit, newest first."""
        if set(query.case) - set("0123456789abcdef"):
            return ()
        fitting = (
            entry
            for entry in reversed(self._audit)
            if entry.seq < query.before
            and query.actor in ("", entry.note.actor)
            and query.act in ("", entry.note.act)
            and entry.note.case.hex().startswith(query.case)
            and query.first_hour <= entry.note.hour <= query.last_hour
        )
        return tuple(islice(fitting, limit))

    async def audit_page(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        """The entries that follow number `after`."""
        return tuple(self._audit[after : after + limit])

    async def audit_of(self, case: bytes) -> tuple[AuditEntry, ...]:
        """The acts on one case, in order."""
        return tuple(entry for entry in self._audit if entry.note.case == case)

    async def audit_head(self) -> AuditEntry | None:
        """The last entry."""
        return self._audit[-1] if self._audit else None

    async def keep_head(self, head: Head) -> bool:
        """Remember the signed head of a day."""
        return self._heads.setdefault(head.day, head) is head

    async def heads(self) -> tuple[Head, ...]:
        """Every signed head, in order of days."""
        return tuple(head for _, head in sorted(self._heads.items()))

    async def note(self, note: Note) -> None:
        """Add an act that changes no case."""
        self.write_note(note)

    async def newest_roster(self) -> tuple[int, bytes] | None:
        """Version and file of the newest roster ever accepted."""
        return max(self._rosters.items(), default=None)

    async def roster_file(self, version: int) -> bytes | None:
        """The accepted file of one version."""
        return self._rosters.get(version)

    async def keep_roster(self, version: int, file: bytes) -> bool:
        """Remember a roster; False unless it is newer than all."""
        if self._rosters and max(self._rosters) >= version:
            return False
        self._rosters[version] = file
        return True

    async def add_tallies(self, tallies: Sequence[Tally]) -> None:
        """Add each count to its cell."""
        self.count(tuple(tallies))

    async def tallies(self, first: str = "", last: str = "9999-12") -> tuple[Tally, ...]:
        """Every cell of these months."""
        return tuple(
            Tally(*cell, count)
            for cell, count in sorted(self._tallies.items())
            if first <= cell[0] <= last
        )
