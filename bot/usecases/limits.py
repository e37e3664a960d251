"""How often codes may be tried; help texts are never limited."""

from collections import OrderedDict, deque
from typing import Final

HOUR: Final = 3600
TRIES_EACH: Final = 5
TRIES_ALL: Final = 1000
REMEMBERED: Final = 50_000


class CodeTries:
    """Five tries an hour for one visitor's pseudonym, a thousand for everybody; in memory.

    At a thousand an hour against ten thousand mailboxes of 53 bits, a year's guessing succeeds
    with a chance below one in a hundred thousand.
    """

    def __init__(self) -> None:
        self._each: OrderedDict[bytes, deque[int]] = OrderedDict()
        self._all: deque[int] = deque()

    def allow(self, guesser: bytes, now: int) -> bool:
        """Count one try; False when it is one too many."""
        mine = self._each.setdefault(guesser, deque())
        self._each.move_to_end(guesser)
        for tries in (mine, self._all):
            while tries and tries[0] <= now - HOUR:
                tries.popleft()
        if len(mine) >= TRIES_EACH or len(self._all) >= TRIES_ALL:
            return False
        mine.append(now)
        self._all.append(now)
        while len(self._each) > REMEMBERED:
            self._each.popitem(last=False)
        return True

    def take_back(self, guesser: bytes) -> None:
        """The code was right: its owner may come back as often as she likes.

        Only this try is taken back, so that knowing one code does not help to guess others.
        """
        mine = self._each.get(guesser)
        if mine:
            mine.pop()
            self._all.pop()
