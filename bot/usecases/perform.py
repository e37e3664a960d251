"""Do what a flow asks for: seal a report, find services, look into a mailbox, take back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.domain.baghdad import day_of, local
from bot.domain.case import DONE, State
from bot.domain.language import Tag
from bot.domain.session import Answer
from bot.domain.tallies import of_return
from bot.engine.world import Places
from bot.errors import OpenError, RosterError, SealError, StoreError
from bot.i18n import phrases, rendering
from bot.i18n.catalogues import Catalogue
from bot.i18n.marking import Phrase
from bot.i18n.rendering import Param
from bot.ports.acts import Done, Request
from bot.ports.cases import MailboxStore, MailboxView
from bot.ports.runtime import Entropy
from bot.ports.stores import NewCase
from bot.sealing import mailbox, receipt
from bot.usecases.hand_off import prepare_addition, prepare_alert, prepare_case
from bot.usecases.letter import Tongue, write_letter
from bot.usecases.limits import CodeTries
from bot.usecases.on_duty import on_duty
from bot.usecases.receipts import Receipts
from bot.usecases.trust_roster import TrustedRoster

HOUR: Final = 3600
CASE_BYTES: Final = 16

# TRANSLATORS: state of a report, read with the code; bland, for somebody may look on
RECEIVED: Final = Phrase("program.state.received", "It has arrived.")
# TRANSLATORS: state of a report, read with the code; bland, for somebody may look on
BEING_READ: Final = Phrase("program.state.being_read", "Somebody is looking at it.")
# TRANSLATORS: state of a report, read with the code; bland, for somebody may look on
CLOSED: Final = Phrase("program.state.closed", "It is closed.")


class _Drawn:
    """The case's id, drawn before it is sealed because the staged code is bound to it."""

    def __init__(self, case: bytes) -> None:
        self._case = case

    def random_bytes(self, count: int) -> bytes:
        assert count == len(self._case)  # noqa: S101 - one id of one length
        return self._case


FACTS: Final = {
    "on_duty": frozenset({"handoff", "on_duty"}),
    "nobody": frozenset({"handoff"}),
    "no_roster": frozenset[str](),
}

Finder = Callable[[Request], tuple[str, ...]]
"""From need and place in the draft to rendered cards, at most three."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the acts need; `roster` answers the newest trusted roster, None when there is none."""

    roster: Callable[[], TrustedRoster | None]
    receipts: Receipts
    mailboxes: MailboxStore
    find: Finder
    places: Places
    catalogue: Catalogue
    entropy: Entropy
    tries: CodeTries = field(default_factory=CodeTries)


