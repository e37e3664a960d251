"""From what the engine wants to show to messages in the visitor's language."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec.structs import replace

from bot.domain import contexts
from bot.domain.language import TAGS, Tag
from bot.domain.message import Button, Copy, Outgoing
from bot.domain.session import Session
from bot.engine.effects import Option, Show
from bot.engine.flow import MOVE_NUMBERS, Book, Move, Node
from bot.engine.names import ENTRY
from bot.engine.review import PLACE, answer_labels
from bot.engine.world import Places
from bot.i18n import phrases, rendering
from bot.i18n.catalogues import Catalogue
from bot.i18n.rendering import Param

MESSAGE: Final = 1000
"""Characters of one message: WhatsApp's lists take 1,024, and a small screen no more."""
TICK: Final = "✓ "
MOVES_NODE: Final = "moves.labels"
HIDDEN: Final = rendering.rendered("…")
TELLING: Final = ("summary", "reply", "code", "state", "letter")
"""Placeholders that tell what the talk was about."""
UNSPOKEN: Final = {"emergency": "911", "exit": "✕"}
"""Standing buttons before a language is chosen: signs that need none."""
TOPICS_NODE: Final = "topics.names"
COPY_LABELS: Final = {
    "number": phrases.COPY_NUMBER,
    "email": phrases.COPY_ADDRESS,
    "code": phrases.COPY_CODE,
    "prose": phrases.COPY_TEXT,
}

SCREENS: Final = 1024
"""Whole screens kept; some five megabytes."""
_Screen = tuple[
    str, str, Node, tuple[str, ...], tuple[Move, ...], tuple[int, int] | None, int
]  # fmt: skip
"""Book version, tag, node, texts, moves, progress and the number of the prompt."""


