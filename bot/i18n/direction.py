"""Direction: isolates around what must not be reordered, marks where a line must begin from right.

In an Arabic line a bare `743-251` is shown as `251-743`: a receipt code copied down wrong is a
report nobody finds again. Every number, code, address and date therefore stands between U+2066 and
U+2069, in English as well, because a phone set to Arabic reorders a line that has no letters.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

LEFT_TO_RIGHT_ISOLATE: Final = "\u2066"
FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"
RIGHT_TO_LEFT_MARK: Final = "\u200f"

CONTROLS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Every invisible character that changes the order of a line."""

_ASCII_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")

_TOKEN: Final = re.compile(
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"  # an address
    r"|https?://[!-~]+"  # a link
    r"|\+?\d+(?:[ .,:()/\u2013-]{1,3}\d+)*"  # a number, in any digits, with its groups
)


def without_controls(text: str) -> str:
    """The text without direction controls; what comes from outside must not steer our lines."""
    return CONTROLS.sub("", text) if CONTROLS.search(text) else text


def left_to_right(text: str) -> str:
    """A number, code, address or date as one unit that reads from left to right.

    Its digits become 0-9: groups of ٠-٩ change places even inside an isolate.
    """
    if not text.isascii():
        text = text.translate(_ASCII_DIGITS)
    return f"{LEFT_TO_RIGHT_ISOLATE}{text}{POP_ISOLATE}"


def own_direction(text: str) -> str:
    """A name as one unit in the direction of its own first letter."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def isolate_tokens(text: str) -> str:
    """Free text with every number, link and e-mail address isolated."""
    return _TOKEN.sub(lambda match: left_to_right(match[0]), text)


@lru_cache(maxsize=1024)
def is_right_to_left(character: str) -> bool:
    """Whether a character is a strong right-to-left letter (or the mark)."""
    return unicodedata.bidirectional(character) in ("R", "AL")


def first_strong(line: str) -> str:
    """The direction of the first letter of a line: `R`, `L`, or empty without letters."""
    for character in line:
        direction = unicodedata.bidirectional(character)
        if direction in ("R", "AL"):
            return "R"
        if direction == "L":
            return "L"
    return ""


def needs_mark(line: str) -> bool:
    """Whether a line of a right-to-left text begins with something that would turn it around."""
    return bool(line) and not is_right_to_left(line[0])
