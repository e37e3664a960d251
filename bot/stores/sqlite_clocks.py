"""Escalation clocks and leases in SQLite."""

import sqlite3
from collections.abc import Collection, Sequence
from typing import Final

from bot.domain.audit import NOBODY, Note
from bot.domain.baghdad import hour_of
from bot.ports.cases import CaseRow, Ringing
from bot.stores.sqlite import Database
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_rows import COLUMNS, OWNED, list_of, to_row
from bot.stores.sqlite_work import consult, perform

_RETURN: Final = f"""
UPDATE cases SET state = 'returned', owner = '', lease = 0 WHERE id = ? RETURNING {COLUMNS}
"""  # noqa: S608 - our own columns


def _take_due(connection: sqlite3.Connection, now: int, retry_at: int) -> tuple[Ringing, ...]:
    rows = connection.execute(
        "SELECT case_id, urgency, rung, due FROM clocks JOIN cases ON id = case_id"
        " WHERE due <= ? ORDER BY urgency, due, case_id",
        (now,),
    ).fetchall()
    connection.execute("UPDATE clocks SET due = ? WHERE due <= ?", (retry_at, now))
    return tuple(Ringing(*row) for row in rows)


def _rung_done(connection: sqlite3.Connection, ringing: Ringing, rung: int, due: int) -> bool:
    return bool(
        connection.execute(
            "UPDATE clocks SET rung = ?, due = ? WHERE case_id = ? AND rung = ? RETURNING rung",
            (rung, due, ringing.case, ringing.rung),
        ).fetchall()
    )


def give_back_all(
    connection: sqlite3.Connection,
    whose: str,
    values: Sequence[str],
    now: int,
    dues: tuple[int, int, int, int],
) -> tuple[CaseRow, ...]:
    """Take the owned cases of whom the condition names back into the queue."""
    found = connection.execute(
        f"SELECT id FROM cases WHERE {OWNED} AND {whose} ORDER BY id",  # noqa: S608 - our own words
        values,
    ).fetchall()
    hour = hour_of(now)
    return tuple(
        _give_back(connection, case, dues, Note(hour, NOBODY, "release", case)) for (case,) in found
    )


def _give_back(
    connection: sqlite3.Connection, case: bytes, dues: tuple[int, int, int, int], note: Note
) -> CaseRow:
    row = to_row(connection.execute(_RETURN, (case,)).fetchall()[0])
    connection.execute("INSERT INTO clocks VALUES (?, 0, ?)", (case, dues[row.urgency]))
    write_note(connection, note)
    return row


def _lapse(
    connection: sqlite3.Connection, now: int, dues: tuple[int, int, int, int]
) -> tuple[CaseRow, ...]:
    found = connection.execute(
        "SELECT id, owner FROM cases WHERE lease > 0 AND lease <= ? ORDER BY id", (now,)
    ).fetchall()
    return tuple(
        _give_back(connection, case, dues, Note(hour_of(now), owner or NOBODY, "lapse", case))
        for case, owner in found
    )


def _release(
    connection: sqlite3.Connection,
    members: Collection[str],
    now: int,
    dues: tuple[int, int, int, int],
) -> tuple[CaseRow, ...]:
    marks, values = list_of(sorted(members))
    return give_back_all(connection, f"owner NOT IN ({marks})", values, now, dues)


def _next_due(connection: sqlite3.Connection) -> int | None:
    row = connection.execute(
        "SELECT min(moment) FROM (SELECT min(due) AS moment FROM clocks"
        " UNION ALL SELECT min(lease) FROM cases WHERE lease > 0)"
    ).fetchone()
    return None if row[0] is None else int(row[0])


class SqliteClocks:
    """ClockStore over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_due(self, now: int, retry_at: int) -> tuple[Ringing, ...]:
        """Clocks due by `now`, each moved to `retry_at`."""
        return await perform(self._database, _take_due, now, retry_at)

    async def rung_done(self, ringing: Ringing, rung: int, due: int) -> bool:
        """The call was made: go to `rung`, due at `due`."""
        return await perform(self._database, _rung_done, ringing, rung, due)

    async def lapse(self, now: int, dues: tuple[int, int, int, int]) -> tuple[CaseRow, ...]:
        """Take cases whose lease is over back into the queue."""
        return await perform(self._database, _lapse, now, dues)

    async def release(
        self, members: Collection[str], now: int, dues: tuple[int, int, int, int]
    ) -> tuple[CaseRow, ...]:
        """Take cases whose owner is none of `members` back into the queue."""
        return await perform(self._database, _release, members, now, dues)

    async def next_due(self) -> int | None:
        """The earliest moment at which a clock or lease needs somebody."""
        return await consult(self._database, _next_due)
