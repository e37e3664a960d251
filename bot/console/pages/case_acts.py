"""What is done to a case: every step, and everything a browser sealed for it."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import act, json, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.members import OPENERS, member_of
from bot.console.pages.queue import case_id
from bot.console.refusals import Refusal
from bot.domain import tallies
from bot.domain.baghdad import day_of, hour_of
from bot.domain.notes import NoteKind
from bot.domain.report import SHARES
from bot.domain.roster import Handle
from bot.domain.tallies import OUTCOMES, Tally
from bot.errors import CaseError, CaseReason
from bot.ports.cases import NewLetter, NewNote
from bot.usecases.add_note import add_note
from bot.usecases.case_file import AtCase
from bot.usecases.change_urgency import (
    agree_lowering,
    lower_urgency,
    raise_urgency,
    refuse_lowering,
)
from bot.usecases.claim import hand_back
from bot.usecases.close_case import close_with_note
from bot.usecases.deliver_letter import deliver_letter, withdraw_letter
from bot.usecases.escalate_case import escalate_case
from bot.usecases.hand_over import hand_over
from bot.usecases.mark_duplicate import mark_duplicate
from bot.usecases.refer import refer
from bot.usecases.reopen import reopen
from bot.usecases.trust_roster import known_rosters

REASONS: Final[dict[CaseReason, str]] = {
    "not_now": "step_refused",
    "not_yours": "not_your_case",
    "not_your_role": "not_yours",
    "changed": "case_changed",
    "taken": "taken",
    "mismatch": "does_not_fit",
    "unknown": "not_found",
    "no_mailbox": "mailbox_not_ready",
    "bad_letter": "bad_letter",
    "bad_note": "roster_old",
    "bad_number": "case_changed",
    "bad_reason": "bad_request",
    "bad_level": "bad_level",
    "second_person": "second_person",
    "no_wish": "case_changed",
    "waits_already": "waits_already",
    "needs_supervisor": "for_supervisor",
    "bad_next": "member_unknown",
    "not_sealed_to_next": "not_sealed_to_next",
    "letter_gone": "already_read",
}
"""What a use case refuses, as the console says it."""

Sealed = Annotated[str, msgspec.Meta(max_length=1 << 20)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Level = Annotated[int, msgspec.Meta(ge=0, le=3)]


class _Note(msgspec.Struct):
    number: Count
    roster: Count
    sealed: Sealed


class _Kept(msgspec.Struct):
    note: _Note
    kind: Literal["note", "plan"] = "note"


class _Letter(msgspec.Struct):
    number: Count
    sealed: Sealed
    safe: bool
    copy: _Note
    counted: bool = False


class _Referral(msgspec.Struct):
    note: _Note
    security: bool = False
    service: str = ""
    outcome: str = ""


class _HandOver(msgspec.Struct):
    to: Handle
    note: _Note | None = None


class _Lower(msgspec.Struct):
    level: Level
    note: _Note


class _Agree(msgspec.Struct):
    level: Level | None = None


class _Raise(msgspec.Struct):
    level: Level


class _MaybeNote(msgspec.Struct):
    note: _Note | None = None


class _Close(msgspec.Struct):
    reason: str
    note: _Note


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """One endpoint a step."""
    acts = CaseActs(desk)
    paths: dict[str, Callable[[Request, Signed], Awaitable[Response]]] = {
        "hand-back": acts.hand_back,
        "letters": acts.letter,
        "letters/{number:int}/withdraw": acts.withdraw_letter,
        "notes": acts.note,
        "refer": acts.refer,
        "hand-over": acts.hand_over,
        "lower": acts.lower,
        "lower/agree": acts.agree,
        "lower/refuse": acts.refuse,
        "raise": acts.raise_,
        "escalate": acts.escalate,
        "duplicate": acts.duplicate,
        "close": acts.close,
        "reopen": acts.reopen,
    }
    return [
        act(f"/console/api/cases/{{case}}/{path}", endpoint, *OPENERS)
        for path, endpoint in paths.items()
    ]


class CaseActs:
    """The endpoints; each reads the case, lets its use case decide, and answers with nothing."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def hand_back(self, request: Request, who: Signed) -> Response:
        """Back to the queue, whose clock starts anew."""
        at = await self._at(request, who)
        return await done(hand_back(at.store, at.row, at.member, at.now))

    async def letter(self, request: Request, who: Signed) -> Response:
        """A reply the browser sealed to the mailbox, with its copy for colleagues."""
        given = await read(request, _Letter)
        at = await self._at(request, who)
        letter = NewLetter(
            number=given.number, sealed=raw(given.sealed), hour=hour_of(at.now), safe=given.safe
        )
        counted = [_first_answer(at)] if given.counted and given.number == 1 else []
        sent = _note(given.copy, "sent", at)
        return await done(deliver_letter(at, letter, sent=sent, tallies=counted))

    async def withdraw_letter(self, request: Request, who: Signed) -> Response:
        """Take back a reply that nobody has read."""
        at = await self._at(request, who)
        return await done(withdraw_letter(at, int(request.path_params["number"])))

    async def note(self, request: Request, who: Signed) -> Response:
        """Keep a sealed note or plan."""
        given = await read(request, _Kept)
        at = await self._at(request, who)
        return await done(add_note(at, _note(given.note, given.kind, at)))

    async def refer(self, request: Request, who: Signed) -> Response:
        """Keep a sealed referral, or how one ended.

        The kind of service and the outcome are named in clear only to be counted, and only where
        the person agreed to statistics: the browser knows that, the server does not.
        """
        given = await read(request, _Referral)
        at = await self._at(request, who)
        note = _note(given.note, "referral", at)
        return await done(refer(at, note, security=given.security, tallies=_outcome(given, at.now)))

    async def hand_over(self, request: Request, who: Signed) -> Response:
        """Make a colleague the owner."""
        given = await read(request, _HandOver)
        at = await self._at(request, who)
        admins = self._desk.rosters.admins()
        known = await known_rosters(at.roster.version, admins, self._desk.history)
        return await done(hand_over(at, given.to, known, note=_maybe(given.note, "handover", at)))

    async def lower(self, request: Request, who: Signed) -> Response:
        """Lower the urgency with a sealed reason; T0 and T1 wait for a second person."""
        given = await read(request, _Lower)
        at = await self._at(request, who)
        return await done(lower_urgency(at, given.level, _note(given.note, "lowering", at)))

    async def agree(self, request: Request, who: Signed) -> Response:
        """Agree as the second person, to the level she saw."""
        given = await read(request, _Agree)
        return await done(agree_lowering(await self._at(request, who), given.level))

    async def refuse(self, request: Request, who: Signed) -> Response:
        """Leave the urgency as it is."""
        return await done(refuse_lowering(await self._at(request, who)))

    async def raise_(self, request: Request, who: Signed) -> Response:
        """Raise the urgency, at once and by anybody."""
        given = await read(request, _Raise)
        return await done(raise_urgency(await self._at(request, who), given.level))

    async def escalate(self, request: Request, who: Signed) -> Response:
        """Up to a supervisor, who is called at once."""
        given = await read(request, _MaybeNote)
        at = await self._at(request, who)
        return await done(escalate_case(at, _maybe(given.note, "note", at)))

    async def duplicate(self, request: Request, who: Signed) -> Response:
        """Set aside: it is told in another case."""
        given = await read(request, _MaybeNote)
        at = await self._at(request, who)
        return await done(mark_duplicate(at, _maybe(given.note, "note", at)))

    async def close(self, request: Request, who: Signed) -> Response:
        """Close with a reason of the list, and keep the sealed checklist."""
        given = await read(request, _Close)
        at = await self._at(request, who)
        return await done(close_with_note(at, given.reason, _note(given.note, "closing", at)))

    async def reopen(self, request: Request, who: Signed) -> Response:
        """Back into the queue, with its clock."""
        return await done(reopen(await self._at(request, who)))

    async def _at(self, request: Request, who: Signed) -> AtCase:
        member, roster = member_of(self._desk, who), self._desk.rosters()
        row = await self._desk.casework.row(case_id(request.path_params["case"]))
        if row is None or roster is None:
            raise Refusal("not_found")
        if row.state == "withdrawn":
            raise Refusal("case_gone")
        return AtCase(self._desk.cases, row, member, roster, self._desk.clock.now())


