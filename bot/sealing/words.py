"""Folding of a secret word, so that it means the same on every keyboard.

Frozen: a change here would lock people out of what they were told they can come back to. It is
therefore no shared text folding, which may grow.
"""

import unicodedata
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("يىئې", "ی"),
        **dict.fromkeys("ةەہھ", "ه"),
        "ك": "ک",
        "ؤ": "و",
        "ـ": None,
    }
)


def fold(word: str) -> str:
    """NFKC, case, Arabic and Kurdish letter forms, digits, marks and spaces made alike."""
    text = unicodedata.normalize("NFKC", word).casefold()
    text = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    kept = (_folded(character) for character in text)
    return " ".join("".join(kept).split())


def _folded(character: str) -> str:
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    # Marks (vowel signs, variation selectors), joiners, direction marks, lone surrogates.
    return "" if unicodedata.category(character) in ("Mn", "Cf", "Cs") else character
