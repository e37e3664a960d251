"""Take one inbound through one turn: load and open, decide, seal and commit, then reply."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
import structlog
from msgspec import DecodeError, Struct

from bot.domain import session as sessions
from bot.domain.message import Inbound, Outgoing, Reply
from bot.domain.session import Session
from bot.domain.tallies import Tally
from bot.domain.visitor import Visitor
from bot.engine.effects import Act, Count, Forget, Outcome, Show
from bot.engine.flow import Book
from bot.engine.turn import prompt, turn
from bot.engine.world import Places, Understanding, World
from bot.errors import OpenError, StoreError
from bot.i18n.rendering import Param
from bot.ports.acts import Acts, Done, Request
from bot.ports.runtime import Clock, Entropy, Epochs
from bot.ports.stores import Change, NewCase, SessionStore, StoredSession
from bot.sealing import epochs as pseudonyms
from bot.usecases.present import Presenter
from bot.usecases.remember import Known, Visitors

_log = structlog.get_logger()

OUTAGE: Final = "outage.card"
CODE_SHOWN: Final = "report.sent"
CODE_ASKED: Final = "report.read_back"
ROUNDS: Final = 8
"""Acts one turn may chain; the linter keeps flows far below."""
TRY_AGAIN: Final = 2.0
"""Seconds for which a database that failed is not asked again, so that 911 does not wait."""
CHANNELS: Final = {name: frozenset({name}) for name in ("telegram", "whatsapp")}
"""The facts that a flow may ask for because of the channel."""
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class Library(Protocol):
    """Books by version: a running talk keeps the one it began with."""

    @property
    def current(self) -> Book:
        """The book new talks begin with."""
        ...

    def book(self, version: str) -> Book | None:
        """The book of a version, None when it is no longer kept."""
        ...


class _Decided(Struct):
    """One turn while it is being worked out."""

    session: Session
    book: Book
    show: Show | None = None
    extra: dict[str, Param] = {}
    counts: list[str] = []
    case: NewCase | None = None
    read: tuple[bytes, tuple[int, ...]] | None = None
    tallies: tuple[Tally, ...] = ()
    forgotten: bool = False
    erase: tuple[int, ...] = ()
    pending: str = ""


@dataclass(slots=True)
class _Place:
    """Where a visitor's session may lie: one living epoch, its key, the pseudonym in it."""

    epoch: int
    key: bytes = field(repr=False)
    slot: bytes = field(repr=False)
    _state_key: bytes = field(default=b"", repr=False)

    def state_key(self, visitor: Visitor) -> bytes:
        """The key of the session here, derived once a turn."""
        if not self._state_key:
            self._state_key = pseudonyms.state_key(self.key, self.slot, visitor.vid)
        return self._state_key


