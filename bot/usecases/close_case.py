"""Close a case with a reason of the list."""

from bot.domain.case import CLOSING_REASONS
from bot.domain.roster import Member
from bot.errors import CaseError
from bot.ports.cases import CaseRow, CaseStore, NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.step_case import allowed, step_case


async def close_case(store: CaseStore, row: CaseRow, member: Member, reason: str, now: int) -> None:
    """Close; its content is destroyed when the retention period has passed (destroy_expired)."""
    check_reason(reason)
    await step_case(store, row, "close", member, now, closing=reason)


async def close_with_note(at: AtCase, reason: str, note: NewNote) -> None:
    """Close, and keep the sealed checklist with it."""
    check_reason(reason)
    allowed(at, "close")
    await check_next(at, note)
    await step_case(at.store, at.row, "close", at.member, at.now, closing=reason, note=note)


def check_reason(reason: str) -> None:
    """CaseError for what is no closing reason."""
    if reason not in CLOSING_REASONS:
        raise CaseError(
            f"{reason!r} is no reason; use one of {', '.join(CLOSING_REASONS)}", "bad_reason"
        )
