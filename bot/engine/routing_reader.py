"""How a typed word is recognised among the words of the lexicon.

A recognised word becomes a set of concepts, as bits of an integer, and the keys under which the
phrases know it. Recognition goes from certain to tolerant: as written, without joined particles,
as Ali-K, by sound, by consonants, and with one slip of the finger.
"""

import re
from collections.abc import Iterator
from typing import Final

from rapidfuzz.distance import OSA

from bot.domain.folding import ali_k, fold, sounds
from bot.engine.routing_affixes import Meaning, latin_consonants, meant
from bot.engine.routing_words import AFFIXES, SHORTEST_SLIP, Vocabulary, Word, shorter

LONGEST_TEXT: Final = 4096
"""Telegram's longest message; what follows is not read."""
_SURE_CONSONANTS: Final = 5
_SAMPLE: Final = 200
"""Characters from which the language is told."""
_MOST_SLIPS: Final = 200
"""Unknown words of one text that are looked up with a slip of the finger."""
_LONGEST_JOINED: Final = 160
"""Characters of run-together words that are taken apart in one text."""
_SENTENCE_GAP: Final = 4
_SENTENCE_END: Final = re.compile(r"[.!?؟؛\n…]+")
_LAUGHTER: Final = re.compile("[هھ]{3,}|h{4,}")
"""Folding makes one letter of a held one, and ه alone opens a Kurdish verb."""
_ON: Final = re.compile(r"(?<!\w)على(?!\w)")
"""Folding makes على ("on") the same as علي ("on me")."""
_KURDISH_LETTERS: Final = re.compile("[ەێۆڵڕڤ]")
_ALI_K_LETTERS: Final = re.compile("[ةثذضطظؤ]")
_LONGEST_AFFIX: Final = 7
_BEFORE: Final = frozenset(part for before, _, _ in AFFIXES.values() for part in before)
_AFTER: Final = frozenset(part for _, after, _ in AFFIXES.values() for part in after)


