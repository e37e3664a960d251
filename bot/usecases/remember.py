"""What this process knows of a visitor beyond the sealed session: in memory, and nowhere else."""

import asyncio
import hashlib
from array import array
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final

from bot.domain.session import Session
from bot.domain.visitor import Visitor

REMEMBERED: Final = 20_000
"""Visitors; the longest silent are forgotten first."""
MARKS: Final = 16
REFERENCES: Final = 400
PSEUDONYM_BYTES: Final = 16


@dataclass(slots=True)
class Known:
    """One visitor of this process.

    `marks`: updates that were answered, so that a repetition is silent. `fresh`: references of
    sent messages that no session holds yet; `every`: all of both sides, because the row that
    holds them dies after thirty minutes and leaving should erase what is younger than two days.
    `days` and `slots`: the living epochs and the pseudonyms in them, which a turn need not work out
    again. `refuge`: the session of an outage. `left`: the person left during one, so that what is
    still on the disk must not be read again.
    """

    pseudonym: bytes = field(repr=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    marks: deque[int] = field(default_factory=lambda: deque(maxlen=MARKS))
    fresh: list[int] = field(default_factory=list, repr=False)
    every: "array[int]" = field(default_factory=lambda: array("q"), repr=False)
    days: list[int] = field(default_factory=list)
    slots: list[bytes] = field(default_factory=list, repr=False)
    refuge: Session | None = field(default=None, repr=False)
    left: bool = False

    def sent(self, references: list[int]) -> None:
        """Messages that reached the visitor."""
        self.fresh.extend(references)
        self.note(references)

    def note(self, references: list[int]) -> None:
        """Messages of either side that leaving should erase."""
        self.every.extend(reference for reference in references if 0 < reference < 2**63)
        del self.every[:-REFERENCES]


class Visitors:
    """The visitors this process has answered, under pseudonyms of a key that dies with it.

    The key does not change at midnight as the epochs do, so neither a repetition nor a code tried
    six times gains by the date.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: OrderedDict[bytes, Known] = OrderedDict()

    def of(self, visitor: Visitor) -> Known:
        """What is known of a visitor; worked out once for each visitor object."""
        known = visitor.memo
        if isinstance(known, Known):
            return known
        pseudonym = hashlib.blake2b(
            visitor.vid, key=self._key, digest_size=PSEUDONYM_BYTES
        ).digest()
        known = self._known.get(pseudonym)
        if known is None:
            known = self._known[pseudonym] = Known(pseudonym)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(pseudonym)
        visitor.memo = known
        return known
