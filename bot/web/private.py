"""The private surface: one page of metrics, on this machine only."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import ConfigurationError
from bot.web.server import HEADERS

LOOPBACK: Final = "127.0.0.1"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
STOP_SECONDS: Final = 1


class _Server(uvicorn.Server):
    """Leaves signals to the program it belongs to."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def private_surface(port: int, page: Callable[[], Awaitable[bytes]]) -> AsyncIterator[int]:
    """Serve `GET /metrics` on the loopback address while the block runs; the port listened on."""

    async def metrics(_: Request) -> Response:
        return Response(await page(), media_type=CONTENT_TYPE, headers=HEADERS)

    app = Starlette(routes=[Route("/metrics", metrics, methods=["GET"])])
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen()
        except OSError as error:
            raise ConfigurationError(
                f"SANAD_METRICS_PORT: {port} cannot be listened on ({error.strerror}); "
                "name another, or 0 for none"
            ) from error
        server = _Server(
            uvicorn.Config(
                app, lifespan="off", ws="none", log_config=None, access_log=False,
                server_header=False, date_header=False, proxy_headers=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )  # fmt: skip
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            await serving
