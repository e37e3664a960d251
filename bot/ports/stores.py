"""What the use cases need of a database; one contract suite runs over every adapter."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from msgspec import Struct

from bot.domain.language import Tag
from bot.domain.tallies import Tally

Outcome = TypeVar("Outcome")


class StoredSession(Struct, frozen=True, gc=False):
    """A session at rest: pseudonymous slot, the epoch that can open it, and ciphertext."""

    slot: bytes
    epoch: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How a person comes back: the tag of a receipt code, and the key replies are sealed to."""

    tag: bytes
    recipient: bytes


@dataclass(frozen=True, slots=True)
class NewCase:
    """A report as it enters the queue.

    In clear: urgency (0 to 3), language, hour (hours since 1970), routing flags and, while nobody
    has taken it, `due` (seconds since 1970, the next step of its escalation clock). Exactly one of
    `mailbox` and `staged_code` is given: the second is a receipt code sealed under the epoch key,
    waiting for its slow derivation (deploy/decisions). `sealed_for` is the roster's version,
    `tallies` what it adds to the numbers in the same transaction.
    """

    case: bytes
    sealed: bytes
    urgency: int
    language: Tag
    hour: int
    wants_woman: bool
    child_trained: bool
    due: int
    mailbox: Mailbox | None = None
    staged_code: bytes = b""
    sealed_for: int = 0
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something the person added with the code, sealed like the report."""

    case: bytes
    sealed: bytes
    hour: int
    sealed_for: int = 0


class Change(Struct, frozen=True):
    """Everything one turn writes, in one transaction.

    `put` replaces the session; `drop` names slots to remove (an older epoch's, or all on exit);
    `count` names counters to raise by one (no person in a name), `tallies` are cells of the
    numbers page.
    """

    put: StoredSession | None = None
    drop: tuple[bytes, ...] = ()
    case: NewCase | None = None
    entry: NewEntry | None = None
    count: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()


class SessionStore(Protocol):
    """Turns on sessions: read, decide and write as one unit, in order per visitor."""

    def turn(
        self,
        slots: Sequence[bytes],
        decide: Callable[[StoredSession | None], tuple[Change, Outcome]],
    ) -> Awaitable[Outcome]:
        """Give `decide` the first session found under `slots` and commit what it answers.

        `decide` is pure but for entropy and may be called again when a commit must be repeated.
        Turns on the same slot never overlap. Returns after the commit is durable.
        Raises StoreError when nothing could be written.
        """
        ...

    def at_hand(self, slots: Sequence[bytes]) -> StoredSession | None:
        """The first session under `slots` that needs no disk to be read, as last committed."""
        ...

    async def sweep(self, dead_before_epoch: int) -> int:
        """Remove sessions idle for 30 minutes and all of epochs that are gone; how many went."""
        ...
