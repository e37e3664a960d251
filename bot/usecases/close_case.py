"""Close a case with a reason of the list."""

from bot.domain.case import CLOSING_REASONS
from bot.domain.roster import Member
from bot.errors import CaseError
from bot.ports.cases import CaseRow, CaseStore
from bot.usecases.step_case import step_case


async def close_case(store: CaseStore, row: CaseRow, member: Member, reason: str, now: int) -> None:
    """Close; its content is destroyed when the retention period has passed (destroy_expired)."""
    if reason not in CLOSING_REASONS:
        raise CaseError(f"{reason!r} is no reason; use one of {', '.join(CLOSING_REASONS)}")
    await step_case(store, row, "close", member, now, closing=reason)
