"""What a roster shows to people: gaps as ranges, the week as it is planned, keys that changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.baghdad import HOUR, WEEK, WEEKEND, Weekday
from bot.domain.language import TAGS
from bot.domain.roster import Handle, Roster, Shift
from bot.domain.rota import Gap

NEEDS: tuple[str, ...] = ("anybody", *TAGS, "woman", "child_trained")
"""What an hour may lack, the worst first."""


@dataclass(frozen=True, slots=True)
class GapRange:
    """Hours in a row, from `start` up to `end` (seconds since 1970), that lack the same."""

    missing: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of every week with its shifts, the earliest first."""

    day: Weekday
    weekend: bool
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A member whose keys are not those of the version before.

    `before` and `after` are recipients, "" where the member had none or is gone; `signing` says
    that the key of their signatures changed.
    """

    handle: Handle
    before: str
    after: str
    signing: bool = False


def gap_ranges(gaps: Iterable[Gap]) -> tuple[GapRange, ...]:
    """Gaps as ranges, what is missing worst first, then in time.

    An hour with nobody at all lacks every language too; it is told once.
    """
    found: list[GapRange] = []
    running: dict[str, GapRange] = {}
    for gap in sorted(gaps, key=lambda gap: gap.start):
        for missing in gap.missing:
            before = running.get(missing)
            if before is not None and before.end == gap.start:
                running[missing] = GapRange(missing, before.start, gap.start + HOUR)
                continue
            if before is not None:
                found.append(before)
            running[missing] = GapRange(missing, gap.start, gap.start + HOUR)
    found += running.values()
    return tuple(sorted(found, key=lambda gap: (NEEDS.index(gap.missing), gap.start)))


def week_plan(roster: Roster) -> tuple[PlannedDay, ...]:
    """The week from Saturday to Friday."""
    return tuple(PlannedDay(day, day in WEEKEND, _shifts_on(roster.shifts, day)) for day in WEEK)


def key_changes(before: Roster | None, after: Roster) -> tuple[KeyChange, ...]:
    """Members of `after` whose keys are new, then those who are gone; none for a first roster."""
    if before is None:
        return ()
    changes = []
    for member in after.members:
        old = before.member(member.handle)
        keys = (old.recipient, old.verify) if old else ("", "")
        if keys != (member.recipient, member.verify):
            signing = old is not None and old.verify != member.verify
            changes.append(KeyChange(member.handle, keys[0], member.recipient, signing))
    stay = {member.handle for member in after.members}
    gone = [member for member in before.members if member.handle not in stay]
    return (*changes, *(KeyChange(member.handle, member.recipient, "") for member in gone))


def _shifts_on(shifts: Sequence[Shift], day: Weekday) -> tuple[Shift, ...]:
    today = [shift for shift in shifts if day in shift.days]
    return tuple(sorted(today, key=lambda shift: (shift.start, shift.end, shift.handle)))
