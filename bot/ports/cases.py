"""What the use cases need of the case database; one contract suite runs over every adapter.

Three sides look at a case: staff (CaseStore; the console's lists, notes and re-sealing are in
bot.ports.casework), the person with a code (MailboxStore) and the clock (ClockStore). Every change
writes its audit note in the same transaction.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from bot.domain.audit import AuditEntry, Note
from bot.domain.case import State
from bot.domain.ladder import Watch
from bot.domain.language import TAGS, Tag
from bot.domain.notes import NoteKind
from bot.domain.roster import Handle
from bot.domain.tallies import Tally
from bot.ports.stores import Mailbox, NewEntry

LetterState = Literal["waiting", "read", "withdrawn"]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as the database knows it: nothing of what it says.

    `owner` is a handle or "", `lease` the moment it lapses or 0. `entries` counts the sealed
    parts (the report and what was added), `news` says that something was added since the owner
    last opened it. `closing` is the reason of a closed case. `hour` is when it came,
    `done_hour` when it was closed or withdrawn (0 before).
    """

    case: bytes
    state: State
    urgency: int
    language: Tag
    hour: int
    wants_woman: bool
    child_trained: bool
    owner: str = ""
    lease: int = 0
    entries: int = 1
    news: bool = False
    closing: str = ""
    done_hour: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants a case: `case`, or the most urgent and oldest if None, from one of `states`.

    `leases` are the moments at which a lease would lapse, by urgency. `note.actor` becomes the
    owner, `note.case` is ignored. Only a case is given whose language is among `languages`, and
    one that asks for a woman or for child training only to who is a `woman` or `child_trained`.
    """

    states: tuple[State, ...]
    leases: tuple[int, int, int, int]
    note: Note
    case: bytes | None = None
    languages: tuple[Tag, ...] = TAGS
    woman: bool = True
    child_trained: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a case from the row that was read to another state, all or nothing.

    `owner`, `lease` and `closing` are what they become, `urgency` too unless it is None. `due`
    starts the clock at `rung`; None stops it, unless `clock_runs_on`. `letter` is delivered and
    `sealed_note` kept with the step; `also` are further acts on record. `wish` is a wish to lower
    the urgency that waits from now on; `decides` is the one that ends with this step and must
    still stand; whatever ends a case ends it too. `news` tells the owner to look. `tallies` are
    counted with the step.
    """

    before: CaseRow
    to: State
    note: Note
    owner: str = ""
    lease: int = 0
    due: int | None = None
    rung: int = 0
    clock_runs_on: bool = False
    closing: str = ""
    done_hour: int = 0
    also: tuple[Note, ...] = ()
    letter: "NewLetter | None" = None
    sealed_note: "NewNote | None" = None
    urgency: int | None = None
    wish: "Lowering | None" = None
    decides: "Lowering | None" = None
    news: bool = False
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A reply sealed to a mailbox; it is shown to the person only if it is `safe`.

    `number`, from 1, is sealed inside too: the letter is taken only as the next of its case.
    """

    number: int
    sealed: bytes
    hour: int
    safe: bool


@dataclass(frozen=True, slots=True)
class NewNote:
    """Something staff write to a case, sealed to the roster of version `sealed_for`.

    `number`, from 1, is sealed inside too: the note is taken only as the next of its case.
    """

    number: int
    kind: NoteKind
    hour: int
    author: Handle
    sealed_for: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Lowering:
    """A wish to lower a case to `level`, by whom and in which hour."""

    case: bytes
    level: int
    by: Handle
    hour: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply in a mailbox. A withdrawn one has lost its content (`sealed` is empty)."""

    number: int
    state: LetterState
    safe: bool
    hour: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed part of a case: number 0 is the report, later ones were added with the code.

    `sealed_for` is the roster version it is sealed to now (0: not known), `origin` the SHA-256 of
    the part as first stored, b"" if it was never sealed again.
    """

    number: int
    hour: int
    sealed: bytes
    sealed_for: int = 0
    origin: bytes = b""

    @property
    def anchor(self) -> bytes:
        """What other parts name the report by, however often it was sealed again."""
        return self.origin or hashlib.sha256(self.sealed).digest()


@dataclass(frozen=True, slots=True)
class Expiry:
    """Hours (since 1970) before which what is done is destroyed.

    A closed case with a reply that is safe to show and was never read stays until `unread_before`.
    """

    closed_before: int
    withdrawn_before: int
    unread_before: int


class CaseStore(Protocol):
    """The staff's side of the queue."""

    async def rows(self, states: Sequence[State], limit: int | None = None) -> tuple[CaseRow, ...]:
        """Cases in these states, the most urgent first, then the oldest; at most `limit`."""
        ...

    async def match(self, prefix: str) -> tuple[CaseRow, ...]:
        """Up to two cases whose id in hex begins so: two mean that the prefix is too short."""
        ...

    async def claim(self, claim: Claim) -> CaseRow | None:
        """Give one case to one owner, or None: there is none, or somebody was quicker.

        Stops the case's clock.
        """
        ...

    async def move(self, move: Move) -> bool:
        """Take a step; False, and nothing is changed, if the case is not as it was read."""
        ...

    async def entries(self, case: bytes) -> tuple[Entry, ...]:
        """The sealed parts of a case, in order; none of a withdrawn one."""
        ...

    async def opened(self, row: CaseRow, note: Note) -> bool:
        """Write down that the owner opened a case and has seen what was added."""
        ...

    async def mailbox(self, case: bytes) -> Mailbox | None:
        """Where replies go; None while the code's derivation is not done, or after withdrawal."""
        ...

    async def letters(self, case: bytes) -> tuple[Letter, ...]:
        """All replies to a case, in order."""
        ...

    async def withdraw_letter(self, case: bytes, number: int, note: Note) -> bool:
        """Take back a reply that was not read yet; its content is destroyed."""
        ...

    async def purge(self, expiry: Expiry, hour: int) -> int:
        """Destroy cases closed and tombstones left before these hours; how many went.

        Each leaves the audit act `destroyed` at `hour`.
        """
        ...