async def done(step: Awaitable[object]) -> Response:
    """The answer to a step that was taken; a Refusal for one that was not."""
    try:
        await step
    except CaseError as error:
        raise Refusal(REASONS[error.reason]) from None
    return json({})


def raw(letters: str) -> bytes:
    """The bytes of base64; a Refusal for what is none."""
    try:
        return base64.b64decode(letters, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("bad_request") from None


def _note(given: _Note, kind: NoteKind, at: AtCase) -> NewNote:
    return NewNote(
        number=given.number,
        kind=kind,
        hour=hour_of(at.now),
        author=at.member.handle,
        sealed_for=given.roster,
        sealed=raw(given.sealed),
    )


def _maybe(given: _Note | None, kind: NoteKind, at: AtCase) -> NewNote | None:
    return _note(given, kind, at) if given else None


def _first_answer(at: AtCase) -> Tally:
    waited = hour_of(at.now) - at.row.hour
    return tallies.of_first_answer(day_of(at.now), at.row.urgency, waited)


def _outcome(given: _Referral, now: int) -> tuple[Tally, ...]:
    if not given.outcome:
        return ()
    if given.service not in SHARES or given.outcome not in OUTCOMES:
        raise Refusal("bad_request")
    return (tallies.of_outcome(day_of(now), given.service, given.outcome),)
