"""The case queue in memory: the reference of the contract, and what tests and trials run on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.domain.audit import FIRST, NOBODY, AuditEntry, Note, link
from bot.domain.baghdad import hour_of
from bot.domain.case import DONE, State
from bot.errors import StoreError
from bot.ports.cases import (
    CaseRow,
    Claim,
    Entry,
    Expiry,
    Letter,
    MailboxView,
    Move,
    Ringing,
    Staged,
)  # fmt: skip
from bot.ports.stores import Mailbox, NewCase, NewEntry


@dataclass(slots=True)
class _Clock:
    rung: int
    due: int


@dataclass(slots=True)
class _Kept:
    """A case with everything that hangs on it."""

    row: CaseRow
    entries: list[Entry]
    clock: _Clock | None
    mailbox: Mailbox | None
    staged: bytes
    letters: list[Letter] = field(default_factory=list)


class MemoryCases:
    """Every port of bot.ports.cases but Alarm. No method waits, so each is one transaction."""

    def __init__(self) -> None:
        self._cases: dict[bytes, _Kept] = {}
        self._audit: list[AuditEntry] = []
        self._rosters: dict[int, bytes] = {}

    # ------------------------------------------------------------------ coming in
    def insert_case(self, case: NewCase) -> None:
        """Put a new case into the queue, with clock, mailbox and audit."""
        if case.case in self._cases or (case.mailbox and self._by_tag(case.mailbox.tag)):
            raise StoreError("a case with this id or mailbox is already there")
        row = CaseRow(
            case.case, "new", case.urgency, case.language, case.hour, case.wants_woman,
            case.child_trained,
        )  # fmt: skip
        entry = Entry(0, case.hour, case.sealed)
        clock = _Clock(0, case.due)
        self._cases[case.case] = _Kept(row, [entry], clock, case.mailbox, case.staged_code)
        self._note(Note(case.hour, NOBODY, "submit", case.case))

    def insert_entry(self, entry: NewEntry) -> bool:
        """Add to a case; False if it is done or gone."""
        kept = self._cases.get(entry.case)
        if kept is None or kept.row.state in DONE:
            return False
        kept.entries.append(Entry(len(kept.entries), entry.hour, entry.sealed))
        kept.row = replace(kept.row, news=True, entries=len(kept.entries))
        self._note(Note(entry.hour, NOBODY, "add", entry.case))
        return True

    # ------------------------------------------------------------------ staff
    async def rows(self, states: Sequence[State], limit: int | None = None) -> tuple[CaseRow, ...]:
        """Cases in these states, the most urgent first, then the oldest."""
        found = [kept.row for kept in self._cases.values() if kept.row.state in states]
        return tuple(sorted(found, key=_order)[:limit])

    async def match(self, prefix: str) -> tuple[CaseRow, ...]:
        """Up to two cases whose id in hex begins so."""
        found = (case for case in sorted(self._cases) if case.hex().startswith(prefix))
        return tuple(self._cases[case].row for case in found)[:2] if prefix else ()

    async def claim(self, claim: Claim) -> CaseRow | None:
        """Give one case to one owner, or None."""
        fitting = [
            kept
            for kept in self._cases.values()
            if claim.case in (None, kept.row.case) and _fits(kept.row, claim)
        ]
        if not fitting:
            return None
        kept = min(fitting, key=lambda kept: _order(kept.row))
        kept.row = replace(
            kept.row,
            state="claimed",
            owner=claim.note.actor,
            lease=claim.leases[kept.row.urgency],
        )
        kept.clock = None
        self._note(replace(claim.note, case=kept.row.case))
        return kept.row

    async def move(self, move: Move) -> bool:
        """Take a step; False if the case is not as it was read."""
        kept = self._cases.get(move.before.case)
        if kept is None or _stands(kept.row) != _stands(move.before):
            return False
        if move.letter is not None:
            if move.letter.number != len(kept.letters) + 1:
                return False
            letter = move.letter
            kept.letters.append(
                Letter(letter.number, "waiting", letter.safe, letter.hour, letter.sealed)
            )
        kept.row = replace(
            kept.row,
            state=move.to,
            owner=move.owner,
            lease=move.lease,
            closing=move.closing,
            done_hour=move.done_hour,
        )
        kept.clock = None if move.due is None else _Clock(0, move.due)
        self._note(move.note)
        return True

    async def entries(self, case: bytes) -> tuple[Entry, ...]:
        """The sealed parts of a case, in order."""
        kept = self._cases.get(case)
        return tuple(kept.entries) if kept else ()

    async def opened(self, row: CaseRow, note: Note) -> bool:
        """Write down that the owner opened a case."""
        kept = self._cases.get(row.case)
        if kept is None or (kept.row.owner, kept.row.state) != (row.owner, row.state):
            return False
        kept.row = replace(kept.row, news=False)
        self._note(note)
        return True

    async def mailbox(self, case: bytes) -> Mailbox | None:
        """Where replies go."""
        kept = self._cases.get(case)
        return kept.mailbox if kept else None

    async def letters(self, case: bytes) -> tuple[Letter, ...]:
        """All replies to a case, in order."""
        kept = self._cases.get(case)
        return tuple(kept.letters) if kept else ()

    async def withdraw_letter(self, case: bytes, number: int, note: Note) -> bool:
        """Take back a reply that was not read yet."""
        if not self._turn_letter(self._cases.get(case), number, withdrawn=True):
            return False
        self._note(note)
        return True

    async def purge(self, expiry: Expiry, hour: int) -> int:
        """Destroy what is past its time; how many cases went."""
        gone = sorted(case for case, kept in self._cases.items() if _expired(kept, expiry))
        for case in gone:
            del self._cases[case]
            self._note(Note(hour, NOBODY, "destroyed", case))
        return len(gone)

    # ------------------------------------------------------------------ the person
    async def look(self, tag: bytes) -> MailboxView | None:
        """The mailbox of this tag, or None."""
        kept = self._by_tag(tag)
        if kept is None:
            return None
        shown = (letter for letter in kept.letters if letter.safe and letter.state != "withdrawn")
        anchor = hashlib.sha256(kept.entries[0].sealed).digest()
        return MailboxView(kept.row.case, kept.row.state, len(kept.entries), tuple(shown), anchor)

    async def mark_read(self, tag: bytes, number: int) -> bool:
        """A waiting letter was shown."""
        return self._turn_letter(self._by_tag(tag), number, withdrawn=False)

    async def add_entry(self, entry: NewEntry) -> bool:
        """Add something to a case; False if the case is closed or gone."""
        return self.insert_entry(entry)

    async def withdraw(self, tag: bytes, hour: int) -> bool:
        """Destroy everything but a tombstone."""
        kept = self._by_tag(tag)
        if kept is None:
            return False
        kept.row = replace(
            kept.row, state="withdrawn", lease=0, news=False, closing="", done_hour=hour,
            wants_woman=False, child_trained=False, entries=0,
        )  # fmt: skip
        kept.entries, kept.letters, kept.clock, kept.mailbox = [], [], None, None
        self._note(Note(hour, NOBODY, "withdraw", kept.row.case))
        return True

    async def staged(self) -> tuple[Staged, ...]:
        """All cases that wait for their mailbox."""
        return tuple(
            Staged(case, kept.staged) for case, kept in sorted(self._cases.items()) if kept.staged
        )

    async def settle(self, case: bytes, mailbox: Mailbox) -> bool:
        """Put the derived mailbox in the place of the staged code."""
        if not await self.abandon(case):
            return False
        self._cases[case].mailbox = mailbox
        return True

    async def abandon(self, case: bytes) -> bool:
        """Give up a staged code that no living key opens."""
        kept = self._cases.get(case)
        if kept is None or not kept.staged:
            return False
        kept.staged = b""
        return True

    # ------------------------------------------------------------------ the clock
    async def take_due(self, now: int, retry_at: int) -> tuple[Ringing, ...]:
        """Clocks due by `now`, each moved to `retry_at`."""
        ringing = []
        for case, kept in self._cases.items():
            if kept.clock is not None and kept.clock.due <= now:
                ringing.append(Ringing(case, kept.row.urgency, kept.clock.rung, kept.clock.due))
                kept.clock.due = retry_at
        return tuple(sorted(ringing, key=lambda each: (each.urgency, each.due, each.case)))

    async def rung_done(self, ringing: Ringing, rung: int, due: int) -> bool:
        """The call was made: go to `rung`, due at `due`."""
        kept = self._cases.get(ringing.case)
        if kept is None or kept.clock is None or kept.clock.rung != ringing.rung:
            return False
        kept.clock = _Clock(rung, due)
        return True

    async def lapse(self, now: int, dues: tuple[int, int, int, int]) -> tuple[CaseRow, ...]:
        """Take cases whose lease is over back into the queue."""
        lapsed = []
        for case, kept in sorted(self._cases.items()):
            if 0 < kept.row.lease <= now:
                self._note(Note(hour_of(now), kept.row.owner or NOBODY, "lapse", case))
                kept.row = replace(kept.row, state="returned", owner="", lease=0)
                kept.clock = _Clock(0, dues[kept.row.urgency])
                lapsed.append(kept.row)
        return tuple(lapsed)

    async def next_due(self) -> int | None:
        """The earliest moment at which a clock or lease needs somebody."""
        clocks = [kept.clock.due for kept in self._cases.values() if kept.clock is not None]
        leases = [kept.row.lease for kept in self._cases.values() if kept.row.lease]
        return min(clocks + leases, default=None)

    # ------------------------------------------------------------------ the ledger
    async def audit(self) -> tuple[AuditEntry, ...]:
        """Every entry, in order."""
        return tuple(self._audit)

    async def note(self, note: Note) -> None:
        """Add an act that changes no case."""
        self._note(note)

    async def newest_roster(self) -> tuple[int, bytes] | None:
        """Version and file of the newest roster ever accepted."""
        return max(self._rosters.items(), default=None)

    async def roster_file(self, version: int) -> bytes | None:
        """The accepted file of one version."""
        return self._rosters.get(version)

    async def keep_roster(self, version: int, file: bytes) -> bool:
        """Remember a roster; False unless it is newer than all."""
        if self._rosters and max(self._rosters) >= version:
            return False
        self._rosters[version] = file
        return True

    # ------------------------------------------------------------------
    def _by_tag(self, tag: bytes) -> _Kept | None:
        kept = self._cases.values()
        return next((each for each in kept if each.mailbox and each.mailbox.tag == tag), None)

    def _turn_letter(self, kept: _Kept | None, number: int, *, withdrawn: bool) -> bool:
        if kept is None:
            return False
        for place, letter in enumerate(kept.letters):
            if letter.number != number or letter.state != "waiting":
                continue
            if withdrawn:
                kept.letters[place] = replace(letter, state="withdrawn", sealed=b"")
            elif letter.safe:
                kept.letters[place] = replace(letter, state="read")
            else:
                return False
            return True
        return False

    def _note(self, note: Note) -> None:
        previous = self._audit[-1].hash if self._audit else FIRST
        seq = len(self._audit) + 1
        self._audit.append(AuditEntry(seq, note, link(previous, seq, note)))


def _expired(kept: _Kept, expiry: Expiry) -> bool:
    done = kept.row.done_hour
    if kept.row.state == "withdrawn":
        return done < expiry.withdrawn_before
    if kept.row.state not in DONE or done >= expiry.closed_before:
        return False
    unread = any(letter.safe and letter.state == "waiting" for letter in kept.letters)
    return not unread or done < expiry.unread_before


def _fits(row: CaseRow, claim: Claim) -> bool:
    return (
        row.state in claim.states
        and row.language in claim.languages
        and (claim.woman or not row.wants_woman)
        and (claim.child_trained or not row.child_trained)
    )


def _order(row: CaseRow) -> tuple[int, int, bytes]:
    return row.urgency, row.hour, row.case


def _stands(row: CaseRow) -> tuple[str, str, int]:
    return row.state, row.owner, row.lease