class Perform:
    """The Acts port."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._facts: tuple[int, int, frozenset[str]] = (-1, -1, frozenset())
        self._at_once: dict[str, Callable[[Request], Done]] = {
            "submit": lambda request: self._submit(request, prepare_case),
            "alert": lambda request: self._submit(request, prepare_alert),
            "find_services": self._find_services,
            "letter": self._letter,
            "duty": self._duty,
        }

    def facts(self, now: int) -> frozenset[str]:
        """See Acts.facts."""
        roster = self._desk.roster()
        version = roster.version if roster is not None else 0
        if self._facts[:2] != (version, now // 60):
            # Shifts change on whole minutes; a turn need not work them out again.
            self._facts = (version, now // 60, FACTS[on_duty(roster, now).state])
        return self._facts[2]

    def at_once(self, name: str, request: Request) -> Done | None:
        """See Acts.at_once."""
        act = self._at_once.get(name)
        return None if act is None else act(request)

    async def later(self, name: str, request: Request) -> Done:
        """See Acts.later."""
        try:
            match name:
                case "look_up":
                    return await self._look_up(request)
                case "read_reply":
                    return await self._read_reply(request)
                case "send_addition":
                    return await self._send_addition(request)
                case "withdraw":
                    return await self._withdraw(request)
                case _:
                    # Taking back is never what an act of another name falls through to.
                    return self.at_once(name, request) or Done("none")
        except StoreError:
            return Done("none" if name == "read_reply" else "not_stored")

    # ------------------------------------------------------------------ at once
    def _submit(self, request: Request, prepare: Callable[..., NewCase]) -> Done:
        """Seal the draft to everybody who may open it; the case enters with this turn's commit."""
        roster = self._desk.roster()
        if roster is None:
            return Done("no_roster")
        case = self._desk.entropy.random_bytes(CASE_BYTES)
        given = self._desk.receipts.take(case, _text(request.answers.get("secret_word")))
        try:
            new = prepare(
                request.answers,
                entropy=_Drawn(case),
                language=request.language,
                channel=request.channel,
                now=request.now,
                roster=roster,
                mailbox=given.mailbox,
                staged=given.staged,
            )
        except (SealError, RosterError):
            # Nobody could open it: refused, and said so, rather than lost.
            return Done("no_roster")
        return Done("sent", values=(("code", receipt.grouped(given.code)),), case=new)

    def _find_services(self, request: Request) -> Done:
        cards = self._desk.find(request)
        if not cards:
            return Done("none")
        return Done("found", shown=(("services", rendering.rendered("\n\n".join(cards))),))

    def _letter(self, request: Request) -> Done:
        tongue: Tongue = "en" if request.answers.get("letter_language") == "en" else "ar"
        place = _text(request.answers.get("letter_place"))
        name = self._desk.places.label(place, tongue) if place else ""
        topic = _text(request.answers.get("letter_topic"))
        # Not kept with the session: it is made again when it is asked for again.
        return Done(
            "done", shown=(("letter", rendering.rendered(write_letter(tongue, topic, name))),)
        )

    def _duty(self, request: Request) -> Done:
        duty = on_duty(self._desk.roster(), request.now)
        if duty.state != "nobody" or duty.next_at is None:
            return Done("on_duty" if duty.state == "on_duty" else "no_roster")
        said = phrases.moment(self._desk.catalogue, request.language, local(duty.next_at))
        return Done("nobody", shown=(("on_duty_from", rendering.rendered(said)),))

    # ------------------------------------------------------------------ with a code
    async def _open(self, request: Request) -> tuple[receipt.Derived, MailboxView] | None:
        """The mailbox of the code and word in the draft, None when there is none."""
        parsed = receipt.parse(_text(request.answers.get("code")))
        # A code that cannot be right costs the same derivation: how long it takes tells nothing.
        code = parsed.code or "0" * receipt.CODE_SIZE
        derived = await self._desk.receipts.derive(code, _text(request.answers.get("word")))
        view = await self._desk.mailboxes.look(derived.tag)
        if view is None and parsed.code:
            word = _text(request.answers.get("word"))
            settled = await self._desk.receipts.settle_now(
                code, word, derived, self._desk.mailboxes
            )
            view = await self._desk.mailboxes.look(derived.tag) if settled else None
        if view is None or not parsed.code:
            return None
        return derived, view

    async def _look_up(self, request: Request) -> Done:
        parsed = receipt.parse(_text(request.answers.get("code")))
        if parsed.wrong and not parsed.code:
            # A slip tells nothing about any code: it costs no try.
            return Done("slip", shown=(("group", rendering.number(parsed.wrong[0])),))
        if not self._desk.tries.allow(request.guesser, request.now):
            return Done("too_many")
        opened = await self._open(request)
        if opened is None:
            return Done("unknown")
        self._desk.tries.take_back(request.guesser)
        _, view = opened
        shown = (("state", self._state(view.state, request.language)),)
        back = (of_return(day_of(request.now)),)
        if view.waiting:
            return Done("reply_waits", values=(("letters", ""),), shown=shown, tallies=back)
        return Done("closed" if view.state in DONE else "nothing_new", shown=shown, tallies=back)

    def _state(self, state: State, tag: Tag) -> Param:
        phrase = CLOSED if state in DONE else RECEIVED if state == "new" else BEING_READ
        return rendering.rendered(phrases.say(self._desk.catalogue, tag, phrase))

    async def _read_reply(self, request: Request) -> Done:
        opened = await self._open(request)
        if opened is None:
            return Done("unknown")
        derived, view = opened
        state = ("state", self._state(view.state, request.language))
        # Those on the screen already are shown again when the screen got lost on its way.
        before = set(request.values.get("letters", "").split())
        letters = [
            letter
            for letter in view.letters
            if letter.state == "waiting" or str(letter.number) in before
        ]
        try:
            texts = [
                str(
                    mailbox.open_letter(
                        letter.sealed, derived.seed, view.case, letter.number
                    ).body.get("text", "")
                )
                for letter in letters
            ]
        except OpenError:
            texts = []
        if not texts:
            return Done("none", shown=(state,))
        numbers = tuple(letter.number for letter in letters)
        return Done(
            "reply",
            values=(("letters", " ".join(map(str, numbers))),),
            shown=(("reply", rendering.prose("\n\n".join(texts))), state),
            read=(derived.tag, numbers),
        )

    async def confirm(self, read: tuple[bytes, tuple[int, ...]]) -> None:
        """See Acts.confirm."""
        tag, numbers = read
        for number in numbers:
            await self._desk.mailboxes.mark_read(tag, number)

    async def _send_addition(self, request: Request) -> Done:
        text = _text(request.answers.get("addition"))
        roster = self._desk.roster()
        if roster is None:
            return Done("not_stored")
        opened = await self._open(request)
        if opened is None or not text:
            return Done("not_stored")
        _, view = opened
        closed = Done("closed", shown=(("state", self._state("closed", request.language)),))
        if view.state in DONE:
            return closed
        try:
            entry = prepare_addition(
                text, view=view, language=request.language, now=request.now, roster=roster
            )
        except SealError:
            return Done("not_stored")
        return Done("sent") if await self._desk.mailboxes.add_entry(entry) else closed

    async def _withdraw(self, request: Request) -> Done:
        opened = await self._open(request)
        if opened is None:
            return Done("unknown")
        derived, _ = opened
        gone = await self._desk.mailboxes.withdraw(derived.tag, request.now // HOUR)
        return Done("withdrawn" if gone else "unknown")


def _text(answer: Answer | None) -> str:
    return answer if isinstance(answer, str) else ""
