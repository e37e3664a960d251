"""The ASGI surface: provider hooks, the preview page, health."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.direct import Direct

Probe = Callable[[], Awaitable[bool]]
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class App:
    """Provider hooks before any framework (they carry nearly all the load), then the rest.

    `direct` are the hooks that `bot.web.direct` may ask without ASGI, by raw path.
    """

    def __init__(self, hooks: Mapping[str, ASGIApp], rest: ASGIApp) -> None:
        self._hooks = hooks
        self._rest = rest
        self.direct: Final = {
            path.encode(): hook for path, hook in hooks.items() if isinstance(hook, Direct)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        hook = self._hooks.get(scope["path"]) if scope["type"] == "http" else None
        await (hook or self._rest)(scope, receive, send)


def make_app(hooks: Mapping[str, ASGIApp], pages: Sequence[Route], *, ready: Probe) -> ASGIApp:
    """One ASGI app; `hooks` maps a path to a provider's raw handler, all else is Starlette."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True}, headers=HEADERS)

    async def readiness(_: Request) -> Response:
        good = await ready()
        return JSONResponse({"ready": good}, status_code=200 if good else 503, headers=HEADERS)

    rest = Starlette(
        routes=[
            Route("/healthz", alive, methods=["GET"]),
            Route("/readyz", readiness, methods=["GET"]),
            *pages,
        ]
    )

    return App(hooks, rest)
