"""From an `Outgoing` to the texts WhatsApp shows, with direction marks and within its limits."""

import re
from collections.abc import Iterable
from typing import Final

from bot.channels.whatsapp.layout import units
from bot.domain.language import LANGUAGES, Tag
from bot.domain.message import Button, Copy, Outgoing

BODY_LIMIT: Final = 1600
"""Most characters Twilio takes in one `Body`."""
ISOLATE: Final = "\u2066"
POP: Final = "\u2069"
RIGHT_TO_LEFT: Final = "\u200f"
ISOLATES: Final = re.compile("[\u2066-\u2069]")
UNSENDABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
SEPARATORS: Final = ("\n\n", "\n", " ")


def numbered(outgoing: Outgoing) -> tuple[str, ...]:
    """The screen as plain text with a number before everything that can be chosen."""
    return split(compose(outgoing, outgoing.choices, outgoing.moves))


def compose(
    outgoing: Outgoing, choices: tuple[Button, ...] = (), moves: tuple[Button, ...] = ()
) -> str:
    """Text, what to copy, choices and moves as paragraphs of one text."""
    language = outgoing.language
    paragraphs = [
        # A text may bring its mark along; one is enough.
        lead(language) + outgoing.text.strip().removeprefix(RIGHT_TO_LEFT),
        "\n".join(_copies(outgoing)),
        "\n".join(line(language, button) for button in choices),
        "\n".join(line(language, button) for button in moves),
    ]
    return sendable("\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def lead(language: Tag) -> str:
    """The mark that makes a line right-to-left even where it begins with a number or a name."""
    return RIGHT_TO_LEFT if LANGUAGES[language].right_to_left else ""


def line(language: Tag, button: Button) -> str:
    """One choice: its number, isolated so that it stays where it is written, and its label.

    What has no number is typed as a word, so it stands there with a point.
    """
    described = f" – {button.description}" if button.description else ""
    start = f"{ISOLATE}{button.number}{POP}" if button.number else "•"
    return f"{lead(language)}{start} {button.label}{described}"


def sendable(text: str) -> str:
    """The text without what HTTP or WhatsApp cannot carry (NUL, lone surrogates, controls)."""
    return UNSENDABLE.sub("", text)


def split(text: str, limit: int = BODY_LIMIT) -> tuple[str, ...]:
    """The text in pieces of at most `limit` units, parted between paragraphs where possible."""
    if units(text) <= limit:
        return (text,)
    return tuple(piece for piece in _parts(text, limit, SEPARATORS) if piece.strip())


def _copies(outgoing: Outgoing) -> Iterable[str]:
    """WhatsApp has no copy button; what the text does not show already gets a line of its own."""
    shown = ISOLATES.sub("", outgoing.text)
    return [_copy(outgoing.language, copy) for copy in outgoing.copies if copy.value not in shown]


def _copy(language: Tag, copy: Copy) -> str:
    return f"{lead(language)}{copy.label}: {ISOLATE}{copy.value}{POP}"


def _parts(text: str, limit: int, separators: tuple[str, ...]) -> list[str]:
    if units(text) <= limit:
        return [text]
    if not separators:
        # No space anywhere: half the units are always whole characters.
        step = limit // 2
        return [text[start : start + step] for start in range(0, len(text), step)]
    pieces: list[str] = []
    for part in text.split(separators[0]):
        joined = f"{pieces[-1]}{separators[0]}{part}" if pieces else part
        if pieces and units(joined) <= limit:
            pieces[-1] = joined
        else:
            pieces.extend(_parts(part, limit, separators[1:]))
    return pieces
