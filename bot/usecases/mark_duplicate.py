"""Set a case aside because it is told in another one."""

from bot.ports.cases import NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.step_case import allowed, step_case


async def mark_duplicate(at: AtCase, note: NewNote | None = None) -> None:
    """Set it aside; the note may say of which case, sealed. A supervisor can open it again."""
    allowed(at, "mark_duplicate")
    await check_next(at, note)
    await step_case(at.store, at.row, "mark_duplicate", at.member, at.now, note=note)