@dataclass(frozen=True, slots=True)
class Presenter:
    """Renders screens; holds what never changes while the program runs.

    `standing[tag]` are the placeholder values every text may use: facts and the organisation's
    words.
    """

    catalogue: Catalogue
    standing: Mapping[Tag, Mapping[str, Param]]
    places: Places
    _texts_kept: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """(book version, tag, context) -> text that is the same in every talk; one entry a text."""
    _labels_kept: dict[tuple[str, str, str], tuple[tuple[str, str, str], ...]] = field(
        default_factory=dict
    )
    """(book version, tag, node) -> (value, label, description) of choices that never change."""

    _moves_kept: dict[tuple[str, str, tuple[Move, ...]], tuple[tuple[Move, str], ...]] = field(
        default_factory=dict
    )
    """(book version, tag, moves) -> labels; as many entries as there are sets of moves."""
    _screens_kept: OrderedDict[_Screen, tuple[Outgoing, ...]] = field(default_factory=OrderedDict)
    """Whole screens on which nothing is of the visitor: most of a talk."""

    def screen(
        self, book: Book, session: Session, show: Show, extra: Mapping[str, Param]
    ) -> tuple[Outgoing, ...]:
        """The messages of one screen: text first, buttons on the last of them."""
        key: _Screen = (
            book.version, session.language, show.node, show.parts, show.moves, show.progress,
            session.prompt,
        )  # fmt: skip
        plain = _plain(show)
        kept = self._screens_kept.get(key) if plain else None
        if kept is not None:
            return kept
        messages = self._made(book, session, show, extra)
        if plain and self._common(book, session, show):
            messages = tuple(replace(message, common=True) for message in messages)
            self._screens_kept[key] = messages
            if len(self._screens_kept) > SCREENS:
                self._screens_kept.popitem(last=False)
        return messages

    def _common(self, book: Book, session: Session, show: Show) -> bool:
        """Whether everybody who comes here reads the same words."""
        tag = session.language
        return bool(tag) and all(
            (book.version, tag, part) in self._texts_kept for part in show.parts
        )

    def _made(
        self, book: Book, session: Session, show: Show, extra: Mapping[str, Param]
    ) -> tuple[Outgoing, ...]:
        tag: Tag = session.language or "ar"
        texts = self._texts(book, session, show, extra)
        last = len(texts) - 1
        return tuple(
            Outgoing(
                text=text,
                language=tag,
                choices=self._choices(book, session, show, tag) if index == last else (),
                moves=self._moves(book, session, show) if index == last else (),
                copies=self._copies(show, {**self.standing[tag], **extra}, tag)
                if show.copies and index == last
                else (),
                screen=show.node.name,
                wants_place=show.node.kind == "place" and bool(show.node.ask),
                in_place=last == 0,
            )
            for index, text in enumerate(texts)
        )

    # ------------------------------------------------------------------ text
    def _texts(
        self, book: Book, session: Session, show: Show, extra: Mapping[str, Param]
    ) -> list[str]:
        if not session.language:
            return [self._in_every_language(book, show, extra)]
        tag = session.language
        paragraphs = [self._paragraph(book, session, tag, part, extra) for part in show.parts]
        if show.progress is not None and paragraphs:
            done, total = show.progress
            paragraphs[-1] = (
                f"{phrases.progress(self.catalogue, tag, done, total)}\n{paragraphs[-1]}"
            )
        return _fitted([paragraph for paragraph in paragraphs if paragraph]) or ["…"]

    def _paragraph(
        self, book: Book, session: Session, tag: Tag, part: str, extra: Mapping[str, Param]
    ) -> str:
        key = (book.version, tag, part)
        kept = self._texts_kept.get(key)
        if kept is not None:
            return kept
        template = book.text(tag, part)
        standing = self.standing[tag]
        if rendering.placeholders(template) <= standing.keys():
            kept = self._texts_kept[key] = rendering.render(template, standing, tag)
            return kept
        params = {**standing, **extra, **self._of_session(book, session, tag)}
        return rendering.render(template, params, tag)

    def _in_every_language(self, book: Book, show: Show, extra: Mapping[str, Param]) -> str:
        """Before a language is chosen: what all four say, each once; long ones in short."""
        said = []
        for part in show.parts:
            # The language question holds all four languages in itself; it leads from the right.
            tongues: tuple[tuple[Tag, Tag], ...] = (
                (("en", "ar"),) if part == ENTRY else tuple((tag, tag) for tag in TAGS)
            )
            for tag, side in tongues:
                params = {**self.standing[tag], **extra}
                said.append(rendering.render(book.text(tag, part), params, side))
        unique = list(dict.fromkeys(said))
        if sum(map(len, unique)) > MESSAGE:
            unique = [_in_short(text) for text in unique]
        return "\n\n".join(unique)[:MESSAGE] or "…"

    def _of_session(self, book: Book, session: Session, tag: Tag) -> dict[str, Param]:
        params = {
            name: rendering.code(value) if name == "code" else rendering.prose(value)
            for name, value in session.values.items()
        }
        if session.topic:
            label = book.text(tag, contexts.choice(TOPICS_NODE, session.topic))
            params["topic"] = rendering.rendered(label)
        if session.answers:
            params["summary"] = rendering.rendered(self._summary(book, session, tag))
        if session.cautious:
            # Somebody else may hold the phone now: nothing that was said or sent is shown.
            params.update(dict.fromkeys(TELLING, HIDDEN))
        return params

    def _summary(self, book: Book, session: Session, tag: Tag) -> str:
        lines = []
        for name, labels in answer_labels(book, session):
            chosen = phrases.join(
                self.catalogue, tag, [self._chosen(book, tag, label) for label in labels]
            )
            lines.append(f"{book.text(tag, name)}: {chosen}")
        return "\n".join(lines)

    def _chosen(self, book: Book, tag: Tag, label: str) -> str:
        if label.startswith(PLACE):
            return self.places.label(label.removeprefix(PLACE), tag)
        return book.text(tag, label)

    # ------------------------------------------------------------------ buttons
    def _choices(self, book: Book, session: Session, show: Show, tag: Tag) -> tuple[Button, ...]:
        prompt = session.prompt
        return tuple(
            Button(f"{prompt}:{value}", label, str(position), description)
            for position, (value, label, description) in enumerate(
                self._labels(book, session, show, tag), start=1
            )
        )

    def _labels(
        self, book: Book, session: Session, show: Show, tag: Tag
    ) -> tuple[tuple[str, str, str], ...]:
        still = show.node.kind == "choice" and bool(session.language)
        key = (book.version, tag, show.node.name)
        if still and key in self._labels_kept:
            return self._labels_kept[key]
        labels = tuple(
            (
                option.value,
                self._label(book, session, option, tag),
                book.text(tag, option.describe) if option.describe else "",
            )
            for option in show.options
        )
        if still:
            self._labels_kept[key] = labels
        return labels

    def _label(self, book: Book, session: Session, option: Option, tag: Tag) -> str:
        label = option.label or book.text(tag, option.context)
        if not session.language and option.value in TAGS:
            # Each language's own name, whatever language is not chosen yet.
            label = book.text("en", option.context)
        return TICK + label if option.ticked else label

    def _moves(self, book: Book, session: Session, show: Show) -> tuple[Button, ...]:
        done_number = str(len(show.options) + 1)
        prompt = session.prompt
        return tuple(
            Button(
                f"{prompt}:!{move}", label, done_number if move == "done" else MOVE_NUMBERS[move]
            )
            for move, label in self._move_labels(book, session.language, show.moves)
        )

    def _move_labels(
        self, book: Book, tag: Tag | Literal[""], moves: tuple[Move, ...]
    ) -> tuple[tuple[Move, str], ...]:
        key = (book.version, tag, moves)
        kept = self._moves_kept.get(key)
        if kept is None:
            kept = tuple((move, self._move_label(book, move, tag)) for move in moves)
            self._moves_kept[key] = kept
        return kept

    def _move_label(self, book: Book, move: Move, tag: Tag | Literal[""]) -> str:
        if not tag:
            return UNSPOKEN.get(move, move)
        if move == "done":
            return phrases.say(self.catalogue, tag, phrases.DONE)
        return book.text(tag, contexts.choice(MOVES_NODE, move)) or move

    def _copies(self, show: Show, params: Mapping[str, Param], tag: Tag) -> tuple[Copy, ...]:
        copies = []
        for name in show.copies:
            param = params.get(name)
            if param is not None and param.kind in COPY_LABELS:
                label = phrases.say(self.catalogue, tag, COPY_LABELS[param.kind])
                copies.append(Copy(label, param.value))
        return tuple(copies)


