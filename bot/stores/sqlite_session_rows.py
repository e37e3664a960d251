"""Sessions as rows of SQLite: reading them, and writing what a batch of turns changed."""

import sqlite3
from functools import cache
from typing import Final

from bot.ports.stores import Change, StoredSession
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import insert_case, insert_entry
from bot.stores.sqlite_tallies import add_tallies

_NOTHING: Final = Change()
_ROW: Final = "(?, ?, ?)"


async def write(database: Database, changes: list[Change]) -> None:
    """Commit the changes of a batch; one statement does for what nearly every batch is."""
    rows = _rows(changes)
    if rows and all(map(_plain, changes)):
        await database.put(*_upsert(rows))
    elif any(change != _NOTHING for change in changes):
        # Of a batch that fails each change is tried alone: then a wipe may use the reserve.
        alone = len(changes) == 1 and _only_takes_away(changes[0])
        put = database.wipe if alone else database.write
        await put(lambda connection: _apply(connection, changes))


def select(connection: sqlite3.Connection, slots: list[bytes]) -> dict[bytes, StoredSession]:
    """The sessions found under these slots."""
    found: dict[bytes, StoredSession] = {}
    for slot in slots:
        row = connection.execute(
            "SELECT slot, epoch, sealed FROM sessions WHERE slot = ?", (slot,)
        ).fetchone()
        if row is not None:
            found[slot] = StoredSession(*row)
    return found


def _plain(change: Change) -> bool:
    """Whether a change does nothing but put one session in its place."""
    return not (change.drop or change.case or change.entry or change.count or change.tallies)


def _only_takes_away(change: Change) -> bool:
    return bool(change.drop) and change.put is None and change.case is None


def _rows(changes: list[Change]) -> list[StoredSession]:
    """The sessions as they are after all changes: the last word on a slot is the one that stays."""
    rows: dict[bytes, StoredSession | None] = {}
    for change in changes:
        rows.update(dict.fromkeys(change.drop))
        if change.put is not None:
            rows[change.put.slot] = change.put
    return [row for row in rows.values() if row is not None]


@cache
def _upsert_of(rows: int) -> str:
    return (
        f"INSERT INTO sessions (slot, epoch, sealed) VALUES {', '.join([_ROW] * rows)} "  # noqa: S608 - question marks only
        "ON CONFLICT (slot) DO UPDATE SET epoch = excluded.epoch, sealed = excluded.sealed"
    )


def _upsert(rows: list[StoredSession]) -> tuple[str, list[bytes | int]]:
    """One statement for all of them: fifty steps would wait fifty times for the interpreter."""
    return _upsert_of(len(rows)), [
        value for row in rows for value in (row.slot, row.epoch, row.sealed)
    ]


def _apply(connection: sqlite3.Connection, changes: list[Change]) -> None:
    """All changes of a batch in order."""
    counts: dict[str, int] = {}
    for change in changes:
        for name in change.count:
            counts[name] = counts.get(name, 0) + 1
        if change.case is not None:
            insert_case(connection, change.case)
        if change.entry is not None:
            insert_entry(connection, change.entry)
        add_tallies(connection, change.tallies)
    rows = _rows(changes)
    if rows:
        connection.execute(*_upsert(rows))
    left = {row.slot for row in rows}
    gone = {slot for change in changes for slot in change.drop} - left
    if gone:
        connection.executemany("DELETE FROM sessions WHERE slot = ?", [(slot,) for slot in gone])
    if counts:
        connection.executemany(
            "INSERT INTO counters (name, count) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET count = count + excluded.count",
            counts.items(),
        )
