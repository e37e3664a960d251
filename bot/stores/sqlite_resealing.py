"""Which sealed parts somebody must seal again, and their exchange, in SQLite."""

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from bot.domain.audit import Note
from bot.ports.casework import Part, Resealed, Stale
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_rows import DONE

_TABLES: Final[dict[Part, str]] = {"entry": "entries", "note": "notes"}
# Keys first, contents after: sorting fifty thousand reports would move gigabytes.
_STALE: Final = f"""
SELECT id, urgency, cases.hour AS came, {{part}} AS part, number FROM {{table}}
  JOIN cases ON id = case_id WHERE sealed_for IN ({{marks}}) AND NOT {DONE}
"""  # noqa: S608 - our own words


def sealed_for(connection: sqlite3.Connection, case: bytes) -> frozenset[int]:
    """Every roster version to which a part of the case is sealed now."""
    rows = connection.execute(
        "SELECT sealed_for FROM entries WHERE case_id = ?"
        " UNION SELECT sealed_for FROM notes WHERE case_id = ?",
        (case, case),
    )
    return frozenset(row[0] for row in rows)


def stale(
    connection: sqlite3.Connection, versions: Sequence[int], limit: int, skip: int
) -> tuple[Stale, ...]:
    """Parts of open cases sealed for one of these versions."""
    query, values = _all_stale(versions)
    keys = connection.execute(
        f"{query} ORDER BY urgency, came, id, part, number LIMIT ? OFFSET ?", (*values, limit, skip)
    ).fetchall()
    return tuple(_fetch(connection, case, part, number) for case, _, _, part, number in keys)


def stale_count(connection: sqlite3.Connection, versions: Sequence[int]) -> int:
    """How many parts of open cases are sealed for one of these versions."""
    query, values = _all_stale(versions)
    row = connection.execute(f"SELECT count(*) FROM ({query})", values).fetchone()  # noqa: S608
    return int(row[0])


def reseal(
    connection: sqlite3.Connection,
    parts: Sequence[Resealed],
    versions: Sequence[int],
    note: Note,
) -> int:
    """Put re-sealed parts in the place of those they were made of, in the open transaction."""
    changed = [part.case for part in parts if _exchange(connection, part, versions)]
    for case in dict.fromkeys(changed):
        write_note(connection, Note(note.hour, note.actor, note.act, case))
    return len(changed)


def _all_stale(versions: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join("?" * len(versions))
    parts = (
        _STALE.format(part=f"'{part}'", table=table, marks=marks) for part, table in _TABLES.items()
    )
    return " UNION ALL ".join(parts), tuple(versions) * len(_TABLES)


def _fetch(connection: sqlite3.Connection, case: bytes, part: Part, number: int) -> Stale:
    first = connection.execute(
        "SELECT sealed, origin FROM entries WHERE case_id = ? AND number = 0", (case,)
    ).fetchone()
    anchor = first[1] or hashlib.sha256(first[0]).digest()
    origin = "origin" if part == "entry" else "x''"
    row = connection.execute(
        f"SELECT hour, sealed_for, sealed, {origin} FROM {_TABLES[part]}"  # noqa: S608
        " WHERE case_id = ? AND number = ?",
        (case, number),
    ).fetchone()
    hour, version, sealed, original = row
    return Stale(case, part, number, hour, version, sealed, anchor, original)


def _exchange(connection: sqlite3.Connection, part: Resealed, versions: Sequence[int]) -> bool:
    table = _TABLES[part.part]
    where = "WHERE case_id = ? AND number = ?"
    row = connection.execute(
        f"SELECT sealed, sealed_for FROM {table} {where}",  # noqa: S608 - our own words
        (part.case, part.number),
    ).fetchone()
    if row is None or row[1] not in versions or hashlib.sha256(row[0]).digest() != part.before:
        return False
    connection.execute(
        f"UPDATE {table} SET sealed = ?, sealed_for = ? {where}",  # noqa: S608
        (part.sealed, part.sealed_for, part.case, part.number),
    )
    if part.part == "entry":
        connection.execute(
            f"UPDATE entries SET origin = ? {where} AND origin = x''",  # noqa: S608
            (part.before, part.case, part.number),
        )
    return True
