"""The door every channel knocks at."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.message import Inbound, Reply
from bot.domain.visitor import Visitor


class Conversation(Protocol):
    """Answers one inbound after committing whatever it changed.

    A channel acknowledges its provider when `answer` returns, and only then delivers the reply.
    `answer` never raises for anything a visitor sends. It raises `StoreError` only when nothing
    could be stored *and* nothing useful can be said; then the channel must not acknowledge.
    """

    async def answer(self, visitor: Visitor, inbound: Inbound) -> Reply:
        """Take one inbound through one turn; returns after the commit."""
        ...

    def delivered(self, visitor: Visitor, mark: int, references: Sequence[int]) -> None:
        """Tell that the reply to `mark` was sent, under these message references (may be empty).

        Kept in memory and written with the next turn: a repetition of `mark` is then silent, and
        leaving can erase the messages.
        """
        ...
