"""The numbers as they are published: fixed periods, small counts hidden, rare places together.

- Only what is over is published: a month is the finest; a month with fewer than 11 reports waits
  for the end of its quarter and is shown together with the others that wait, or waits on.
- Tables with two dimensions of their own are published for a whole year, once it is over.
- Whoever adds up the months of a year knows its sums, and the other way round. So a topic, place
  or level stands by its own name in a year's tables only if its small months stay hidden then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from bot.domain.disclosure import (
    ENDLESS,
    LEAST,
    Hidden,
    Place,
    Sums,
    bounded,
    cover,
    is_safe,
    is_small,
)
from bot.domain.tallies import VALUES, Table, Tally

REST: Final = "rest"
"""All values that are too rare, or too telling, to stand alone."""
BY_MONTH: Final[tuple[Table, ...]] = ("urgency", "topic", "governorate")
"""Every report stands once in each of these: their sums are the month's reports."""
MONTH_SUM: Final = Sums(rows=False, cols=True)
NO_SUM: Final = Sums(rows=False, cols=False)
BY_YEAR: Final[tuple[tuple[Table, Table | None, Table | None, Sums], ...]] = (
    ("topic_governorate", "topic", "governorate", Sums(rows=True, cols=True)),
    ("age_topic", None, "topic", Sums(rows=False, cols=True)),
    ("answer", "urgency", None, Sums(rows=True, cols=False)),
    ("outcome", None, None, NO_SUM),
)
"""A year's tables: which monthly table knows the sums of their rows and of their columns."""

Mark = Literal["", "small", "hidden"]
Cells = Mapping[Place, int]
Counts = Mapping[tuple[str, str], Cells]
"""The cells of a table in a period, by (table, period)."""
MONTHS: Final = range(1, 13)


@dataclass(frozen=True, slots=True)
class Shown:
    """One count as it is published: `count` is None where `mark` says why it is not shown."""

    count: int | None
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A published table: rows by columns. Without `cells` it could not be shown safely."""

    name: Table
    first: str
    last: str
    rows: tuple[str, ...]
    cols: tuple[str, ...]
    cells: Mapping[Place, Shown]
    total: int | None = None

    @property
    def withheld(self) -> bool:
        """Whether too few stand in it to show anything."""
        return not self.cells


def publish(tallies: Iterable[Tally], today: date) -> tuple[Sheet, ...]:
    """Everything that may be published on this day; the same on every later day."""
    counts: defaultdict[tuple[str, str], dict[Place, int]] = defaultdict(dict)
    for tally in tallies:
        counts[tally.name, tally.period][tally.row, tally.col] = tally.count
    sheets: list[Sheet] = []
    for year in sorted({period[:4] for _, period in counts}):
        sheets += _of_year(counts, year, today)
    return tuple(sheets)


def periods(totals: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Which months of a year (from 0) are shown together, given the reports of those that are over.

    What waits at the end of the year is in none of them.
    """
    shown, waiting = [], 0
    first = 0
    for month, total in enumerate(totals):
        if not waiting:
            first = month
        waiting += total
        over = (month + 1) % 3 == 0
        if waiting >= LEAST and (over or first == month):
            shown.append((first, month))
            waiting = 0
    return tuple(shown)


def _of_year(counts: Counts, year: str, today: date) -> Iterator[Sheet]:
    every = (f"{year}-{month:02}" for month in MONTHS)
    over = [month for month in every if month < today.isoformat()[:7]]
    totals = [sum(counts.get(("urgency", month), {}).values()) for month in over]
    runs = [over[first : last + 1] for first, last in periods(totals)]
    for months in runs:
        for name in BY_MONTH:
            cells = _added(counts, name, months)
            yield _sheet(name, months, cells, MONTH_SUM, sum(cells.values()))
        if needs := _added(counts, "need", months):
            yield _sheet("need", months, needs, NO_SUM)
    for month in over:
        if returns := _added(counts, "returns", [month]):
            yield _sheet("returns", [month], returns, NO_SUM)
    if len(over) == len(MONTHS):
        waiting = set(over) - {month for months in runs for month in months}
        whole = not any(counts.get(("urgency", month)) for month in waiting)
        yield from _year_sheets(counts, year, runs, whole=whole)


