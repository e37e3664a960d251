"""Take a case out of the queue for one owner, and hand it back."""

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.case import CLAIM_LEASE, QUEUED, claimable, step
from bot.domain.language import LANGUAGES
from bot.domain.roster import Member
from bot.errors import CaseError
from bot.ports.cases import CaseRow, CaseStore, Claim
from bot.usecases.step_case import actors_of, step_case


async def claim_case(
    store: CaseStore, row: CaseRow, member: Member, now: int, *, anyway: bool = False
) -> CaseRow:
    """Claim this case; CaseError if it is not free, or if it asks for somebody else.

    `anyway` is for when nobody fitting can be found: being answered comes before a wish.
    """
    step(row.state, "claim", actors_of(member, row))
    if not anyway and (mismatch := mismatches(row, member)):
        raise CaseError(
            f"this case asks for {', '.join(mismatch)}; leave it to somebody who fits, or claim it "
            "anyway if nobody does",
            "mismatch",
        )
    taken = await store.claim(_claim(member, now, row.case))
    if taken is None:
        raise CaseError("somebody else was quicker; take another case", "taken")
    return taken


async def claim_next(store: CaseStore, member: Member, now: int) -> CaseRow | None:
    """Claim the most urgent, then oldest case that this member fits; None if there is none."""
    claim = _claim(member, now, None)
    return await store.claim(
        Claim(
            states=claim.states,
            leases=claim.leases,
            note=claim.note,
            languages=member.languages,
            woman=member.gender == "female",
            child_trained=member.child_trained,
        )
    )


async def hand_back(store: CaseStore, row: CaseRow, member: Member, now: int) -> None:
    """Give a case back to the queue, whose clock starts anew; no reason is asked for."""
    await step_case(store, row, "hand_back", member, now)


def mismatches(row: CaseRow, member: Member) -> tuple[str, ...]:
    """What a case asks for that this member is not, in words."""
    asked = (
        (row.language not in member.languages, LANGUAGES[row.language].english_name),
        (row.wants_woman and member.gender != "female", "a woman"),
        (row.child_trained and not member.child_trained, "training to work with children"),
    )
    return tuple(words for missing, words in asked if missing)


def _claim(member: Member, now: int, case: bytes | None) -> Claim:
    anybody = CaseRow(case or b"", "new", 0, "en", 0, wants_woman=False, child_trained=False)
    states = {state for actor in actors_of(member, anybody) for state in claimable(actor)}
    first, second, third, fourth = (now + seconds for seconds in CLAIM_LEASE)
    return Claim(
        states=tuple(sorted(states & QUEUED)),
        leases=(first, second, third, fourth),
        note=Note(hour_of(now), member.handle, "claim", case or b""),
        case=case,
    )
