"""Who did what to which case in which hour; and whether the record of it was ever altered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.act_labels import ACTS
from bot.console.answers import act, json, page
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import member_of
from bot.console.refusals import Refusal
from bot.console.shell import Shell
from bot.console.texts import Texts
from bot.domain.audit import NOBODY, AuditEntry, Note
from bot.domain.baghdad import DAY, HOUR, hour_of, local, midnight
from bot.domain.roster import LONGEST_HANDLE
from bot.i18n.marking import ConsolePhrase
from bot.ports.cases import EVER, AuditQuery

PAGE: Final = 100
LINKS: Final = 500
"""Entries a browser is given at once to go through the chain itself."""
SHORT: Final = 8
NO_STAFF: Final = ConsolePhrase("audit", "the program, or the person")


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page for supervisors and administrators; the head for everybody's browser to remember."""
    audit = Audit(desk)
    return [
        page("/console/audit", audit.page, "supervisor", "admin"),
        act("/console/api/audit/head", audit.head, methods=("GET",)),
        act("/console/api/audit", audit.links, "supervisor", "admin", methods=("GET",)),
        act("/console/api/audit/accept", audit.accept),
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One act as it is read."""

    seq: int
    time: str
    who: str
    what: str
    case: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page was asked for, as it stands in its form."""

    who: str
    what: str
    case: str
    first: str
    last: str

    def query(self, before: int) -> AuditQuery:
        """The same for the store; a Refusal where a date is none."""
        return AuditQuery(
            actor=self.who,
            act=self.what,
            case=self.case,
            first_hour=_hour(self.first),
            last_hour=_hour(self.last) + DAY // HOUR - 1 if self.last else EVER,
            before=before,
        )

    def further(self, before: int) -> str:
        """The address of the next page."""
        named = {"who": self.who, "what": self.what, "case": self.case}
        named |= {"first": self.first, "last": self.last, "before": str(before)}
        return "?" + urlencode({key: value for key, value in named.items() if value})


class Audit:
    """The page's endpoints."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk
        self._log = desk.audit

    async def page(self, request: Request, who: Signed) -> Response:
        """A hundred acts that fit the filters, the newest first."""
        self._check(who)
        shell: Shell = request.app.state.shell
        texts = shell.texts(request)
        asked = request.query_params
        filters = Filters(
            who=asked.get("who", "").strip()[:LONGEST_HANDLE],
            what=asked.get("what", "")[:LONGEST_HANDLE],
            case=asked.get("case", "").strip().lower()[:32],
            first=asked.get("first", ""),
            last=asked.get("last", ""),
        )
        query = filters.query(_number(asked.get("before", "")) or EVER)
        found = await self._log.audit_search(query, PAGE + 1)
        lines = [_line(entry, texts) for entry in found[:PAGE]]
        further = filters.further(found[PAGE - 1].seq) if len(found) > PAGE else ""
        acts = sorted(((texts.say(words), name) for name, words in ACTS.items()))
        return shell.page(
            request, "audit.html", lines=lines, filters=filters, further=further, acts=acts
        )

    async def head(self, request: Request, _: Signed) -> Response:
        """The newest entry's number and hash, and the hash at `pinned` for a browser to compare."""
        pinned = _number(request.query_params.get("pinned", ""))
        last = await self._log.audit_head()
        there = await self._log.audit_page(pinned - 1, 1) if pinned else ()
        return json(
            {
                "seq": last.seq if last else 0,
                "hash": last.hash.hex() if last else "",
                "pinned": there[0].hash.hex() if there else "",
            }
        )

    async def links(self, request: Request, who: Signed) -> Response:
        """Entries after a number, for a browser to go through the chain itself."""
        self._check(who)
        after = _number(request.query_params.get("after", ""))
        entries = await self._log.audit_page(after, LINKS)
        return json([_link(entry) for entry in entries])

    async def accept(self, _: Request, who: Signed) -> Response:
        """Somebody's browser remembers a changed record anew: that stands in the record, too."""
        hour = hour_of(self._desk.clock.now())
        await self._log.note(Note(hour, who.account.handle, "accept_record", b""))
        return json({})

    def _check(self, who: Signed) -> None:
        """A supervisor is who the signed roster says; an administrator may not stand in it yet."""
        if who.account.role != "admin":
            member_of(self._desk, who)


def _link(entry: AuditEntry) -> dict[str, object]:
    note = entry.note
    return {
        "seq": entry.seq,
        "hour": note.hour,
        "actor": note.actor,
        "act": note.act,
        "case": note.case.hex(),
        "hash": entry.hash.hex(),
    }


def _line(entry: AuditEntry, texts: Texts) -> Line:
    note = entry.note
    words = ACTS.get(note.act)
    who = texts.say(NO_STAFF) if note.actor == NOBODY else ""
    return Line(
        seq=entry.seq,
        time=local(note.hour * HOUR).strftime("%Y-%m-%d %H:00"),
        who=who or note.actor,
        what=texts.say(words) if words else note.act,
        case=note.case.hex()[:SHORT],
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _hour(day: str) -> int:
    """The hour a day begins in, 0 for no day."""
    if not day:
        return 0
    try:
        return midnight(date.fromisoformat(day)) // HOUR
    except (ValueError, OverflowError):
        raise Refusal("bad_request") from None
