"""What was tried, how often and with what result: the table `sanad prove` prints."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

Result = Literal["holds", "FAILS", "not tried"]
HEADINGS: Final = ("promise", "what was tried", "how often", "result")
REMARKS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One promise under one trial."""

    check: str
    promise: str
    tried: str
    count: int
    result: Result
    remark: str = ""

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """As a line of the table."""
        told = f"{self.result}: {self.remark}" if self.remark else self.result
        return (self.promise, self.tried, f"{self.count:,}", told.replace("|", "/"))


class Ledger:
    """Collects rows and tells them as they come."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.rows: list[Row] = []
        self.check = ""

    def record(
        self, promise: str, tried: str, count: int, faults: Iterable[str] = (), note: str = ""
    ) -> None:
        """A promise was tried so often; it holds unless there are faults, or nothing was tried."""
        found = list(faults)
        if not count and not found:
            found = ["nothing was tried"]
        remark = note
        if found:
            more = len(found) - REMARKS_SHOWN
            remark = "; ".join(found[:REMARKS_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        self._add(Row(self.check, promise, tried, count, "FAILS" if found else "holds", remark))

    def leave_out(self, promise: str, tried: str, why: str) -> None:
        """A promise could not be tried here; that is never the same as that it holds."""
        self._add(Row(self.check, promise, tried, 0, "not tried", why))

    @property
    def failed(self) -> bool:
        """Whether any promise did not hold."""
        return any(row.result == "FAILS" for row in self.rows)

    def table(self) -> str:
        """All rows, in Markdown."""
        lines = [HEADINGS, *(row.cells for row in self.rows)]
        told = ["| " + " | ".join(line) + " |" for line in lines]
        return "\n".join([told[0], "|---|---|---:|---|", *told[1:]])

    def as_json(self) -> str:
        """All rows, for a program."""
        return json.dumps([asdict(row) for row in self.rows], ensure_ascii=False, indent=1)

    def _add(self, row: Row) -> None:
        self.rows.append(row)
        self.say(f"  {row.result:9} {row.promise}: {row.tried} ({row.count:,}) {row.remark}")
