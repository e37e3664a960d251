"""The console's side of the case database in SQLite: pages of the queue, notes, owners."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from bot.domain.audit import Note
from bot.domain.case import STATES
from bot.ports.cases import CaseRow, Lowering
from bot.ports.casework import (
    Count,
    Load,
    Place,
    QueueRow,
    Resealed,
    SealedNote,
    Stale,
    View,
    ViewName,
)
from bot.stores import sqlite_resealing as resealing
from bot.stores.sqlite import Database
from bot.stores.sqlite_moves import lowering_of
from bot.stores.sqlite_rows import COLUMNS, DONE, OWNED, WAITING, list_of, to_row
from bot.stores.sqlite_work import consult, perform

_WIDTH: Final = COLUMNS.count(",") + 1
_FIRST: Final = Place(-(1 << 62), -1, b"")
_VIEWS: Final[dict[ViewName, str]] = {
    "waiting": WAITING, "mine": OWNED, "owned": OWNED, "done": DONE,
}  # fmt: skip
# The planner would sort every waiting case for each page.
_INDICES: Final[dict[ViewName, str]] = {
    "waiting": "INDEXED BY cases_waiting", "done": "INDEXED BY cases_done",
}  # fmt: skip
_BY_WAIT: Final = "(urgency, cases.hour, id) > (?, ?, ?) ORDER BY urgency, cases.hour, id"
# The same order as a `Place` has, said so that the index on the descending hour is used.
_BY_END: Final = "done_hour <= -? AND (done_hour < -? OR id > ?) ORDER BY done_hour DESC, id"


def _page(
    connection: sqlite3.Connection, view: View, after: Place | None, limit: int
) -> tuple[QueueRow, ...]:
    place = after or _FIRST
    marks, languages = list_of(view.languages)
    owned = "AND owner = ?" if view.name == "mine" or view.owner else ""
    order, values = (
        (_BY_END, (place.first, place.first, place.case))
        if view.name == "done"
        else (_BY_WAIT, (place.first, place.second, place.case))
    )
    rows = connection.execute(
        f"SELECT {COLUMNS.replace('hour,', 'cases.hour,', 1)},"  # noqa: S608 - our own words
        f" rung, due, level, by, lowerings.hour FROM cases {_INDICES.get(view.name, '')}"
        " LEFT JOIN clocks ON clocks.case_id = id LEFT JOIN lowerings ON lowerings.case_id = id"
        f" WHERE {_VIEWS[view.name]} {owned} AND language IN ({marks}) AND {order} LIMIT ?",
        (*([view.owner] if owned else []), *languages, *values, limit),
    )
    return tuple(map(_queue_row, rows))


def _queue_row(values: Sequence[Any]) -> QueueRow:
    row = to_row(values[:_WIDTH])
    rung, due, level, by, hour = values[_WIDTH:]
    wish = None if level is None else Lowering(row.case, level, by, hour)
    return QueueRow(row, rung or 0, due or 0, wish)


def _row(connection: sqlite3.Connection, case: bytes) -> CaseRow | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM cases WHERE id = ?", (case,)).fetchone()  # noqa: S608
    return to_row(row) if row else None


def _counts(connection: sqlite3.Connection) -> tuple[Count, ...]:
    rows = connection.execute(
        "SELECT state, urgency, count(*), min(hour) FROM cases GROUP BY state, urgency"
    )
    found = (Count(*row) for row in rows)
    return tuple(sorted(found, key=lambda each: (STATES.index(each.state), each.urgency)))


def _late(
    connection: sqlite3.Connection, before: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    zero, one, two, three = (
        connection.execute(
            f"SELECT count(*) FROM cases WHERE {WAITING} AND urgency = ? AND hour < ?",  # noqa: S608
            (urgency, hour),
        ).fetchone()[0]
        for urgency, hour in enumerate(before)
    )
    return zero, one, two, three


def _loads(connection: sqlite3.Connection) -> tuple[Load, ...]:
    rows = connection.execute(
        "SELECT owner, urgency, count(*), min(lease) FROM cases"  # noqa: S608 - our own words
        f" WHERE {OWNED} GROUP BY owner, urgency ORDER BY owner, urgency"
    )
    return tuple(Load(*row) for row in rows)


def _notes(connection: sqlite3.Connection, case: bytes) -> tuple[SealedNote, ...]:
    rows = connection.execute(
        "SELECT number, kind, hour, author, sealed_for, sealed FROM notes"
        " WHERE case_id = ? ORDER BY number",
        (case,),
    )
    return tuple(SealedNote(*row) for row in rows)


def _lowerings(connection: sqlite3.Connection) -> tuple[Lowering, ...]:
    rows = connection.execute(
        "SELECT case_id, level, by, hour FROM lowerings ORDER BY hour, case_id"
    )
    return tuple(Lowering(*row) for row in rows)


class SqliteCasework:
    """CaseworkStore over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def row(self, case: bytes) -> CaseRow | None:
        """The case of this id."""
        return await consult(self._database, _row, case)

    async def queue_page(
        self, view: View, after: Place | None = None, limit: int = 50
    ) -> tuple[QueueRow, ...]:
        """The next rows of a view."""
        return await consult(self._database, _page, view, after, limit)

    async def counts(self) -> tuple[Count, ...]:
        """Every (state, urgency) in which there are cases."""
        return await consult(self._database, _counts)

    async def late(self, before: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """By urgency: how many cases wait that came before these hours."""
        return await consult(self._database, _late, before)

    async def loads(self) -> tuple[Load, ...]:
        """What each owner has, by handle and urgency."""
        return await consult(self._database, _loads)

    async def notes(self, case: bytes) -> tuple[SealedNote, ...]:
        """What staff wrote to a case, in order."""
        return await consult(self._database, _notes, case)

    async def lowering(self, case: bytes) -> Lowering | None:
        """The wish to lower the case's urgency."""
        return await consult(self._database, lowering_of, case)

    async def lowerings(self) -> tuple[Lowering, ...]:
        """Every such wish, the oldest first."""
        return await consult(self._database, _lowerings)

    async def sealed_for(self, case: bytes) -> frozenset[int]:
        """Every roster version to which a part of the case is sealed now."""
        return await consult(self._database, resealing.sealed_for, case)

    async def stale(
        self, versions: Sequence[int], limit: int = 10, skip: int = 0
    ) -> tuple[Stale, ...]:
        """Parts of open cases sealed for one of these versions."""
        return await consult(self._database, resealing.stale, versions, limit, skip)

    async def stale_count(self, versions: Sequence[int]) -> int:
        """How many parts of open cases are sealed for one of these versions."""
        return await consult(self._database, resealing.stale_count, versions)

    async def reseal(self, parts: Sequence[Resealed], versions: Sequence[int], note: Note) -> int:
        """Put re-sealed parts in the place of those they were made of."""
        return await perform(self._database, resealing.reseal, parts, versions, note)
