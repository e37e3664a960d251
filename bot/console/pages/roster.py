"""The roster: who is on duty, the week, members and keys, gaps ahead; signing the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console import labels
from bot.console.answers import act, json, page, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.refusals import Refusal
from bot.domain import roster as rosters
from bot.domain import rota
from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.coverage import GapRange, KeyChange, gap_ranges, key_changes, week_plan
from bot.domain.language import LANGUAGES
from bot.domain.roster import Member, Roster
from bot.errors import OldRosterError, RosterError, SealError, UnsignedRosterError
from bot.sealing.keys import Recipient

FILE_LIMIT: Final = 1024 * 1024
MOST_ROSTERS: Final = 400
"""Versions sent at once: years of them; a browser asks on from where it stopped."""
GAPS_SHOWN: Final = 40


class _File(msgspec.Struct):
    file: Annotated[str, msgspec.Meta(max_length=FILE_LIMIT)]


class _Draft(msgspec.Struct):
    roster: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member as the page shows them."""

    member: Member
    fingerprint: str
    languages: tuple[str, ...]
    backup: bool
    on_call: bool
    now: bool


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and the endpoints of the roster itself; accounts are in bot.console.pages.staff."""
    pages = RosterPage(desk)
    return [
        page("/console/roster", pages.page),
        act("/console/api/rosters", pages.files, methods=("GET",)),
        act("/console/api/rosters", pages.publish, "admin"),
        act("/console/api/rosters/check", pages.check, "admin"),
    ]


class RosterPage:
    """Shows the roster in force, gives it to browsers, and takes the next from an administrator."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def page(self, request: Request, who: Signed) -> Response:
        """The page; who administers edits on it, in the browser alone until it is signed."""
        shell = request.app.state.shell
        trusted = self._desk.rosters()
        roster = trusted.roster if trusted else Roster(version=0)
        now = self._desk.clock.now()
        previous = await self._version(roster.version - 1)
        answer: Response = shell.page(
            request,
            "roster.html",
            roster=roster,
            lines=_lines(roster, now),
            week=week_plan(roster),
            day_name=lambda day: labels.DAYS[day],
            genders=labels.GENDERS,
            governorates=labels.GOVERNORATES,
            gaps=_shown(gap_ranges(rota.coverage_gaps(roster, now))) if trusted else [],
            missing=labels.MISSING,
            changes=[_change(each) for each in key_changes(previous, roster)],
            coming=_coming(roster, now),
            admins=[key.hex() for key in self._desk.rosters.admins()],
            mine=who.account.verify,
        )
        return answer

    async def files(self, request: Request, _: Signed) -> Response:
        """Signed files of every version after `after`, and whose signatures are trusted here."""
        after = _number(request.query_params.get("after", "0"))
        newest = await self._desk.history.newest_roster()
        newest_version = newest[0] if newest else 0
        last = min(newest_version, after + MOST_ROSTERS)
        found = []
        for version in range(after + 1, last + 1):
            file = await self._desk.history.roster_file(version)
            if file is not None:
                found.append({"version": version, "file": file.decode()})
        admins = [key.hex() for key in self._desk.rosters.admins()]
        return json({"admins": admins, "rosters": found, "last": last, "newest": newest_version})

    async def publish(self, request: Request, who: Signed) -> Response:
        """Put the next version in force; of two administrators the second is told."""
        sent = await read(request, _File, FILE_LIMIT + 1024)
        try:
            trusted = await self._desk.rosters.publish(sent.file.encode())
        except OldRosterError:
            raise Refusal("roster_newer") from None
        except UnsignedRosterError:
            raise Refusal("roster_unsigned") from None
        except RosterError:
            raise Refusal("roster_incomplete") from None
        note = Note(hour_of(self._desk.clock.now()), who.account.handle, "sign_roster", b"")
        await self._desk.audit.note(note)
        return json({"version": trusted.version})

    async def check(self, request: Request, _: Signed) -> Response:
        """What a draft would leave uncovered, and whose keys it changes; nothing is kept."""
        draft = await read(request, _Draft, FILE_LIMIT)
        try:
            roster = rosters.decode(draft.roster)
        except RosterError:
            raise Refusal("roster_incomplete") from None
        texts = request.app.state.shell.texts(request)
        gaps = gap_ranges(rota.coverage_gaps(roster, self._desk.clock.now()))
        trusted = self._desk.rosters()
        changes = key_changes(trusted.roster if trusted else None, roster)
        return json(
            {
                "gaps": [
                    {
                        "missing": texts.say(labels.MISSING[gap.missing]),
                        "from": rota.clock_time(gap.start),
                        "to": rota.clock_time(gap.end),
                    }
                    for gap in gaps[:GAPS_SHOWN]
                ],
                "changed": [change.handle for change in changes],
            }
        )

    async def _version(self, version: int) -> Roster | None:
        file = await self._desk.history.roster_file(version) if version > 0 else None
        # It was checked when it came into force; here it is only compared with.
        return rosters.decode(rosters.decode_file(file).roster) if file else None


def _lines(roster: Roster, now: int) -> list[MemberLine]:
    present = {member.handle for member in rota.on_duty(roster, now)}
    return [
        MemberLine(
            member=member,
            fingerprint=_fingerprint(member.recipient),
            languages=tuple(LANGUAGES[tag].own_name for tag in member.languages),
            backup=member.handle in roster.backup,
            on_call=member.handle in roster.on_call,
            now=member.handle in present,
        )
        for member in roster.members
    ]


def _coming(roster: Roster, now: int) -> dict[str, Any] | None:
    """Who comes on duty next, and when."""
    coming = rota.coming_on(roster, now)
    if coming is None:
        return None
    return {"time": rota.clock_time(coming[0]), "handles": coming[1]}


def _change(change: KeyChange) -> dict[str, Any]:
    return {
        "handle": change.handle,
        "before": _fingerprint(change.before),
        "after": _fingerprint(change.after),
        "signing": change.signing,
    }


def _shown(gaps: Sequence[GapRange]) -> list[dict[str, str]]:
    return [
        {
            "missing": gap.missing,
            "start": rota.clock_time(gap.start),
            "end": rota.clock_time(gap.end),
        }
        for gap in gaps[:GAPS_SHOWN]
    ]


def _fingerprint(recipient: str) -> str:
    try:
        return Recipient.parse(recipient).fingerprint if recipient else ""
    except SealError:
        return "?"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal("bad_request")
    return int(text)
