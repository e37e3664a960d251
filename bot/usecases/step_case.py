"""Take a case one step through its table, as one member of the roster."""

from collections.abc import Sequence

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.case import DONE, OWNED, QUEUED, Act, Actor, lease_seconds, step
from bot.domain.ladder import first_due, first_rung
from bot.domain.roster import OPENING_ROLES, Member
from bot.domain.tallies import Tally
from bot.errors import CaseError
from bot.ports.cases import CaseRow, CaseStore, Move, NewLetter, NewNote
from bot.usecases.case_file import AtCase


def actors_of(member: Member, row: CaseRow) -> frozenset[Actor]:
    """What a member is to a case; CaseError for roles that never touch one."""
    if member.role not in OPENING_ROLES:
        raise CaseError(
            f"a {member.role} does not work on cases; ask a caseworker or supervisor",
            "not_your_role",
        )
    role: Actor = "supervisor" if member.role == "supervisor" else "caseworker"
    return frozenset({role, "owner"}) if row.owner == member.handle else frozenset({role})


def allowed(at: AtCase, act: Act) -> None:
    """CaseError unless the table lets this member do this to the case now."""
    step(at.row.state, act, actors_of(at.member, at.row))


async def step_case(
    store: CaseStore,
    row: CaseRow,
    act: Act,
    member: Member,
    now: int,
    *,
    closing: str = "",
    letter: NewLetter | None = None,
    note: NewNote | None = None,
    tallies: Sequence[Tally] = (),
) -> None:
    """Take the step; CaseError if the table refuses it or somebody else was quicker.

    The owner keeps the case and its lease starts anew; back in the queue, its clock does, and what
    goes up to a supervisor calls one at once.
    """
    to = step(row.state, act, actors_of(member, row))
    owned = lease_seconds(to, row.urgency)
    up = to == "escalated"
    await take(
        store,
        Move(
            before=row,
            to=to,
            note=Note(hour_of(now), member.handle, act, row.case),
            owner=member.handle if owned else row.owner if to in DONE else "",
            lease=now + owned if owned else 0,
            due=(now if up else first_due(row.urgency, now)) if to in QUEUED else None,
            rung=first_rung(row.urgency, "supervisor") if up else 0,
            closing=closing,
            done_hour=hour_of(now) if to in DONE else 0,
            letter=letter,
            sealed_note=note,
            tallies=tuple(tallies),
        ),
    )


def staying(at: AtCase, act: Act) -> Move:
    """A step that leaves the case as it is: state, owner, lease and clock."""
    allowed(at, act)
    row = at.row
    note = Note(hour_of(at.now), at.member.handle, act, row.case)
    return Move(
        row, row.state, note, owner=row.owner, lease=row.lease, clock_runs_on=row.state in QUEUED
    )


def fresh_lease(at: AtCase) -> int:
    """When the lease of an owner who has just acted lapses; 0 if nobody owns the case."""
    owned = at.row.state in OWNED
    return at.now + lease_seconds(at.row.state, at.row.urgency) if owned else 0


async def take(store: CaseStore, move: Move) -> None:
    """Take a prepared step; CaseError if the case is not as it was read."""
    if not await store.move(move):
        raise CaseError(
            "the case has changed in the meantime; look at it again and decide anew", "changed"
        )
