"""The four languages of Sanad: our own table, because CLDR has Badini wrong.

Babel turns `kmr` into Latin-script, left-to-right Turkish Kurmanji and knows no Badini in
Arabic script, so direction, script and fallback are ours and never asked of a library.
"""

from dataclasses import dataclass
from typing import Final, Literal

Tag = Literal["ar", "ckb", "kmr", "en"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: catalogue folder name, its own name, direction, and what others call it."""

    tag: Tag
    own_name: str
    english_name: str
    right_to_left: bool
    primero: str
    """The tag Primero uses: `ku` is Sorani there and `ku-IQ` Badini."""

    @property
    def direction(self) -> Literal["rtl", "ltr"]:
        """The HTML `dir` of a text in this language."""
        return "rtl" if self.right_to_left else "ltr"


LANGUAGES: Final[dict[Tag, Language]] = {
    "ar": Language("ar", "العربية", "Arabic", right_to_left=True, primero="ar-IQ"),
    "ckb": Language("ckb", "کوردی (سۆرانی)", "Sorani", right_to_left=True, primero="ku"),
    "kmr": Language("kmr", "کوردی (بادینی)", "Badini", right_to_left=True, primero="ku-IQ"),
    "en": Language("en", "English", "English", right_to_left=False, primero="en"),
}
TAGS: Final[tuple[Tag, ...]] = ("ar", "ckb", "kmr", "en")
"""In the order people see them: 1 Arabic, 2 Sorani, 3 Badini, 4 English."""
