"""The case queue in memory: the reference of the contract, and what tests and trials run on."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.audit import NOBODY, Note
from bot.domain.case import DONE, State
from bot.ports.cases import CaseRow, Claim, Entry, Expiry, Letter, Move
from bot.ports.casework import SealedNote
from bot.ports.stores import Mailbox, NewCase, NewEntry
from bot.stores.memory_casework import MemoryCasework
from bot.stores.memory_clocks import MemoryClocks
from bot.stores.memory_ledger import MemoryLedger
from bot.stores.memory_mailboxes import MemoryMailboxes
from bot.stores.memory_shelf import Kept, Ticking


class MemoryCases(MemoryMailboxes, MemoryClocks, MemoryLedger, MemoryCasework):
    """Every port of bot.ports.cases but Alarm, CaseworkStore and TallyStore."""

    # ------------------------------------------------------------------ coming in
    def insert_case(self, case: NewCase) -> None:
        """Put a new case into the queue, with clock, mailbox and audit."""
        row = CaseRow(
            case.case, "new", case.urgency, case.language, case.hour, case.wants_woman,
            case.child_trained,
        )  # fmt: skip
        entry = Entry(0, case.hour, case.sealed, case.sealed_for)
        clock = Ticking(0, case.due)
        self._new(Kept(row, [entry], clock, case.mailbox, case.staged_code))
        self.count(case.tallies)
        self.write_note(Note(case.hour, NOBODY, "submit", case.case))

    def insert_entry(self, entry: NewEntry) -> bool:
        """Add to a case; False if it is done or gone."""
        kept = self._cases.get(entry.case)
        if kept is None or kept.row.state in DONE:
            return False
        kept.entries.append(Entry(len(kept.entries), entry.hour, entry.sealed, entry.sealed_for))
        kept.row = replace(kept.row, news=True, entries=len(kept.entries))
        self.write_note(Note(entry.hour, NOBODY, "add", entry.case))
        return True

    async def add_entry(self, entry: NewEntry) -> bool:
        """Add something to a case; False if the case is closed or gone."""
        return self.insert_entry(entry)

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
        self.write_note(replace(claim.note, case=kept.row.case))
        return kept.row

    async def move(self, move: Move) -> bool:
        """Take a step; False if the case is not as it was read."""
        kept = self._cases.get(move.before.case)
        if kept is None or _stands(kept.row) != _stands(move.before) or not _follows(kept, move):
            return False
        if (letter := move.letter) is not None:
            kept.letters.append(
                Letter(letter.number, "waiting", letter.safe, letter.hour, letter.sealed)
            )
        if (note := move.sealed_note) is not None:
            kept.notes.append(
                SealedNote(
                    note.number, note.kind, note.hour, note.author, note.sealed_for, note.sealed
                )
            )
        if move.decides is not None or move.to in DONE:
            kept.lowering = None
        kept.lowering = move.wish or kept.lowering
        kept.row = _moved(kept.row, move)
        if not move.clock_runs_on:
            kept.clock = None if move.due is None else Ticking(move.rung, move.due)
        self.count(move.tallies)
        for each in (move.note, *move.also):
            self.write_note(each)
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
        self.write_note(note)
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
        self.write_note(note)
        return True

    async def purge(self, expiry: Expiry, hour: int) -> int:
        """Destroy what is past its time; how many cases went."""
        gone = sorted(case for case, kept in self._cases.items() if kept.expired(expiry))
        for case in gone:
            del self._cases[case]
            self.write_note(Note(hour, NOBODY, "destroyed", case))
        return len(gone)


def _fits(row: CaseRow, claim: Claim) -> bool:
    return (
        row.state in claim.states
        and row.language in claim.languages
        and (claim.woman or not row.wants_woman)
        and (claim.child_trained or not row.child_trained)
    )


def _order(row: CaseRow) -> tuple[int, int, bytes]:
    return row.urgency, row.hour, row.case


def _follows(kept: Kept, move: Move) -> bool:
    letter, note = move.letter, move.sealed_note
    return (
        (letter is None or letter.number == len(kept.letters) + 1)
        and (note is None or note.number == len(kept.notes) + 1)
        and (move.decides is None or move.decides == kept.lowering)
    )


def _moved(row: CaseRow, move: Move) -> CaseRow:
    return replace(
        row,
        state=move.to,
        owner=move.owner,
        lease=move.lease,
        closing=move.closing,
        done_hour=move.done_hour,
        urgency=row.urgency if move.urgency is None else move.urgency,
        news=row.news or move.news,
    )


def _stands(row: CaseRow) -> tuple[str, str, int, int]:
    return row.state, row.owner, row.lease, row.urgency
