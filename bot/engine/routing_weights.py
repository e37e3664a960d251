"""What many small signs say together, where no single rule speaks.

People in danger often name neither the deed nor the weapon: "he is on the stairs, I am under the
bed". Each concept of the lexicon has a weight (flows/lexicon/weights.yaml): how much it speaks for
danger, and how much for despair rather than for somebody else's violence. The weights of the
concepts that stand near each other are added; above zero is danger. They were worked out from the
corpus by tests/engine/fit_weights.py and are read, as every word is, by native reviewers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.engine.routing_words import Word

WINDOW: Final = 24
"""Words that are weighed together; a long story is weighed piece by piece."""
_STEP: Final = 8
_LONG: Final = 60
"""Words from which a text has so many pieces that each must weigh more."""
_LONG_PIECE: Final = 120
_BEFORE: Final = 3
DENIED: Final = (
    "hit", "weapon", "danger", "hurt", "threat", "rape", "touch", "injured", "going", "have",
)  # fmt: skip
"""Concepts that "does not" and "has no" deny; a denied death or flight is no comfort."""
_EVERYDAY: Final = -60
"""A sum below which everyday words outweigh a single rule."""
_UNDERSTOOD: Final = 60
"""What a text about a known topic must weigh more."""
NAME: Final = "weights"
"""What `Route.matched` says when the weights decided."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The weights by the bit of their concept, in hundredths, and the sum to start from."""

    weights: dict[int, tuple[int, int]]
    start: tuple[int, int]
    mine: int
    """The concept of a Kurdish من, which is as often "my" as "me" ..."""
    me: int
    """... so that it says `me` to the rules, and nothing here."""
    calm: int
    """The concept of everyday words."""
    neg: int
    denied: int
    """What a `neg` on the word or up to three words before takes away."""

    def topic(
        self, words: Sequence[Word], *, understood: bool
    ) -> Literal["danger_now", "self_harm"] | None:
        """The danger that the heaviest piece of a text speaks of, or None.

        A text whose topic is `understood` without danger needs more to be taken for danger.
        """
        if not self.weights or not words:
            return None
        danger, despair = max(map(self._weigh, self._pieces(words)))
        least = _UNDERSTOOD if understood else 0
        if danger <= (_LONG_PIECE if len(words) > _LONG else least):
            return None
        return "self_harm" if despair > 0 else "danger_now"

    def is_everyday(self, words: Sequence[Word]) -> bool:
        """Whether everyday words outweigh so clearly that one rule may have misread an idiom."""
        pieces = self._pieces(words)
        return bool(
            self.weights
            and any(concepts & self.calm for concepts in pieces)
            and max(map(self._weigh, pieces))[0] < _EVERYDAY
        )

    def _weigh(self, concepts: int) -> tuple[int, int]:
        danger, despair = self.start
        while concepts:
            bit = concepts & -concepts
            concepts ^= bit
            weight = self.weights.get(bit)
            if weight:
                danger += weight[0]
                despair += weight[1]
        return danger, despair

    def signs(self, words: Sequence[Word]) -> list[int]:
        """The concepts of each word that may have a weight."""
        found = []
        for index, word in enumerate(words):
            bits = word.bits & ~self.me if word.bits & self.mine else word.bits
            if bits & self.denied and self._is_denied(index, words):
                bits &= ~self.denied
            found.append(bits)
        return found

    def _is_denied(self, index: int, words: Sequence[Word]) -> bool:
        return any(
            word.bits & self.neg and words[index].place - word.place <= _BEFORE
            for word in words[max(0, index - _BEFORE) : index + 1]
        )

    def _pieces(self, words: Sequence[Word]) -> set[int]:
        """The concepts of every stretch of words."""
        signs = self.signs(words)
        pieces = set()
        for first in range(0, max(1, len(words) - WINDOW + _STEP), _STEP):
            concepts = 0
            end = words[first].place + WINDOW if first < len(words) else 0
            for word, bits in zip(
                words[first : first + WINDOW], signs[first : first + WINDOW], strict=True
            ):
                concepts |= bits if word.place < end else 0
            pieces.add(concepts)
        return pieces
