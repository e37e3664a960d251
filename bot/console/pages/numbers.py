"""What was reported, counted: published periods as tables with bars, and as CSV."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import page
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import member_of
from bot.console.number_csv import SMALL, to_csv
from bot.console.number_labels import HIDDEN, NUMBER, TITLES, label
from bot.console.shell import Shell
from bot.console.texts import Texts
from bot.domain.baghdad import day_of
from bot.domain.publication import Sheet, Shown, publish
from bot.domain.tallies import Tally
from bot.i18n.rendering import number


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and the file; supervisors and managers."""
    numbers = Numbers(desk)
    return [
        page("/console/numbers", numbers.page, "supervisor", "manager"),
        page("/console/numbers.csv", numbers.file, "supervisor", "manager"),
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as it is read: its words, and how long its bar is (0 to 100)."""

    text: str
    mark: str
    bar: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published table as it is shown."""

    name: str
    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    total: int | None
    simple: bool
    """Whether it has one column of counts, which bars can show."""


class Numbers:
    """The page's endpoints; what is published is computed once and kept until it changes."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk
        self._seen: tuple[date, tuple[Tally, ...]] | None = None
        self._sheets: tuple[Sheet, ...] = ()

    async def page(self, request: Request, who: Signed) -> Response:
        """The tables of one period; the newest if none is asked for."""
        member_of(self._desk, who)
        shell: Shell = request.app.state.shell
        texts = shell.texts(request)
        sheets = await self._published()
        periods = _periods(sheets)
        asked = request.query_params.get("period", "")
        chosen = asked if asked in periods else next(iter(periods), "")
        figures = [_figure(sheet, texts) for sheet in sheets if _period(sheet) == chosen]
        return shell.page(
            request,
            "numbers.html",
            periods=periods,
            chosen=chosen,
            figures=figures,
            small=number(SMALL),
        )

    async def file(self, _: Request, who: Signed) -> Response:
        """Everything published, for a spreadsheet."""
        member_of(self._desk, who)
        csv = to_csv(await self._published())
        return Response(
            csv, media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="sanad-numbers.csv"'},
        )  # fmt: skip

    async def _published(self) -> tuple[Sheet, ...]:
        today = day_of(self._desk.clock.now()).replace(day=1)
        tallies = await self._desk.tallies.tallies()
        if self._seen != (today, tallies):
            # Deciding what to hide takes a while with years of numbers: not on the loop.
            self._sheets = await asyncio.to_thread(publish, tallies, today)
            self._seen = (today, tallies)
        return self._sheets


def _period(sheet: Sheet) -> str:
    return sheet.first if sheet.first == sheet.last else f"{sheet.first}/{sheet.last}"


def _periods(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Every period, the newest first, a year after its months."""
    return tuple(dict.fromkeys(_period(sheet) for sheet in reversed(sheets)))


def _figure(sheet: Sheet, texts: Texts) -> Figure:
    counts = [shown.count or 0 for shown in sheet.cells.values()]
    most = max(counts, default=0)
    simple = sheet.cols in ((), ("",))
    columns = (texts.say(NUMBER),) if simple else _said(sheet, sheet.cols, texts)
    rows = zip(sheet.rows, _said(sheet, sheet.rows, texts), strict=True)
    return Figure(
        name=sheet.name,
        title=texts.say(TITLES[sheet.name]),
        columns=columns,
        lines=tuple(
            Line(words, tuple(_cell(sheet.cells[row, col], most, texts) for col in sheet.cols))
            for row, words in rows
        ),
        total=sheet.total,
        simple=simple,
    )


def _said(sheet: Sheet, values: Sequence[str], texts: Texts) -> tuple[str, ...]:
    return tuple(texts.say(label(sheet.name, value)) for value in values)


def _cell(shown: Shown, most: int, texts: Texts) -> Cell:
    if shown.count is not None:
        return Cell(str(shown.count), "", round(100 * shown.count / most) if most else 0)
    if shown.mark == "small":
        return Cell(SMALL, "small", 0)
    return Cell(texts.say(HIDDEN), "hidden", 0)
