"""What the console needs of the case database beyond bot.ports.cases: pages, notes, re-sealing.

A note enters with a `Move` (bot.ports.cases), so that it and the step it belongs to are one
transaction. Every adapter passes the contract in tests/stores/test_casework_contract.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.domain.audit import Note
from bot.domain.case import State
from bot.domain.language import TAGS, Tag
from bot.domain.notes import NoteKind
from bot.domain.roster import Handle
from bot.ports.cases import CaseRow, Lowering

ViewName = Literal["waiting", "mine", "owned", "done"]
"""What nobody owns, what `owner` owns, what anybody owns, what is closed or withdrawn."""

Part = Literal["entry", "note"]
"""What a case consists of that is sealed to the roster; a letter is sealed to its mailbox."""


@dataclass(frozen=True, slots=True)
class SealedNote:
    """Something staff wrote to a case: `number` counts from 1 and is sealed inside too."""

    number: int
    kind: NoteKind
    hour: int
    author: Handle
    sealed_for: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class View:
    """Which cases a page of the queue shows; `owner` is asked for by "mine" only."""

    name: ViewName
    owner: Handle = ""
    languages: tuple[Tag, ...] = TAGS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the order of its last row (see `place_of`)."""

    first: int
    second: int
    case: bytes


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case in a list: its row, its clock (`due` is 0 when none runs) and a wish to lower it."""

    row: CaseRow
    rung: int = 0
    due: int = 0
    lowering: Lowering | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases are in a state at an urgency, and the hour the oldest of them came."""

    state: State
    urgency: int
    cases: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Load:
    """How many cases somebody owns at an urgency, and when the first of their leases lapses."""

    owner: Handle
    urgency: int
    cases: int
    first_lease: int


@dataclass(frozen=True, slots=True)
class Stale:
    """A sealed part that is not sealed to today's recipients.

    `anchor` is what additions and notes name as `prev`; a report names nothing. `origin` is the
    SHA-256 of the part as first stored, b"" if it was never sealed again (and always for a note).
    """

    case: bytes
    part: Part
    number: int
    hour: int
    sealed_for: int
    sealed: bytes
    anchor: bytes
    origin: bytes = b""


@dataclass(frozen=True, slots=True)
class Resealed:
    """The same part sealed again; `before` is the SHA-256 of what was opened for it."""

    case: bytes
    part: Part
    number: int
    before: bytes
    sealed_for: int
    sealed: bytes


def place_of(view: View, row: CaseRow) -> Place:
    """The place of a row: urgency and hour, or for what is done the hour of that."""
    if view.name == "done":
        return Place(-row.done_hour, 0, row.case)
    return Place(row.urgency, row.hour, row.case)


class CaseworkStore(Protocol):
    """The console's side of the case database."""

    async def row(self, case: bytes) -> CaseRow | None:
        """The case of this id."""
        ...

    async def queue_page(
        self, view: View, after: Place | None = None, limit: int = 50
    ) -> tuple[QueueRow, ...]:
        """The next rows of a view: most urgent, then oldest first; what is done, newest first."""
        ...

    async def counts(self) -> tuple[Count, ...]:
        """Every (state, urgency) in which there are cases, in the order of states and levels."""
        ...

    async def late(self, before: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """By urgency: how many cases wait that came before these hours."""
        ...

    async def loads(self) -> tuple[Load, ...]:
        """What each owner has, by handle and urgency."""
        ...

    async def notes(self, case: bytes) -> tuple[SealedNote, ...]:
        """What staff wrote to a case, in order; none of a withdrawn one."""
        ...

    async def lowering(self, case: bytes) -> Lowering | None:
        """The wish to lower the case's urgency that waits for a second person."""
        ...

    async def lowerings(self) -> tuple[Lowering, ...]:
        """Every such wish, the oldest first."""
        ...

    async def sealed_for(self, case: bytes) -> frozenset[int]:
        """Every roster version to which a part of the case is sealed now."""
        ...

    async def stale(
        self, versions: Sequence[int], limit: int = 10, skip: int = 0
    ) -> tuple[Stale, ...]:
        """Parts of open cases sealed for one of these versions, the most urgent case first.

        The first `skip` of them are left out.
        """
        ...

    async def stale_count(self, versions: Sequence[int]) -> int:
        """How many parts of open cases are sealed for one of these versions."""
        ...

    async def reseal(self, parts: Sequence[Resealed], versions: Sequence[int], note: Note) -> int:
        """Put re-sealed parts in the place of those they were made of; how many went in.

        A part that changed, went or was re-sealed in the meantime is left alone, and so is one
        that is not sealed for one of these `versions`. `note` is written once for every case in
        which something changed (its `case` is ignored).
        """
        ...
