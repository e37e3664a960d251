"""Letters that do not belong to a language, and words that give a conversation away."""

import re
from collections.abc import Mapping
from typing import Final

from bot.domain.language import Tag

ARABIC_SCRIPT: Final = re.compile("[\u0620-\u064a\u066e-\u06d3\u06d5]")
LATIN: Final = re.compile("[A-Za-z]")

_KURDISH_FORBIDDEN: Final[Mapping[str, str]] = {
    "ك": "ک",
    "ي": "ی",
    "ى": "ی",
    "ة": "ە",
    "ھ": "ه",
    "ؤ": "ۆ",
    "أ": "ئە",
    "إ": "ئی",
    "آ": "ئا",
    "ث": "س",
    "ذ": "ز",
    "ص": "س",
    "ض": "ز",
    "ط": "ت",
    "ظ": "ز",
}
"""Arabic-keyboard and old-encoding letters, and what Sorani and Badini write instead."""

_ARABIC_FORBIDDEN: Final[Mapping[str, str]] = {
    "ک": "ك",
    "ی": "ي or ى",
    "ە": "ه or ة",
    "ھ": "ه",
    "ێ": "ي",
    "ۆ": "و",
    "ڕ": "ر",
    "ڵ": "ل",
    "ڤ": "ف",
    "پ": "ب",
    "چ": "ج",
    "ژ": "ج",
    "گ": "ك or غ",
}
"""Kurdish and Persian letters, and what Modern Standard Arabic writes instead."""

FORBIDDEN: Final[Mapping[Tag, Mapping[str, str]]] = {
    "ar": _ARABIC_FORBIDDEN,
    "ckb": _KURDISH_FORBIDDEN,
    "kmr": _KURDISH_FORBIDDEN,
    "en": {},
}

_FINAL_HEH: Final = re.compile("ه(?![\u0640\u0620-\u064a\u066e-\u06d3\u06d5])")
_HEH_JOINER: Final = re.compile("ه\u200c")
_STRAY_TATWEEL: Final = re.compile("(?<!ه)\u0640")
_ANY_TATWEEL: Final = re.compile("\u0640")
_VOWEL_SIGNS: Final = re.compile("[\u064b-\u0652]")
_LATIN_MARKS: Final[Mapping[str, str]] = {"?": "؟", ",": "،", ";": "؛"}


def foreign_letters(text: str, tag: Tag) -> list[str]:
    """What in a text belongs to another keyboard, each as "X (write Y)"."""
    table = FORBIDDEN[tag]
    found = [f"{letter} (write {table[letter]})" for letter in table if letter in text]
    if tag in ("ckb", "kmr"):
        if _HEH_JOINER.search(text):
            found.append("ه with a zero-width joiner (write ە)")
        elif _FINAL_HEH.search(text):
            found.append("ه at the end of a word (write ە, or هـ for the sound h)")
        if _STRAY_TATWEEL.search(text):
            found.append("ـ (only after a final ه)")
        if _VOWEL_SIGNS.search(text):
            found.append("Arabic vowel signs (Kurdish writes its vowels as letters)")
    if tag == "ar" and _ANY_TATWEEL.search(text):
        found.append("ـ (write no tatweel)")
    if tag != "en":
        found += [f"{mark} (write {own})" for mark, own in _LATIN_MARKS.items() if mark in text]
    return found


TRIGGERS: Final[Mapping[Tag, tuple[str, ...]]] = {
    "en": (
        "abus", "assault", "beat", "blackmail", "danger", "exploit", "forced", "harass", "hotline",
        "kill", "police", "rape", "sex", "suicid", "survivor", "threat", "traffick", "victim",
        "violen",
    ),
    "ar": (
        "عنف", "معنف", "اعتداء", "اغتصاب", "اتجار", "ابتزاز", "تحرش", "تهديد", "خطر", "ضحية",
        "ضحايا", "ناجي", "شرطة", "استغلال", "انتحار", "قتل", "جنس", "ضرب",
    ),
    "ckb": (
        "توندوتیژی", "دەستدرێژی", "بازرگانیکردن", "هەڕەشە", "مەترسی", "قوربانی", "رزگاربوو",
        "ڕزگاربوو", "پۆلیس", "سێکس", "خۆکوشتن", "کوشتن", "لێدان", "ئەتک",
    ),
    "kmr": (
        "توندوتیژی", "دەستدرێژی", "بازرگانی", "گەف", "مەترسی", "قوربانی", "رزگاربوو", "پۆلیس",
        "سێکس", "خۆکوشتن", "کوشتن", "لێدان", "قوتان",
    ),
}  # fmt: skip
"""Stems that tell what the conversation is about to somebody who glances at the first line."""


def trigger_in_first_line(text: str, tag: Tag) -> str:
    """The first stem found in the first line of a text, or nothing."""
    first = text.lstrip().split("\n", 1)[0].lower()
    for stem in TRIGGERS[tag]:
        # English stems only count from the beginning of a word: "Essex" is not "sex".
        if re.search(rf"\b{stem}" if tag == "en" else stem, first):
            return stem
    return ""
