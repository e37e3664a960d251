"""What a person typed, made comparable: one alphabet for Arabic and Kurdish, one for digits.

People write Kurdish in Unicode, on an Arabic keyboard, and in the old Ali-K encoding; Arabic with
and without hamza, harakat and tatweel; both in Latin letters. `fold` brings these together for
matching only: nothing folded is ever shown. Nothing here raises, whatever the text.
"""

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = frozenset({0x0A, 0x0D, 0x85, 0x2028, 0x2029})
_BLANKS: Final = frozenset({0x09, 0x0B, 0x0C})
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
_MARKS: Final = frozenset({"Mn", "Me"})

# Letters that people use for one another. The sounds often differ (ڵ and ل, پ and ب); a match
# across the difference is a smaller harm than a cry for help that is not understood.
_ONE_LETTER: Final = {
    "ا": "أإآٱ", "ي": "ىیېێۍئ", "ك": "کڪګگ", "و": "ؤۆۇۈۊۋ", "ه": "ةەھہۂۃۀ", "ل": "ڵڶڷ",
    "ر": "ڕڒړ", "ظ": "ض", "ب": "پ", "ف": "ڤڥڨ", "ج": "چڃ", "ز": "ژ",
    "": "ءـ'’‘ʼ`´ʿʾ", "i": "ıİ", "10": "🔟",
}  # fmt: skip
_SAME: Final = {other: one for one, others in _ONE_LETTER.items() for other in others}
_ALI_K: Final = str.maketrans("ةثذضطظؤ", "ەپژچگڤۆ")
_ALI_K_LETTERS: Final = re.compile("[ةثذضطظؤ]")

_HELD_LETTER: Final = re.compile(r"([^\W\d_])\1{2,}")
_LONG_VOWEL: Final = re.compile("و{2,}|ي{2,}")
_LEADING_HAMZA: Final = re.compile(r"(?<![^\W_])ئ+")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_LATIN_WORD: Final = re.compile("[a-z]")
_DOUBLE: Final = re.compile(r"(\D)\1+")

# How one sound is written in Latin letters by people who spell by ear (3 7 2 5 stand for ع ح ء خ).
_DIGRAPHS: Final = {
    "sh": "s", "kh": "x", "gh": "g", "dh": "d", "th": "d", "zh": "j", "ch": "j", "ph": "f",
    "ei": "i", "ai": "i", "ey": "i", "ay": "i", "ou": "u", "ow": "u", "aw": "u",
}  # fmt: skip
_DIGRAPH: Final = re.compile("|".join(_DIGRAPHS))
_SOUNDS: Final = str.maketrans("eyowqgvpc857649", "iiuukkfbjkxhtas", "32'")


def _kept(point: int) -> str | int | None:
    """What stays of a code point in a text that may be kept."""
    if point in _LINE_ENDS:
        return "\n"
    if point in _BLANKS:
        return " "
    if 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE:
        return None
    return None if unicodedata.category(chr(point)) in _DROPPED else point


def _matched(point: int) -> str | int | None:
    """What a code point counts as when texts are compared."""
    letter = chr(point)
    if letter in _SAME:
        return _SAME[letter]
    if unicodedata.category(letter) in _MARKS:
        return None
    digit = unicodedata.digit(letter, None)
    return _kept(point) if digit is None else str(digit)


class _Kept(dict[int, str | int | None]):
    """A translate table that works a code point out once; it knows code points, never texts."""

    def __missing__(self, point: int) -> str | int | None:
        value = self[point] = _kept(point)
        return value


class _Matched(dict[int, str | int | None]):
    """The same for matching."""

    def __missing__(self, point: int) -> str | int | None:
        value = self[point] = _matched(point)
        return value


_KEPT: Final = _Kept()
_MATCHED: Final = _Matched()


def clean(text: str) -> str:
    r"""`text` as it may be kept: no NUL, control, bidi mark, zero width or lone surrogate; NFC.

    Line ends of any kind become `\n`; the result always encodes as UTF-8.
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_KEPT))


def fold(text: str) -> str:
    """`text` for matching: small letters, one alphabet, ASCII digits, words parted by a space.

    Punctuation and emoji part words; a letter held down ("heeelp") counts once. Idempotent.
    """
    if text.isascii():
        folded = text.lower().translate(_MATCHED)
    else:
        # The hamza that opens a Kurdish word carries no sound; it goes before NFKD makes it ي.
        plain = _LEADING_HAMZA.sub("", unicodedata.normalize("NFKC", text))
        small = unicodedata.normalize("NFKD", plain).casefold()
        folded = unicodedata.normalize("NFKD", small).translate(_MATCHED)
        folded = _LONG_VOWEL.sub(_first, folded)
    return _HELD_LETTER.sub(r"\1", _NOT_WORD.sub(" ", folded)).strip()


def _first(match: re.Match[str]) -> str:
    return match[0][0]


def ali_k(text: str) -> str:
    """`text` read as the old Ali-K encoding of Kurdish (ثةيوةندى for پەیوەندی), unfolded."""
    return text.translate(_ALI_K)


def sounds(word: str) -> str:
    """A folded Latin word by its sound: `yithrubni`, `yedhrubni` and `yidrobni` are one."""
    spoken = _DIGRAPH.sub(lambda match: _DIGRAPHS[match[0]], word).translate(_SOUNDS)
    return _DOUBLE.sub(r"\1", spoken)


def folds(text: str) -> tuple[str, ...]:
    """Every reading of `text` worth matching, the plain fold first, without repetitions."""
    plain = fold(text)
    readings = [plain]
    if _ALI_K_LETTERS.search(text):
        readings.append(fold(ali_k(text)))
    if _LATIN_WORD.search(plain):
        readings.append(" ".join(sounds(word) for word in plain.split()))
    return tuple(dict.fromkeys(readings))


def number(text: str) -> int | None:
    """The number that `text` is, in any digits (٣, ۳, 3️⃣, ③), or None when it is not just one."""
    folded = fold(text)
    return int(folded) if folded.isdecimal() and len(folded) <= 18 else None


def digits(text: str) -> str:
    """Every digit of `text` in order, as ASCII; marks, spaces and letters between are ignored."""
    return "".join(letter for letter in text.translate(_MATCHED) if "0" <= letter <= "9")
