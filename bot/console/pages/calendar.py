"""What is left on the screen after leaving quickly: a calendar, nothing of ours."""

import calendar
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import open_route
from bot.console.desk import ConsoleDesk
from bot.console.shell import Shell
from bot.domain.baghdad import day_of


def routes(_: ConsoleDesk) -> Sequence[Route]:
    """Where the page lives."""
    return [open_route("/console/calendar", _calendar)]


async def _calendar(request: Request) -> Response:
    shell: Shell = request.app.state.shell
    today = day_of(shell.desk.clock.now())
    # The week begins on Saturday.
    weeks = calendar.Calendar(calendar.SATURDAY).monthdayscalendar(today.year, today.month)
    title = f"{today.year}-{today.month:02}"
    return shell.page(request, "calendar.html", title=title, weeks=weeks, today=today.day)
