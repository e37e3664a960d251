"""`POST /hooks/whatsapp` as a raw ASGI application: nothing is written before the signature."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog

from bot.channels.whatsapp.arrival import from_form, unknown_names
from bot.channels.whatsapp.intake import Intake
from bot.channels.whatsapp.signature import SignatureCheck
from bot.errors import StoreError

log = structlog.get_logger()

BODY_LIMIT: Final = 65_536
FIELD_LIMIT: Final = 500
EMPTY_TWIML: Final = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
HEADER: Final = b"x-twilio-signature"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Webhook:
    """Answers 200 only after the conversation has committed; 403 to whoever is not Twilio."""

    def __init__(
        self, signature: SignatureCheck, intake: Intake, mark: Callable[[str], int]
    ) -> None:
        self._signature = signature
        self._intake = intake
        self._mark = mark

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        status = 405 if scope["method"] != "POST" else await self._serve(scope, receive)
        await _respond(send, status)

    async def _serve(self, scope: Scope, receive: Receive) -> int:
        body = await _read(receive)
        if body is None:
            return 413
        try:
            # Blank values and repeated names are signed too, so neither may be dropped.
            fields = parse_qsl(
                body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=FIELD_LIMIT
            )
        except ValueError:
            return 403
        given = b"".join(value for name, value in scope["headers"] if name == HEADER)
        if not self._signature.right(fields, given):
            log.warning("whatsapp.forged")
            return 403
        return await self._take(fields)

    async def _take(self, fields: list[tuple[str, str]]) -> int:
        unknown = unknown_names(fields)
        if unknown:
            log.debug("whatsapp.unknown_fields", count=unknown)
        try:
            arrival = from_form(fields, self._mark)
            if arrival is not None:
                await self._intake.take(arrival)
        except StoreError:
            log.error("whatsapp.not_stored")  # noqa: TRY400 - a traceback may show values
            return 503
        except Exception as error:  # noqa: BLE001 - a traceback would carry what was written
            log.error("whatsapp.failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show values
            return 500
        return 200


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when it is too long or the caller has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _respond(send: Send, status: int) -> None:
    body, kind = (EMPTY_TWIML, b"text/xml") if status == 200 else (b"", b"text/plain")
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
