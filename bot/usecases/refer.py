"""Refer a person to one organisation for one purpose, or write down how that ended."""

from collections.abc import Sequence

from bot.domain.tallies import Tally
from bot.errors import CaseError
from bot.ports.cases import NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.step_case import allowed, step_case


async def refer(
    at: AtCase, note: NewNote, *, security: bool = False, tallies: Sequence[Tally] = ()
) -> None:
    """Keep the sealed referral and take the case to `referred`.

    To whom and whether the person agreed stands only inside the note, so the browser that opened
    the case refuses what was not agreed to; a referral to police or `security` is for a supervisor.
    """
    if security and at.member.role != "supervisor":
        raise CaseError(
            "a referral to police or security is for a supervisor; escalate the case",
            "needs_supervisor",
        )
    allowed(at, "refer")
    await check_next(at, note)
    await step_case(at.store, at.row, "refer", at.member, at.now, note=note, tallies=tallies)
