"""One turn of a talk: pure. Session and event in, session and effects out; nothing else happens.

The order in which a typed text is understood is the safety rule of the whole bot:
exit and 911 in any language, an exact answer to the question, danger words, an answer that is
nearly right, a topic, and only then one gentle repetition. Nothing a person writes raises.
"""

import zlib
from dataclasses import dataclass, field

import msgspec

from bot.domain import contexts
from bot.domain.folding import clean, fold, number
from bot.domain.language import TAGS
from bot.domain.message import Inbound
from bot.domain.report import TEXTS
from bot.domain.scrub import find_identifiers
from bot.domain.session import (
    CALLS_KEPT,
    MARKS_KEPT,
    REFERENCES_KEPT,
    TRAIL_KEPT,
    Call,
    Session,
)
from bot.engine import matching, screens
from bot.engine.effects import Act, Count, Effect, Forget, Outcome, Show
from bot.engine.flow import MOVE_NUMBERS, Node
from bot.engine.names import (
    ADDED,
    AGAIN,
    CARRIED,
    CONFIRM,
    CUT,
    DANGER,
    EDITED,
    ENTRY,
    EXIT,
    FETCHED_AGAIN,
    FORGET_MINUTES,
    FORKS,
    GATE,
    GATE_MINUTES,
    HELP,
    HOPS,
    KEEP_REFERENCES_MINUTES,
    LATER,
    LOST,
    MENU,
    MISSES_BEFORE_LOST,
    ODD,
    ONE_LINE,
    SAFE,
    SECRET_ANSWERS,
    SELF_HARM,
    SHORT_TEXT,
    STOPPED,
    TOO_LONG,
    UNSPOKEN_FLOWS,
    URGENT_FLOWS,
)
from bot.engine.world import World


def turn(
    world: World, session: Session, event: Inbound | Outcome, minute: int
) -> tuple[Session, tuple[Effect, ...]]:
    """Take one event at `minute` (minutes since 1970); the given session is left as it was."""
    talk = _Talk(world, _copy(session), minute)
    if isinstance(event, Outcome):
        talk.take_outcome(event)
    else:
        talk.take(event)
    return talk.session, tuple(talk.effects)


def prompt(world: World, session: Session) -> Show:
    """The question a session waits at, as a repetition: nothing advances."""
    talk = _Talk(world, _copy(session), session.minute)
    talk.show((), repeated=True)
    shown = talk.effects[-1]
    assert isinstance(shown, Show)  # noqa: S101 - show() has just appended it
    return shown


def _copy(session: Session) -> Session:
    return msgspec.structs.replace(
        session,
        answers=dict(session.answers),
        values=dict(session.values),
        trail=list(session.trail),
        calls=list(session.calls),
        marks=list(session.marks),
        references=list(session.references),
    )


