"""Each inbound message once: to the conversation, then its reply to the outbox."""

import asyncio
from collections import OrderedDict
from typing import Final, Literal

import structlog

from bot.channels.whatsapp.arrival import Arrival
from bot.channels.whatsapp.eraser import Eraser
from bot.channels.whatsapp.outbox import Outbox, Outcome, Parcel
from bot.channels.whatsapp.pace import Pace
from bot.errors import StoreError
from bot.ports.conversation import Conversation

REMEMBERED: Final = 20_000
"""Traces of finished messages kept in memory, so that a repetition is silent."""

TRIES: Final = 3
"""So often a message may make the program stumble; then it is set aside, unread and unanswered."""

State = Literal["new", "working", "done"]

log = structlog.get_logger()


class Intake:
    """Takes arrivals from the webhook and from the reconciler.

    `take` returns after the commit. Repetitions that arrive meanwhile wait for the same commit,
    so that none of them is acknowledged early and the conversation sees one.
    """

    def __init__(self, conversation: Conversation, eraser: Eraser, pace: Pace) -> None:
        self._conversation = conversation
        self._eraser = eraser
        self._pace = pace
        self._outbox: Outbox | None = None
        self._working: dict[int, asyncio.Task[None]] = {}
        self._sending: set[int] = set()
        self._finished: OrderedDict[int, None] = OrderedDict()
        self._stumbled: OrderedDict[int, int] = OrderedDict()
        self.missed = asyncio.Event()
        """Set when something at Twilio should be looked at again soon."""

    def connect(self, outbox: Outbox) -> None:
        """Name the outbox, which in turn reports to `sent`."""
        self._outbox = outbox

    def state(self, arrival: Arrival) -> State:
        """How far this process is with a message."""
        trace = arrival.trace
        if trace in self._finished:
            return "done"
        return "working" if trace in self._working or trace in self._sending else "new"

    async def take(self, arrival: Arrival) -> None:
        """Bring one message through the conversation; returns after the commit.

        Raises StoreError when nothing could be stored; the message must not be acknowledged.
        """
        trace = arrival.trace
        if trace in self._finished or trace in self._sending:
            return
        task = self._working.get(trace)
        if task is None:
            task = asyncio.create_task(self._answer(arrival))
            self._working[trace] = task
            task.add_done_callback(lambda ended: self._answered(arrival, ended))
        # Shielded: a provider that hangs up does not undo a turn that is being committed.
        await asyncio.shield(task)

    def sent(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note how a reply fared, and erase at Twilio what is finished with."""
        arrival = parcel.arrival
        self._sending.discard(arrival.trace)
        for sid in outcome.sids:
            self._eraser.put(sid, after=self._pace.erase_outbound_after)
        if outcome.late:
            self.missed.set()
            return
        self._finish(arrival.trace)
        self._eraser.put(arrival.sid, after=self._pace.erase_inbound_after)
        self._conversation.delivered(arrival.visitor, arrival.inbound.mark, ())

    async def _answer(self, arrival: Arrival) -> None:
        reply = await self._conversation.answer(arrival.visitor, arrival.inbound)
        self._sending.add(arrival.trace)
        parcel = Parcel(arrival, reply.messages)
        if self._outbox is not None:
            self._outbox.put(parcel)

    def _answered(self, arrival: Arrival, ended: asyncio.Task[None]) -> None:
        self._working.pop(arrival.trace, None)
        # Looked at here too, so that an abandoned failure is not reported with its values.
        error = None if ended.cancelled() else ended.exception()
        if error is None:
            return
        if isinstance(error, StoreError) or not self._give_up(arrival):
            self.missed.set()

    def _give_up(self, arrival: Arrival) -> bool:
        """Whether this message has made the program stumble too often; then it is erased.

        Nothing of it is kept, not even to look into: only that it happened, and how often.
        """
        tries = self._stumbled.pop(arrival.trace, 0) + 1
        if tries < TRIES:
            self._stumbled[arrival.trace] = tries
            if len(self._stumbled) > REMEMBERED:
                self._stumbled.popitem(last=False)
            return False
        log.error("whatsapp.set_aside", count=tries)
        self._finish(arrival.trace)
        self._eraser.put(arrival.sid)
        return True

    def _finish(self, trace: int) -> None:
        self._finished[trace] = None
        if len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)
