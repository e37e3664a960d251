"""Parts of open cases that are to be sealed anew, given to browsers that can open them."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import act, json, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import OPENERS, member_of
from bot.console.pages.case_acts import REASONS, raw
from bot.console.pages.queue import CaseHex
from bot.console.refusals import Refusal
from bot.errors import CaseError
from bot.ports.casework import Part, Resealed, Stale
from bot.usecases.reseal import AT_ONCE, Resealing
from bot.usecases.trust_roster import TrustedRoster

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
DIGITS: Final = 10
PARTS: Final[dict[Part, str]] = {"entry": "addition", "note": "note"}


class _Part(msgspec.Struct):
    case: CaseHex
    part: Literal["entry", "note"]
    number: int
    before: Digest
    sealed: str


class _Batch(msgspec.Struct):
    roster: int
    parts: Annotated[list[_Part], msgspec.Meta(max_length=AT_ONCE)]


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """Taking a batch, and bringing it back."""
    pages = ResealingPages(desk)
    return [
        act("/console/api/reseal", pages.waiting, *OPENERS, methods=("GET",)),
        act("/console/api/reseal", pages.put, *OPENERS),
    ]


class ResealingPages:
    """The endpoint."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk
        self._work = Resealing(desk.casework, desk.history, desk.rosters.admins)

    async def waiting(self, request: Request, who: Signed) -> Response:
        """The next parts, the most urgent case's first, and how many there are."""
        member_of(self._desk, who)
        roster = self._roster()
        skip = request.query_params.get("skip", "")
        number = int(skip) if skip.isascii() and skip.isdecimal() and len(skip) < DIGITS else 0
        parts = await self._work.waiting(roster, number)
        left = await self._work.count(roster) if parts else 0
        items = [_item(part) for part in parts]
        return json({"items": items, "left": left, "roster": roster.version})

    async def put(self, request: Request, who: Signed) -> Response:
        """Exchange what was sealed anew; what changed meanwhile is left alone."""
        given = await read(request, _Batch, 8 << 20)
        member = member_of(self._desk, who)
        parts = [
            Resealed(
                bytes.fromhex(part.case), part.part, part.number, bytes.fromhex(part.before),
                given.roster, raw(part.sealed),
            )
            for part in given.parts
        ]  # fmt: skip
        try:
            taken = await self._work.put(parts, member, self._roster(), self._desk.clock.now())
        except CaseError as error:
            raise Refusal(REASONS[error.reason]) from None
        return json({"taken": taken})

    def _roster(self) -> TrustedRoster:
        roster = self._desk.rosters()
        if roster is None:
            raise Refusal("no_roster")
        return roster


def _item(part: Stale) -> dict[str, Any]:
    report = part.part == "entry" and part.number == 0
    return {
        "case": part.case.hex(),
        "part": part.part,
        "kind": "report" if report else PARTS[part.part],
        "number": part.number,
        "sealed": base64.b64encode(part.sealed).decode(),
        "sealed_for": part.sealed_for,
        "anchor": part.anchor.hex(),
        "origin": part.origin.hex(),
        "digest": hashlib.sha256(part.sealed).hexdigest(),
    }
