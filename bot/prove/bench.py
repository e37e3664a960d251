"""What a check works with: how much to do, where, and the program to do it to."""

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from bot.app.content import read_content
from bot.engine.flow import Book
from bot.prove.clock import SteeredClock
from bot.prove.installation import Installation, channels, free_port, listening
from bot.prove.ledger import Ledger
from bot.prove.nursery import Nursery
from bot.prove.orders import Orders
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio

Scale = Literal["quick", "long"]
Amount = TypeVar("Amount")


@functools.cache
def _book() -> Book:
    """Reading takes two seconds and gives the same each time."""
    return read_content(sample=False).shelf.current


@dataclass(slots=True)
class Bench:
    """One check's surroundings; `planted` puts the check's own fault into the program."""

    folder: Path
    ledger: Ledger
    scale: Scale = "quick"
    planted: bool = False
    talks: int = 0
    """How many talks the residue check holds; 0 for the scale's own number."""
    _made: int = field(default=0)

    def amount(self, quick: Amount, long: Amount) -> Amount:
        """As much as the scale asks for."""
        return long if self.scale == "long" else quick

    @property
    def book(self) -> Book:
        """The flows people walk through."""
        return _book()

    def fresh(self, name: str = "house", root: Path | None = None) -> Installation:
        """A new installation in a folder of its own."""
        self._made += 1
        return Installation((root or self.folder) / f"{name}-{self._made}")

    @contextlib.asynccontextmanager
    async def nursery(self, *, hardened: bool = False) -> AsyncIterator[Nursery]:
        """A starter of programs, closed at the end."""
        nursery = Nursery(self.folder, hardened=hardened)
        try:
            yield nursery
        finally:
            await nursery.close()


@dataclass(slots=True)
class House:
    """One installation with the program that serves it and the providers it talks to."""

    place: Installation
    nursery: Nursery
    orders: Orders
    port: int
    telegram: FakeTelegram | None
    twilio: FakeTwilio | None
    clock: SteeredClock

    @property
    def base(self) -> str:
        """Where its web surface listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Everything its processes wrote to stdout and stderr."""
        return Path(self.orders.log)

    async def start(self, **changed: object) -> None:
        """Start the program and wait until it listens; `changed` goes into its orders."""
        for name, value in changed.items():
            setattr(self.orders, name, value)
        await self.nursery.start(self.orders)
        await listening(self.port)

    async def up(self) -> None:
        """Wait until it listens."""
        await listening(self.port)

    async def again(self, **changed: object) -> None:
        """Kill it and start it anew."""
        await self.nursery.kill()
        await self.start(**changed)


def house(
    place: Installation,
    nursery: Nursery,
    telegram: FakeTelegram | None = None,
    twilio: FakeTwilio | None = None,
    *,
    mode: str = "webhook",
    **told: object,
) -> House:
    """An installation, ready to be started; `told` goes into the orders of its program."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    if twilio is not None:
        twilio.webhook = twilio.signed_as = f"{base}/hooks/whatsapp"
    named = place.named(port=port, **channels(base, telegram, twilio, mode))
    settings = {name: str(value) for name, value in named.items()}
    clock = place.folder / "clock"
    orders = Orders(settings, str(place.folder / "program.log"), clock=str(clock))
    for name, value in told.items():
        setattr(orders, name, value)
    return House(place, nursery, orders, port, telegram, twilio, SteeredClock.make(clock))
