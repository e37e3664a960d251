"""Counts for the numbers page: kept as sums from the start, never made from rows."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.tallies import Tally

__all__ = ["Tally", "TallyStore"]


class TallyStore(Protocol):
    """Adds up; contract in tests/stores/test_casework_contract.py."""

    async def add_tallies(self, tallies: Sequence[Tally]) -> None:
        """Add each count to its cell, all in one transaction."""
        ...

    async def tallies(self, first: str = "", last: str = "9999-12") -> tuple[Tally, ...]:
        """Every cell of these months, in order of period, name, row and col."""
        ...
