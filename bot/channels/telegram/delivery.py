"""Sends what a turn led to, in order for each visitor, and keeps trying while that has a point.

Calls go out the moment a turn is committed; nothing waits for the answer to an earlier call. Only
while a visitor's call is being repeated (429, 5xx, reset, too slow) do later turns of the *same*
visitor queue behind it. The happy path is one callback, without a task or a timer of its own.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from bot.channels.addresses import Addresses
from bot.channels.telegram import outcomes
from bot.channels.telegram.backoff import pause
from bot.channels.telegram.outcomes import Outcome, Verdict
from bot.channels.telegram.parcels import Chat, Parcel, replacement, sends, steps_of
from bot.channels.telegram.updates import Heard
from bot.domain.message import Reply
from bot.domain.visitor import Visitor

RETRY_SECONDS: Final = 120.0
"""How long a failing call is repeated; waits that the server asked for do not count."""
TOLD_MOST: Final = 900.0
"""A longer wait than this is no pacing but a refusal."""

_log: Final = structlog.get_logger()

Delivered = Callable[[Visitor, int, list[int]], None]
Ended = Callable[[int], None]


class Poster(Protocol):
    """What delivery needs of the wire."""

    def post(self, method: str, body: bytes, done: Callable[[int, bytes], None], /) -> None:
        """Call a method; `done` gets status (0: none) and body, once."""
        ...


class Courier:
    """Delivers replies through `poster` and tells `delivered` what was sent under which numbers.

    `ended` hears the mark of every delivery that ended, whether anything was sent or not.
    """

    def __init__(
        self,
        poster: Poster,
        delivered: Delivered,
        ended: Ended,
        addresses: Addresses[Chat] | None = None,
    ) -> None:
        self._poster = poster
        self._delivered = delivered
        self._ended = ended
        self._chats: Addresses[Chat] = Addresses() if addresses is None else addresses
        self._pending = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._timers: dict[Parcel, asyncio.TimerHandle] = {}
        self._closed = False

    @property
    def pending(self) -> int:
        """Deliveries under way or waiting."""
        return self._pending

    def deliver(self, heard: Heard, reply: Reply) -> None:
        """Begin to carry out the reply; returns at once."""
        chat = self._chat(heard)
        steps = steps_of(chat, heard, reply)
        if not steps:
            self._ended(heard.inbound.mark)
            return
        chat.turns += 1
        parcel = Parcel(chat, heard, steps)
        self._pending += 1
        self._idle.clear()
        if chat.holder is None:
            self._call(parcel)
        else:
            chat.held.append(parcel)

    async def drain(self, seconds: float) -> int:
        """Wait until everything is delivered, at most so long; how many are left undone."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            pass
        return self._pending

    def sweep(self) -> None:
        """Forget the addresses of those who have been quiet."""
        self._chats.sweep()

    def close(self) -> None:
        """Repeat nothing any more and forget every address."""
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._chats.clear()

    def _answered(self, parcel: Parcel, status: int, outcome: Outcome) -> None:
        """Go on after a call: next step, the same again, another one instead, or the end."""
        if outcome.verdict is Verdict.AGAIN:
            self._repeat(parcel, outcome.wait)
            return
        step = parcel.steps.popleft()
        parcel.attempt = 0
        if outcome.verdict is Verdict.DONE:
            _note(parcel, outcome.reference)
        elif outcome.verdict is Verdict.UNFIT:
            parcel.steps.extendleft(reversed(replacement(parcel.chat, step, status)))
        else:
            parcel.steps.clear()
        if parcel.steps:
            self._call(parcel)
        else:
            self._end(parcel)

    def _chat(self, heard: Heard) -> Chat:
        chat = self._chats.get(heard.visitor) or Chat(heard.chat)
        self._chats.put(heard.visitor, chat)
        chat.latest = max(chat.latest, heard.inbound.reference)
        return chat

    def _call(self, parcel: Parcel) -> None:
        chat = parcel.chat
        step = parcel.steps[0]
        if step.instead is not None and chat.called > parcel.turn:
            # A later turn went out while this edit failed: editing now would hide what is newer.
            parcel.steps.popleft()
            parcel.steps.extendleft(reversed(sends(chat, step.instead)))
            step = parcel.steps[0]
        chat.called = max(chat.called, parcel.turn)
        self._poster.post(
            step.method,
            step.body,
            lambda status, body: self._answered(parcel, status, outcomes.read(status, body)),
        )

    def _repeat(self, parcel: Parcel, told: float) -> None:
        if self._closed:
            self._end(parcel)
            return
        loop = asyncio.get_running_loop()
        parcel.attempt += 1
        if parcel.attempt == 1:
            parcel.until = loop.time() + RETRY_SECONDS
        wait = pause(parcel.attempt, told)
        if told > TOLD_MOST or (told == 0.0 and loop.time() + wait > parcel.until):
            _log.warning("telegram.gave_up", attempts=parcel.attempt, calls=len(parcel.steps))
            self._end(parcel)
            return
        chat = parcel.chat
        if chat.holder is None:
            chat.holder = parcel
        if chat.holder is parcel:
            self._timers[parcel] = loop.call_later(wait, self._once_more, parcel)
        else:  # it was already under way when an earlier one failed: it waits for its turn
            chat.held.append(parcel)
            chat.held.sort(key=lambda one: one.turn)

    def _once_more(self, parcel: Parcel) -> None:
        del self._timers[parcel]
        self._call(parcel)

    def _end(self, parcel: Parcel) -> None:
        if parcel.sent:
            self._delivered(parcel.visitor, parcel.mark, parcel.sent)
        self._ended(parcel.mark)
        self._pending -= 1
        if self._pending == 0:
            self._idle.set()
        chat = parcel.chat
        if chat.holder is not parcel:
            return
        chat.holder = chat.held.pop(0) if chat.held else None
        if chat.holder is not None:
            self._call(chat.holder)


def _note(parcel: Parcel, reference: int) -> None:
    if reference:
        parcel.sent.append(reference)
        parcel.chat.latest = max(parcel.chat.latest, reference)
