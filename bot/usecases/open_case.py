"""Read a case one owns: the report, what was added to it, and what to mind.

The key never comes here: an `Opener` that holds it is handed in (the terminal's; a browser has
its own).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.notes import NoteKind
from bot.domain.report import Report, clean_text, from_dict
from bot.domain.roster import Handle, Member
from bot.domain.scrub import tidy
from bot.domain.urgency import Reason, Urgency
from bot.errors import CaseError, OpenError
from bot.ports.cases import CaseRow, Entry
from bot.ports.casework import SealedNote
from bot.sealing.envelope import Document, Kind
from bot.usecases.case_file import CaseFile
from bot.usecases.hand_off import ADDITION_LIMIT

NOTE_LIMIT: Final = 4_000
KEY_LIMIT: Final = 40
NOTE_MARKS: Final = frozenset({"what", "by", "at_hour", "sig", "resealed"})


class Opener(Protocol):
    """Opens what is sealed to the roster; OpenError when it is not exactly what was asked for."""

    def __call__(
        self, sealed: bytes, kind: Kind, case: bytes, seq: int, prev: bytes, *, origin: bytes = b""
    ) -> Document:
        """The document; `origin` is the digest of the part as first stored, if sealed again."""
        ...


@dataclass(frozen=True, slots=True)
class Addition:
    """What the person added with the code; `in_order` is False if its place is not its own."""

    hour: int
    text: str
    in_order: bool = True


@dataclass(frozen=True, slots=True)
class StaffNote:
    """What staff wrote to a case; `fields` is everything in it but who and what kind."""

    hour: int
    author: Handle
    kind: NoteKind
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """Everything a case says, in the clear: only ever in the memory of who opened it."""

    report: Report
    urgency: Urgency
    additions: tuple[Addition, ...]
    notes: tuple[StaffNote, ...]
    near: bool
    """Whether it is about a governorate in which the reader declared a conflict."""


async def open_case(
    store: CaseFile, row: CaseRow, member: Member, opener: Opener, now: int
) -> OpenedCase:
    """Open a case one owns, and write down that it was opened.

    CaseError if it is not the member's, OpenError if it does not open or was tampered with.
    """
    if row.owner != member.handle or row.state == "withdrawn":
        raise CaseError("only its owner opens a case; claim it first")
    entries = await store.entries(row.case)
    # Written down before anything is shown: an opening that is not on record must not happen.
    if not await store.opened(row, Note(hour_of(now), member.handle, "open", row.case)):
        raise CaseError("the case has changed in the meantime; look at it again and decide anew")
    report, urgency = read_report(row, entries[0], opener)
    anchor = entries[0].anchor
    notes = await store.notes(row.case)
    return OpenedCase(
        report=report,
        urgency=urgency,
        additions=tuple(_addition(row, entry, anchor, opener) for entry in entries[1:]),
        notes=tuple(_note(row, note, anchor, opener) for note in notes),
        near=report.one("governorate") in member.conflicts,
    )


def read_report(row: CaseRow, entry: Entry, opener: Opener) -> tuple[Report, Urgency]:
    """The report of a case, and the urgency it was filed with."""
    body = opener(entry.sealed, "report", row.case, 0, b"", origin=entry.origin).body
    try:
        reasons = tuple(Reason(reason) for reason in body["reasons"])
        return from_dict(body["answers"]), Urgency(int(body["urgency"]), reasons)
    except (KeyError, TypeError, ValueError) as error:
        raise OpenError("the case opens but holds no report this version can read") from error


def _addition(row: CaseRow, entry: Entry, anchor: bytes, opener: Opener) -> Addition:
    last: OpenError | None = None
    # Two additions that crossed carry the same number: better shown with a caution than lost.
    for seq in range(entry.number - 1, -1, -1):
        try:
            document = opener(entry.sealed, "addition", row.case, seq, anchor, origin=entry.origin)
        except OpenError as error:
            last = last or error
            continue
        return Addition(entry.hour, _text(document.body), in_order=seq == entry.number - 1)
    raise last or OpenError("an addition stands where the report belongs; tell the administrator")


def _note(row: CaseRow, note: SealedNote, anchor: bytes, opener: Opener) -> StaffNote:
    body = opener(note.sealed, "note", row.case, note.number, anchor).body
    if (body.get("by"), body.get("what")) != (note.author, note.kind):
        raise OpenError("a note is not by who it seems to be; tell the administrator")
    fields = {
        tidy(key, KEY_LIMIT): tidy(value, NOTE_LIMIT) if isinstance(value, str) else value
        for key, value in body.items()
        if key not in NOTE_MARKS
    }
    return StaffNote(note.hour, note.author, note.kind, fields)


def _text(body: Mapping[str, Any]) -> str:
    # Cleaned again: whoever can write to the database can seal anything to public keys, also
    # sequences that would command the reader's terminal.
    return clean_text(body.get("text"), ADDITION_LIMIT)
