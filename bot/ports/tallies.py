"""Counts for the numbers page: kept as sums from the start, never made from rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tally:
    """One more in a table: `period` is a month ("2026-11"), `row` and `col` are closed words."""

    period: str
    name: str
    row: str
    col: str = ""
    count: int = 1


class TallyStore(Protocol):
    """Adds up; contract in tests/stores/test_casework_contract.py."""

    async def add_tallies(self, tallies: Sequence[Tally]) -> None:
        """Add each count to its cell, all in one transaction."""
        ...

    async def tallies(self, first: str = "", last: str = "9999-12") -> tuple[Tally, ...]:
        """Every cell of these months, in order of period, name, row and col."""
        ...
