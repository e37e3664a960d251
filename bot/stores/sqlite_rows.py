"""Rows of the case tables as values."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from bot.ports.cases import CaseRow, Letter

COLUMNS: Final = (
    "id, state, urgency, language, hour, wants_woman, child_trained, owner, lease, entries, news,"
    " closing, done_hour"
)
"""What `to_row` reads, in order, of a row of `cases`."""

# Word for word the conditions of the partial indices (0003_console.sql).
WAITING: Final = "state IN ('new', 'returned', 'reopened', 'escalated')"
OWNED: Final = "state IN ('claimed', 'in_contact', 'referred')"
DONE: Final = "state IN ('closed', 'duplicate', 'withdrawn')"


def to_row(row: Sequence[Any]) -> CaseRow:
    """A case from its columns."""
    (
        case, state, urgency, language, hour, wants_woman, child_trained, owner, lease, entries,
        news, closing, done_hour,
    ) = row  # fmt: skip
    return CaseRow(
        case, state, urgency, language, hour, bool(wants_woman), bool(child_trained), owner, lease,
        entries, bool(news), closing, done_hour,
    )  # fmt: skip


def list_of(values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Question marks and parameters for an IN list."""
    return ", ".join("?" * len(values)), tuple(values)


def letters_of(
    connection: sqlite3.Connection, case: bytes, *, only_safe: bool = False
) -> tuple[Letter, ...]:
    """The replies to a case, in order."""
    rows = connection.execute(
        "SELECT number, state, safe, hour, sealed FROM letters"
        " WHERE case_id = ? AND (safe OR NOT ?) ORDER BY number",
        (case, only_safe),
    )
    return tuple(
        Letter(number, state, bool(safe), hour, sealed)
        for number, state, safe, hour, sealed in rows
    )
