"""uvicorn's protocol with a short cut for the request that carries nearly all the load.

A provider's update of ordinary size, with the right secret, goes from the parser to its hook and
back in one write: no scope, no events, no header checks for an answer we wrote ourselves. All else
(other paths, other methods, a wrong secret, chunks, a pipeline, anything large) goes uvicorn's way,
so what is refused is refused in one place.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

Headers = Sequence[tuple[bytes, bytes]]

LARGEST: Final = 16_384
"""Bytes of a body; above 65,536 uvicorn would stop reading until an application asks for more."""
_POST: Final = b"POST"
_JSON: Final = b"content-type: application/json\r\n"
_CLOSE: Final = b"connection: close\r\n"
_UNHEARD: Final = asyncio.Event()
"""uvicorn tells a request of every piece of its body; here nobody waits for that."""


@runtime_checkable
class Direct(Protocol):
    """A hook that can be asked without ASGI."""

    def admits(self, headers: Headers) -> bool:
        """Whether the request is from the provider; headers have lower-case names."""
        ...

    async def answer(self, body: bytes) -> tuple[int, bytes]:
        """Status and JSON (or nothing) for the body of a request that was admitted."""
        ...


class _Exchange:
    """One request on the short cut; the attributes are those uvicorn looks at."""

    __slots__ = (
        "body", "disconnected", "hook", "keep_alive", "message_event", "more_body",
        "response_complete", "task",
    )  # fmt: skip

    def __init__(self, hook: Direct, *, keep_alive: bool) -> None:
        self.hook = hook
        self.keep_alive = keep_alive
        self.body = b""
        self.more_body = True
        self.disconnected = False
        self.response_complete = False
        self.message_event = _UNHEARD
        self.task: asyncio.Task[None] | None = None


class DirectProtocol(HttpToolsProtocol):
    """Looks for hooks in the `direct` of the application: path to hook."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._direct: Mapping[bytes, Direct] = getattr(self.config.app, "direct", {})

    def on_message_begin(self) -> None:
        """Begin; the scope is made only when the request turns out to need one."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """Choose the way."""
        hook = self._direct.get(self.url)
        if hook is None or not self._ordinary() or not hook.admits(self.headers):
            self._go_round()
            return
        self.cycle = _Exchange(hook, keep_alive=self.parser.should_keep_alive())  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        """Ask the hook."""
        exchange: Any = self.cycle
        if type(exchange) is not _Exchange:
            super().on_message_complete()
        elif not exchange.response_complete:
            exchange.more_body = False
            exchange.task = self.loop.create_task(self._serve(exchange))
            self.tasks.add(exchange.task)

    def _ordinary(self) -> bool:
        """A POST of a length that was told, alone on the connection, that waits for nothing."""
        if self.parser.get_method() != _POST or self.expect_100_continue:
            return False
        if self.parser.get_http_version() != "1.1" or self.parser.should_upgrade():
            return False
        if self.cycle is not None and not self.cycle.response_complete:
            return False
        lengths = [value for name, value in self.headers if name == b"content-length"]
        return len(lengths) == 1 and lengths[0].isdigit() and int(lengths[0]) <= LARGEST

    def _go_round(self) -> None:
        """Let uvicorn make its scope, and its request of it."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    async def _serve(self, exchange: _Exchange) -> None:
        try:
            status, body = await exchange.hook.answer(exchange.body)
        except Exception:  # noqa: BLE001 - as uvicorn does; a traceback may show values
            status, body = 500, b""
        finally:
            self.tasks.discard(exchange.task)
        exchange.response_complete = True
        if exchange.disconnected:
            return
        self.transport.write(
            b"%bcontent-length: %d\r\n%b%b\r\n%b"
            % (
                STATUS_LINE[status],
                len(body),
                _JSON if body else b"",
                b"" if exchange.keep_alive else _CLOSE,
                body,
            )
        )
        if not exchange.keep_alive:
            self.transport.close()
        self.on_response_complete()
