"""Rules over concepts: which ones must stand near each other, and in which order.

A pattern is `slot + slot + slot` (any order, each within the window of the first slot) or
`slot > slot > slot` (in this order, each within the window of the one before). A slot is one
concept or several (`me|family`). `~8` sets the window in words (6 unless told). `! neg` forbids a
concept on the first slot's word or up to three words before it; `- past` forbids it anywhere in
the window. One word may fill several slots of a `+` rule: يقتلني is both `kill` and `me`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.engine.routing_files import Place, RuleText
from bot.engine.routing_words import Word

_WINDOW: Final = 6
_BEFORE: Final = 3
_NAME: Final = re.compile(r"[a-z_]+(\|[a-z_]+)*\Z")


@dataclass(frozen=True, slots=True)
class Rule:
    """One compiled rule; masks are bits of concepts."""

    name: str
    owner: str
    slots: tuple[int, ...]
    ordered: bool
    window: int
    before: int
    around: int

    def span(self, words: Sequence[Word], present: int) -> tuple[int, int] | None:
        """First and last index of the words that satisfy the rule, or None."""
        for slot in self.slots:
            if not slot & present:
                return None
        for index, word in enumerate(words):
            if word.bits & self.slots[0]:
                found = self._from(index, words)
                if found and not self._forbidden(index, words):
                    return min(found), max(found)
        return None

    def spans(self, words: Sequence[Word], present: int) -> list[tuple[int, int]]:
        """The same for every word that can begin the rule."""
        for slot in self.slots:
            if not slot & present:
                return []
        found = [
            self._from(index, words)
            for index, word in enumerate(words)
            if word.bits & self.slots[0] and not self._forbidden(index, words)
        ]
        return [(min(indices), max(indices)) for indices in found if indices]

    def _from(self, index: int, words: Sequence[Word]) -> list[int]:
        found = [index]
        for slot in self.slots[1:]:
            near = (
                self._next(found[-1], slot, words)
                if self.ordered
                else (self._nearest(index, slot, words))
            )
            if near is None:
                return []
            found.append(near)
        return found

    def _next(self, index: int, slot: int, words: Sequence[Word]) -> int | None:
        limit = words[index].place + self.window
        for other in range(index + 1, len(words)):
            if words[other].place > limit:
                return None
            if words[other].bits & slot:
                return other
        return None

    def _nearest(self, index: int, slot: int, words: Sequence[Word]) -> int | None:
        if words[index].bits & slot:
            return index
        place = words[index].place
        for step in range(1, self.window + 1):
            for other in (index - step, index + step):
                if not 0 <= other < len(words) or not words[other].bits & slot:
                    continue
                if abs(words[other].place - place) <= self.window:
                    return other
        return None

    def _forbidden(self, index: int, words: Sequence[Word]) -> bool:
        if not (self.before or self.around):
            return False
        place = words[index].place
        for other in range(max(0, index - self.window), min(len(words), index + self.window + 1)):
            distance = words[other].place - place
            if words[other].bits & self.around and abs(distance) <= self.window:
                return True
            if words[other].bits & self.before and -_BEFORE <= distance <= 0:
                return True
        return False


def compile_rule(text: RuleText, bit: Callable[[str], int | None]) -> Rule:
    """The rule that `text` spells; FlowError with its place when it spells none."""
    parts = re.split(r"\s*([+>!~-])\s*", text.pattern.strip())
    slots, before, around, window = [_mask(parts[0], text, bit)], 0, 0, _WINDOW
    for sign, operand in zip(parts[1::2], parts[2::2], strict=True):
        if sign == "~":
            window = _number(operand, text.place)
        elif sign == "!":
            before |= _mask(operand, text, bit)
        elif sign == "-":
            around |= _mask(operand, text, bit)
        else:
            slots.append(_mask(operand, text, bit))
    if "+" in parts[1::2] and ">" in parts[1::2]:
        text.place.refuse("a rule has either + or >, not both")
    return Rule(text.name, text.owner, tuple(slots), ">" in parts[1::2], window, before, around)


def _mask(slot: str, text: RuleText, bit: Callable[[str], int | None]) -> int:
    if not _NAME.match(slot):
        text.place.refuse(f"{slot!r} is not a concept or several joined by |")
    mask = 0
    for name in slot.split("|"):
        value = bit(name)
        if value is None:
            text.place.refuse(f"unknown concept {name!r}; add it under `concepts:`")
        mask |= value
    return mask


def _number(operand: str, place: Place) -> int:
    if not operand.isdecimal() or not 1 <= int(operand) <= 20:
        place.refuse(f"~{operand}: the window is a number of words from 1 to 20")
    return int(operand)
