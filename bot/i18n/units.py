"""One text as it stands in the source, before any translation."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LIMIT: Final = re.compile(r"\bat most (\d+) characters\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """A text to be translated: `comments` are for the translator, `source` its file from the root.

    `line` is for error messages; it is never written, so that moving text changes no catalogue.
    """

    context: str
    english: str
    plural: str = ""
    comments: tuple[str, ...] = ()
    source: str = ""
    line: int = 0


def source_text(raw: str) -> str:
    """A text of a YAML file as it is looked up: no space around it, composed letters."""
    return unicodedata.normalize("NFC", raw.strip())


def limit_comment(characters: int) -> str:
    """How a limit is told to translators; `limit_of` reads it back."""
    return f"At most {characters} characters."


def limit_of(comments: Sequence[str]) -> int:
    """The limit in characters that the comments state; 0 when there is none."""
    found = [int(match[1]) for match in map(_LIMIT.search, comments) if match]
    return min(found, default=0)


def length(text: str) -> int:
    """Characters as messengers count them against a limit: code points of the composed text."""
    return len(unicodedata.normalize("NFC", text))
