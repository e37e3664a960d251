"""Which plural form a number takes in each of the four languages.

Our own table: CLDR has Arabic's six forms right but knows Badini only as Latin-script Turkish
Kurmanji, so nothing here is asked of a library.
"""

from collections.abc import Mapping
from typing import Final

from bot.domain.language import Tag

FORMS: Final[Mapping[Tag, tuple[str, ...]]] = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "ckb": ("one", "other"),
    "kmr": ("one", "other"),
    "en": ("one", "other"),
}
"""Names of the forms, in the order of `msgstr[0]`, `msgstr[1]`, …"""

EXPRESSIONS: Final[Mapping[Tag, str]] = {
    "ar": (
        "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4"
        " : 5"
    ),
    "ckb": "n != 1",
    "kmr": "n != 1",
    "en": "n != 1",
}
"""The same rules as gettext expressions, for the header of a .po file."""

SINGLE_NUMBER_FORMS: Final = frozenset({"zero", "one", "two"})
"""Forms that stand for exactly one number, so that the word alone can say it without `{n}`."""


def form(tag: Tag, number: int) -> int:
    """The index of the form for `number` (the sign is ignored)."""
    number = abs(number)
    return _arabic(number) if tag == "ar" else int(number != 1)


def _arabic(number: int) -> int:
    if number <= 2:
        return number
    last_two = number % 100
    if 3 <= last_two <= 10:
        return 3
    return 4 if last_two >= 11 else 5
