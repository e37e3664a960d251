"""The roster: who works here, with which keys, when; a document the administrator signs.

This module knows its shape and refuses what is incomplete; who signed it is checked by
bot.usecases.trust_roster.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal

import msgspec

from bot.domain.baghdad import MINUTES_A_DAY, WEEK, Weekday
from bot.domain.language import Tag
from bot.errors import RosterError

SCHEMA: Final = "roster/1"
RECIPIENT_PREFIX: Final = "age1pq1"

Role = Literal["caseworker", "supervisor", "manager", "admin"]
Gender = Literal["female", "male", ""]
OPENING_ROLES: Final[frozenset[Role]] = frozenset({"caseworker", "supervisor"})
"""Managers see counts and administrators see keys; neither ever opens a case."""

Handle = str
_HANDLE_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
LONGEST_HANDLE: Final = 32


class Member(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One person by handle (never a name): role, public keys, and what routing asks of them.

    `recipient` is what cases are sealed to, `verify` the hex Ed25519 key their acts are signed
    with; both are empty for somebody who only manages. `conflicts` are governorate codes.
    """

    handle: Handle
    role: Role
    recipient: str = ""
    verify: str = ""
    languages: tuple[Tag, ...] = ()
    gender: Gender = ""
    child_trained: bool = False
    conflicts: tuple[str, ...] = ()


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same hours on every named day of the week, "HH:MM" in Baghdad.

    An end that is not after the start is on the next day; equal times are a whole day.
    """

    handle: Handle
    days: tuple[Weekday, ...]
    start: str
    end: str

    def minutes(self) -> tuple[int, int]:
        """Start and end in minutes after midnight; an end past 1,440 is on the next day."""
        start, end = _minutes(self.start), _minutes(self.end)
        return start, end if end > start else end + MINUTES_A_DAY


class Leave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days (dates in Baghdad, both included) on which somebody's shifts do not count."""

    handle: Handle
    first: str
    last: str


