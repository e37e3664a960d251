"""Write to the person: a letter only their code opens."""

from typing import Final

from bot.domain.baghdad import hour_of
from bot.domain.case import step
from bot.domain.roster import Member
from bot.domain.scrub import tidy
from bot.errors import CaseError
from bot.ports.cases import CaseRow, CaseStore, NewLetter
from bot.sealing.envelope import Header
from bot.sealing.keys import Recipient
from bot.sealing.mailbox import seal_letter
from bot.usecases.hand_off import SCHEMA
from bot.usecases.step_case import actors_of, step_case

LETTER_LIMIT: Final = 900
"""Fits one WhatsApp message with the line above it."""


async def reply(
    store: CaseStore, row: CaseRow, member: Member, text: str, now: int, *, safe: bool
) -> int:
    """Seal a letter to the case's mailbox and take the case into contact; the letter's number.

    `safe`: the writer says that whoever may hold the phone can read it without harm; a letter
    that is not stays unseen. CaseError if the case is not one's own or its mailbox not ready.
    """
    step(row.state, "contact", actors_of(member, row))
    words = tidy(text, LETTER_LIMIT + 1)
    if not words or len(words) > LETTER_LIMIT:
        raise CaseError(
            f"a reply has 1 to {LETTER_LIMIT} characters; this one has {len(words)}", "bad_letter"
        )
    mailbox = await store.mailbox(row.case)
    if mailbox is None:
        raise CaseError(
            "the person's mailbox is not ready yet; try again in a minute", "no_mailbox"
        )
    number = len(await store.letters(row.case)) + 1
    header = Header(
        kind="letter",
        case=row.case,
        seq=number,
        hour=hour_of(now),
        lang=row.language,
        schema=SCHEMA,
    )
    sealed = seal_letter(header, {"text": words}, Recipient(mailbox.recipient))
    letter = NewLetter(number=number, sealed=sealed, hour=hour_of(now), safe=safe)
    await step_case(store, row, "contact", member, now, letter=letter)
    return number
