"""From a press or a typed text to the answer it stands for, at one node."""

from typing import Final

from msgspec import Struct
from rapidfuzz import fuzz, process

from bot.domain.folding import fold, number
from bot.engine.effects import Option
from bot.engine.flow import Book, Node

FUZZY_SCORE: Final = 86
FUZZY_LETTERS: Final = 4
"""Shorter words are too near to each other to be guessed."""


class Press(Struct, frozen=True, gc=False):
    """A button's token taken apart: the prompt it belongs to (None: any) and what it says."""

    prompt: int | None
    screen: str
    value: str
    move: bool


def token(prompt: int, value: str, *, move: bool = False) -> str:
    """What a button carries: "12:yes" for a choice of prompt 12, "12:!back" for a move."""
    return f"{prompt}:{'!' if move else ''}{value}"


def parse_press(text: str) -> Press | None:
    """A token of ours, or the static "=screen/value" of Content resources; None if neither."""
    if text.startswith("="):
        screen, slash, value = text[1:].rpartition("/")
        if not slash:
            return None
        return Press(None, screen, value.removeprefix("!"), value.startswith("!"))
    head, colon, value = text.partition(":")
    if not colon or not (head.isascii() and head.isdecimal() and len(head) < 10):
        return None
    return Press(int(head), "", value.removeprefix("!"), value.startswith("!"))


def match_number(text: str, options: tuple[Option, ...]) -> str | None:
    """The option a number stands for ("2", "٢", "2️⃣"), counted from 1."""
    position = number(text)
    if position is not None and 1 <= position <= len(options):
        return options[position - 1].value
    return None


def match_numbers(text: str, options: tuple[Option, ...]) -> list[str] | None:
    """The options several numbers stand for ("1 3 5", "١،٣"), None when anything else is there."""
    pieces = text.replace("،", " ").replace(",", " ").replace("-", " ").replace("و", " ").split()
    values = [match_number(piece, options) for piece in pieces]
    if not values or any(value is None for value in values):
        return None
    return list(dict.fromkeys(value for value in values if value is not None))


def match_label(book: Book, node: Node, text: str, options: tuple[Option, ...]) -> str | None:
    """The option whose label, in any of the four languages, is what was typed."""
    folded = fold(text)
    if not folded:
        return None
    value = book.labels.get(node.name, {}).get(folded)
    if value is not None:
        return value
    for option in options:
        if option.label and fold(option.label) == folded:
            return option.value
    return None


def match_fuzzy(book: Book, node: Node, text: str) -> str | None:
    """The option whose label is nearly what was typed; None when two are equally near."""
    folded = fold(text)
    labels = book.labels.get(node.name)
    if not labels or len(folded) < FUZZY_LETTERS or len(folded) > 60:
        return None
    best = process.extract(folded, labels.keys(), scorer=fuzz.ratio, limit=2)
    if not best or best[0][1] < FUZZY_SCORE:
        return None
    values = {labels[label] for label, score, _ in best if score >= best[0][1] - 3}
    return values.pop() if len(values) == 1 else None
