"""Keep what the owner of a case wrote down for herself and her colleagues."""

from dataclasses import replace

from bot.errors import CaseError
from bot.ports.cases import NewNote
from bot.usecases.case_file import AtCase
from bot.usecases.check_sealed import check_note
from bot.usecases.step_case import fresh_lease, staying, take


async def add_note(at: AtCase, note: NewNote) -> None:
    """Keep a sealed note as the next of its case; it counts as an act of the owner.

    CaseError if the case is not the member's or the note is not what it should be.
    """
    move = staying(at, "note")
    await check_next(at, note)
    await take(at.store, replace(move, sealed_note=note, lease=fresh_lease(at)))


async def check_next(at: AtCase, note: NewNote | None) -> None:
    """CaseError unless a note, if there is one, is fit to be kept as the next of this case."""
    if note is None:
        return
    check_note(note, at.member, at.roster)
    if note.number != len(await at.store.notes(at.row.case)) + 1:
        raise CaseError(
            "another note came in between; nothing is lost, reload the page and send it again",
            "bad_number",
        )
