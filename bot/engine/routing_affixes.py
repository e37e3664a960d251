"""What Arabic and Kurdish join to a word, as tables from the joined letters to what they mean.

Everything is in the alphabet of `fold`. A verb's prefix and suffix say who is meant and when:
`me` the one who writes suffers it, `will` it is still to come, `going` it happens now, `neg` it
does not. Only light stemming: a core must stand in the lexicon before a reading counts.
"""

from collections.abc import Iterable
from itertools import product
from typing import Final

from bot.domain.folding import sounds

Meaning = frozenset[str]
Affixes = dict[str, Meaning]

NOTHING: Final[Meaning] = frozenset()
ME: Final[Meaning] = frozenset({"me"})
THEM: Final[Meaning] = frozenset({"someone"})
US: Final[Meaning] = frozenset({"us"})
"""ضربنا is "he hit us" or "we hit": `me` only where the prefix says that others act."""
YOU: Final[Meaning] = frozenset({"you", "someone"})
WILL: Final[Meaning] = frozenset({"will"})
GOING: Final[Meaning] = frozenset({"going"})
NEG: Final[Meaning] = frozenset({"neg"})
SELF: Final[Meaning] = frozenset({"i"})
THEY: Final[Meaning] = frozenset({"they"})


def _joined(*parts: Affixes) -> Affixes:
    """Every way to put one of each part together, with the meanings of all."""
    joined: Affixes = {}
    for combination in product(*(part.items() for part in parts)):
        text = "".join(letters for letters, _ in combination)
        joined[text] = joined.get(text, NOTHING).union(*(meaning for _, meaning in combination))
    return joined


def _plain(letters: str) -> Affixes:
    return {"": NOTHING} | dict.fromkeys(letters.split(), NOTHING)


_AND: Final = _plain("و ف")
ARABIC_NOUN: Final = (
    _joined(_AND, _plain("ب ل ك ع ه"), _plain("ال")) | _joined(_AND, _plain("لل عل بهال هال")),
    _plain("ي ه ها هم نا ك ج كم هن ات اتي اته اتهم ين ون تي ته تها تهم تنا تك تج تكم يه ني وا ا"),
)
_ARABIC_TIME: Final[Affixes] = (
    dict.fromkeys(("راح", "رح", "ح", "س", "هيه", "حي"), WILL)
    | dict.fromkeys(("دا", "د", "ده", "جاي", "عم", "كاعد", "قاعد"), GOING)
    | dict.fromkeys(("ما", "م", "لا", "مو"), NEG)
    | {"": NOTHING, "ب": NOTHING, "ل": NOTHING, "ال": NOTHING}
)
_ARABIC_PERSON: Final[Affixes] = {
    "": NOTHING, "ي": THEY, "ت": THEY, "ا": SELF, "ن": SELF,
}  # fmt: skip
_ARABIC_NUMBER: Final = _plain("و وا ون ين ت تو توا ن نا تي ا ات")
_ARABIC_OBJECT: Final[Affixes] = (
    {"": NOTHING, "ني": ME, "ن": NOTHING, "نا": US, "ناش": US, "يني": ME, "ينا": ME, "لي": ME}
    | dict.fromkeys(["ه", "ها", "هم", "هن", "و", "ينها", "ينه", "ينهم", "يها", "يهم"], THEM)
    | dict.fromkeys(("ك", "ج", "كم"), YOU)
)  # fmt: skip
ARABIC_VERB: Final = (
    _joined(_AND, _ARABIC_TIME, _ARABIC_PERSON),
    _joined(_ARABIC_NUMBER, _ARABIC_OBJECT),
)

