"""Counts turns on their way to the conversation: channel, result and time, nothing of the talk."""

from collections.abc import Sequence

from bot.app.metrics import Metrics
from bot.domain.message import Inbound, Reply
from bot.domain.visitor import Visitor
from bot.errors import StoreError
from bot.ports.conversation import Conversation
from bot.ports.runtime import Clock


class Counted:
    """The Conversation port around another one."""

    def __init__(self, conversation: Conversation, metrics: Metrics, clock: Clock) -> None:
        self._conversation = conversation
        self._metrics = metrics
        self._clock = clock

    async def answer(self, visitor: Visitor, inbound: Inbound) -> Reply:
        """See Conversation.answer."""
        began, result = self._clock.monotonic(), "failed"
        try:
            reply = await self._conversation.answer(visitor, inbound)
            result = "answered"
        except StoreError:
            result = "not_stored"
            raise
        finally:
            self._metrics.turn(visitor.channel, result, self._clock.monotonic() - began)
        return reply

    def delivered(self, visitor: Visitor, mark: int, references: Sequence[int]) -> None:
        """See Conversation.delivered."""
        self._conversation.delivered(visitor, mark, references)
