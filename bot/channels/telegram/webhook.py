"""The webhook: checks the secret, reads one update, answers 200 only after the commit.

Written against ASGI itself: a request object would cost more than everything done here.
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from bot.channels.telegram import rendering
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.updates import Crowd, decode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH: Final = "/hooks/telegram"
BODY_MOST: Final = 1 << 20
"""Bytes; an update has a few thousand."""
_SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"
_JSON: Final = (b"content-type", b"application/json")


class Webhook:
    """ASGI application for `POST /hooks/telegram`.

    403 without the secret (nothing was read), 405 for other methods, 413 for a body too large, 503
    when nothing could be stored, so that Telegram delivers again; 200 for everything else. The
    answer to a press carries `answerCallbackQuery`, which saves a call.
    """

    def __init__(self, secret: str, intake: Intake) -> None:
        self._secret = secret.encode()
        self._intake = intake

    def __repr__(self) -> str:
        return "<webhook>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        # Before anything of the body is read.
        if not self.admits(scope["headers"]):
            await _respond(send, 403)
        elif scope["method"] != "POST":
            await _respond(send, 405)
        else:
            body = await _body(receive)
            if body is None:
                await _respond(send, 413)
            else:
                await _respond(send, *await self.answer(body))

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether the secret is right; in constant time."""
        return hmac.compare_digest(_secret_of(headers), self._secret)

    async def answer(self, body: bytes) -> tuple[int, bytes]:
        """Status and body for an update that was admitted."""
        update = decode(body)
        if update is None:
            return 200, b""
        if isinstance(update, Crowd):
            self._intake.leave(update)
            return 200, rendering.query_answer(update.query) if update.query else b""
        if not await self._intake.take(update):
            return 503, b""
        return 200, rendering.query_answer(update.query) if self._intake.unanswered(update) else b""


def _secret_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == _SECRET_HEADER:
            return value
    return b""


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None when it is larger than an update can be."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= BODY_MOST else None
    parts, size = [body], len(body)
    while size <= BODY_MOST:
        message = await receive()
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if not message.get("more_body", False):
            return b"".join(parts) if size <= BODY_MOST else None
    return None


async def _respond(send: Send, status: int, body: bytes = b"") -> None:
    headers = [(b"content-length", b"%d" % len(body))]
    if body:
        headers.append(_JSON)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
