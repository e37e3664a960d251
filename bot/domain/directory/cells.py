"""Cells of a row as values: codes, lists, days and times, each fault noted where it stands."""

from collections.abc import Collection
from datetime import date, time
from typing import TypeVar

from bot.domain.csv_rows import Problem, Row, nearest_word

Value = TypeVar("Value")


class Cells:
    """Reads cells and adds what is wrong with them to `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def fault(self, row: Row, column: str, text: str, suggestion: str = "") -> None:
        """Note a fault of a cell."""
        self.problems.append(row.problem(column, text, suggestion=suggestion))

    def one_of(self, row: Row, column: str, known: Collection[Value]) -> Value | None:
        """The known value a cell holds; None and a fault for any other."""
        cell = row[column]
        for value in known:
            if value == cell:
                return value
        words = [str(value) for value in known]
        self.fault(row, column, f"{cell!r} is unknown.", nearest_word(cell, words))
        return None

    def some_of(self, row: Row, column: str, known: Collection[Value]) -> tuple[Value, ...]:
        """The known values of a list cell, a fault for each other."""
        words = {str(value): value for value in known}
        for item in row.items(column):
            if item not in words:
                self.fault(row, column, f"{item!r} is unknown.", nearest_word(item, words))
        return tuple(words[item] for item in row.items(column) if item in words)

    def day(self, row: Row, column: str) -> date | None:
        """A date, None for an empty cell; None and a fault for anything else."""
        if not row[column]:
            return None
        try:
            return date.fromisoformat(row[column])
        except ValueError:
            self.fault(row, column, "is no day. Write it like 2026-11-23.")
            return None

    def time(self, row: Row, column: str) -> time | None:
        """A time of day; None and a fault for anything else."""
        try:
            return time.fromisoformat(row[column])
        except ValueError:
            self.fault(row, column, "is no time of day. Write it like 08:30.")
            return None
