"""Take a case one step through its table, as one member of the roster."""

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.case import DONE, QUEUED, Act, Actor, lease_seconds, step
from bot.domain.ladder import first_due
from bot.domain.roster import OPENING_ROLES, Member
from bot.errors import CaseError
from bot.ports.cases import CaseRow, CaseStore, Move, NewLetter


def actors_of(member: Member, row: CaseRow) -> frozenset[Actor]:
    """What a member is to a case; CaseError for roles that never touch one."""
    if member.role not in OPENING_ROLES:
        raise CaseError(f"a {member.role} does not work on cases; ask a caseworker or supervisor")
    role: Actor = "supervisor" if member.role == "supervisor" else "caseworker"
    return frozenset({role, "owner"}) if row.owner == member.handle else frozenset({role})


async def step_case(
    store: CaseStore,
    row: CaseRow,
    act: Act,
    member: Member,
    now: int,
    *,
    closing: str = "",
    letter: NewLetter | None = None,
) -> None:
    """Take the step; CaseError if the table refuses it or somebody else was quicker.

    The owner keeps the case and its lease starts anew; back in the queue, its clock does.
    """
    to = step(row.state, act, actors_of(member, row))
    owned = lease_seconds(to, row.urgency)
    move = Move(
        before=row,
        to=to,
        note=Note(hour_of(now), member.handle, act, row.case),
        owner=member.handle if owned else row.owner if to in DONE else "",
        lease=now + owned if owned else 0,
        due=first_due(row.urgency, now) if to in QUEUED else None,
        closing=closing,
        done_hour=hour_of(now) if to in DONE else 0,
        letter=letter,
    )
    if not await store.move(move):
        raise CaseError("the case has changed in the meantime; look at it again and decide anew")
