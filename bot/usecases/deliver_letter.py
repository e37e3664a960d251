"""Take a reply that a browser sealed to the person's mailbox, and take one back."""

from collections.abc import Sequence

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.tallies import Tally
from bot.errors import CaseError
from bot.ports.cases import NewLetter, NewNote
from bot.usecases.add_note import check_next
from bot.usecases.case_file import AtCase
from bot.usecases.check_sealed import LETTER_SIZE, sealed_for
from bot.usecases.step_case import allowed, step_case


async def deliver_letter(
    at: AtCase, letter: NewLetter, *, sent: NewNote | None = None, tallies: Sequence[Tally] = ()
) -> None:
    """Deliver a letter and take the case into contact; `sent` is the writer's own sealed copy.

    Only the mailbox's owner can open the letter, so its wording is for the browser to check.
    CaseError if the case is not the member's, its mailbox not ready, or the letter not the next.
    """
    allowed(at, "contact")
    if await at.store.mailbox(at.row.case) is None:
        raise CaseError(
            "the person's mailbox is not ready yet; try again in a minute", "no_mailbox"
        )
    if not sealed_for(letter.sealed, 1, LETTER_SIZE):
        raise CaseError("the reply is too long, or not sealed to one mailbox", "bad_letter")
    if letter.number != len(await at.store.letters(at.row.case)) + 1:
        raise CaseError("another reply came in between; reload the page, then send", "bad_number")
    await check_next(at, sent)
    await step_case(
        at.store, at.row, "contact", at.member, at.now, letter=letter, note=sent, tallies=tallies
    )


async def withdraw_letter(at: AtCase, number: int) -> None:
    """Take back a reply nobody has read; CaseError if it was, or if the case is another's."""
    allowed(at, "contact")
    note = Note(hour_of(at.now), at.member.handle, "withdraw_letter", at.row.case)
    if not await at.store.withdraw_letter(at.row.case, number, note):
        raise CaseError("the reply was read or withdrawn already", "letter_gone")