def _plain(show: Show) -> bool:
    """Whether the buttons tell nothing of the visitor: no ticks, no own steps, nothing to copy."""
    if show.copies or show.node.kind == "step":
        return False
    return show.node.kind != "many" or not any(option.ticked for option in show.options)


def _in_short(text: str) -> str:
    """Of a long text the paragraph with the number to call; without one, the first."""
    paragraphs = text.split("\n\n")
    return next((each for each in paragraphs if "911" in each), paragraphs[0])


def _fitted(paragraphs: list[str]) -> list[str]:
    """Paragraphs put together into as few messages as the limit allows."""
    messages: list[str] = []
    for paragraph in paragraphs:
        for piece in _pieces(paragraph):
            if messages and len(messages[-1]) + 2 + len(piece) <= MESSAGE:
                messages[-1] += f"\n\n{piece}"
            else:
                messages.append(piece)
    return messages


def _pieces(paragraph: str) -> list[str]:
    """A paragraph that is too long for one message, cut between its lines."""
    if len(paragraph) <= MESSAGE:
        return [paragraph]
    pieces: list[str] = []
    for line in paragraph.split("\n"):
        while len(line) > MESSAGE:
            pieces.append(line[:MESSAGE])
            line = line[MESSAGE:]  # noqa: PLW2901 - the rest of the same line
        if pieces and len(pieces[-1]) + 1 + len(line) <= MESSAGE:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces
