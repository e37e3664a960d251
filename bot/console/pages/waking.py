"""Letting staff be woken in their browser."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import act, json, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.refusals import Refusal
from bot.domain.push_services import LONGEST, is_push_service

SMALL: Final = 4_096


class _Browser(msgspec.Struct):
    endpoint: Annotated[str, msgspec.Meta(max_length=LONGEST)]


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The switch's endpoints; everybody's own browser only."""
    waking = Waking(desk)
    return [
        act("/console/api/me/push", waking.key, methods=("GET",)),
        act("/console/api/me/push", waking.on),
        act("/console/api/me/push", waking.off, methods=("DELETE",)),
    ]


class Waking:
    """The switch's endpoints."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def key(self, _: Request, __: Signed) -> Response:
        """The key a browser subscribes with."""
        return json({"key": self._desk.push_key})

    async def on(self, request: Request, who: Signed) -> Response:
        """Wake this browser from now on."""
        asked = await read(request, _Browser, SMALL)
        if not is_push_service(asked.endpoint):
            raise Refusal("not_a_push_service")
        if not await self._desk.staff.add_push(asked.endpoint, who.account.handle):
            raise Refusal("signed_out")
        return json({})

    async def off(self, request: Request, who: Signed) -> Response:
        """Never wake it again; only one's own."""
        asked = await read(request, _Browser, SMALL)
        if asked.endpoint in await self._desk.staff.pushes([who.account.handle]):
            await self._desk.staff.drop_push(asked.endpoint)
        return json({})
