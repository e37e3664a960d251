"""What a supervisor must see at a glance: clocks, gaps, loads, wishes; a manager counts only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.answer_times import late_before
from bot.domain.baghdad import hour_of
from bot.domain.case import OWNED, QUEUED
from bot.domain.roster import Handle, Roster
from bot.domain.rota import Gap, coverage_gaps
from bot.domain.urgency import LEVELS
from bot.ports.casework import CaseworkStore, Count, Load
from bot.ports.staff import Account

SOON: Final = 3_600
"""A lease that lapses within this many seconds is about to."""


@dataclass(frozen=True, slots=True)
class Level:
    """One urgency: what waits, for how many hours at most, what is late, what has an owner.

    `escalated` waits for a supervisor and `returned` came back; both are among `waiting`.
    """

    urgency: int
    waiting: int
    escalated: int
    returned: int
    oldest: int
    late: int
    owned: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What one owner has, by urgency, and when the first of the leases lapses."""

    owner: Handle
    cases: tuple[int, int, int, int]
    lapses: int
    soon: bool


@dataclass(frozen=True, slots=True)
class Lack:
    """What the coming week lacks: in how many hours, and from when on."""

    missing: str
    hours: int
    first: int


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Somebody whose account and place in the signed roster do not agree."""

    handle: Handle
    why: str
    """"joined" (not in the roster yet), "keys" (other keys there), "revoked" (still in it)."""


async def levels(store: CaseworkStore, now: int) -> tuple[Level, ...]:
    """All four urgencies."""
    hour = hour_of(now)
    counts = await store.counts()
    late = await store.late(late_before(hour))
    return tuple(_level(counts, urgency, hour, late[urgency]) for urgency in LEVELS)


def _level(counts: Sequence[Count], urgency: int, hour: int, late: int) -> Level:
    mine = [count for count in counts if count.urgency == urgency]
    waiting = [count for count in mine if count.state in QUEUED]

    def of(*states: str) -> int:
        return sum(count.cases for count in mine if count.state in states)

    return Level(
        urgency=urgency,
        waiting=sum(count.cases for count in waiting),
        escalated=of("escalated"),
        returned=of("returned"),
        oldest=hour - min((count.oldest for count in waiting), default=hour),
        late=late,
        owned=of(*OWNED),
    )


def desks(loads: Sequence[Load], now: int) -> tuple[Desk, ...]:
    """Every owner's cases, the first to lapse first."""
    found: defaultdict[Handle, list[Load]] = defaultdict(list)
    for load in loads:
        found[load.owner].append(load)
    made = [_desk(owner, owned, now) for owner, owned in found.items()]
    return tuple(sorted(made, key=lambda desk: (desk.lapses, desk.owner)))


def _desk(owner: Handle, loads: Sequence[Load], now: int) -> Desk:
    cases = [0, 0, 0, 0]
    for load in loads:
        cases[load.urgency] += load.cases
    lapses = min(load.first_lease for load in loads)
    zero, one, two, three = cases
    return Desk(owner, (zero, one, two, three), lapses, soon=lapses <= now + SOON)


def lacks(roster: Roster, now: int) -> tuple[Lack, ...]:
    """What is missing in the coming seven days, the nearest first."""
    return summed(coverage_gaps(roster, now))


def summed(gaps: Sequence[Gap]) -> tuple[Lack, ...]:
    """Gaps by what is missing."""
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for gap in gaps:
        for missing in gap.missing:
            starts[missing].append(gap.start)
    found = [Lack(missing, len(hours), min(hours)) for missing, hours in starts.items()]
    return tuple(sorted(found, key=lambda lack: (lack.first, lack.missing)))


def unsigned(accounts: Sequence[Account], roster: Roster | None) -> tuple[Unsigned, ...]:
    """Whose account and signed entry differ: the administrator has something to sign."""
    found = []
    for account in accounts:
        member = roster.member(account.handle) if roster else None
        if account.revoked:
            why = "revoked" if member else ""
        elif member is None:
            why = "joined"
        else:
            why = "keys" if _differ(account, member.recipient, member.verify) else ""
        if why:
            found.append(Unsigned(account.handle, why))
    return tuple(found)


def _differ(account: Account, recipient: str, verify: str) -> bool:
    return bool(recipient) and (account.recipient, account.verify) != (recipient, verify)
