"""What the in-memory case stores share: cases with everything that hangs on them, and the chain."""

from dataclasses import dataclass, field, replace

from bot.domain.audit import FIRST, AuditEntry, Note, link
from bot.domain.case import DONE
from bot.domain.tallies import Tally
from bot.errors import StoreError
from bot.ports.cases import CaseRow, Entry, Expiry, Letter, Lowering
from bot.ports.casework import SealedNote
from bot.ports.stores import Mailbox


@dataclass(slots=True)
class Ticking:
    """A clock: the next rung and when it is due."""

    rung: int
    due: int


@dataclass(slots=True)
class Kept:
    """A case with everything that hangs on it."""

    row: CaseRow
    entries: list[Entry]
    clock: Ticking | None
    mailbox: Mailbox | None
    staged: bytes
    letters: list[Letter] = field(default_factory=list)
    notes: list[SealedNote] = field(default_factory=list)
    lowering: Lowering | None = None

    def expired(self, expiry: Expiry) -> bool:
        """Whether its time is over."""
        done = self.row.done_hour
        if self.row.state == "withdrawn":
            return done < expiry.withdrawn_before
        if self.row.state not in DONE or done >= expiry.closed_before:
            return False
        unread = any(letter.safe and letter.state == "waiting" for letter in self.letters)
        return not unread or done < expiry.unread_before


class MemoryShelf:
    """Cases, chain and tallies as plain values; no method waits, so each is one transaction."""

    def __init__(self) -> None:
        self._cases: dict[bytes, Kept] = {}
        self._audit: list[AuditEntry] = []
        self._tallies: dict[tuple[str, str, str, str], int] = {}

    def write_note(self, note: Note) -> None:
        """Append to the chain."""
        previous = self._audit[-1].hash if self._audit else FIRST
        seq = len(self._audit) + 1
        self._audit.append(AuditEntry(seq, note, link(previous, seq, note)))

    def count(self, tallies: tuple[Tally, ...]) -> None:
        """Add each count to its cell."""
        for each in tallies:
            cell = (each.period, each.name, each.row, each.col)
            self._tallies[cell] = self._tallies.get(cell, 0) + each.count

    def give_back(self, kept: Kept, dues: tuple[int, int, int, int], note: Note) -> CaseRow:
        """Take a case back into the queue, its clock at rung 0."""
        self.write_note(note)
        kept.row = replace(kept.row, state="returned", owner="", lease=0)
        kept.clock = Ticking(0, dues[kept.row.urgency])
        return kept.row

    def _new(self, kept: Kept) -> None:
        case, box = kept.row.case, kept.mailbox
        if case in self._cases or (box and self._by_tag(box.tag)):
            raise StoreError("a case with this id or mailbox is already there")
        self._cases[case] = kept

    def _by_tag(self, tag: bytes) -> Kept | None:
        kept = self._cases.values()
        return next((each for each in kept if each.mailbox and each.mailbox.tag == tag), None)
