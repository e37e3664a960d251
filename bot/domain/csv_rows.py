"""CSV files whose every fault can be told with file, line, column and a remedy.

A record is one line: a line break inside a field would make both the position and a reviewer's
diff ambiguous, so it is a fault.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from rapidfuzz import process

Severity = Literal["error", "stale"]
"""`error`: the file must not be used. `stale`: it can be, but somebody has to check something."""

SUGGESTION_CUTOFF: Final = 60.0
LIST_SEPARATOR: Final = ";"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a data file, as an editor can jump to it; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    text: str
    suggestion: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        hint = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.text}{hint}"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its cells by column name, stripped, and where each of them begins."""

    file: str
    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def items(self, column: str) -> tuple[str, ...]:
        """The parts of a list cell ("a;b")."""
        return tuple(part.strip() for part in self[column].split(LIST_SEPARATOR) if part.strip())

    def problem(
        self, column: str, text: str, *, suggestion: str = "", severity: Severity = "error"
    ) -> Problem:
        """A fault of one cell."""
        where = self.columns.get(column, 1)
        return Problem(self.file, self.line, where, f"{column}: {text}", suggestion, severity)


@dataclass(slots=True)
class Table:
    """The readable records of a file and the faults found on the way."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def nearest_word(word: str, known: Collection[str]) -> str:
    """The known word somebody probably meant, or nothing."""
    found = process.extractOne(word, known, score_cutoff=SUGGESTION_CUTOFF)
    return found[0] if found else ""


def read_table(path: Path, required: Collection[str], optional: Collection[str] = ()) -> Table:
    """Read a UTF-8 CSV file with a header; never raises for what stands in the file."""
    table = Table()
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # read_text makes \r\n a \n
    except (OSError, UnicodeDecodeError):
        text = "cannot be read as UTF-8 text. Put the file there or save it as UTF-8."
        table.problems.append(Problem(path.name, 1, 1, text))
        return table
    header = _header(path.name, lines, required, optional, table)
    for number, line in enumerate(lines[1:], start=2):
        if header and line.strip():
            _add_row(path.name, number, line, header, table)
    return table


def _header(
    file: str,
    lines: list[str],
    required: Collection[str],
    optional: Collection[str],
    table: Table,
) -> list[str]:
    try:
        cells = list(_split(lines[0]))
    except (csv.Error, StopIteration):
        text = "the first line is no header. Write the column names there."
        table.problems.append(Problem(file, 1, 1, text))
        return []
    names = [name for _, name in cells]
    known = {*required, *optional}
    for column, name in cells:
        if name not in known:
            hint = nearest_word(name, known)
            table.problems.append(Problem(file, 1, column, f"unknown column {name!r}.", hint))
        elif names.count(name) > 1:
            table.problems.append(Problem(file, 1, column, f"column {name!r} stands twice."))
    for name in required:
        if name not in names:
            table.problems.append(Problem(file, 1, 1, f"column {name!r} is missing. Add it."))
    return names


def _add_row(file: str, number: int, line: str, header: list[str], table: Table) -> None:
    try:
        cells = list(_split(line))
    except csv.Error:
        text = "a quotation mark is not closed. A record is one line; double a mark inside a cell."
        table.problems.append(Problem(file, number, 1, text))
        return
    if len(cells) != len(header):
        text = f"{len(cells)} cells, but the header has {len(header)}. Quote cells with a comma."
        column = cells[min(len(cells), len(header)) - 1][0]
        table.problems.append(Problem(file, number, column, text))
        return
    named = list(zip(header, cells, strict=True))
    table.rows.append(
        Row(
            file,
            number,
            {name: text for name, (_, text) in named},
            {name: column for name, (column, _) in named},
        )
    )


def _split(line: str) -> Iterator[tuple[int, str]]:
    """The cells of a line, each with the column its text begins in. Raises csv.Error."""
    values = next(csv.reader([line], strict=True))
    start, quoted, starts = 0, False, [0]
    for position, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == "," and not quoted:
            start = position + 1
            starts.append(start)
    for begin, value in zip(starts, values, strict=False):
        yield begin + 1, value.strip()
