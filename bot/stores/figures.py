"""Figures about the queue, counted by the database: nothing of a single case leaves this module."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.case import QUEUED
from bot.domain.ladder import Watch, watch_at
from bot.stores.sqlite import Database
from bot.stores.sqlite_rows import list_of
from bot.stores.sqlite_work import consult

BREACHED_RUNG: Final = 2
"""From here on somebody was called because those called first did not take the case."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The queue at one moment. `oldest` is by urgency, in hours since 1970; `due` in seconds."""

    waiting: Mapping[tuple[int, str], int]
    oldest: Mapping[int, int]
    called: Mapping[tuple[int, Watch], int]
    breached: Mapping[int, int]
    due: int | None
    sessions: int
    unsettled: int


async def figures(database: Database) -> Figures:
    """Count everything in one hop; StoreError when the database cannot be read."""
    return await consult(database, _figures)


def _figures(connection: sqlite3.Connection) -> Figures:
    marks, states = list_of(sorted(QUEUED))
    rows = connection.execute(
        "SELECT urgency, language, count(*), min(hour) FROM cases"  # noqa: S608 - question marks
        f" WHERE state IN ({marks}) GROUP BY urgency, language",
        states,
    ).fetchall()
    oldest: dict[int, int] = {}
    for urgency, _, _, hour in rows:
        oldest[urgency] = min(hour, oldest.get(urgency, hour))
    clocks = connection.execute(
        "SELECT urgency, rung, count(*) FROM clocks JOIN cases ON id = case_id"
        " GROUP BY urgency, rung"
    ).fetchall()
    return Figures(
        waiting={(urgency, language): count for urgency, language, count, _ in rows},
        oldest=oldest,
        called=_called(clocks),
        breached=_breached(clocks),
        due=connection.execute("SELECT min(due) FROM clocks").fetchone()[0],
        sessions=connection.execute("SELECT count(*) FROM sessions").fetchone()[0],
        unsettled=connection.execute("SELECT count(*) FROM staged_codes").fetchone()[0],
    )


def _called(clocks: list[tuple[int, int, int]]) -> dict[tuple[int, Watch], int]:
    found: dict[tuple[int, Watch], int] = {}
    for urgency, rung, count in clocks:
        if rung > 0:
            last = urgency, watch_at(urgency, rung - 1)
            found[last] = found.get(last, 0) + count
    return found


def _breached(clocks: list[tuple[int, int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for urgency, rung, count in clocks:
        if rung >= BREACHED_RUNG:
            found[urgency] = found.get(urgency, 0) + count
    return found
