"""What could name a person inside free text: long numbers and addresses with an @."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

FEWEST_DIGITS: Final = 7
REMOVED: Final = "[…]"
"""Stands where something was taken out: the same in every language."""

# What people and keyboards put between the digits of a number, invisible marks included.
_MARKS: Final = r"\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF\uFE0F\u20E3"
_BETWEEN: Final = rf"[\s\-‐-―−._/()\[\]\\+*#,،:·|~'{_MARKS}]"
_NUMBER: Final = re.compile(rf"\+?\d(?:{_BETWEEN}{{0,5}}\d){{{FEWEST_DIGITS - 1},}}")
# Anchored at the start of a word, so that a long text without an @ is walked only once.
_ADDRESS: Final = re.compile(r"(?<!\S)[^\s@＠﹫]*[@＠﹫]\S*")
_CONTROL_KEPT: Final = frozenset("\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a text, `text[start:end]`, that looks like a number or an address."""

    start: int
    end: int
    kind: Literal["number", "address"]


def find_identifiers(text: str) -> tuple[Finding, ...]:
    """Everything with at least seven digits in any script, or with an @, from left to right."""
    found = [Finding(match.start(), match.end(), "number") for match in _NUMBER.finditer(text)]
    found += [Finding(match.start(), match.end(), "address") for match in _ADDRESS.finditer(text)]
    return tuple(sorted(found, key=lambda finding: (finding.start, -finding.end)))


def scrub(text: str) -> str:
    """The text with every finding replaced; scrubbing twice changes nothing more."""
    parts: list[str] = []
    position = 0
    for finding in find_identifiers(text):
        if finding.start >= position:
            parts += (text[position : finding.start], REMOVED)
        position = max(position, finding.end)
    return "".join(parts) + text[position:]


def tidy(text: str, limit: int) -> str:
    """A text safe to seal and to show: composed, at most `limit` characters, nothing invisible.

    Lone surrogates would break UTF-8, control and direction marks could disguise a text on a
    caseworker's screen; line breaks and the joiners Kurdish and emoji need are kept.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in lines if _may_stay(character))
    return unicodedata.normalize("NFC", kept).strip()[:limit].strip()


def _may_stay(character: str) -> bool:
    if character in _CONTROL_KEPT or character in "\u200c\u200d":
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
