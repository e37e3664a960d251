"""The ASGI surface: provider hooks, the preview page, health."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

CONSOLE: Final = "/console"
Probe = Callable[[], Awaitable[Mapping[str, bool]]]
"""What works, by name; `ready` among it says whether people can be served."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def make_app(
    hooks: Mapping[str, ASGIApp],
    pages: Sequence[Route],
    *,
    ready: Probe,
    console: ASGIApp | None = None,
) -> ASGIApp:
    """One ASGI app; `hooks` maps a path to a provider's raw handler, everything else is Starlette.

    Hooks are dispatched before any framework: they carry nearly all the load. `console` answers
    everything below /console and brings its own guard.
    """

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True}, headers=HEADERS)

    async def readiness(_: Request) -> Response:
        parts = dict(await ready())
        status = 200 if parts["ready"] else 503
        return JSONResponse(parts, status_code=status, headers=HEADERS)

    rest = Starlette(
        routes=[
            Route("/healthz", alive, methods=["GET"]),
            Route("/readyz", readiness, methods=["GET"]),
            *pages,
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        hook = hooks.get(path)
        if console is not None and (path == CONSOLE or path.startswith(f"{CONSOLE}/")):
            hook = console
        await (hook or rest)(scope, receive, send)

    return app
