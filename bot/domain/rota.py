"""Who is on duty, when the next duty begins, and which hours ahead nobody suitable covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.domain.baghdad import DAY, HOUR, day_of, local, midnight, weekday_of
from bot.domain.ladder import Watch
from bot.domain.language import TAGS
from bot.domain.roster import Handle, Leave, Member, Roster, Shift

DAYS_AHEAD: Final = 7
"""How far coverage is checked and the next duty is looked for."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One hour (`start`, seconds since 1970) without somebody it needs.

    `missing`: "anybody", or a language tag, "woman", "child_trained".
    """

    start: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One shift on one day, as moments: from `start` up to, not including, `end`."""

    handle: Handle
    start: int
    end: int


def on_duty(roster: Roster, now: int) -> tuple[Member, ...]:
    """Everybody whose shift runs at `now` and who is not on leave, in the roster's order."""
    today = day_of(now)
    # Yesterday's too: a night shift belongs to the day it began on.
    running = {
        turn.handle
        for turn in _turns(roster, today - timedelta(days=1), 2)
        if turn.start <= now < turn.end
    }
    return tuple(member for member in roster.openers() if member.handle in running)


def next_on_duty(roster: Roster, now: int) -> int | None:
    """When somebody is next on duty: `now` if somebody is, None if nobody is within a week."""
    if on_duty(roster, now):
        return now
    openers = {member.handle for member in roster.openers()}
    starts = [
        turn.start
        for turn in _turns(roster, day_of(now), DAYS_AHEAD + 1)
        if turn.start > now and turn.handle in openers
    ]
    return min(starts, default=None)


def coming_on(roster: Roster, now: int) -> tuple[int, tuple[Handle, ...]] | None:
    """When somebody next comes on duty after `now`, and who; None if nobody does within a week.

    A shift that follows another of the same person without a break is no coming.
    """
    present = {member.handle for member in on_duty(roster, now)}
    openers = {member.handle for member in roster.openers()}
    turns = list(_turns(roster, day_of(now) - timedelta(days=1), DAYS_AHEAD + 2))
    coming = [
        turn
        for turn in turns
        if turn.start > now
        and turn.handle in openers
        and not (turn.handle in present and _covers_until(turns, turn.handle, now, turn.start))
    ]
    start = min((turn.start for turn in coming), default=None)
    if start is None:
        return None
    return start, tuple(dict.fromkeys(turn.handle for turn in coming if turn.start == start))


def _covers_until(turns: Sequence[Turn], handle: Handle, start: int, end: int) -> bool:
    """Whether somebody who is there at `start` stays until `end` without a break."""
    reached = start
    for turn in sorted(turns, key=lambda turn: turn.start):
        if turn.handle == handle and turn.start <= reached < turn.end:
            reached = turn.end
    return reached >= end


def watchers(roster: Roster, watch: Watch, now: int) -> tuple[Handle, ...]:
    """Whom a rung of the escalation ladder calls at `now`; empty when there is nobody."""
    if watch == "on_duty":
        return tuple(member.handle for member in on_duty(roster, now))
    if watch == "manager":
        called: Sequence[Handle] = [member.handle for member in roster.with_role("manager")]
    else:
        called = roster.backup if watch == "backup" else roster.on_call
    if watch == "supervisor" and not called:
        called = [member.handle for member in roster.with_role("supervisor")]
    today = day_of(now)
    return tuple(handle for handle in called if not _away(roster.leave, handle, today))


def coverage_gaps(roster: Roster, now: int, days: int = DAYS_AHEAD) -> tuple[Gap, ...]:
    """Every hour of the coming days in which somebody the people who write may need is missing.

    An hour counts as covered only by who is there from its first to its last minute.
    """
    first = -(-now // HOUR) * HOUR
    turns = tuple(_turns(roster, day_of(now) - timedelta(days=1), days + 3))
    members = {member.handle: member for member in roster.openers()}
    gaps = []
    for start in range(first, first + days * DAY, HOUR):
        present = [members[handle] for handle in _covering(turns, start) if handle in members]
        if missing := tuple(_missing(present)):
            gaps.append(Gap(start, missing))
    return tuple(gaps)


def _covering(turns: Sequence[Turn], start: int) -> tuple[Handle, ...]:
    """Who is there for the whole hour, two shifts that meet in it included."""
    handles = dict.fromkeys(turn.handle for turn in turns if turn.start < start + HOUR)
    return tuple(handle for handle in handles if _covers(turns, handle, start))


def _covers(turns: Sequence[Turn], handle: Handle, start: int) -> bool:
    reached = start
    for turn in sorted(turns, key=lambda turn: turn.start):
        if turn.handle == handle and turn.start <= reached:
            reached = max(reached, turn.end)
    return reached >= start + HOUR


def _missing(present: Sequence[Member]) -> Iterator[str]:
    if not present:
        yield "anybody"
        return
    spoken = {language for member in present for language in member.languages}
    yield from (tag for tag in TAGS if tag not in spoken)
    if not any(member.gender == "female" for member in present):
        yield "woman"
    if not any(member.child_trained for member in present):
        yield "child_trained"


def _turns(roster: Roster, first: date, days: int) -> Iterator[Turn]:
    for offset in range(days):
        day = first + timedelta(days=offset)
        for shift in roster.shifts:
            if weekday_of(day) in shift.days and not _away(roster.leave, shift.handle, day):
                yield _turn(shift, day)


def _turn(shift: Shift, day: date) -> Turn:
    start, end = shift.minutes()
    return Turn(shift.handle, midnight(day) + start * 60, midnight(day) + end * 60)


def _away(leave: Sequence[Leave], handle: Handle, day: date) -> bool:
    written = day.isoformat()
    return any(entry.handle == handle and entry.first <= written <= entry.last for entry in leave)


def clock_time(moment: int) -> str:
    """A moment as staff read it: "2026-11-23 08:00", Baghdad time."""
    return local(moment).strftime("%Y-%m-%d %H:%M")