@dataclass(slots=True)
class _Talk:
    """The moving parts of one turn."""

    world: World
    session: Session
    minute: int
    effects: list[Effect] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    hops: int = 0

    # ------------------------------------------------------------------ events
    def take(self, inbound: Inbound) -> None:
        session = self.session
        idle = self.minute - session.minute if session.node else 0
        gated = idle >= GATE_MINUTES and not session.node.startswith(("entry.", "resume."))
        if inbound.mark in session.marks and not gated:
            self._show_again()
            return
        session.marks = [*session.marks, inbound.mark][-MARKS_KEPT:]
        session.minute = self.minute
        self._remember_reference(inbound.reference)
        press = matching.parse_press(inbound.press) if inbound.press else None
        text = clean(inbound.text)
        if session.node not in self.world.book.nodes or idle >= FORGET_MINUTES:
            self._begin_anew()
        if gated:
            session.cautious = True
        if self._urgent(press, text, unread=not session.node or gated or inbound.edited):
            return
        if not session.node:
            self.enter(ENTRY)
        elif session.quiet:
            session.quiet = False
            self.enter(GATE if session.calls else SAFE)
        elif gated:
            self._call("gate")
            self.enter(GATE)
        elif self.node.do and not self.node.waits:
            self.enter(self.node.name)  # an act that a crash cut short: done again
        elif inbound.edited:
            self.say_and_repeat(EDITED)
        elif press is not None:
            self._take_press(press)
        elif inbound.point is not None:
            self._take_point(inbound.point)
        elif inbound.odd or not text:
            danger = self._danger(text) if text else None
            if danger is not None:
                self._interrupt(danger, "danger")
            else:
                self.say_and_repeat(ODD)
        else:
            self._take_text(text)

    def take_outcome(self, outcome: Outcome) -> None:
        node = self.node
        said = self.session.values.pop("_said", "")
        self.parts = [*(said.split("\n") if said else []), *self.parts]
        self.session.values.update(outcome.values)
        if outcome.result == "sent":
            self._sent(node.do)
        target = dict(node.results).get(outcome.result, MENU)
        self.enter(target)
        if node.do in FETCHED_AGAIN and self.session.node == target:
            self.session.via = node.name

    def _sent(self, act: str) -> None:
        """What was handed over leaves the talk: "back" must never send it twice."""
        session = self.session
        session.trail, session.cautious = [], False
        if act == "submit":
            session.answers, session.calls, session.amending = {}, [], False
        for name in ("alert", "alert_place", "addition"):
            session.answers.pop(name, None)

    @property
    def node(self) -> Node:
        return self.world.book.nodes[self.session.node]

    # ------------------------------------------------------------------ ways in
    def _urgent(self, press: matching.Press | None, text: str, *, unread: bool) -> bool:
        """Exit and 911 come before everything, whatever question waits and however old it is.

        A text that nobody will read as an answer (`unread`: the first one, one after a pause, an
        edit, a caption) is still heard when it speaks of danger.
        """
        command = press.value if press is not None and press.move else None
        if command is None and text:
            command = self.world.understanding.command(text)
        if command == "exit":
            self.effects.append(Count("exit"))
            self.enter(EXIT)
            return True
        if command == "emergency" or (text and _names_911(text)):
            self._interrupt(DANGER, "danger")
            return True
        danger = self._danger(text) if text and command is None and unread else None
        if danger is not None:
            self._interrupt(danger, "danger")
            return True
        return False

    def _begin_anew(self) -> None:
        """Nothing of an earlier talk stays: whoever writes now may be somebody else."""
        session = self.session
        if session.answers or session.values:
            self.effects.append(Forget(everything=False))
        session.node = ""
        session.language = ""
        session.answers, session.values = {}, {}
        session.trail, session.calls = [], []
        session.topic, session.amending, session.misses = "", False, 0
        session.shown, session.via, session.cautious, session.quiet = [], "", False, False

    def _take_press(self, press: matching.Press) -> None:
        session = self.session
        current = press.prompt == session.prompt or (
            press.prompt is None and press.screen == session.node
        )
        if press.move and (current or press.value in {"language", "help", "menu", "stop"}):
            self._move(press.value)
            return
        if not current:
            self._show_again()  # a button of an older question: show where the talk is now
            return
        node = self.node
        if node.choice(press.value) is not None or (
            node.kind in ("place", "step")
            and any(
                option.value == press.value
                for option in screens.options(self.world, self.session, node)
            )
        ):
            self._answer(press.value)
        else:
            self.show(())

    def _take_point(self, point: tuple[float, float]) -> None:
        if self.node.kind != "place" or not self.node.ask:
            self.say_and_repeat(ODD)
            return
        code = self.world.places.at(*point)
        if code is None:
            self.say_and_repeat(AGAIN)
        else:
            self._answer(code)

    def _take_text(self, text: str) -> None:
        node = self.node
        checksum = zlib.crc32(text.encode("utf-8", "ignore")) or 1
        again = checksum == self.session.last_text
        self.session.last_text = checksum
        command = self.world.understanding.command(text)
        if (
            command is not None
            and command in MOVE_NUMBERS
            and not (command == "help" and node.name == HELP)
        ):
            self._move(command)
            return
        if not node.ask:
            self._free(text)
        elif node.kind == "text":
            self._take_narrative(text)
        elif node.kind == "code":
            self._take_code(text)
        else:
            self._take_choice(text, again=again)

    def _take_narrative(self, text: str) -> None:
        """A free answer is kept first, and then its danger words are heeded."""
        node = self.node
        danger = self._danger(text)
        if len(text) > node.limit and node.limit <= ONE_LINE:
            # a word or a name: its beginning alone would be of no use to anybody
            if danger is not None:
                self._interrupt(danger, "danger")
            else:
                self.say_and_repeat(TOO_LONG)
            return
        self._keep(node.save or "note", text, node.limit)
        if danger is not None:
            self.parts = []
        self._advance(node, show=danger is None)
        if danger is not None:
            self._interrupt(danger, "danger")

    def _keep(self, name: str, text: str, limit: int) -> bool:
        """Keep a free text up to its limit, and say so when something had to go."""
        self.session.answers[name] = text[:limit]
        if len(text) > limit:
            self.parts.append(contexts.text(CUT))
        return len(text) <= limit

    def _go_on(self, name: str, text: str, danger: str | None) -> None:
        """A story told in several messages: what follows is put to what was written before."""
        told = str(self.session.answers.get(name, ""))
        whole = self._keep(name, f"{told}\n{text}".strip(), TEXTS.get(name, self.node.limit))
        if danger is not None:
            self.parts = []
            self._interrupt(danger, "danger")
        elif whole:
            self.say_and_repeat(ADDED)
        else:
            self.show(())

    def _take_code(self, text: str) -> None:
        danger = self._danger(text)
        if danger is not None:
            self._interrupt(danger, "danger")
            return
        self._answer(text[:80])

    def _take_choice(self, text: str, *, again: bool) -> None:
        node = self.node
        options = screens.options(self.world, self.session, node)
        if node.kind == "many":
            values = matching.match_numbers(text, options)
            if values is not None and len(values) > 1:
                self._answer_many(values)
                return
            if number(text) == len(options) + 1:
                self._move("done")  # the number the screen shows for it
                return
        value = matching.match_number(text, options) or matching.match_label(
            self.world.book, node, text, options
        )
        if value is None and node.kind == "place":
            value = self.world.places.find(text)
        if value is None and node.flow != "self_harm":
            # "ok", «اي», "نا", 👍: an everyday yes or no. Never for the question about self-harm.
            word = self.world.understanding.command(text)
            value = word if word in ("yes", "no") and node.choice(word) is not None else None
        if value is not None:
            self._answer(value)
            return
        danger = self._danger(text)
        if danger is not None and not node.more:
            self._interrupt(danger, "danger")
            return
        value = None if danger else matching.match_fuzzy(self.world.book, node, text)
        if value is not None:
            self._answer(value)
        elif node.more and not again:
            self._go_on(node.more, text, danger)
        elif danger is not None:
            self._interrupt(danger, "danger")
        elif again:
            # The same text as the turn before: the person sent it again because our answer was
            # lost on its way. It is not a second, wrong answer.
            self._show_again()
        else:
            self._free(text)

    def _danger(self, text: str) -> str | None:
        route = self.world.understanding.route(text)
        if not route.danger:
            return None
        return SELF_HARM if route.topic == "self_harm" else DANGER

    def _free(self, text: str) -> None:
        """A text that answers nothing: danger, then a topic to confirm, then a gentle repeat."""
        route = self.world.understanding.route(text)
        if route.danger:
            self._interrupt(SELF_HARM if route.topic == "self_harm" else DANGER, "danger")
            return
        topic = route.topic
        # "ok" must never close the question about self-harm, however often it is written.
        inside = self.node.flow in ("entry", "resume", "self_harm") or self.node.name == CONFIRM
        if topic != "other" and topic in self.world.book.topics and not inside:
            if self.node.ask and not self.node.free:
                self._call("topic")
            self.session.topic = topic
            self.enter(CONFIRM)
            return
        self.session.misses += 1
        self.effects.append(Count("miss"))
        if not self.node.ask or (self.session.misses >= MISSES_BEFORE_LOST and not inside):
            self.session.misses = 0
            self._call("help") if self.node.ask and not self.node.free else None
            self.enter(LOST)
        else:
            self.say_and_repeat(AGAIN)

    # ------------------------------------------------------------------ moves
    def _move(self, move: str) -> None:
        node = self.node
        if node.flow == "resume" and move not in ("language", "stop"):
            self.show(())  # no way around the gate
            return
        if move == "language" and node.name == ENTRY:
            self.show(())
            return
        if move == "back":
            self._back()
        elif move == "skip":
            self._skip(node)
        elif move == "stop":
            self._stop()
        elif move == "language":
            self._call("language")
            self.enter(ENTRY)
        elif move == "help":
            self._interrupt(HELP, "help")
        elif move == "menu":
            self._put_secrets_away()
            self.enter(MENU)
        elif move == "done" and node.kind == "many":
            self._advance(node)
        else:
            self.show(())

    def _back(self) -> None:
        session = self.session
        if self.node.name == ENTRY and session.calls and session.calls[-1].reason == "language":
            self._return()
            return
        while session.trail:
            name = session.trail.pop()
            if name in self.world.book.nodes and name != session.node:
                self.enter(name)
                return
        self.show(())

    def _put_secrets_away(self) -> None:
        """A code, a word or a reply does not stay when the person goes elsewhere."""
        session = self.session
        session.trail, session.calls = [], []
        for name in SECRET_ANSWERS:
            session.answers.pop(name, None)
        session.values = {}

    def _skip(self, node: Node) -> None:
        if not node.ask or node.required:
            self.show(())
            return
        if node.save:
            self.session.answers.pop(node.save, None)
        if node.skip:
            self._leave(node)
            self.enter(node.skip)
        elif node.next:
            self._advance(node)
        else:
            self.show(())

    def _stop(self) -> None:
        self.effects.append(Forget(everything=False))
        session = self.session
        session.answers, session.values, session.trail, session.calls = {}, {}, [], []
        session.amending = False
        self.enter(STOPPED if STOPPED in self.world.book.nodes else MENU)

    def _interrupt(self, target: str, reason: str) -> None:
        if target in (DANGER, SELF_HARM):
            self.effects.append(Count("self_harm" if target == SELF_HARM else "danger"))
        if self.session.node and self.node.flow != target.partition(".")[0]:
            self._call(reason)
        self.enter(target)

    def _call(self, reason: str) -> None:
        call = msgspec.convert([self.session.node, reason], Call)
        self.session.calls = [*self.session.calls, call][-CALLS_KEPT:]

    def _return(self) -> None:
        session = self.session
        while session.calls:
            call = session.calls.pop()
            if call.node in self.world.book.nodes:
                session.node = ""
                self.enter(call.node)
                return
        self.enter(MENU if session.language else ENTRY)

    # ------------------------------------------------------------------ answers
    def _answer(self, value: str) -> None:
        node = self.node
        self.session.misses = 0
        self.session.last_text = 0
        if node.flow not in ("resume", "danger", "self_harm", "entry"):
            self.session.cautious = False
        if node.kind == "many":
            self._tick(node, value)
            return
        if node.kind == "step":
            self.session.amending = True
            self._leave(node)
            self.enter(value)
            return
        if node.name == CONFIRM and value == "yes" and self.session.topic:
            self.session.calls = [call for call in self.session.calls if call.reason != "topic"]
            self.enter(self.world.book.topics.get(self.session.topic, MENU))
            return
        if node.name == CONFIRM and value == "no" and self.session.calls:
            self._return()
            return
        if node.save:
            self.session.answers[node.save] = value
        choice = node.choice(value)
        if choice is None or not choice.to:
            self._advance(node)
        elif self._interrupts(node, choice.to):
            self._interrupt(choice.to, "danger")
        else:
            self._leave(node)
            self.enter(choice.to)

    def _interrupts(self, node: Node, target: str) -> bool:
        """Whether a choice leads aside into the danger or self-harm flow, to come back later."""
        flow = self.world.book.nodes[target].flow
        return flow in URGENT_FLOWS and node.flow not in URGENT_FLOWS

    def _tick(self, node: Node, value: str) -> None:
        chosen = screens.chosen_of(self.session, node)
        chosen = [item for item in chosen if item != value] if value in chosen else [*chosen, value]
        self.session.answers[node.save] = chosen
        choice = node.choice(value)
        if choice is not None and choice.to and value in chosen:
            self._leave(node)
            self.enter(choice.to)
            return
        self.show(())

    def _answer_many(self, values: list[str]) -> None:
        node = self.node
        self.session.misses = 0
        self.session.cautious = False
        self.session.answers[node.save] = list(
            dict.fromkeys((*screens.chosen_of(self.session, node), *values))
        )
        self._advance(node)

    def _leave(self, node: Node) -> None:
        """Remember the way back, but never to a screen that shows a code or a reply."""
        if "{code}" in node.ask:
            self.session.values.pop("code", None)
        if "{code}" in node.ask or "{reply}" in node.ask:
            return
        self.session.trail = [*self.session.trail, node.name][-TRAIL_KEPT:]

    def _advance(self, node: Node, *, show: bool = True) -> None:
        """Go on from an answered question; while amending, straight back to the review."""
        self._leave(node)
        flow = self.world.book.flows[node.flow]
        straight = node.save not in FORKS
        if self.session.amending and straight and node.name in flow.steps and flow.review:
            self.session.amending = False
            target = flow.review
        else:
            target = screens.next_of(self.world, self.session, node)
        if show:
            self.enter(target)
        else:
            self.session.node = target

    # ------------------------------------------------------------------ entering
    def enter(self, name: str) -> None:
        """Arrive at a node: say what is said, stop at the first question, act or end."""
        session = self.session
        while True:
            self.hops += 1
            node = self.world.book.nodes.get(name)
            if node is None or self.hops > HOPS:
                node = self.world.book.nodes[MENU]
            if self._needs_language(node):
                session.node = node.name
                self._call("language")
                node = self.world.book.nodes[ENTRY]
            session.node, session.via = node.name, ""
            self._set_answers(node)
            if node.say:
                self.parts.append(contexts.text(node.name))
            if node.waits:
                self.show((contexts.text(node.name),) if node.ask else ())
                return
            if node.do:
                self._act(node)
                return
            if node.returns:
                self._return()
                return
            name = screens.next_of(self.world, self.session, node)

    def _needs_language(self, node: Node) -> bool:
        """Only the first screens speak all four languages at once; before others, one is chosen."""
        if self.session.language or node.flow in UNSPOKEN_FLOWS:
            return False
        return node.waits and node.name not in (DANGER, SELF_HARM)

    def _set_answers(self, node: Node) -> None:
        session = self.session
        if node.name == MENU:
            session.calls = []
        if node.name == LATER:
            session.quiet = True
        for key in node.clear:
            if key == "*":
                session.answers = {
                    name: answer
                    for name, answer in session.answers.items()
                    if name in CARRIED or name.startswith("dv_")
                }
            session.answers.pop(key, None)
        for key, value in node.set:
            session.answers[key] = value

    def _act(self, node: Node) -> None:
        session = self.session
        if node.do == "set_language":
            self._set_language()
            return
        if node.do == "forget_draft":
            self.effects.append(Forget(everything=False))
            session.answers, session.values = {}, {}
            session.trail, session.calls, session.amending = [], [], False
            self.take_outcome(Outcome("done"))
            return
        if node.do == "check_code":
            self.take_outcome(self._check_code())
            return
        if node.do == "check_text":
            told = str(session.answers.get("narrative", ""))
            self.take_outcome(Outcome("found" if find_identifiers(told) else "clean"))
            return
        self._flush()
        self.effects.append(Forget(everything=True) if node.do == "forget" else Act(node.do))

    def _set_language(self) -> None:
        session = self.session
        chosen = session.answers.pop("language", "")
        if chosen in TAGS:
            session.language = chosen
        if session.calls and session.calls[-1].reason == "language":
            self._return()
            return
        self.take_outcome(Outcome("done"))

    def _check_code(self) -> Outcome:
        """Compare what was typed back with the code shown; equal, and our copy is destroyed."""
        typed = self.session.answers.pop("typed_code", "") or self.session.answers.pop("code", "")
        shown = self.session.values.get("code", "")
        digits = "".join(str(int(sign)) for sign in str(typed) if sign.isdecimal())
        if shown and digits == "".join(sign for sign in shown if sign.isdecimal()):
            self.session.values.pop("code", None)
            return Outcome("same")
        return Outcome("different")

    # ------------------------------------------------------------------ showing
    def show(self, asked: tuple[str, ...], *, repeated: bool = False) -> None:
        """Show what was gathered and the question the talk waits at."""
        session = self.session
        if not session.node or session.node not in self.world.book.nodes:
            session.node = ENTRY
        node = self.node
        if not asked and node.ask:
            asked = (contexts.text(node.name),)
        parts = (*self.parts, *asked)
        if not parts and node.say:
            parts = (contexts.text(node.name),)
        self.parts = []
        if repeated and session.shown:
            parts = tuple(session.shown)
        session.shown = list(parts)
        if not repeated:
            session.prompt += 1
        self.effects.append(
            Show(
                parts,
                node,
                screens.options(self.world, self.session, node) if node.ask else (),
                screens.moves(self.session, node),
                node.copy,
                screens.progress(self.world, self.session, node),
                repeated,
            )
        )

    def _flush(self) -> None:
        """Texts said before an act are kept for the screen that follows it."""
        self.session.values["_said"] = "\n".join(self.parts)
        self.parts = []

    def say_and_repeat(self, name: str) -> None:
        """One gentle line, then the same question again."""
        self.parts.append(contexts.text(name))
        if self.session.via:
            self.enter(self.session.via)
        else:
            self.show(())

    def _show_again(self) -> None:
        """The screen the person may have missed, whole; what an act fetched is fetched again."""
        if self.node.do and not self.node.waits:
            self.enter(self.node.name)  # the act itself was cut short by a crash
        elif self.session.via:
            self.enter(self.session.via)
        else:
            self.show((), repeated=True)

    def _remember_reference(self, reference: int) -> None:
        if reference:
            self.session.references.append((reference, self.minute))
            oldest = self.minute - KEEP_REFERENCES_MINUTES
            self.session.references = [
                item for item in self.session.references if item[1] > oldest
            ][-REFERENCES_KEPT:]


def _names_911(text: str) -> bool:
    words = fold(text).split() if len(text) <= 60 else []
    return len(words) <= SHORT_TEXT and "911" in words
