"""The cells of the numbers page in SQLite."""

import sqlite3
from collections.abc import Sequence

from bot.domain.tallies import Tally
from bot.stores.sqlite import Database
from bot.stores.sqlite_work import consult, perform


def add_tallies(connection: sqlite3.Connection, tallies: Sequence[Tally]) -> None:
    """Add each count to its cell, in the open transaction."""
    if tallies:
        connection.executemany(
            "INSERT INTO tallies (period, name, row, col, count) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (period, name, row, col) DO UPDATE SET count = count + excluded.count",
            [(each.period, each.name, each.row, each.col, each.count) for each in tallies],
        )


def _tallies(connection: sqlite3.Connection, first: str, last: str) -> tuple[Tally, ...]:
    rows = connection.execute(
        "SELECT period, name, row, col, count FROM tallies WHERE period BETWEEN ? AND ?"
        " ORDER BY period, name, row, col",
        (first, last),
    )
    return tuple(Tally(*row) for row in rows)


class SqliteTallies:
    """TallyStore over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_tallies(self, tallies: Sequence[Tally]) -> None:
        """Add each count to its cell."""
        await perform(self._database, add_tallies, tallies)

    async def tallies(self, first: str = "", last: str = "9999-12") -> tuple[Tally, ...]:
        """Every cell of these months."""
        return await consult(self._database, _tallies, first, last)
