"""The audit chain and the accepted rosters in SQLite."""

import sqlite3

from bot.domain.audit import FIRST, AuditEntry, Note, link
from bot.stores.sqlite import Database
from bot.stores.sqlite_work import consult, perform


def write_note(connection: sqlite3.Connection, note: Note) -> None:
    """Append to the chain, inside the caller's transaction: no two can take the same place."""
    last = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, previous = (last[0] + 1, last[1]) if last else (1, FIRST)
    connection.execute(
        "INSERT INTO audit (seq, hour, actor, act, case_id, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (seq, note.hour, note.actor, note.act, note.case, link(previous, seq, note)),
    )


def _entries(connection: sqlite3.Connection) -> tuple[AuditEntry, ...]:
    rows = connection.execute("SELECT seq, hour, actor, act, case_id, hash FROM audit ORDER BY seq")
    return tuple(
        AuditEntry(seq, Note(hour, actor, act, case), digest)
        for seq, hour, actor, act, case, digest in rows
    )


def _newest(connection: sqlite3.Connection) -> tuple[int, bytes] | None:
    row = connection.execute(
        "SELECT version, file FROM rosters ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return (row[0], row[1]) if row else None


def _file(connection: sqlite3.Connection, version: int) -> bytes | None:
    row = connection.execute("SELECT file FROM rosters WHERE version = ?", (version,)).fetchone()
    return bytes(row[0]) if row else None


def _keep(connection: sqlite3.Connection, version: int, file: bytes) -> bool:
    newest = _newest(connection)
    if newest is not None and newest[0] >= version:
        return False
    connection.execute("INSERT INTO rosters (version, file) VALUES (?, ?)", (version, file))
    return True


class SqliteLedger:
    """AuditLog and RosterHistory over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audit(self) -> tuple[AuditEntry, ...]:
        """Every entry, in order."""
        return await consult(self._database, _entries)

    async def note(self, note: Note) -> None:
        """Add an act that changes no case."""
        await perform(self._database, write_note, note)

    async def newest_roster(self) -> tuple[int, bytes] | None:
        """Version and file of the newest roster ever accepted."""
        return await consult(self._database, _newest)

    async def roster_file(self, version: int) -> bytes | None:
        """The accepted file of one version."""
        return await consult(self._database, _file, version)

    async def keep_roster(self, version: int, file: bytes) -> bool:
        """Remember a roster; False unless it is newer than all."""
        return await perform(self._database, _keep, version, file)
