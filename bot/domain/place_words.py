"""How a place name stands in what people write: articles, prepositions, endings, words around it.

Everything here works on folded text (bot.domain.folding).
"""

from collections.abc import Iterator
from typing import Final

from bot.domain.folding import fold

_AROUND: Final = """
in at near from to i im m am live living stay city town village governorate province district area
the of my is it its we are iraq kurdistan region around now here
في من الى انا احنا نحن اسكن ساكن ساكنة ساكنين اعيش عايش عايشة اني بس هنا موجود موجودة
محافظة مدينة قضاء ناحية مركز منطقة قرب يم العراق حاليا هسه
لە له ل من ئەز م مە ئەم شار شاری شارێ باژێر باژێرێ پارێزگا پارێزگای پارێزگەها قەزا قەزای ناحیە
ناحیەی دژیم دژین ئەژیم دەژیم دەژین خەڵکی خەلکێ خەلکی نزیک نزیکی عێراق کوردستان هەرێم ئێستا نوکە
"""
AROUND: Final = frozenset(fold(word) for word in _AROUND.split())
"""Words that say nothing about which place is meant."""

ASIDE: Final = frozenset(fold(word) for word in ("ana", "hit", "kut", "balad", "taza", "suli"))
"""Names that, inside a sentence in Latin letters, are more often another word."""

EVERYDAY: Final = frozenset(
    fold(word)
    for word in (
        "hit", "hits", "khali", "akhadit", "کوێ", "لە کوێ", "گەلەک", "هەوڵی", "دەرگا", "گوللە",
        "دور",
    )
)  # fmt: skip
"""Words near a place name that are no answer even alone: "hit" is a blow far more often than the
town of Hit (which is found as Heet and هيت), and کوێ asks "where?"."""

ARABIC_ARTICLE: Final = "ال"
LATIN_ARTICLES: Final = ("al", "el", "an", "as", "ash", "ar", "at", "az", "ad")
FEWEST_LETTERS: Final = 3

# "In Mosul" is one word in Arabic: the preposition swallows the article's first letter or not.
_PREFIXES: Final = (
    ("وبال", "ال"), ("وال", "ال"), ("بال", "ال"), ("لل", "ال"), ("فال", "ال"),
    ("وب", ""), ("ب", ""), ("ل", ""), ("و", ""),
)  # fmt: skip
_ENDINGS: Final = tuple(
    fold(ending) for ending in ("یەوە", "ەوە", "یێدا", "ێدا", "دا", "یێ", "ێ", "م", "یە")
)


def compact(key: str) -> str:
    """A name without its article and without spaces: Al-Basrah is Basrah, تل عفر is تلعفر."""
    words = key.split()
    if len(words) > 1 and words[0] in LATIN_ARTICLES:
        words = words[1:]
    joined = "".join(words)
    rest = joined.removeprefix(ARABIC_ARTICLE)
    return rest if len(rest) >= FEWEST_LETTERS else joined


def bare(key: str) -> str:
    """A text without the words that only surround a name."""
    return " ".join(word for word in key.split() if word not in AROUND)


def spoken_forms(phrase: str) -> Iterator[str]:
    """A phrase as written, then without an Arabic preposition, then without a Kurdish ending."""
    yield phrase
    for prefix, instead in _PREFIXES:
        rest = instead + phrase.removeprefix(prefix)
        if phrase.startswith(prefix) and len(rest) >= FEWEST_LETTERS:
            yield rest
    for ending in _ENDINGS:
        rest = phrase.removesuffix(ending)
        # One letter more than for a preposition: "my country" (بلدي) is not the town of Balad.
        if phrase.endswith(ending) and len(rest) > FEWEST_LETTERS:
            yield rest
