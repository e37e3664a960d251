"""The console's side of the case queue in memory: pages, notes, owners, re-sealing."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.audit import Note
from bot.domain.case import DONE, OWNED, QUEUED, STATES, State
from bot.ports.cases import CaseRow, Entry, Lowering
from bot.ports.casework import (
    Count,
    Load,
    Place,
    QueueRow,
    Resealed,
    SealedNote,
    Stale,
    View,
    ViewName,
    place_of,
)
from bot.stores.memory_shelf import Kept, MemoryShelf

_VIEWS: dict[ViewName, frozenset[State]] = {
    "waiting": QUEUED, "mine": OWNED, "owned": OWNED, "done": DONE,
}  # fmt: skip


class MemoryCasework(MemoryShelf):
    """CaseworkStore without a disk."""

    async def row(self, case: bytes) -> CaseRow | None:
        """The case of this id."""
        kept = self._cases.get(case)
        return kept.row if kept else None

    async def queue_page(
        self, view: View, after: Place | None = None, limit: int = 50
    ) -> tuple[QueueRow, ...]:
        """The next rows of a view."""
        found = sorted(
            (kept for kept in self._cases.values() if _shows(view, kept.row)),
            key=lambda kept: _order(place_of(view, kept.row)),
        )
        rest = (
            kept
            for kept in found
            if after is None or _order(place_of(view, kept.row)) > _order(after)
        )
        return tuple(map(_queue_row, rest))[:limit]

    async def counts(self) -> tuple[Count, ...]:
        """Every (state, urgency) in which there are cases."""
        hours: defaultdict[tuple[State, int], list[int]] = defaultdict(list)
        for kept in self._cases.values():
            hours[kept.row.state, kept.row.urgency].append(kept.row.hour)
        return tuple(
            Count(state, urgency, len(found), min(found))
            for state in STATES
            for urgency in range(4)
            if (found := hours.get((state, urgency)))
        )

    async def late(self, before: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """By urgency: how many cases wait that came before these hours."""
        late = [0, 0, 0, 0]
        for kept in self._cases.values():
            row = kept.row
            late[row.urgency] += row.state in QUEUED and row.hour < before[row.urgency]
        zero, one, two, three = late
        return zero, one, two, three

    async def loads(self) -> tuple[Load, ...]:
        """What each owner has, by handle and urgency."""
        leases: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for kept in self._cases.values():
            if kept.row.state in OWNED:
                leases[kept.row.owner, kept.row.urgency].append(kept.row.lease)
        return tuple(
            Load(owner, urgency, len(found), min(found))
            for (owner, urgency), found in sorted(leases.items())
        )

    async def notes(self, case: bytes) -> tuple[SealedNote, ...]:
        """What staff wrote to a case, in order."""
        kept = self._cases.get(case)
        return tuple(kept.notes) if kept else ()

    async def lowering(self, case: bytes) -> Lowering | None:
        """The wish to lower the case's urgency."""
        kept = self._cases.get(case)
        return kept.lowering if kept else None

    async def lowerings(self) -> tuple[Lowering, ...]:
        """Every such wish, the oldest first."""
        found = (kept.lowering for kept in self._cases.values() if kept.lowering)
        return tuple(sorted(found, key=lambda wish: (wish.hour, wish.case)))

    async def sealed_for(self, case: bytes) -> frozenset[int]:
        """Every roster version to which a part of the case is sealed now."""
        kept = self._cases.get(case)
        if kept is None:
            return frozenset()
        entries = {entry.sealed_for for entry in kept.entries}
        return frozenset(entries | {note.sealed_for for note in kept.notes})

    async def stale(
        self, versions: Sequence[int], limit: int = 10, skip: int = 0
    ) -> tuple[Stale, ...]:
        """Parts of open cases sealed for one of these versions."""
        return tuple(self._stale(versions))[skip : skip + limit]

    async def stale_count(self, versions: Sequence[int]) -> int:
        """How many parts of open cases are sealed for one of these versions."""
        return len(tuple(self._stale(versions)))

    async def reseal(self, parts: Sequence[Resealed], versions: Sequence[int], note: Note) -> int:
        """Put re-sealed parts in the place of those they were made of."""
        changed = [part.case for part in parts if self._exchange(part, versions)]
        for case in dict.fromkeys(changed):
            self.write_note(replace(note, case=case))
        return len(changed)

    def _stale(self, versions: Sequence[int]) -> Iterator[Stale]:
        kept = (each for each in self._cases.values() if each.row.state not in DONE)
        for case in sorted(kept, key=lambda each: (each.row.urgency, each.row.hour, each.row.case)):
            for entry in case.entries:
                if entry.sealed_for in versions:
                    yield Stale(
                        case.row.case, "entry", entry.number, entry.hour, entry.sealed_for,
                        entry.sealed, case.entries[0].anchor, entry.origin,
                    )  # fmt: skip
            for note in case.notes:
                if note.sealed_for in versions:
                    yield Stale(
                        case.row.case, "note", note.number, note.hour, note.sealed_for,
                        note.sealed, case.entries[0].anchor,
                    )  # fmt: skip

    def _exchange(self, part: Resealed, versions: Sequence[int]) -> bool:
        kept = self._cases.get(part.case)
        if kept is None:
            return False

        def wanted(each: Entry | SealedNote) -> bool:
            named = each.number == part.number and each.sealed_for in versions
            return named and _digest(each.sealed) == part.before

        if part.part == "entry":
            for place, entry in enumerate(kept.entries):
                if wanted(entry):
                    origin = entry.origin or part.before
                    kept.entries[place] = replace(
                        entry, sealed=part.sealed, sealed_for=part.sealed_for, origin=origin
                    )
                    return True
        for place, note in enumerate(kept.notes if part.part == "note" else ()):
            if wanted(note):
                kept.notes[place] = replace(note, sealed=part.sealed, sealed_for=part.sealed_for)
                return True
        return False


def _digest(sealed: bytes) -> bytes:
    return hashlib.sha256(sealed).digest()


def _shows(view: View, row: CaseRow) -> bool:
    return (
        row.state in _VIEWS[view.name]
        and row.language in view.languages
        and (row.owner == view.owner or not (view.owner or view.name == "mine"))
    )


def _order(place: Place) -> tuple[int, int, bytes]:
    return place.first, place.second, place.case


def _queue_row(kept: Kept) -> QueueRow:
    clock = kept.clock
    rung, due = (clock.rung, clock.due) if clock else (0, 0)
    return QueueRow(kept.row, rung, due, kept.lowering)
