"""Take a case up to a supervisor."""

from bot.ports.cases import NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.step_case import allowed, step_case


async def escalate_case(at: AtCase, note: NewNote | None = None) -> None:
    """Back into the queue, for supervisors only, who are called at once; the note says why."""
    allowed(at, "escalate")
    await check_next(at, note)
    await step_case(at.store, at.row, "escalate", at.member, at.now, note=note)
