"""Raise how urgent a case is at once, or lower it with a second person."""

from dataclasses import replace
from typing import Final

from bot.domain.baghdad import hour_of
from bot.domain.case import OWNED, QUEUED, lease_seconds
from bot.domain.ladder import first_due
from bot.domain.urgency import LEVELS, T0, T1
from bot.errors import CaseError
from bot.ports.cases import Lowering, Move, NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.step_case import staying, take

TWO_PEOPLE: Final = frozenset({T0, T1})
"""Levels that nobody lowers alone."""


async def raise_urgency(at: AtCase, level: int) -> None:
    """Raise a case to `level`; a wish to lower it falls away."""
    move = staying(at, "raise")
    if level not in LEVELS or level >= at.row.urgency:
        raise CaseError("that is not more urgent than the case is now", "bad_level")
    wish = await at.store.lowering(at.row.case)
    await take(at.store, replace(_at_level(move, level, at.now), decides=wish))


async def lower_urgency(at: AtCase, level: int, note: NewNote) -> bool:
    """Lower a case with a sealed reason; False if it now waits for a second person."""
    move = staying(at, "lower")
    if level not in LEVELS or level <= at.row.urgency:
        raise CaseError("that is not less urgent than the case is now", "bad_level")
    if await at.store.lowering(at.row.case) is not None:
        raise CaseError("a wish to lower this case waits already", "waits_already")
    await check_next(at, note)
    if at.row.urgency not in TWO_PEOPLE:
        await take(at.store, replace(_at_level(move, level, at.now), sealed_note=note))
        return True
    wish = Lowering(at.row.case, level, at.member.handle, hour_of(at.now))
    await take(at.store, replace(move, sealed_note=note, wish=wish))
    return False


async def agree_lowering(at: AtCase, seen: int | None = None) -> None:
    """Agree, as a second person, to what a colleague wished: to the level that was `seen`."""
    move = staying(at, "agree_lower")
    wish = await _wish(at)
    if seen not in (None, wish.level):
        raise CaseError("the wish to lower this case is another by now; look again", "no_wish")
    if wish.by == at.member.handle:
        raise CaseError("a second person must agree; it cannot be you", "second_person")
    if wish.level <= at.row.urgency:
        raise CaseError("the case is no more urgent than that already", "bad_level")
    await take(at.store, replace(_at_level(move, wish.level, at.now), decides=wish))


async def refuse_lowering(at: AtCase) -> None:
    """Refuse what a colleague wished, or take back one's own wish; the level stays."""
    move = staying(at, "refuse_lower")
    await take(at.store, replace(move, decides=await _wish(at)))


async def _wish(at: AtCase) -> Lowering:
    wish = await at.store.lowering(at.row.case)
    if wish is None:
        raise CaseError("no wish to lower this case waits", "no_wish")
    return wish


def _at_level(move: Move, level: int, now: int) -> Move:
    """The same step to another level: its clock starts anew, its lease only gets shorter."""
    row = move.before
    if row.state in QUEUED:
        return replace(move, urgency=level, clock_runs_on=False, due=first_due(level, now))
    lease = min(row.lease, now + lease_seconds(row.state, level)) if row.state in OWNED else 0
    return replace(move, urgency=level, lease=lease)
