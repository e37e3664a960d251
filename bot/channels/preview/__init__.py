"""A phone-like page on loopback, for people without accounts: same talk, same rules."""

import itertools
from importlib import resources
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.message import Button, Copy, Inbound, Outgoing, Reply
from bot.domain.visitor import Visitor
from bot.ports.conversation import Conversation

BODY: Final = 64 * 1024
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
STATIC: Final = {
    "preview.html": "text/html; charset=utf-8",
    "preview.css": "text/css; charset=utf-8",
    "preview.js": "text/javascript; charset=utf-8",
}
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """What the page sends: who (a random name of this tab), which of its turns, and what."""

    visitor: str
    mark: Whole
    text: str = ""
    press: str = ""
    pressed: Whole = 0


class PreviewChannel:
    """Serves the page and its one endpoint."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._references = itertools.count(1)

    def routes(self) -> list[Route]:
        """Where the page lives."""
        return [
            Route("/preview", self._page, methods=["GET"]),
            Route("/preview/say", self._say, methods=["POST"]),
            Route("/preview/{name}", self._page, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        name = request.path_params.get("name", "preview.html")
        if name not in STATIC:
            return Response(status_code=404, headers=SECURITY_HEADERS)
        content = (resources.files(__package__) / "static" / name).read_bytes()
        return Response(content, media_type=STATIC[name], headers=SECURITY_HEADERS)

    async def _say(self, request: Request) -> Response:
        # A page of another site must not be able to talk here: only our own origin sends JSON.
        if request.headers.get("content-type") != "application/json":
            return Response(status_code=415, headers=SECURITY_HEADERS)
        # Under a foreign name this page would be another site's (DNS rebinding).
        if request.url.hostname not in LOCAL_NAMES:
            return Response(status_code=421, headers=SECURITY_HEADERS)
        body = await _body(request)
        if body is None:
            return Response(status_code=413, headers=SECURITY_HEADERS)
        try:
            said = msgspec.json.decode(body, type=_Said)
        except msgspec.DecodeError:
            return Response(status_code=400, headers=SECURITY_HEADERS)
        visitor = Visitor("preview", said.visitor[:64])
        reference = next(self._references)
        reply = await self._conversation.answer(
            visitor,
            Inbound(
                mark=said.mark,
                text=said.text,
                press=said.press,
                reference=reference,
                pressed=said.pressed,
            ),
        )
        answer, references = self._answer(reply, said.pressed)
        self._conversation.delivered(visitor, said.mark, references)
        return Response(
            msgspec.json.encode({**answer, "reference": reference}),
            media_type="application/json",
            headers=SECURITY_HEADERS,
        )

    def _answer(self, reply: Reply, pressed: int) -> tuple[dict[str, object], list[int]]:
        messages = []
        references = []
        for message in reply.messages:
            in_place = message.in_place and pressed > 0
            reference = pressed if in_place else next(self._references)
            references.append(reference)
            messages.append({"reference": reference, "replace": in_place, **_shown(message)})
        return {"messages": messages, "erase": list(reply.erase)}, references


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            return None
    return body


def _shown(message: Outgoing) -> dict[str, object]:
    return {
        "text": message.text,
        "language": message.language,
        "screen": message.screen,
        "choices": [_button(button) for button in message.choices],
        "moves": [_button(button) for button in message.moves],
        "copies": [_copy(copy) for copy in message.copies],
    }


def _button(button: Button) -> dict[str, str]:
    return {
        "token": button.token,
        "label": button.label,
        "number": button.number,
        "description": button.description,
    }


def _copy(copy: Copy) -> dict[str, str]:
    return {"label": copy.label, "value": copy.value}
