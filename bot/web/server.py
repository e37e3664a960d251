"""The ASGI surface: provider hooks, the preview page, health."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.direct import Direct

CONSOLE: Final = "/console"
Probe = Callable[[], Awaitable[Mapping[str, bool]]]
"""What works, by name; `ready` among it says whether people can be served."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class App:
    """Provider hooks before any framework (they carry nearly all the load), then the rest.

    `direct` are the hooks that `bot.web.direct` may ask without ASGI, by raw path. `console`
    answers everything below /console and brings its own guard.
    """

    def __init__(
        self, hooks: Mapping[str, ASGIApp], rest: ASGIApp, console: ASGIApp | None = None
    ) -> None:
        self._hooks = hooks
        self._rest = rest
        self._console = console
        self.direct: Final = {
            path.encode(): hook for path, hook in hooks.items() if isinstance(hook, Direct)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope["path"] if scope["type"] == "http" else ""
        hook = self._hooks.get(path)
        if self._console is not None and (path == CONSOLE or path.startswith(f"{CONSOLE}/")):
            hook = self._console
        await (hook or self._rest)(scope, receive, send)


def make_app(
    hooks: Mapping[str, ASGIApp],
    pages: Sequence[Route],
    *,
    ready: Probe,
    console: ASGIApp | None = None,
) -> App:
    """One ASGI app; `hooks` maps a path to a provider's raw handler, all else is Starlette."""

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

    return App(hooks, rest, console)