_KURDISH_ENDING: Final = (
    "م ت ي يه ه مان تان يان ان هكه هكهم هكهت هكهي هكان هكانم هكانمان كهم كهت كهي كه ا ين يت ن"
    " كانم يكي يك هك هكي هكمان هكهمان هكهيان هكهش ش يش يشم مم ني نه كي ات ام امان ايه"
    " دا يكدا هكهدا مدا ماندا هدا يدا هكدا هوه يهوه كهوه مهوه"
)
KURDISH_NOUN: Final = (_plain("ب به له"), _plain(_KURDISH_ENDING))
_KURDISH_TIME: Final[Affixes] = {
    "": NOTHING, "ده": GOING, "ه": GOING, "د": GOING, "ئه": GOING, "ب": WILL, "نا": NEG, "ن": NEG,
    "نه": NEG, "مه": NEG, "هل": NOTHING, "هلي": NOTHING, "دي": WILL, "ديب": WILL, "تيك": NOTHING,
    "ت": GOING, "ا": GOING,
}  # fmt: skip
_KURDISH_CLITIC: Final[Affixes] = (
    {"": NOTHING, "م": ME, "مان": ME} | dict.fromkeys(("ي", "يان"), THEM)
    | dict.fromkeys(("ت", "تان"), YOU)
)  # fmt: skip
KURDISH_VERB: Final = (
    _joined(_KURDISH_TIME, _KURDISH_CLITIC),
    dict.fromkeys(("مي", "ميان", "ميت", "ميتي", "ماني", "مانيان", "ريم", "رام", "راوم"), ME)
    | _plain(
        "م ي يت ت ن ين ه ا ات يتن يتم يان مان تن متي ينم يتي يه ينه نم ته"
        " وه وم وين ون ويانم ويانه ويه ومه ويتي ومي ويان ويانين"
        " يتهوه ينهوه نهوه مهوه يتهفه نهفه ريت رين ران راوه راون"
    ),
)

# Latin spellings are matched by consonants alone, so their affixes are consonants too.
LATIN_ARABIC: Final = (
    {"": NOTHING, "t": THEY, "n": SELF, "d": GOING, "h": WILL, "rh": WILL, "s": WILL, "dt": GOING},
    {
        "": NOTHING, "n": ME, "h": THEM, "hm": THEM, "k": THEM, "j": THEM, "km": THEM, "nh": THEM,
        "nhm": THEM, "t": NOTHING, "tn": ME,
    },
)  # fmt: skip
LATIN_KURDISH: Final = (
    {
        "": NOTHING, "d": GOING, "dm": ME | GOING, "m": ME, "bm": ME | WILL, "b": WILL, "n": NEG,
        "nm": NEG | ME, "dmn": ME, "dn": THEM, "dt": THEM, "db": WILL,
    },
    dict.fromkeys(("", "t", "m", "n", "tn", "mn"), NOTHING),
)  # fmt: skip

_CONSONANTS: Final = {
    "ب": "b", "پ": "b", "ت": "t", "ط": "t", "ث": "d", "د": "d", "ذ": "d", "ض": "d", "ظ": "d",
    "ر": "r", "ڕ": "r", "ز": "z", "س": "s", "ص": "s", "ش": "s", "ج": "j", "چ": "j", "ژ": "j",
    "ك": "k", "ک": "k", "گ": "k", "ق": "k", "غ": "k", "خ": "x", "ح": "h", "ه": "h", "ھ": "h",
    "ف": "f", "ڤ": "f", "ل": "l", "ڵ": "l", "م": "m", "ن": "n",
}  # fmt: skip


def consonants(text: str) -> str:
    """The consonants of a word in Arabic letters as Latin ones (`يضربني` gives `drbn`)."""
    word = text.rstrip("هة") if len(text) > 3 else text.rstrip("ة")
    return _single(_CONSONANTS.get(letter, "") for letter in word)


def latin_consonants(word: str) -> str:
    """The same of a folded word in Latin letters (`yithrubni` gives `drbn`)."""
    spoken = sounds(word)
    spoken = spoken.rstrip("h") if len(spoken) > 3 else spoken
    return _single(letter for letter in spoken if letter not in "aiu0123456789")


def _single(letters: Iterable[str]) -> str:
    kept = ""
    for letter in letters:
        if not kept.endswith(letter) or not letter:
            kept += letter
    return kept


def meant(before: Meaning, after: Meaning) -> Meaning:
    """What a prefix and a suffix say together."""
    if "us" not in after:
        return before | after
    return before | after - US | (ME if "they" in before else SELF)
