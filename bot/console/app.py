"""The console as one ASGI app; every page brings its routes."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.answers import open_route, refused
from bot.console.desk import ConsoleDesk
from bot.console.guard import Guard
from bot.console.pages import (
    audit,
    calendar,
    case,
    case_acts,
    demo,
    join,
    login,
    me,
    numbers,
    overview,
    queue,
    resealing,
    roster,
    staff,
    waking,
)
from bot.console.pages import help as helping
from bot.console.refusals import Refusal
from bot.console.shell import HOME, Shell
from bot.console.static_files import PREFIX, read_static

Pages = Callable[[ConsoleDesk], Sequence[Route]]
PAGES: Final[tuple[Pages, ...]] = (
    login.routes,
    join.routes,
    roster.routes,
    staff.routes,
    me.routes,
    demo.routes,
    helping.routes,
    calendar.routes,
    queue.routes,
    case_acts.routes,
    case.routes,
    resealing.routes,
    overview.routes,
    audit.routes,
    numbers.routes,
    waking.routes,
)
"""Every page of the console: `routes(desk)` of its module."""


def console_app(desk: ConsoleDesk) -> Starlette:
    """All pages and endpoints below /console."""
    static = read_static()
    app = Starlette(
        routes=[
            Route(PREFIX + "/{version}/{path:path}", static.endpoint, methods=["GET"]),
            Route("/console", _home, methods=["GET"]),
            Route("/console/", _home, methods=["GET"]),
            *(route for routes in PAGES for route in routes(desk)),
            open_route("/console/{rest:path}", _nothing, methods=("GET", "POST", "DELETE")),
        ],
        middleware=[Middleware(Guard, desk=desk)],
    )
    app.state.desk = desk
    app.state.shell = Shell(desk, static)
    return app


async def _home(request: Request) -> Response:
    who = request.state.signed
    if request.state.refused is not None:
        return refused(request, request.state.refused)
    return RedirectResponse(HOME[who.account.role] if who else "/console/login", 303)


async def _nothing(_: Request) -> Response:
    raise Refusal("not_found")