@dataclass(frozen=True, slots=True)
class MailboxView:
    """What a person may learn with the code; `letters` holds only those that are safe to show.

    `entries` counts the report and what was added; `anchor` is the SHA-256 of the sealed report as
    it was first stored, which every addition names.
    """

    case: bytes
    state: State
    entries: int
    letters: tuple[Letter, ...]
    anchor: bytes

    @property
    def waiting(self) -> int:
        """How many replies were not read yet."""
        return sum(letter.state == "waiting" for letter in self.letters)


@dataclass(frozen=True, slots=True)
class Staged:
    """A case whose mailbox is still to be derived from its sealed receipt code."""

    case: bytes
    code: bytes


class MailboxStore(Protocol):
    """The side of the person who comes back with a code."""

    async def look(self, tag: bytes) -> MailboxView | None:
        """The mailbox of this tag, or None. A wrong code and a withdrawn case look the same."""
        ...

    async def mark_read(self, tag: bytes, number: int) -> bool:
        """A waiting letter was shown; False if it was not waiting."""
        ...

    async def add_entry(self, entry: NewEntry) -> bool:
        """Add something to a case; False if the case is closed or gone."""
        ...

    async def withdraw(self, tag: bytes, hour: int) -> bool:
        """Destroy report, additions, replies and mailbox; only a tombstone stays. False: unknown.

        Allowed in every state: what somebody has already read cannot be undone, the rest can.
        """
        ...

    async def staged(self) -> tuple[Staged, ...]:
        """All cases that wait for their mailbox, also those of an earlier run."""
        ...

    async def settle(self, case: bytes, mailbox: Mailbox) -> bool:
        """Put the derived mailbox in the place of the staged code; False if nothing waited.

        Repeating it is harmless. The staged code is destroyed in the same transaction.
        """
        ...

    async def abandon(self, case: bytes) -> bool:
        """Give up a staged code that no living key opens; the case stays, without a mailbox."""
        ...


