"""The queue: what waits, what one owns, what is done; claiming; sealed reports to choose by."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import act, json, page, read
from bot.console.case_rows import line_of, place_text, read_place, tag_of_lines
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import OPENERS, member_of
from bot.console.model import plain_json, report_model
from bot.console.refusals import Refusal
from bot.console.texts import Texts
from bot.domain.case import QUEUED
from bot.domain.roster import Member
from bot.errors import CaseError
from bot.i18n.marking import ConsolePhrase
from bot.ports.cases import CaseRow
from bot.ports.casework import View, ViewName
from bot.usecases.claim import claim_case, claim_next, mismatches

ROWS: Final = 50
HEADLINES: Final = 10
VIEWS: Final[dict[ViewName, ConsolePhrase]] = {
    "waiting": ConsolePhrase("queue", "Waiting"),
    "mine": ConsolePhrase("queue", "Mine"),
    "owned": ConsolePhrase("queue", "All open"),
    "done": ConsolePhrase("queue", "Done"),
}
CaseHex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class _Claim(msgspec.Struct):
    case: CaseHex | None = None
    anyway: bool = False


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page, its rows, and the endpoints it uses."""
    queue = Queue(desk)
    return [
        page("/console/queue", queue.page, *OPENERS),
        act("/console/queue/rows", queue.rows, *OPENERS, methods=("GET",)),
        act("/console/api/headlines", queue.headlines, *OPENERS, methods=("GET",)),
        act("/console/api/claim", queue.claim, *OPENERS),
    ]


class Queue:
    """The page and its endpoints."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def page(self, request: Request, who: Signed) -> Response:
        """The whole page."""
        shown = await self._shown(request, who)
        shell = request.app.state.shell
        model = plain_json(report_model(shell.texts(request)))
        answer: Response = shell.page(request, "queue.html", model=model, **shown)
        return answer

    async def rows(self, request: Request, who: Signed) -> Response:
        """Only the rows; 304 while nothing in them has changed."""
        shown = await self._shown(request, who)
        headers = {"ETag": shown["etag"], "X-Sanad-Now": str(shown["now"])}
        if request.headers.get("if-none-match") == shown["etag"]:
            return Response(status_code=304, headers=headers)
        html = request.app.state.shell.fragment(request, "queue/rows.html", **shown)
        return Response(html, headers=headers, media_type="text/html")

    async def headlines(self, request: Request, who: Signed) -> Response:
        """The sealed reports of what waits or is one's own: the browser shows little of them."""
        member = member_of(self._desk, who)
        found = []
        for text in request.query_params.getlist("case")[:HEADLINES]:
            row = await self._desk.casework.row(case_id(text))
            if row is None or (row.state not in QUEUED and row.owner != member.handle):
                continue
            entries = await self._desk.cases.entries(row.case)
            if not entries:
                continue
            report = entries[0]
            found.append(
                {
                    "case": row.case.hex(),
                    "sealed": base64.b64encode(report.sealed).decode(),
                    "sealed_for": report.sealed_for,
                    "origin": report.origin.hex(),
                }
            )
        return json({"headlines": found})

    async def claim(self, request: Request, who: Signed) -> Response:
        """Take one case, or the next one that fits; exactly one of several who try gets it."""
        asked = await read(request, _Claim)
        member = member_of(self._desk, who)
        now = self._desk.clock.now()
        if asked.case is None:
            taken = await claim_next(self._desk.cases, member, now)
            if taken is None:
                raise Refusal("nothing_waits")
        else:
            row = await self._desk.casework.row(case_id(asked.case))
            taken = await self._claimed(row, member, now, anyway=asked.anyway)
        return json({"case": taken.case.hex()})

    async def _claimed(
        self, row: CaseRow | None, member: Member, now: int, *, anyway: bool
    ) -> CaseRow:
        if row is None or row.state not in QUEUED:
            raise Refusal("taken")
        if row.state == "escalated" and member.role != "supervisor":
            raise Refusal("for_supervisor")
        if not anyway and mismatches(row, member):
            raise Refusal("does_not_fit")
        try:
            return await claim_case(self._desk.cases, row, member, now, anyway=anyway)
        except CaseError:
            raise Refusal("taken") from None

    async def _shown(self, request: Request, who: Signed) -> dict[str, Any]:
        member = member_of(self._desk, who)
        texts: Texts = request.app.state.shell.texts(request)
        asked = request.query_params.get("view")
        name: ViewName = next((name for name in VIEWS if name == asked), "waiting")
        view = View(name, member.handle if name == "mine" else "")
        after = read_place(request.query_params.get("after", ""))
        queued = await self._desk.casework.queue_page(view, after, ROWS)
        lines = [line_of(each, member, texts) for each in queued]
        counts = await self._counts(member)
        tabs = [(key, texts.say(label), counts.get(key)) for key, label in VIEWS.items()]
        return {
            "view": name,
            "lines": lines,
            "tabs": tabs,
            "waiting": counts["waiting"],
            "after": request.query_params.get("after", "") if after else "",
            "next": place_text(view, queued, ROWS),
            "now": self._desk.clock.now(),
            "etag": tag_of_lines(lines, tabs, texts.tag),
        }

    async def _counts(self, member: Member) -> dict[str, int]:
        waiting = sum(
            count.cases for count in await self._desk.casework.counts() if count.state in QUEUED
        )
        loads = await self._desk.casework.loads()
        mine = sum(load.cases for load in loads if load.owner == member.handle)
        return {"waiting": waiting, "mine": mine, "owned": sum(load.cases for load in loads)}


def case_id(text: str) -> bytes:
    """The id in an address; a Refusal for what is none."""
    try:
        case = bytes.fromhex(text)
    except ValueError:
        case = b""
    if len(case) != 16:
        raise Refusal("not_found")
    return case