class Converse:
    """The Conversation port: everything a channel needs."""

    def __init__(
        self,
        *,
        library: Library,
        understanding: Understanding,
        places: Places,
        presenter: Presenter,
        acts: Acts,
        store: SessionStore,
        epochs: Epochs,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._library = library
        self._understanding = understanding
        self._places = places
        self._presenter = presenter
        self._acts = acts
        self._store = store
        self._epochs = epochs
        self._clock = clock
        self._entropy = entropy
        self._visitors = Visitors(entropy.random_bytes(KEY_BYTES))
        self._down_until = 0.0

    # ------------------------------------------------------------------ the port
    async def answer(self, visitor: Visitor, inbound: Inbound) -> Reply:
        """See Conversation.answer."""
        known = self._visitors.of(visitor)
        async with known.lock:
            if inbound.mark in known.marks:
                return Reply()  # answered by this process: its reply is out, or being retried
            decided = await self._with_store(visitor, known, inbound)
            if decided is None:
                decided = self._without_store(visitor, known, inbound)
                if decided.forgotten:
                    await self._forget_anyway(visitor, known)
            known.marks.append(inbound.mark)
            known.note([inbound.reference, inbound.pressed])
            return self._reply(known, decided)

    def delivered(self, visitor: Visitor, mark: int, references: Sequence[int]) -> None:
        """See Conversation.delivered."""
        known = self._visitors.of(visitor)
        if mark not in known.marks:
            known.marks.append(mark)
        known.sent(list(references))

    # ------------------------------------------------------------------ one turn
    def _places_of(self, visitor: Visitor, known: Known) -> list[_Place]:
        living = self._epochs.living()
        days = [epoch for epoch, _ in living]
        if known.days != days:
            known.days = days
            known.slots = [pseudonyms.slot(key, visitor.vid) for _, key in living]
        return [
            _Place(epoch, key, slot) for (epoch, key), slot in zip(living, known.slots, strict=True)
        ]

    async def _with_store(
        self, visitor: Visitor, known: Known, inbound: Inbound
    ) -> _Decided | None:
        """The turn, committed; None when the database cannot do it now."""
        if self._clock.monotonic() < self._down_until:
            return None
        places = self._places_of(visitor, known)
        event: Inbound | tuple[str, Done] = inbound
        try:
            for chained in range(ROUNDS + 1):
                decided, references = await self._turn(visitor, known, places, event)
                known.refuge, known.left = None, False
                # Only what was written: more may have been delivered during the commit.
                del known.fresh[:references]
                if not decided.pending or chained == ROUNDS:
                    break
                request = self._request(visitor, known, decided.session)
                event = decided.pending, await self._acts.later(decided.pending, request)
            if decided.read is not None:
                await self._acts.confirm(decided.read)
        except StoreError:
            return None
        return decided

    def _turn(
        self,
        visitor: Visitor,
        known: Known,
        places: Sequence[_Place],
        event: Inbound | tuple[str, Done],
    ) -> Awaitable[tuple[_Decided, int]]:
        """What was decided and committed, and how many fresh references that wrote down."""

        def decide(stored: StoredSession | None) -> tuple[Change, tuple[_Decided, int]]:
            if known.left:
                stored = None
            # An outage's session is younger than what the disk holds; and should this commit
            # fail, the talk goes on from what was read.
            before = known.refuge or self._open(visitor, stored, places)
            known.refuge = before
            references = tuple(known.fresh)
            decided = self._decide(
                visitor, known, _with_references(before, references, self._minute()), event
            )
            change = self._change(visitor, decided, stored, places)
            return change, (decided, len(references))

        return self._store.turn(known.slots, decide)

    def _without_store(self, visitor: Visitor, known: Known, inbound: Inbound) -> _Decided:
        """911, the way out and the directory need no database: the talk goes on in memory.

        A report is refused rather than lost (deploy/decisions/0006).
        """
        now = self._clock.monotonic()
        if now >= self._down_until:
            _log.error("store_unavailable")
            self._down_until = now + TRY_AGAIN
        before = known.refuge or self._remembered(visitor, known)
        decided = self._decide(visitor, known, before, inbound, storing=False)
        while decided.pending:
            name = decided.pending
            refused = Done("none" if name == "read_reply" else "not_stored")
            decided = self._decide(visitor, known, decided.session, (name, refused), storing=False)
        known.refuge = None if decided.forgotten else decided.session
        known.left = known.left or decided.forgotten
        return _with_notice(decided)

    def _remembered(self, visitor: Visitor, known: Known) -> Session:
        """The talk as it was last committed, when that needs no database; else a new one."""
        if known.left:
            return Session()
        places = self._places_of(visitor, known)
        return self._open(visitor, self._store.at_hand(known.slots), places)

    async def _forget_anyway(self, visitor: Visitor, known: Known) -> None:
        """Who leaves is forgotten on the disk too, even one that takes nothing else (ballast)."""
        slots = tuple(place.slot for place in self._places_of(visitor, known))
        try:
            await self._store.turn(slots, lambda _: (Change(drop=slots), None))
        except StoreError:
            return
        known.left = False

    def _minute(self) -> int:
        return self._clock.now() // 60

    def _open(
        self,
        visitor: Visitor,
        stored: StoredSession | None,
        places: Sequence[_Place],
    ) -> Session:
        if stored is None:
            return Session()
        for place in places:
            if place.slot == stored.slot:
                try:
                    return sessions.decode(
                        pseudonyms.open_state(
                            place.state_key(visitor), place.slot, place.epoch, stored.sealed
                        )
                    )
                except (OpenError, DecodeError):
                    # Altered on disk, or of another shape: nothing to go on with. The person
                    # starts again rather than being locked out.
                    _log.warning("session_unreadable")
        return Session()

    def _change(
        self,
        visitor: Visitor,
        decided: _Decided,
        stored: StoredSession | None,
        places: Sequence[_Place],
    ) -> Change:
        if decided.forgotten:
            # Also the row of an earlier epoch, and one left behind by an outage.
            return Change(drop=tuple(place.slot for place in places), count=tuple(decided.counts))
        today = places[0]
        slot = today.slot
        sealed = pseudonyms.seal_state(
            today.state_key(visitor),
            slot,
            today.epoch,
            sessions.encode(decided.session),
            self._entropy.random_bytes(NONCE_BYTES),
        )
        return Change(
            put=StoredSession(slot, today.epoch, sealed),
            drop=(stored.slot,) if stored is not None and stored.slot != slot else (),
            case=decided.case,
            count=tuple(decided.counts),
            tallies=decided.tallies,
        )

    # ------------------------------------------------------------------ deciding
    def _decide(
        self,
        visitor: Visitor,
        known: Known,
        session: Session,
        event: Inbound | tuple[str, Done],
        *,
        storing: bool = True,
    ) -> _Decided:
        now = self._clock.now()
        book = self._library.book(session.book) if session.book else None
        if book is None or not session.node:
            book = self._library.current
            session = _rebased(session, book)
        facts = self._acts.facts(now)
        if visitor.channel in CHANNELS:
            facts |= CHANNELS[visitor.channel]
        world = World(book, self._understanding, self._places, facts)
        decided = _Decided(session, book)
        step: Inbound | Outcome
        if isinstance(event, Inbound):
            step = event
        else:
            name, done = event
            if not self._waits_for(book, session, name):
                decided.show = prompt(world, session)
                return decided
            step = _outcome(decided, done)
        for _ in range(ROUNDS):
            decided.session, effects = turn(world, decided.session, step, now // 60)
            act = self._sort(decided, effects, known, event)
            if not act:
                break
            if act == "forget":
                step = Outcome("done")
                continue
            result = self._at_once(visitor, known, decided, act, storing=storing)
            if result is None:
                decided.pending = act
                break
            step = _outcome(decided, result)
        return decided

    @staticmethod
    def _waits_for(book: Book, session: Session, act: str) -> bool:
        node = book.nodes.get(session.node)
        return node is not None and node.do == act

    def _sort(
        self,
        decided: _Decided,
        effects: Sequence[Show | Act | Forget | Count],
        known: Known,
        event: Inbound | tuple[str, Done],
    ) -> str:
        """Put effects where they belong; the name of an act that must be done before going on."""
        act = ""
        for effect in effects:
            match effect:
                case Show():
                    decided.show = effect
                case Count(name):
                    decided.counts.append(name)
                case Act(name):
                    act = name
                case Forget(everything=True):
                    decided.forgotten = True
                    decided.erase = _erasable(decided.session, known, event, self._minute())
                    act = "forget"
                case Forget():
                    pass  # the engine has emptied the draft; the sealed row is replaced anyway
        return act

    def _at_once(
        self, visitor: Visitor, known: Known, decided: _Decided, act: str, *, storing: bool
    ) -> Done | None:
        if not storing and act in ("submit", "alert"):
            return Done("not_stored")
        return self._acts.at_once(act, self._request(visitor, known, decided.session))

    def _request(self, visitor: Visitor, known: Known, session: Session) -> Request:
        return Request(
            answers=session.answers,
            values=session.values,
            language=session.language or "ar",
            channel=visitor.channel,
            now=self._clock.now(),
            guesser=known.pseudonym,
        )

    # ------------------------------------------------------------------ replying
    def _reply(self, known: Known, decided: _Decided) -> Reply:
        if decided.forgotten:
            known.fresh.clear()
            del known.every[:]
        show = decided.show
        if show is None:
            return Reply()
        messages: tuple[Outgoing, ...] = self._presenter.screen(
            decided.book, decided.session, _with_code(decided, show), decided.extra
        )
        if decided.forgotten:
            messages = tuple(
                msgspec.structs.replace(message, in_place=False) for message in messages
            )
        return Reply(messages, decided.erase)


def _rebased(session: Session, book: Book) -> Session:
    """A session on the current book: a new one, or one whose version is no longer kept."""
    session.book = book.version
    if session.node and session.node not in book.nodes:
        session.node = ""
        session.trail, session.calls = [], []
    return session


def _outcome(decided: _Decided, done: Done) -> Outcome:
    decided.extra.update(done.shown)
    decided.case = done.case or decided.case
    decided.read = done.read or decided.read
    decided.tallies += done.tallies
    return Outcome(done.result, done.values)


def _with_notice(decided: _Decided) -> _Decided:
    """Say first what still works, unless the screen is 911 or the way out."""
    show = decided.show
    if (
        show is not None
        and OUTAGE in decided.book.nodes
        and show.node.flow not in {"danger", "self_harm", "exit", "outage"}
    ):
        decided.show = msgspec.structs.replace(show, parts=(OUTAGE, *show.parts))
    return decided


def _with_code(decided: _Decided, show: Show) -> Show:
    """The screen, with the receipt code on it as long as it was not read back.

    The answer that brought the code may have been lost on its way, and nobody else knows it.
    """
    if (
        show.node.name == CODE_ASKED
        and decided.session.values.get("code")
        and CODE_SHOWN not in show.parts
        and CODE_SHOWN in decided.book.nodes
    ):
        return msgspec.structs.replace(show, parts=(CODE_SHOWN, *show.parts))
    return show


def _with_references(session: Session, references: Sequence[int], minute: int) -> Session:
    if not references:
        return session
    told = [*session.references, *((reference, minute) for reference in references)]
    return msgspec.structs.replace(session, references=told[-sessions.REFERENCES_KEPT :])


def _erasable(
    session: Session, known: Known, event: Inbound | tuple[str, Done], minute: int
) -> tuple[int, ...]:
    """References of both sides' messages that the platform may still let us erase (48 h)."""
    oldest = minute - 48 * 60
    found = [reference for reference, when in session.references if when > oldest]
    found += known.every
    if isinstance(event, Inbound):
        found += [reference for reference in (event.reference, event.pressed) if reference]
    return tuple(dict.fromkeys(found))