@dataclass(frozen=True, slots=True)
class Ringing:
    """A clock that is due: the case, its urgency, the rung to call and when that was due."""

    case: bytes
    urgency: int
    rung: int
    due: int


class ClockStore(Protocol):
    """The clocks of unclaimed cases and the leases of claimed ones."""

    async def take_due(self, now: int, retry_at: int) -> tuple[Ringing, ...]:
        """Clocks due by `now`, each moved to `retry_at` so that no other process rings them too.

        The rung is not done yet: unless `rung_done` follows, it rings again at `retry_at`.
        """
        ...

    async def rung_done(self, ringing: Ringing, rung: int, due: int) -> bool:
        """The call was made: go to `rung`, due at `due`; False if the case was claimed since."""
        ...

    async def lapse(self, now: int, dues: tuple[int, int, int, int]) -> tuple[CaseRow, ...]:
        """Take cases whose lease is over back into the queue (`returned`), clocks at rung 0.

        `dues` are the first due moments by urgency. Answers the rows as they are now.
        """
        ...

    async def release(
        self, members: Collection[Handle], now: int, dues: tuple[int, int, int, int]
    ) -> tuple[CaseRow, ...]:
        """Take cases whose owner is none of `members` back into the queue, clocks at rung 0.

        `dues` are the first due moments by urgency. Answers the rows as they are now.
        """
        ...

    async def next_due(self) -> int | None:
        """The earliest moment at which a clock or lease needs somebody; None if none does."""
        ...


class RosterHistory(Protocol):
    """The rosters this installation has accepted: what makes a rollback visible."""

    async def newest_roster(self) -> tuple[int, bytes] | None:
        """Version and file of the newest roster ever accepted."""
        ...

    async def roster_file(self, version: int) -> bytes | None:
        """The accepted file of one version."""
        ...

    async def keep_roster(self, version: int, file: bytes) -> bool:
        """Remember a roster; False, and nothing is changed, unless it is newer than all."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's last entry of a day (days since 1970) and the signature over it."""

    day: int
    seq: int
    hash: bytes
    signature: bytes


EVER: Final = 2**60
"""Later than any hour, and more than any number."""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which acts are looked for: empty means any; `case` is the beginning of an id in hex.

    Hours count from 1970, both included. `before` is a number: only older entries.
    """

    actor: str = ""
    act: str = ""
    case: str = ""
    first_hour: int = 0
    last_hour: int = EVER
    before: int = EVER


class AuditLog(Protocol):
    """The chain of acts."""

    async def audit_search(self, query: AuditQuery, limit: int) -> tuple[AuditEntry, ...]:
        """The newest entries that fit, newest first."""
        ...

    async def audit(self) -> tuple[AuditEntry, ...]:
        """Every entry, in order."""
        ...

    async def audit_page(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        """The entries that follow number `after`, at most `limit`."""
        ...

    async def audit_of(self, case: bytes) -> tuple[AuditEntry, ...]:
        """The acts on one case, in order."""
        ...

    async def audit_head(self) -> AuditEntry | None:
        """The last entry."""
        ...

    async def keep_head(self, head: "Head") -> bool:
        """Remember the signed head of a day; False if that day has one."""
        ...

    async def heads(self) -> tuple["Head", ...]:
        """Every signed head, in order of days."""
        ...

    async def note(self, note: Note) -> None:
        """Add an act that changes no case."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A call to staff without any content: who should look, how urgent, how many cases.

    `watch` is the rung of the ladder, `handles` whom it reaches (empty: nobody is planned, so
    everybody who hears it should act).
    """

    watch: Watch
    urgency: int
    cases: int
    handles: tuple[str, ...]


class Alarm(Protocol):
    """A way to make staff look at the queue."""

    async def ring(self, call: Call) -> bool:
        """Pass the call on; whether this way leads to anybody it is for.

        Raises when it could not be tried, and it is then tried again.
        """
        ...
