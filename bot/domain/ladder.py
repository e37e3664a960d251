"""Whom an unclaimed case calls, and when: the escalation ladder of each urgency.

| urgency | 0 | then |
| --- | --- | --- |
| T0 | on duty, at once | backup +10 min, supervisor +20 min, manager +30 min, then every hour |
| T1 | on duty, at once | backup +2 h, supervisor +6 h, manager +12 h, then every 12 h |
| T2 | (waits in the queue) on duty +24 h | supervisor +48 h, manager +72 h, then every day |
| T3 | (waits in the queue) on duty +3 d | supervisor +6 d, manager +7 d, then every day |

The last rung repeats under a new number, so that no unclaimed case ever has a clock at rest.
"""

from dataclasses import dataclass
from typing import Final, Literal

from bot.domain.baghdad import HOUR

Watch = Literal["on_duty", "backup", "supervisor", "manager"]

MINUTE: Final = 60
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is called, and how many seconds after the case entered the queue."""

    watch: Watch
    after: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of one urgency, and the pause between repetitions of the last."""

    rungs: tuple[Rung, ...]
    again: int


LADDERS: Final[tuple[Ladder, ...]] = (
    Ladder(
        (
            Rung("on_duty", 0),
            Rung("backup", 10 * MINUTE),
            Rung("supervisor", 20 * MINUTE),
            Rung("manager", 30 * MINUTE),
        ),
        HOUR,
    ),
    Ladder(
        (
            Rung("on_duty", 0),
            Rung("backup", 2 * HOUR),
            Rung("supervisor", 6 * HOUR),
            Rung("manager", 12 * HOUR),
        ),
        12 * HOUR,
    ),
    Ladder(
        (Rung("on_duty", DAY), Rung("supervisor", 2 * DAY), Rung("manager", 3 * DAY)),
        DAY,
    ),
    Ladder(
        (Rung("on_duty", 3 * DAY), Rung("supervisor", 6 * DAY), Rung("manager", 7 * DAY)),
        DAY,
    ),
)


def watch_at(urgency: int, rung: int) -> Watch:
    """Who is called at this rung; past the end it stays with the last."""
    rungs = LADDERS[urgency].rungs
    return rungs[min(rung, len(rungs) - 1)].watch


def first_rung(urgency: int, watch: Watch) -> int:
    """The first rung of this urgency that calls them."""
    return next(place for place, rung in enumerate(LADDERS[urgency].rungs) if rung.watch == watch)


def first_due(urgency: int, now: int) -> int:
    """When the clock of a case that enters the queue now first rings.

    What does not ring at once is rounded up to the hour: the time a person wrote stays coarse.
    """
    wait = LADDERS[urgency].rungs[0].after
    return now if wait == 0 else _hour_up(now + wait)


def next_due(urgency: int, rung: int, due: int) -> int:
    """When rung `rung + 1` is due, `rung` having been due at `due`."""
    ladder = LADDERS[urgency]
    if rung + 1 >= len(ladder.rungs):
        return due + ladder.again
    return due + ladder.rungs[rung + 1].after - ladder.rungs[rung].after


def _hour_up(moment: int) -> int:
    return -(-moment // HOUR) * HOUR
