"""Open a closed case again."""

from bot.usecases.case_file import AtCase
from bot.usecases.step_case import step_case


async def reopen(at: AtCase) -> None:
    """Put a closed case back into the queue, where its clock starts; its content is kept again."""
    await step_case(at.store, at.row, "reopen", at.member, at.now)
