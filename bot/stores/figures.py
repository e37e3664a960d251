"""Figures about the queue, counted by the database: nothing of a single case leaves this module."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.domain.case import QUEUED
from bot.domain.ladder import Watch, watch_at
from bot.errors import StoreError
from bot.stores.sqlite_rows import list_of

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


async def figures(path: Path) -> Figures:
    """Count everything on a connection of its own; StoreError when the database cannot be read.

    With fifty thousand cases waiting this takes a quarter of a second: turns must not wait for it.
    """
    return await asyncio.to_thread(_apart, path)


def _apart(path: Path) -> Figures:
    try:
        opened = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(opened) as connection:
            return _figures(connection)
    except sqlite3.Error as error:
        raise StoreError(f"the figures of the queue cannot be read: {error}") from error


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
