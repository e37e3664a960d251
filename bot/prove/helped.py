"""Whether somebody gets 911, the way out and services, now, whatever is broken."""

import itertools
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Final

from bot.engine.flow import Book
from bot.prove.people import OnTelegram, plain
from bot.prove.providers.telegram import FakeTelegram

FIRST: Final = 4_503_599_628_000_000
ANSWER_SECONDS: Final = 5.0
EMERGENCY: Final = "911"
_numbers = itertools.count(FIRST)


@dataclass(slots=True)
class Helped:
    """Newcomers who ask for help one after another; what they missed, and the slowest answer."""

    book: Book
    telegram: FakeTelegram
    asked: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)

    async def ask(self, when: str) -> None:
        """One newcomer: 911, then a service, then the way out."""
        person = OnTelegram(self.book, self.telegram, next(_numbers))
        try:
            await self._timed(person.write(EMERGENCY))
            if EMERGENCY not in plain(person.text):
                self.faults.append(f"{when}: no 911 on the screen")
            await self._timed(person.leave())
            await self._services(OnTelegram(self.book, self.telegram, next(_numbers)), when)
        except (AssertionError, TimeoutError) as error:
            self.faults.append(f"{when}: {str(error)[:80] or 'no answer'}")

    async def _services(self, person: OnTelegram, when: str) -> None:
        await person.begin()
        await person.take(("menu.menu", "service"), ("services.what", "health"))
        await self._timed(person.write("Mosul"))
        if not (person.sees("services.found") or person.sees("services.nothing")):
            self.faults.append(f"{when}: no services: {plain(person.text)[:60]!r}")

    async def _timed(self, work: Awaitable[str]) -> None:
        began = time.monotonic()
        await work
        taken = time.monotonic() - began
        self.asked += 1
        self.slowest = max(self.slowest, taken)
        if taken > ANSWER_SECONDS:
            self.faults.append(f"an answer took {taken:.1f} s")

    @property
    def note(self) -> str:
        """For the table."""
        return f"slowest answer {self.slowest * 1000:.0f} ms"