def _year_sheets(
    counts: Counts, year: str, runs: Sequence[Sequence[str]], *, whole: bool
) -> Iterator[Sheet]:
    named = {
        name: named_values([_by_value(_added(counts, name, months)) for months in runs])
        for name in BY_MONTH
    }
    for table, rows_of, cols_of, sums in BY_YEAR:
        cells = counts.get((table, year))
        if not cells:
            continue
        if (rows_of or cols_of) and not whole:
            # Some months wait unseen: together with the others, the year would give them away.
            cells = {}
        if rows_of:
            cells = gathered(cells, 0, named[rows_of])
        if cols_of:
            cells = gathered(cells, 1, named[cols_of])
        yield _sheet(table, [year], cells, sums)


def _by_value(cells: Cells) -> dict[str, int]:
    return {value: count for (value, _), count in cells.items()}


def named_values(months: Sequence[Mapping[str, int]]) -> frozenset[str]:
    """The values whose sum over the year may be known without telling what a month hides.

    `months` are the counts of each published period, of which every sum is known.
    """
    values = {value for counts in months for value, count in counts.items() if count}
    together: set[str] = set()
    while telling := _telling(hidden := _hidden_months(months, together)):
        if telling <= together:
            # What is left of freedom is that of the months alone, and there all is safe.
            telling = {value for _, value in hidden}
        if telling <= together:
            break
        together |= telling
    return frozenset(values - together)


def _telling(hidden: Mapping[Place, Hidden]) -> set[str]:
    """The values whose sum over the year narrows down a small count of some month."""
    return {
        place[1]
        for place, cell in hidden.items()
        if is_small(cell.value) and not is_safe(hidden, place)
    }


def _hidden_months(months: Sequence[Mapping[str, int]], together: set[str]) -> dict[Place, Hidden]:
    """Every count the months hide, between its month's sum and its value's sum over the year."""
    hidden: dict[Place, Hidden] = {}
    for number, counts in enumerate(months):
        covered = cover({(value, ""): count for value, count in counts.items()}, MONTH_SUM)
        for value, count in counts.items():
            row, col = ("month", number), ("value", REST if value in together else value)
            if covered is None:  # nothing of this month is shown, so nothing bounds it
                hidden[str(number), value] = Hidden(count, 0, ENDLESS, row, col)
            elif (value, "") in covered:
                hidden[str(number), value] = bounded(count, row, col)
    return hidden


def gathered(cells: Cells, side: int, named: frozenset[str]) -> dict[Place, int]:
    """The cells with everything not named, or with a sum under 11, put together as REST.

    If even the rest is small, the smallest of the others joins it.
    """
    sums: defaultdict[str, int] = defaultdict(int)
    for place, count in cells.items():
        sums[place[side]] += count
    kept = {value for value, total in sums.items() if value in named and total >= LEAST}
    while kept and is_small(sum(total for value, total in sums.items() if value not in kept)):
        kept.remove(min(kept, key=lambda value: (sums[value], value)))
    if is_small(sum(sums.values())):
        return {}
    together: defaultdict[Place, int] = defaultdict(int)
    for place, count in cells.items():
        value = place[side] if place[side] in kept else REST
        together[(value, place[1]) if side == 0 else (place[0], value)] += count
    return dict(together)


def _added(counts: Counts, name: Table, months: Iterable[str]) -> dict[Place, int]:
    added: defaultdict[Place, int] = defaultdict(int)
    for month in months:
        for place, count in counts.get((name, month), {}).items():
            added[place] += count
    return dict(added)


def _sheet(
    name: Table, months: Sequence[str], cells: Cells, sums: Sums, total: int | None = None
) -> Sheet:
    hidden = cover(cells, sums)
    rows, cols = _in_order(name, 0, cells), _in_order(name, 1, cells)
    shown = {
        (row, col): _shown(cells.get((row, col), 0), (row, col) in (hidden or ()))
        for row in rows
        for col in cols
    }
    if hidden is None:  # no choice of what to hide is safe
        rows, cols, shown = (), (), {}
    return Sheet(name, months[0], months[-1], rows, cols, shown, total)


def _shown(count: int, hidden: bool) -> Shown:  # noqa: FBT001 - two words of one sentence
    if not hidden:
        return Shown(count)
    return Shown(None, "small" if is_small(count) else "hidden")


def _in_order(name: Table, side: int, cells: Cells) -> tuple[str, ...]:
    """The values of a side that occur, in the table's order, the rest last."""
    found = {place[side] for place in cells}
    return tuple(value for value in (*VALUES[name][side], REST) if value in found)
