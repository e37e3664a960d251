"""Takes an update through its turn exactly once, however often Telegram delivers it."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from bot.channels.telegram import rendering
from bot.channels.telegram.delivery import Courier, Poster
from bot.channels.telegram.parcels import SEND
from bot.channels.telegram.updates import Crowd, Heard
from bot.errors import StoreError
from bot.ports.conversation import Conversation

PRESSES_KEPT: Final = 4_096
"""Presses whose answer is remembered, so that a repeated update does not answer twice."""
GROUPS_KEPT: Final = 1_000
LEAVE: Final = "leaveChat"
ANSWER_QUERY: Final = "answerCallbackQuery"

_log: Final = structlog.get_logger()


class Intake:
    """From an update to its committed turn; delivery begins then and is not waited for."""

    def __init__(
        self,
        conversation: Conversation,
        courier: Courier,
        poster: Poster,
        group_refusal: Callable[[], str],
    ) -> None:
        self._conversation = conversation
        self._courier = courier
        self._poster = poster
        self._group_refusal = group_refusal
        self._underway: dict[int, asyncio.Future[bool]] = {}
        self._answered: dict[int, None] = {}
        self._refused: set[int] = set()

    async def take(self, heard: Heard) -> bool:
        """Whether Telegram may forget this update: its turn is committed (or can never be).

        False: nothing was stored and Telegram must deliver it again. The same update, delivered
        again while the first is under way, waits for the first and leads to nothing more.
        """
        mark = heard.inbound.mark
        first = self._underway.get(mark)
        if first is not None:
            return await asyncio.shield(first)
        committed = asyncio.get_running_loop().create_future()
        self._underway[mark] = committed
        try:
            reply = await self._conversation.answer(heard.visitor, heard.inbound)
        except StoreError:
            self._fail(mark, forget=False)
            return False
        except Exception as error:  # noqa: BLE001 - one poisonous update must not stop the others
            _log.error("telegram.turn_failed", kind=type(error).__name__)
            self._fail(mark, forget=True)
            return True
        except BaseException:
            self._fail(mark, forget=False)
            raise
        committed.set_result(True)
        try:
            self._courier.deliver(heard, reply)
        except Exception as error:  # noqa: BLE001 - the turn is stored; it must not come again
            _log.error("telegram.reply_failed", kind=type(error).__name__)
            self.ended(mark)
        return True

    def ended(self, mark: int) -> None:
        """The delivery of this update's answer ended: from here on its session knows it."""
        self._underway.pop(mark, None)

    def unanswered(self, heard: Heard) -> bool:
        """Whether this press still needs its answer; true once for each update."""
        mark = heard.inbound.mark
        if not heard.query or mark in self._answered:
            return False
        self._answered[mark] = None
        if len(self._answered) > PRESSES_KEPT:
            del self._answered[next(iter(self._answered))]
        return True

    def answer_press(self, heard: Heard) -> None:
        """Stop the clock on the pressed button by a call; whether that works matters little."""
        if self.unanswered(heard):
            self._poster.post(ANSWER_QUERY, rendering.query_body(heard.query), _ignore)

    def leave(self, crowd: Crowd) -> None:
        """Say once why, then leave. An update that comes after it failed tries again."""
        chat = crowd.chat

        def gone(_status: int, _body: bytes) -> None:
            self._poster.post(LEAVE, rendering.leave_body(chat), _ignore)

        if not crowd.speak or chat in self._refused:
            gone(0, b"")
            return
        if len(self._refused) >= GROUPS_KEPT:
            self._refused.clear()
        self._refused.add(chat)
        self._poster.post(SEND, rendering.plain_body(chat, self._group_refusal()), gone)

    def _fail(self, mark: int, *, forget: bool) -> None:
        self._underway.pop(mark).set_result(forget)


def _ignore(_status: int, _body: bytes) -> None:
    """Nothing depends on this call."""
