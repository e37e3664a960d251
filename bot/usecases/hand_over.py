"""Hand a case over to a colleague who can open all of it."""

from dataclasses import replace

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.roster import Handle, Member
from bot.errors import CaseError
from bot.ports.cases import NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.step_case import fresh_lease, staying, take
from bot.usecases.trust_roster import KnownRosters


async def hand_over(
    at: AtCase, to: Handle, known: KnownRosters, *, note: NewNote | None = None
) -> None:
    """Make a colleague the owner; the state stays, the lease starts anew, both are on record.

    CaseError if the colleague opens no cases, or if a part of this one is not sealed to them: it
    is sealed again first, by a browser that can open it.
    """
    move = staying(at, "hand_over")
    colleague = next((each for each in at.roster.roster.openers() if each.handle == to), None)
    if colleague is None or to == at.row.owner:
        raise CaseError("a case is handed to a colleague who opens cases; choose one", "bad_next")
    if not await opens(at, colleague, known):
        raise CaseError(
            "parts of the case are not sealed to this colleague yet; seal them again first",
            "not_sealed_to_next",
        )
    await check_next(at, note)
    taken = Note(hour_of(at.now), to, "take_over", at.row.case)
    lease = fresh_lease(at)
    move = replace(move, owner=to, lease=lease, news=True, also=(taken,))
    await take(at.store, replace(move, sealed_note=note))


async def opens(at: AtCase, member: Member, known: KnownRosters) -> bool:
    """Whether every part of a case is sealed to a member's key of today."""
    # The version in the clear is only what the sealer said; a wrong one shows when it is opened.
    return all(
        version in known and member.recipient in known[version].roster.recipients()
        for version in await at.store.sealed_for(at.row.case)
    )