class Reader:
    """Reads one text; what it learns about words dies with it."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        self._vocabulary = vocabulary
        self._text = _ON.sub("علا", _LAUGHTER.sub(" haha ", text[:LONGEST_TEXT]))
        self._kurdish = bool(_KURDISH_LETTERS.search(self._text))
        self._known: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
        self._joined = _LONGEST_JOINED
        self._slips = _MOST_SLIPS
        self._english = self._is_english()

    def words(self) -> list[Word]:
        """Every word in order."""
        words: list[Word] = []
        place = 0
        flag = self._vocabulary.names["ku"] if self._kurdish else 0
        for sentence in _SENTENCE_END.split(self._text):
            for word, other in self._pairs(sentence):
                for bits, keys in self._parts(word, other):
                    words.append(Word(bits | flag, keys, place))
                    place += 1
            place += _SENTENCE_GAP
        return words

    def _is_english(self) -> bool:
        """Whether every fourth word is an everyday English one; sounds then count for less."""
        words = fold(self._text[:_SAMPLE]).split()
        return 4 * sum(word in self._vocabulary.everyday for word in words) > len(words)

    def _pairs(self, sentence: str) -> list[tuple[str, str]]:
        """Each folded word with its Ali-K reading (the same when there is none)."""
        words = fold(sentence).split()
        if not _ALI_K_LETTERS.search(sentence) or self._kurdish:
            return [(word, word) for word in words]
        others = fold(ali_k(sentence)).split()
        return (
            list(zip(words, others, strict=True))
            if len(words) == len(others)
            else [(word, word) for word in words]
        )

    def _parts(self, word: str, other: str) -> list[tuple[int, tuple[str, ...]]]:
        found = self._known.get((word, other))
        if found is None:
            found = self._known[word, other] = self._recognise(word, other)
        if found[0] or found[1] or len(word) < 9 or len(word) > self._joined:
            return [found]
        self._joined -= len(word)
        return self._taken_apart(word) or [found]

    def _recognise(self, word: str, other: str) -> tuple[int, tuple[str, ...]]:
        vocabulary = self._vocabulary
        if word in vocabulary.plain:
            return 0, (word,)
        if word.isascii():
            bits, keys = self._latin(word)
        else:
            bits, keys = self._arabic(word, ("ar", "ar-verb", "ku", "ku-verb"))
            if other != word:
                more, others = self._arabic(other, ("ku", "ku-verb"))
                bits, keys = bits | more, keys | others
        if not bits and not keys and self._slips:
            self._slips -= 1
            bits, keys = self._slip(word)
        return bits, tuple(keys)

    def _arabic(self, word: str, scripts: tuple[str, ...]) -> tuple[int, set[str]]:
        vocabulary = self._vocabulary
        bits = vocabulary.written.get(word, 0)
        if not self._kurdish and scripts[0] == "ar":
            bits |= vocabulary.written_arabic.get(word, 0)
        keys = {word} if word in vocabulary.phrase_keys else set()
        if word == "علا":
            keys |= {"علي"} & vocabulary.phrase_keys
        if word[0] in "وف" and not self._kurdish:
            bits |= vocabulary.written_arabic.get(word[1:], 0)
            keys |= {word[1:]} & vocabulary.phrase_keys
        # ماخذ is a word of its own: it does not deny anything
        certain = ~vocabulary.names["neg"] if bits else -1
        for core, script, meaning in self._readings(word):
            if script not in scripts or (self._kurdish and script.startswith("ar")):
                continue
            value = vocabulary.cores[core][script]
            bits |= value | (vocabulary.bits(meaning) & certain if value else 0)
            if core in vocabulary.phrase_keys:
                keys.add(core)
        return bits, keys

    def _readings(self, word: str) -> Iterator[tuple[str, str, Meaning]]:
        """Every known core in `word` that is left when joined particles are taken off."""
        cores, length = self._vocabulary.cores, len(word)
        longest = min(_LONGEST_AFFIX, length - 2)
        starts = [at for at in range(longest + 1) if word[:at] in _BEFORE]
        ends = [at for at in range(length, length - longest - 1, -1) if word[at:] in _AFTER]
        for start in starts:
            for end in ends:
                core = word[start:end]
                if core not in cores:
                    continue
                for script in cores[core]:
                    before, after, least = AFFIXES[script]
                    if end - start < least or word[:start] not in before:
                        continue
                    if word[end:] in after:
                        yield core, script, meant(before[word[:start]], after[word[end:]])

    def _latin(self, word: str) -> tuple[int, set[str]]:
        vocabulary = self._vocabulary
        bits = vocabulary.written.get(word, 0)
        keys = {word} if word in vocabulary.phrase_keys else set()
        sound = sounds(word)
        if "~" + sound in vocabulary.phrase_keys:
            keys.add("~" + sound)
        if word not in vocabulary.english:
            skeleton = latin_consonants(word)
            # "ji" is Kurdish for "from", and sounds like an Arabic word for "coming"
            bits |= 0 if bits else vocabulary.spoken.get(sound, 0)
            # consonants alone are the least certain: they may add to a meaning, not change it
            sure = not self._english or len(skeleton) >= _SURE_CONSONANTS
            more = vocabulary.skeletons.get(skeleton, 0) if sure else 0
            bits |= more if not bits else more & self._vocabulary.flags
            if sure and "^" + skeleton in vocabulary.phrase_keys:
                keys.add("^" + skeleton)
        return bits, keys

    def _slip(self, word: str) -> tuple[int, set[str]]:
        vocabulary = self._vocabulary
        if not SHORTEST_SLIP <= len(word) < 24:
            return 0, set()
        bits, keys = 0, set()
        for part in shorter(word):
            for near in vocabulary.slips.get(part, ()):
                if OSA.distance(word, near, score_cutoff=1) <= 1:
                    bits |= vocabulary.written.get(near, 0)
                    bits |= vocabulary.written_arabic.get(near, 0)
                    keys |= {near} & vocabulary.phrase_keys
        return bits, keys

    def _taken_apart(self, word: str) -> list[tuple[int, tuple[str, ...]]]:
        """The known words that a run of letters without spaces is made of, or nothing.

        The best cut is the one that leaves the fewest letters unexplained, then has the fewest
        words; at most a quarter may stay unexplained.
        """
        best: list[tuple[int, int, int]] = [(0, 0, 0)]
        for end in range(1, len(word) + 1):
            known = [
                (best[start][0], best[start][1] + 1, start)
                for start in range(max(0, end - 13), end - 1)
                if self._stands(word[start:end])
            ]
            best.append(min([*known, (best[end - 1][0] + 1, best[end - 1][1], end - 1)]))
        if best[-1][0] * 4 > len(word):
            return []
        return self._pieces(word, best)

    def _pieces(
        self, word: str, best: list[tuple[int, int, int]]
    ) -> list[tuple[int, tuple[str, ...]]]:
        pieces: list[tuple[int, tuple[str, ...]]] = []
        end = len(word)
        while end:
            start = best[end][2]
            if end - start > 1:
                piece = word[start:end]
                pieces.append(self._recognise(piece, piece))
            end = start
        return pieces[::-1]

    def _stands(self, piece: str) -> bool:
        vocabulary = self._vocabulary
        if piece in vocabulary.written or piece in vocabulary.written_arabic:
            return True
        if len(piece) < 3:
            return False
        if piece in vocabulary.plain:
            return True
        if piece.isascii() or len(piece) < 4:
            return piece in vocabulary.phrase_keys
        return bool(self._arabic(piece, ("ar-verb", "ku-verb", "ar"))[0])
