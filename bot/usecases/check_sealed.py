"""Refuse what a browser sealed for the wrong readers, as far as that shows from outside."""

from typing import Final

from bot.domain.notes import NOTE_KINDS
from bot.domain.roster import Member
from bot.errors import CaseError, OpenError
from bot.ports.cases import NewNote
from bot.sealing import reading
from bot.sealing.age import HYBRID
from bot.usecases.trust_roster import TrustedRoster

STANZA_SIZE: Final = 1_700
"""What one reader adds to a file, and a little more."""
LETTER_SIZE: Final = 16 << 10
NOTE_SIZE: Final = 64 << 10
REPORT_SIZE: Final = 256 << 10


def sealed_for(sealed: bytes, readers: int, content: int) -> bool:
    """Whether a file is sealed to so many post-quantum keys and holds no more than `content`.

    To whose keys cannot be seen: that is for who opens it.
    """
    if len(sealed) > content + STANZA_SIZE * readers:
        return False
    try:
        stanzas = reading.parse(sealed).stanzas
    except OpenError:
        return False
    return len(stanzas) == readers and all(stanza.kind == HYBRID for stanza in stanzas)


def check_note(note: NewNote, member: Member, roster: TrustedRoster) -> None:
    """CaseError unless a note is the member's and for just the readers of the roster in force."""
    fits = (
        note.kind in NOTE_KINDS
        and note.author == member.handle
        and note.sealed_for == roster.version
        and sealed_for(note.sealed, len(roster.recipients), NOTE_SIZE)
    )
    if not fits:
        raise CaseError(
            "the note is not sealed to exactly the people of the roster in force; reload the page "
            "and send it again",
            "bad_note",
        )
