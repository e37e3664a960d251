"""What waits, for how long, who has what, where nobody will be: a supervisor's page.

A manager reads the counts on it and nothing of single cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import page
from bot.console.case_rows import LEVELS, SHAPES
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import member_of
from bot.console.report_values import VALUES
from bot.console.shell import Shell
from bot.console.texts import Texts
from bot.domain.baghdad import HOUR, hour_of, local
from bot.domain.language import TAGS
from bot.domain.rota import clock_time
from bot.i18n.marking import ConsolePhrase
from bot.ports.cases import CaseRow, Lowering
from bot.usecases.oversee import Lack, desks, lacks, levels, unsigned

MOST: Final = 20
SHORT: Final = 8
MISSING: Final = {
    "anybody": ConsolePhrase("overview", "nobody at all"),
    "woman": ConsolePhrase("overview", "no woman"),
    "child_trained": ConsolePhrase("overview", "nobody trained to work with children"),
}
NO_SPEAKER: Final = ConsolePhrase("overview", "nobody who speaks {language}")
WHY: Final = {
    "joined": ConsolePhrase("overview", "joined, and waits for the administrator's signature"),
    "keys": ConsolePhrase("overview", "has new keys that the roster does not have yet"),
    "revoked": ConsolePhrase("overview", "was revoked, and still stands in the roster"),
}


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page; supervisors and managers."""
    return [page("/console/overview", Overview(desk).page, "supervisor", "manager")]


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to lower an urgency, as it is read."""

    case: str
    short: str
    before: int
    level: int
    by: str
    hour: str
    mine: bool


class Overview:
    """The page."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def page(self, request: Request, who: Signed) -> Response:
        """Everything at this moment."""
        member_of(self._desk, who)
        shell: Shell = request.app.state.shell
        texts = shell.texts(request)
        desk, now = self._desk, self._desk.clock.now()
        trusted = desk.rosters()
        roster = trusted.roster if trusted else None
        supervises = who.account.role == "supervisor"
        escalated = await desk.cases.rows(("escalated",), MOST) if supervises else ()
        accounts = await desk.staff.accounts()
        return shell.page(
            request,
            "overview.html",
            supervises=supervises,
            levels=await levels(desk.casework, now),
            names=[texts.say(name) for name in LEVELS],
            shapes=SHAPES,
            desks=desks(await desk.casework.loads(), now),
            clock_time=clock_time,
            lacks=[(_lack(lack, texts), lack) for lack in (lacks(roster, now) if roster else ())],
            planned=roster is not None,
            wishes=await self._wishes(who) if supervises else (),
            escalated=[(row.case.hex()[:SHORT], row, _waited(row, now)) for row in escalated],
            staff=[(each.handle, texts.say(WHY[each.why])) for each in unsigned(accounts, roster)],
        )

    async def _wishes(self, who: Signed) -> tuple[Wish, ...]:
        found = []
        for wish in (await self._desk.casework.lowerings())[:MOST]:
            row = await self._desk.casework.row(wish.case)
            if row is not None:
                found.append(_wish(wish, row, who.account.handle))
        return tuple(found)


def _wish(wish: Lowering, row: CaseRow, reader: str) -> Wish:
    return Wish(
        case=row.case.hex(),
        short=row.case.hex()[:SHORT],
        before=row.urgency,
        level=wish.level,
        by=wish.by,
        hour=local(wish.hour * HOUR).strftime("%Y-%m-%d %H:00"),
        mine=wish.by == reader,
    )


def _waited(row: CaseRow, now: int) -> int:
    return max(hour_of(now) - row.hour, 0)


def _lack(lack: Lack, texts: Texts) -> str:
    if lack.missing in TAGS:
        language = texts.say(VALUES[lack.missing])
        return texts.say(NO_SPEAKER, language=language)
    return texts.say(MISSING[lack.missing])
