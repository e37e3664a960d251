"""The published numbers as CSV with a row of HXL hashtags, one count a line."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from bot.domain.disclosure import LEAST
from bot.domain.publication import Sheet, Shown
from bot.domain.report import GOVERNORATES

HEADER: Final = ("from", "to", "table", "row", "column", "adm1", "reports")
HASHTAGS: Final = (
    "#date+start", "#date+end", "#indicator+name", "#indicator+row", "#indicator+col",
    "#adm1+code", "#indicator+value",
)  # fmt: skip
SMALL: Final = f"<{LEAST}"


def to_csv(sheets: Iterable[Sheet]) -> str:
    """Every published count. All words are of closed lists, so no cell can be a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerow(HASHTAGS)
    for sheet in sheets:
        for (row, col), shown in sheet.cells.items():
            place = next((f"IQ-{each}" for each in (row, col) if each in GOVERNORATES), "")
            writer.writerow((sheet.first, sheet.last, sheet.name, row, col, place, _count(shown)))
    return out.getvalue()


def _count(shown: Shown) -> str:
    if shown.count is not None:
        return str(shown.count)
    return SMALL if shown.mark == "small" else ""
