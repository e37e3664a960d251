"""What the console does, what its keys do, and what it cannot promise."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import open_route
from bot.console.desk import ConsoleDesk


def routes(_: ConsoleDesk) -> Sequence[Route]:
    """Where the page lives."""
    return [open_route("/console/help", _help)]


async def _help(request: Request) -> Response:
    page: Response = request.app.state.shell.page(request, "help.html")
    return page