class Roster(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything the signature covers; `version` only ever grows."""

    version: int
    members: tuple[Member, ...] = ()
    shifts: tuple[Shift, ...] = ()
    backup: tuple[Handle, ...] = ()
    on_call: tuple[Handle, ...] = ()
    leave: tuple[Leave, ...] = ()
    break_glass: str = ""
    schema: str = SCHEMA

    def member(self, handle: Handle) -> Member | None:
        """The member of that handle."""
        return next((member for member in self.members if member.handle == handle), None)

    def with_role(self, *roles: Role) -> tuple[Member, ...]:
        """All members of these roles, in the roster's order."""
        return tuple(member for member in self.members if member.role in roles)

    def openers(self) -> tuple[Member, ...]:
        """Everybody a case is sealed to, in the roster's order."""
        return self.with_role(*OPENING_ROLES)

    def recipients(self) -> tuple[str, ...]:
        """What a case is sealed to: every caseworker and supervisor, then the break-glass key.

        Not only those on duty: whoever comes on duty next must be able to open what waits
        (deploy/decisions/0002-recipients.md). The order is that of the roster.
        """
        keys = [member.recipient for member in self.openers()]
        return tuple(dict.fromkeys([*keys, self.break_glass] if self.break_glass else keys))


class SignedRoster(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The roster file: the document and the administrator's signature, in hex."""

    roster: dict[str, Any]
    signature: str = ""


def encode(roster: Roster) -> dict[str, Any]:
    """The roster as plain JSON values."""
    built: dict[str, Any] = msgspec.to_builtins(roster)
    return {**built, "schema": SCHEMA}


def decode_file(data: bytes) -> SignedRoster:
    """The roster file as read; RosterError when it is no such file."""
    try:
        return msgspec.json.decode(data, type=SignedRoster)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RosterError(f"the roster file cannot be read ({error}); sign it again") from error


def encode_file(signed: SignedRoster) -> bytes:
    """The roster file as written: readable, one key a line."""
    return msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n"


def decode(document: dict[str, Any]) -> Roster:
    """The roster in a document; RosterError names what is wrong and what to do."""
    if document.get("schema") != SCHEMA:
        raise RosterError(f"the roster is not written as {SCHEMA}; make it with this program")
    try:
        roster = msgspec.convert(document, Roster)
    except msgspec.ValidationError as error:
        raise RosterError(f"the roster is malformed: {error}; correct it and sign again") from error
    if faults := problems(roster):
        raise RosterError(f"the roster is incomplete: {faults[0]}")
    return roster


def problems(roster: Roster) -> tuple[str, ...]:
    """Why a roster cannot be used, as sentences; empty when it can."""
    handles = [member.handle for member in roster.members]
    faults = [_handle_problem(handle) for handle in handles]
    faults += [
        f"the handle {handle} stands twice; give every member their own"
        for handle in sorted({handle for handle in handles if handles.count(handle) > 1})
    ]
    faults += [_member_problem(member) for member in roster.members]
    faults += [_shift_problem(shift) for shift in roster.shifts]
    faults += [_leave_problem(leave) for leave in roster.leave]
    named = (
        *(shift.handle for shift in roster.shifts),
        *roster.backup,
        *roster.on_call,
        *(leave.handle for leave in roster.leave),
    )
    faults += [
        f"{handle} is planned but is no member; add them or remove them from the plan"
        for handle in dict.fromkeys(named)
        if handle not in handles
    ]
    faults += _roster_problems(roster)
    return tuple(fault for fault in faults if fault)


def _roster_problems(roster: Roster) -> Sequence[str]:
    faults = []
    if roster.version < 1:
        faults.append("its version must be 1 or more")
    if not roster.openers():
        faults.append("nobody could open a case; add a caseworker or supervisor with a key")
    if roster.break_glass and not roster.break_glass.startswith(RECIPIENT_PREFIX):
        faults.append(f"the break-glass key must be a recipient ({RECIPIENT_PREFIX}…)")
    recipients = [member.recipient for member in roster.openers()]
    if len(set(recipients)) < len(recipients):
        faults.append("two members share one key; every member makes their own")
    return faults


def _handle_problem(handle: Handle) -> str:
    if 0 < len(handle) <= LONGEST_HANDLE and set(handle) <= _HANDLE_LETTERS:
        return ""
    return "a handle has 1 to 32 small letters, digits and hyphens, and is nobody's name"


def _member_problem(member: Member) -> str:
    if member.role not in OPENING_ROLES:
        return ""
    if not member.languages:
        return f"{member.handle} speaks no language; name at least one"
    if not member.recipient.startswith(RECIPIENT_PREFIX):
        return f"{member.handle} has no post-quantum key ({RECIPIENT_PREFIX}…); add them again"
    if not _is_key(member.verify):
        return f"{member.handle} has no verification key; add them again"
    return ""


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except ValueError:
        return False


def _shift_problem(shift: Shift) -> str:
    if not shift.days or len(set(shift.days)) < len(shift.days):
        return f"a shift of {shift.handle} names no day or one twice; use {' '.join(WEEK)}"
    try:
        shift.minutes()
    except ValueError:
        return f"a shift of {shift.handle} has times that are not HH:MM"
    return ""


def _leave_problem(leave: Leave) -> str:
    try:
        if date.fromisoformat(leave.first) <= date.fromisoformat(leave.last):
            return ""
    except ValueError:
        return f"a leave of {leave.handle} has dates that are not YYYY-MM-DD"
    return f"a leave of {leave.handle} ends before it begins"


def _minutes(text: str) -> int:
    hours, separator, minutes = text.partition(":")
    if not (separator and len(hours) == len(minutes) == 2 and (hours + minutes).isascii()):
        raise ValueError(text)
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > MINUTES_A_DAY:
        raise ValueError(text)
    return total
