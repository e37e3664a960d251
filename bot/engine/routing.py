"""What a typed text is about: a command, a topic, and whether somebody is in danger.

The lexicon (flows/lexicon) is data; this module matches. Nothing typed is kept, logged or
returned: `Route.matched` names the entry of the lexicon, never the words of the person.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, cast

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.folding import clean, fold, folds
from bot.engine.routing_files import IDIOM, TOPICS, Command, Entry, Source, Topic, read
from bot.engine.routing_phrases import Phrase, compile_phrases
from bot.engine.routing_reader import Reader
from bot.engine.routing_rules import compile_rule
from bot.engine.routing_weights import DENIED, NAME, Scale
from bot.engine.routing_words import Vocabulary, Word

__all__ = ["TOPICS", "Command", "Lexicon", "Route", "Topic"]

_LONGEST_COMMAND: Final = 40
_SHORTEST_SLIP: Final = 6
_DRESS: Final = re.compile("[\\s\ufe0f\U0001f3fb-\U0001f3ff]")
"""Blanks, emoji variation and skin tones."""
_DANGERS: Final = frozenset({"danger_now", "self_harm"})
_CALM: Final = len(_DANGERS)
"""The first topic in TOPICS that is no danger."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a text leads. `matched` is the lexicon's entry, None when nothing matched."""

    topic: Topic
    danger: bool
    matched: str | None

    def as_dict(self) -> dict[str, str | bool | None]:
        """The form that `route --json` prints."""
        return {"topic": self.topic, "danger": self.danger, "matched": self.matched}


OTHER: Final = Route("other", danger=False, matched=None)


