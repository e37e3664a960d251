"""A conversation that says back what it got: a whole, small implementation of the port."""

import asyncio
from collections.abc import Callable, Sequence

from bot.domain.message import Button, Copy, Inbound, Outgoing, Reply
from bot.domain.visitor import Visitor
from bot.errors import StoreError

Answer = Callable[[Inbound], Reply]


def screen(text: str, **more: object) -> Outgoing:
    """A message with two choices, a copy button and two moves."""
    return Outgoing(
        text,
        "en",
        choices=(Button("y:1", "Yes", "1"), Button("n:1", "No", "2")),
        moves=(Button("back:1", "Back", "00"), Button("exit:1", "Leave", "0")),
        copies=(Copy("Number", "911"),),
        **more,  # type: ignore[arg-type]
    )


def said(inbound: Inbound) -> Reply:
    """One message that tells what was understood."""
    heard = inbound.press or inbound.text or inbound.odd or "a place"
    return Reply((screen(f"turn {inbound.mark}: {heard[:50]}"),))


class Echo:
    """Answers with `reply`; knows a repeated mark as a session does; can be made to fail."""

    def __init__(self, reply: Answer = said) -> None:
        self.reply = reply
        self.inbounds: list[Inbound] = []
        self.visitors: list[Visitor] = []
        self.sent: dict[int, tuple[int, ...]] = {}
        self.broken = False
        self.bug: Exception | None = None
        self.gate: asyncio.Event | None = None
        """When set to an event, every turn waits for it before it "commits"."""
        self.reached = asyncio.Event()
        """Set as soon as a turn has begun."""

    async def answer(self, visitor: Visitor, inbound: Inbound) -> Reply:
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise StoreError("the store is down; nothing was changed")
        if self.bug is not None:
            raise self.bug
        if inbound.mark in self.sent:
            return Reply()
        if inbound.mark not in [one.mark for one in self.inbounds]:
            self.inbounds.append(inbound)
            self.visitors.append(visitor)
        return self.reply(inbound)

    def delivered(self, visitor: Visitor, mark: int, references: Sequence[int]) -> None:
        self.sent[mark] = tuple(references)
