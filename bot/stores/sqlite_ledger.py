"""The audit chain and the accepted rosters in SQLite."""

import sqlite3
from dataclasses import replace
from typing import Final

from bot.domain.audit import FIRST, AuditEntry, Note, link
from bot.ports.cases import AuditQuery, Head
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


_ACTS: Final = "SELECT seq, hour, actor, act, case_id, hash FROM audit"


def _acts(
    connection: sqlite3.Connection, clause: str, values: tuple[int | str | bytes, ...] = ()
) -> tuple[AuditEntry, ...]:
    rows = connection.execute(f"{_ACTS} {clause}", values)
    return tuple(
        AuditEntry(seq, Note(hour, actor, act, case), digest)
        for seq, hour, actor, act, case, digest in rows
    )


CASE_DIGITS: Final = 32
SCANNED: Final = 20_000
"""Entries looked through in one go: a search of everything must not keep turns waiting."""


def _search(
    connection: sqlite3.Connection, query: AuditQuery, limit: int
) -> tuple[tuple[AuditEntry, ...], int]:
    """Fitting entries among the newest SCANNED before `query.before`; where to go on, 0 at the end.

    A case is found by its index, so its whole past is looked through at once.
    """
    newest = connection.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()[0]
    floor = 0 if query.case else max(min(query.before, newest + 1) - SCANNED, 0)
    conditions = ["seq < ?", "seq >= ?", "hour BETWEEN ? AND ?"]
    values: list[int | str | bytes] = [query.before, floor, query.first_hour, query.last_hour]
    if query.case:
        conditions.append("case_id BETWEEN ? AND ?")
        values += [bytes.fromhex(query.case.ljust(32, sign)) for sign in "0f"]
    for column, value in (("actor", query.actor), ("act", query.act)):
        if value:
            conditions.append(f"{column} = ?")
            values.append(value)
    way = "INDEXED BY audit_case" if query.case else ""
    clause = f"{way} WHERE {' AND '.join(conditions)} ORDER BY seq DESC LIMIT ?"
    return _acts(connection, clause, (*values, limit)), floor


def _keep_head(connection: sqlite3.Connection, head: Head) -> bool:
    return bool(
        connection.execute(
            "INSERT INTO heads (day, seq, hash, signature) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (day) DO NOTHING RETURNING day",
            (head.day, head.seq, head.hash, head.signature),
        ).fetchall()
    )


def _heads(connection: sqlite3.Connection) -> tuple[Head, ...]:
    rows = connection.execute("SELECT day, seq, hash, signature FROM heads ORDER BY day")
    return tuple(Head(*row) for row in rows)


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
        return await consult(self._database, _acts, "ORDER BY seq")

    async def audit_search(self, query: AuditQuery, limit: int) -> tuple[AuditEntry, ...]:
        """The newest entries that fit, newest first."""
        if set(query.case) - set("0123456789abcdef") or len(query.case) > CASE_DIGITS:
            return ()
        found: tuple[AuditEntry, ...] = ()
        while len(found) < limit:
            more, floor = await consult(self._database, _search, query, limit - len(found))
            found += more
            if not floor:
                break
            query = replace(query, before=floor)
        return found

    async def audit_page(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        """The entries that follow number `after`."""
        clause = "WHERE seq > ? ORDER BY seq LIMIT ?"
        return await consult(self._database, _acts, clause, (after, limit))

    async def audit_of(self, case: bytes) -> tuple[AuditEntry, ...]:
        """The acts on one case, in order."""
        return await consult(self._database, _acts, "WHERE case_id = ? ORDER BY seq", (case,))

    async def audit_head(self) -> AuditEntry | None:
        """The last entry."""
        last = await consult(self._database, _acts, "ORDER BY seq DESC LIMIT 1")
        return last[0] if last else None

    async def keep_head(self, head: Head) -> bool:
        """Remember the signed head of a day."""
        return await perform(self._database, _keep_head, head)

    async def heads(self) -> tuple[Head, ...]:
        """Every signed head, in order of days."""
        return await consult(self._database, _heads)

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