class Lexicon:
    """The compiled lexicon: thread-safe to read, nothing in it changes after loading."""

    def __init__(self, source: Source) -> None:
        self._vocabulary = Vocabulary()
        self._phrases: dict[str, list[Phrase]] = defaultdict(list)
        self._commands: dict[str, Command] = {}
        self._add_concepts(source)
        for entry in source.phrases:
            self._add_phrase(entry, 0)
        for entry in source.commands:
            self._add_command(entry)
        self._courtesy = {key for entry in source.courtesy for key in folds(entry.text)}
        self._alone = {
            " ".join(dict.fromkeys(key.split())): entry
            for entry in source.alone
            for spelling in entry.spellings()
            for key in (folds(spelling) if entry.script == "latin" else [_plain(spelling)])
        }
        self._alone_keys = list(self._alone)
        rules = [compile_rule(text, self._vocabulary.names.get) for text in source.rules]
        self._idioms = [rule for rule in rules if rule.owner == IDIOM]
        self._rules = sorted(
            (rule for rule in rules if rule.owner != IDIOM),
            key=lambda rule: TOPICS.index(cast("Topic", rule.owner)),
        )
        self._scale = self._weighed(source)

    @property
    def entries(self) -> frozenset[str]:
        """Everything that `Route.matched` can say."""
        phrases = {phrase.text for group in self._phrases.values() for phrase in group}
        alone = {entry.text for entry in self._alone.values()}
        return frozenset(phrases | alone | {rule.name for rule in self._rules} | {NAME})

    @classmethod
    def load(cls, path: Path) -> Self:
        """The lexicon of a folder; FlowError with file and line for the first thing wrong."""
        return cls(read(path))

    def command(self, text: str) -> Command | None:
        """The command that the whole of `text` is, in any language and script, or None."""
        shown = clean(text[: 2 * _LONGEST_COMMAND]).strip()
        if len(shown) > _LONGEST_COMMAND:
            return None
        if shown.startswith("/"):
            return self._commands.get("/" + fold(shown[1:].split("@")[0].split(" ")[0]))
        readings = (_symbol(shown), *folds(shown))
        return next((self._commands[key] for key in readings if key in self._commands), None)

    def route(self, text: str) -> Route:
        """The topic of `text` by the priority of TOPICS; never raises, whatever the text."""
        if not any(map(str.isalpha, text)) and any(map(str.isdecimal, text)):
            return Route("other", danger=False, matched=None)  # a code is no Arabizi
        words, found, hidden = self._read(text)
        best = self._by_rule(words, self._by_phrase(found, hidden))
        if best.danger and self._scale.is_everyday(words):
            best = self._by_rule(words, self._by_phrase(found, hidden, _CALM), _CALM)
        best = self._alone_route(text, best)
        if best.danger:
            return best
        danger = self._scale.topic(words, understood=best.topic != "other")
        return _route(danger, NAME) if danger else best

    def concepts(self, text: str) -> list[frozenset[str]]:
        """What the weights see of each word; for those who work on the lexicon."""
        words, _, _ = self._read(text)
        names = self._vocabulary.names.items()
        return [
            frozenset(name for name, bit in names if bits & bit)
            for bits in self._scale.signs(words)
        ]

    def _read(self, text: str) -> tuple[list[Word], list[tuple[Phrase, int, int]], set[int]]:
        words = Reader(self._vocabulary, text).words()
        found = self._phrases_in(words)
        words, hidden = self._without_idioms(self._with_concepts(words, found), found)
        return words, found, hidden

    def _weighed(self, source: Source) -> Scale:
        weights: dict[int, tuple[int, int]] = {}
        start = (0, 0)
        for weight in source.weights:
            bit = self._vocabulary.names.get(weight.name)
            if weight.name == "start":
                start = (weight.danger, weight.despair)
            elif bit is None:
                weight.place.refuse(f"unknown concept {weight.name!r}; fit the weights again")
            else:
                weights[bit] = (weight.danger, weight.despair)
        names = self._vocabulary.names
        denied = sum(names.get(name, 0) for name in DENIED)
        return Scale(
            weights, start, names["min"], names["me"], names.get("calm", 0), names["neg"], denied
        )

    def _add_concepts(self, source: Source) -> None:
        for entry in source.plain:
            for word in entry.slots():
                self._vocabulary.plain.update(fold(choice) for choice in word)
        self._vocabulary.everyday.update(fold(entry.text) for entry in source.english)
        for entry in source.concepts:
            if len(entry.slots()) > 1 or len(fold(entry.text).split()) > 1:
                bits = self._vocabulary.bit(entry.owner)
                self._add_phrase(entry, bits | self._vocabulary.language_bit(entry.script))
            else:
                self._vocabulary.add(entry)
                # a word that the lexicon needs is not an everyday one
                self._vocabulary.plain.discard(fold(entry.text))

    def _add_phrase(self, entry: Entry, bits: int) -> None:
        for phrase in compile_phrases(entry, self._vocabulary, bits):
            for key in phrase.slots[0].keys:
                self._phrases[key].append(phrase)

    def _add_command(self, entry: Entry) -> None:
        command = cast("Command", entry.owner)
        shown = entry.text.strip()
        if shown.startswith("/"):
            keys: tuple[str, ...] = ("/" + fold(shown),)
        else:
            keys = folds(shown) if entry.script == "latin" else (fold(shown) or _symbol(shown),)
        for key in keys:
            if not key.strip("/"):
                entry.place.refuse(f"{entry.text!r} has no letters and is no single symbol")
            other = self._commands.setdefault(key, command)
            if other != command:
                entry.place.refuse(f"{entry.text!r} already means {other!r}; keep one of them")

    def _phrases_in(self, words: list[Word]) -> list[tuple[Phrase, int, int]]:
        present = {key for word in words for key in word.keys}
        return [
            (phrase, index, last)
            for index, word in enumerate(words)
            for key in word.keys
            for phrase in self._phrases.get(key, ())
            # most phrases that could begin here lack their other word; this is the quick way out
            if not (phrase.needs and phrase.needs.isdisjoint(present))
            if (last := phrase.last(index, words)) is not None
        ]

    def _with_concepts(self, words: list[Word], found: list[tuple[Phrase, int, int]]) -> list[Word]:
        names = self._vocabulary.names
        stays = names.get("nonstop", 0)
        for phrase, first, last in found:
            if phrase.bits:
                for index in range(first, last + 1):
                    bits = words[index].bits | phrase.bits
                    # "does not stop" is no denial of what does not stop
                    bits &= ~names["neg"] if phrase.bits & stays else -1
                    words[index] = words[index]._replace(bits=bits)
        return self._vocabulary.with_kurdish_me(words)

    def _without_idioms(
        self, words: list[Word], found: list[tuple[Phrase, int, int]]
    ) -> tuple[list[Word], set[int]]:
        present = _present(words)
        spans = [(first, last) for phrase, first, last in found if phrase.owner == IDIOM]
        for rule in self._idioms:
            if rule.slots[0] & present:
                spans.extend(rule.spans(words, present))
        hidden = {index for first, last in spans for index in range(first, last + 1)}
        for phrase, first, last in found:
            if phrase.bits and not hidden.isdisjoint(range(first, last + 1)):
                hidden.update(range(first, last + 1))
        return [
            word._replace(bits=0) if index in hidden else word for index, word in enumerate(words)
        ], hidden

    def _alone_route(self, text: str, best: Route) -> Route:
        """What the few words of a whole message mean, courtesies and repetitions aside."""
        if len(text) > 2 * _LONGEST_COMMAND or best.topic == TOPICS[0]:
            return best
        symbol = self._alone.get(_symbol(clean(text).strip()))
        if symbol:
            return _route(cast("Topic", symbol.owner), symbol.text)
        for reading in filter(None, folds(text)):
            words = [word for word in reading.split() if word not in self._courtesy]
            entry = self._alone_entry(" ".join(dict.fromkeys(words)))
            if entry and TOPICS.index(cast("Topic", entry.owner)) < TOPICS.index(best.topic):
                best = _route(cast("Topic", entry.owner), entry.text)
        return best

    def _alone_entry(self, text: str) -> Entry | None:
        """The entry that `text` is, with one slip of the finger forgiven in a longer one."""
        known = all(word in self._vocabulary.written for word in text.split())
        if text in self._alone or known or not _SHORTEST_SLIP <= len(text) <= _LONGEST_COMMAND:
            return self._alone.get(text)
        near = process.extractOne(
            text, self._alone_keys, scorer=OSA.distance, score_cutoff=1, processor=None
        )
        return self._alone[near[0]] if near and len(near[0]) >= _SHORTEST_SLIP else None

    def _by_phrase(
        self, found: list[tuple[Phrase, int, int]], hidden: set[int], least: int = 0
    ) -> Route:
        best = OTHER
        for phrase, start, end in found:
            if phrase.owner in {"", IDIOM} or _inside(start, end, hidden):
                continue
            topic = cast("Topic", phrase.owner)
            if least <= TOPICS.index(topic) < TOPICS.index(best.topic):
                best = _route(topic, phrase.text)
        return best

    def _by_rule(self, words: list[Word], best: Route, least: int = 0) -> Route:
        """The first rule that matches and outranks `best`; rules stand in order of priority."""
        present = _present(words)
        for rule in self._rules:
            topic = cast("Topic", rule.owner)
            if TOPICS.index(topic) >= TOPICS.index(best.topic):
                break
            if TOPICS.index(topic) < least or not rule.slots[0] & present:
                continue
            if rule.span(words, present):
                return _route(topic, rule.name)
        return best


def _plain(text: str) -> str:
    """The key of a text that stands alone: its words, or its symbol."""
    return fold(text) or _symbol(text)


def _route(topic: Topic, matched: str) -> Route:
    return Route(topic, topic in _DANGERS, matched)


def _inside(first: int, last: int, hidden: set[int]) -> bool:
    """Whether an idiom covers most of the words of a hit."""
    covered = sum(index in hidden for index in range(first, last + 1))
    return 2 * covered > last + 1 - first


def _present(words: list[Word]) -> int:
    present = 0
    for word in words:
        present |= word.bits
    return present


def _symbol(shown: str) -> str:
    """A message of symbols only, without variation selectors and repetitions: 🛑🛑 is 🛑."""
    bare = _DRESS.sub("", shown)
    return bare[0] if bare and not bare[0].isalnum() and set(bare) == {bare[0]} else ""
