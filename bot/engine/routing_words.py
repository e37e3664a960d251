"""The words of the lexicon by how they may be written, each with its concepts as bits."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bot.domain.folding import fold, sounds
from bot.engine.routing_affixes import (
    ARABIC_NOUN,
    ARABIC_VERB,
    KURDISH_NOUN,
    KURDISH_VERB,
    LATIN_ARABIC,
    LATIN_KURDISH,
    Affixes,
    Meaning,
    consonants,
)
from bot.engine.routing_files import Entry

SHORTEST_SLIP: Final = 5
_LEAST_CORE: Final = 2
_FLAGS: Final = ("me", "someone", "will", "going", "neg", "i", "they", "you", "ku", "min")


AFFIXES: Final[dict[str, tuple[Affixes, Affixes, int]]] = {
    "ar": (*ARABIC_NOUN, 3),
    "ar-verb": (*ARABIC_VERB, 2),
    "ku": (*KURDISH_NOUN, 3),
    "ku-verb": (*KURDISH_VERB, 2),
}
"""Prefixes, suffixes, and the letters a core must have at least."""


class Word(NamedTuple):
    """One typed word: concepts, the keys phrases know it by, and its place in the text."""

    bits: int
    keys: tuple[str, ...]
    place: int


@dataclass(slots=True)
class Vocabulary:
    """Every word of the lexicon by how it may be written; see `add` and `read`."""

    names: dict[str, int] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    english: set[str] = field(default_factory=set)
    everyday: set[str] = field(default_factory=set)
    written: dict[str, int] = field(default_factory=dict)
    written_arabic: dict[str, int] = field(default_factory=dict)
    cores: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """core → script → concepts"""
    spoken: dict[str, int] = field(default_factory=dict)
    skeletons: dict[str, int] = field(default_factory=dict)
    phrase_keys: set[str] = field(default_factory=set)
    slips: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    meanings: dict[Meaning, int] = field(default_factory=dict)
    flags: int = 0

    def __post_init__(self) -> None:
        for name in _FLAGS:
            self.bit(name)
        self.flags = sum(self.names[name] for name in _FLAGS)

    def bit(self, concept: str) -> int:
        """The bit of a concept, given out on first mention; the bits of all in `kill+me`."""
        bits = 0
        for name in concept.split("+"):
            bits |= self.names.setdefault(name, 1 << len(self.names))
        return bits

    def bits(self, meaning: Meaning) -> int:
        """The bits of everything an affix says."""
        if meaning not in self.meanings:
            self.meanings[meaning] = sum(self.bit(name) for name in meaning)
        return self.meanings[meaning]

    def language_bit(self, script: str) -> int:
        """The bit that tells a text to be Kurdish, for Kurdish scripts."""
        return self.names["ku"] if script in {"ku", "ku-verb"} else 0

    def add(self, entry: Entry) -> None:
        """Learn one single-word entry of a concept."""
        word = fold(entry.text)
        bit = self.bit(entry.owner) | self.language_bit(entry.script)
        if entry.script == "ar":
            _join(self.written_arabic, word, bit)
        elif entry.script not in {"ar-verb", "ku-verb"}:
            _join(self.written, word, bit)
        if entry.script in AFFIXES:
            for core in _cores(word, entry.script):
                _join(self.cores[core], entry.script, bit)
            self._add_skeleton(entry, bit)
        if entry.script == "en":
            self.english.add(word)
        if entry.script == "latin":
            _join(self.spoken, sounds(word), bit)
        if entry.script != "exact" and entry.script not in {"ar-verb", "ku-verb"}:
            self.add_slips(word)

    def add_slips(self, word: str) -> None:
        """Let `word` be recognised with one letter wrong, missing, extra or exchanged."""
        if len(phrase_key(word)) >= SHORTEST_SLIP and word not in self.slips[word]:
            for part in shorter(word):
                self.slips[part].append(word)

    def add_phrase_word(self, word: str) -> str:
        """Learn a word that only phrases use; the key it will have."""
        key = phrase_key(word)
        self.phrase_keys.add(key)
        if word != key:
            self.phrase_keys.add(word)
        if len(key) > 2 and not key.isascii():
            for script in ("ar", "ku"):
                _join(self.cores[key], script, 0)
        return key

    def _add_skeleton(self, entry: Entry, bit: int) -> None:
        core = consonants(entry.text)
        verb, kurdish = entry.script.endswith("-verb"), entry.script.startswith("ku")
        if not verb:
            if len(core) > 3:
                _join(self.skeletons, core, bit)
            return
        if len(core) < _LEAST_CORE:
            return
        before, after = LATIN_KURDISH if kurdish else LATIN_ARABIC
        for start, first in before.items():
            for end, last in after.items():
                form = _undoubled(start, core, end)
                if len(form) > (2 if kurdish and len(core) > 2 else 3):
                    _join(self.skeletons, form, bit | self.bits(first | last))

    def with_kurdish_me(self, words: list[Word]) -> list[Word]:
        """`me` for من once the words turn out to be Kurdish; in Arabic it means "from"."""
        kurdish, ambiguous, me = self.names["ku"], self.names["min"], self.names["me"]
        if not any(word.bits & kurdish for word in words):
            return words
        return [
            word._replace(bits=word.bits | me) if word.bits & ambiguous else word for word in words
        ]


def phrase_key(word: str) -> str:
    """The key of a folded word within a phrase: Arabic without its article."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _cores(word: str, script: str) -> set[str]:
    if script != "ar":
        return {word}
    core = phrase_key(word)
    return {core, core[:-1] + "ت"} if core.endswith("ه") and len(core) > 3 else {core}


def _join(table: dict[str, int], key: str, bits: int) -> None:
    table[key] = table.get(key, 0) | bits


def shorter(word: str) -> set[str]:
    """`word` and every word with one letter less; two words one slip apart share one of them."""
    return {word} | {word[:cut] + word[cut + 1 :] for cut in range(len(word))}


def _undoubled(before: str, core: str, after: str) -> str:
    """The three joined, a consonant that meets itself written once."""
    start = before[:-1] if before.endswith(core[:1]) else before
    return start + core + (after[1:] if core.endswith(after[:1]) else after)
