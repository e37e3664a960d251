"""Phrases: words in a fixed order, each one of several, with little between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from bot.domain.folding import fold, sounds
from bot.engine.routing_affixes import consonants
from bot.engine.routing_files import IDIOM, Entry
from bot.engine.routing_words import Vocabulary, Word

_folded: Final = cache(fold)
"""The lexicon's own words, folded once each at the start; never a text that somebody wrote."""
_REACH: Final = 2
_IDIOM_REACH: Final = 1
"""An idiom hides what it covers, so nothing may stand inside it unread."""
_LEAST_CONSONANTS: Final = {1: 4, 2: 3}
"""Consonants each word needs to be looked for in Latin letters too; 2 in longer phrases."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a phrase: the keys of its alternatives, and whether it may be missing."""

    keys: frozenset[str]
    optional: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """Slots in order; `reach` 2 lets one foreign word stand between two of them.

    `bits` are the concepts that a phrase of a concept gives to its words; 0 for the phrases of a
    topic or an idiom (`owner`).
    """

    text: str
    owner: str
    slots: tuple[Slot, ...]
    bits: int
    reach: int
    needs: frozenset[str] = frozenset()
    """The keys of the second word that must be there; empty for a single word."""

    def last(self, index: int, words: Sequence[Word]) -> int | None:
        """Where the phrase that begins at `index` ends; None when it does not stand there."""
        for slot in self.slots[1:]:
            found = _next(index, slot.keys, words, self.reach)
            if found is None and not slot.optional:
                return None
            index = index if found is None else found
        return index


def _next(index: int, keys: frozenset[str], words: Sequence[Word], reach: int) -> int | None:
    for other in range(index + 1, index + 1 + reach):
        if other >= len(words) or words[other].place - words[index].place > reach:
            return None
        if not keys.isdisjoint(words[other].keys):
            return other
    return None


def compile_phrases(entry: Entry, vocabulary: Vocabulary, bits: int) -> Iterator[Phrase]:
    """The phrase of an entry, and its reading in Latin letters when it has enough consonants."""
    choices = entry.slots()
    folded = [_folded(choice) for word in choices for choice in word if choice]
    if not all(folded):
        entry.place.refuse("a word here has no letters; use letters of any script")
    if any(" " in word for word in folded):
        entry.place.refuse("a mark inside a word parts it; write two words")
    fixed = sum("" not in word for word in choices)
    if fixed < min(2, len(choices)):
        entry.place.refuse("at least two words of a phrase must not be missing (`_`)")
    yield from _with_first(_phrase(entry, choices, vocabulary, bits))
    if entry.script in {"ar", "ku"}:
        yield from _with_first(_latin(entry, choices, vocabulary, bits))


def _phrase(entry: Entry, choices: list[list[str]], vocabulary: Vocabulary, bits: int) -> Phrase:
    slots = []
    for word in choices:
        keys = set()
        for choice in filter(None, word):
            folded = _folded(choice)
            written = "~" + sounds(folded) if entry.script == "latin" else folded
            keys.add(vocabulary.add_phrase_word(written))
            vocabulary.add_slips(written)
        slots.append(Slot(frozenset(keys), "" in word))
    return _made(entry, slots, bits)


def _latin(entry: Entry, choices: list[list[str]], vocabulary: Vocabulary, bits: int) -> Phrase:
    """The same by consonants; without the alternatives that have too few of them."""
    least = _LEAST_CONSONANTS.get(len(choices), 2)
    slots = []
    for word in choices:
        skeletons = (consonants(choice) for choice in word if choice)
        keys = frozenset("^" + skeleton for skeleton in skeletons if len(skeleton) >= least)
        vocabulary.phrase_keys.update(keys)
        slots.append(Slot(keys, "" in word))
    return _made(entry, slots, bits)


def _made(entry: Entry, slots: list[Slot], bits: int) -> Phrase:
    reach = _IDIOM_REACH if entry.owner == IDIOM else _REACH
    return Phrase(entry.text, "" if bits else entry.owner, tuple(slots), bits, reach)


def _with_first(phrase: Phrase) -> Iterator[Phrase]:
    """`phrase`, and without its first word when that may be missing."""
    if phrase.slots and phrase.slots[0].optional:
        yield from _with_first(replace(phrase, slots=phrase.slots[1:]))
    if phrase.slots:
        fixed = [slot.keys for slot in phrase.slots[1:] if not slot.optional]
        yield replace(phrase, needs=fixed[0] if fixed else frozenset())
