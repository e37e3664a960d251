"""Take one inbound through one turn: load and open, decide, seal and commit, then reply."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
import structlog
from msgspec import DecodeError

from bot.domain import session as sessions
from bot.domain.message import Inbound, Outgoing, Reply
from bot.domain.session import Session
from bot.domain.visitor import Visitor
from bot.engine.effects import Act, Count, Forget, Outcome, Show
from bot.engine.flow import Book
from bot.engine.turn import Places, Understanding, World, prompt, turn
from bot.errors import OpenError, StoreError
from bot.i18n.rendering import Param
from bot.ports.acts import Acts, Done, Request
from bot.ports.runtime import Clock, Entropy, Epochs
from bot.ports.stores import Change, NewCase, NewEntry, SessionStore, StoredSession
from bot.sealing import epochs as pseudonyms
from bot.usecases.present import Presenter

_log = structlog.get_logger()

OUTAGE: Final = "outage.card"
ROUNDS: Final = 8
"""Acts one turn may chain; the linter keeps flows far below."""
REMEMBERED: Final = 20_000
"""Visitors of whom this process knows which update it answered last."""
MARKS_REMEMBERED: Final = 8
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


@dataclass(slots=True)
class _Answered:
    """What this process knows of a visitor beyond the sealed session: in memory only."""

    marks: deque[int] = field(default_factory=lambda: deque(maxlen=MARKS_REMEMBERED))
    references: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Decided:
    """One turn while it is being worked out."""

    session: Session
    book: Book
    show: Show | None = None
    extra: dict[str, Param] = field(default_factory=dict)
    counts: list[str] = field(default_factory=list)
    case: NewCase | None = None
    entry: NewEntry | None = None
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
        refuge: SessionStore,
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
        self._refuge = refuge
        self._refuge_used = False
        self._epochs = epochs
        self._clock = clock
        self._entropy = entropy
        self._answered: OrderedDict[bytes, _Answered] = OrderedDict()

    # ------------------------------------------------------------------ the port
    async def answer(self, visitor: Visitor, inbound: Inbound) -> Reply:
        """See Conversation.answer."""
        places = self._places_of(visitor)
        try:
            decided = await self._take(visitor, places, inbound, self._store)
        except StoreError:
            # 911, the way out and the directory need no database: the talk goes on in memory, and
            # a report is refused rather than lost.
            _log.error("store_unavailable")
            self._refuge_used = True
            decided = await self._take(visitor, places, inbound, self._refuge)
            decided = _with_notice(decided)
        return self._reply(places[0].slot, inbound, decided)

    def delivered(self, visitor: Visitor, mark: int, references: Sequence[int]) -> None:
        """See Conversation.delivered."""
        # The visitor object of the turn, as a rule: its pseudonym is known already.
        slot = visitor.memo if isinstance(visitor.memo, bytes) else self._places_of(visitor)[0].slot
        answered = self._known(slot)
        if mark not in answered.marks:
            answered.marks.append(mark)
        answered.references.extend(references)

    # ------------------------------------------------------------------ one turn
    def _places_of(self, visitor: Visitor) -> tuple[_Place, ...]:
        places = tuple(
            _Place(epoch, key, pseudonyms.slot(key, visitor.vid))
            for epoch, key in self._epochs.living()
        )
        visitor.memo = places[0].slot
        return places

    async def _take(
        self, visitor: Visitor, places: Sequence[_Place], event: Inbound, store: SessionStore
    ) -> _Decided:
        decided = await self._turn(visitor, places, event, store)
        for _ in range(ROUNDS):
            if not decided.pending:
                break
            request = self._request(visitor, places[0].slot, decided.session)
            name = decided.pending
            done = (
                await self._acts.later(name, request)
                if store is self._store
                else Done("not_stored" if name != "read_reply" else "none")
            )
            decided = await self._turn(visitor, places, (name, done), store)
        return decided

    async def _turn(
        self,
        visitor: Visitor,
        places: Sequence[_Place],
        event: Inbound | tuple[str, Done],
        store: SessionStore,
    ) -> _Decided:
        slots = tuple(place.slot for place in places)
        kept = self._answered.get(slots[0])
        references: tuple[int, ...] = ()

        def decide(stored: StoredSession | None) -> tuple[Change, _Decided]:
            nonlocal references
            before = self._open(visitor, stored, places)
            if kept is not None and kept.references:
                references = tuple(kept.references)
                minute = self._clock.now() // 60
                before.references = [
                    *before.references, *((reference, minute) for reference in references)
                ][-sessions.REFERENCES_KEPT:]  # fmt: skip
            decided = self._decide(visitor, slots[0], before, event, storing=store is self._store)
            return self._change(visitor, decided, stored, places), decided

        decided = await store.turn(slots, decide)
        if kept is not None and references:
            # Only what was written: more may have been delivered while the commit was under way.
            del kept.references[: len(references)]
        return decided

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
            entry=decided.entry,
            count=tuple(decided.counts),
        )

    # ------------------------------------------------------------------ deciding
    def _decide(
        self,
        visitor: Visitor,
        slot: bytes,
        session: Session,
        event: Inbound | tuple[str, Done],
        *,
        storing: bool,
    ) -> _Decided:
        now = self._clock.now()
        book = self._library.book(session.book) if session.book else None
        if book is None or not session.node:
            book = self._library.current
            session = _rebased(session, book)
        world = World(
            book,
            self._understanding,
            self._places,
            self._acts.facts(now) | ({visitor.channel} & {"telegram", "whatsapp"}),
        )
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
            act = self._sort(decided, effects, event)
            if not act:
                break
            if act == "forget":
                step = Outcome("done")
                continue
            result = self._at_once(visitor, slot, decided, act, storing=storing)
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
                    decided.erase = _erasable(decided.session, event, self._clock.now() // 60)
                    act = "forget"
                case Forget():
                    pass  # the engine has emptied the draft; the sealed row is replaced anyway
        return act

    def _at_once(
        self, visitor: Visitor, slot: bytes, decided: _Decided, act: str, *, storing: bool
    ) -> Done | None:
        if not storing and act in ("submit", "alert"):
            return Done("not_stored")
        return self._acts.at_once(act, self._request(visitor, slot, decided.session))

    def _request(self, visitor: Visitor, slot: bytes, session: Session) -> Request:
        return Request(
            answers=session.answers,
            values=session.values,
            language=session.language or "ar",
            channel=visitor.channel,
            now=self._clock.now(),
            guesser=slot,
        )

    # ------------------------------------------------------------------ replying
    def _reply(self, slot: bytes, inbound: Inbound, decided: _Decided) -> Reply:
        answered = self._known(slot)
        seen_before = inbound.mark in answered.marks
        if not seen_before:
            answered.marks.append(inbound.mark)
        show = decided.show
        if show is None or (seen_before and (show.repeated or decided.forgotten)):
            return Reply()
        messages: tuple[Outgoing, ...] = self._presenter.screen(
            decided.book, decided.session, show, decided.extra
        )
        if decided.erase or decided.forgotten:
            messages = tuple(
                msgspec.structs.replace(message, in_place=False) for message in messages
            )
        return Reply(messages, decided.erase)

    def _known(self, slot: bytes) -> _Answered:
        answered = self._answered.get(slot)
        if answered is None:
            answered = self._answered[slot] = _Answered()
            while len(self._answered) > REMEMBERED:
                self._answered.popitem(last=False)
        return answered


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
    decided.entry = done.entry or decided.entry
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


def _erasable(session: Session, event: Inbound | tuple[str, Done], minute: int) -> tuple[int, ...]:
    """References of both sides' messages that the platform may still let us erase (48 h)."""
    oldest = minute - 48 * 60
    found = [reference for reference, when in session.references if when > oldest]
    if isinstance(event, Inbound):
        found += [reference for reference in (event.reference, event.pressed) if reference]
    return tuple(dict.fromkeys(found))
