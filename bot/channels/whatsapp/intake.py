"""Each inbound message once: to the conversation, then its reply to the outbox."""

import asyncio
from collections import OrderedDict
from typing import Final, Literal

from bot.channels.whatsapp.arrival import Arrival
from bot.channels.whatsapp.eraser import Eraser
from bot.channels.whatsapp.outbox import Outbox, Outcome, Parcel
from bot.channels.whatsapp.pace import Pace
from bot.ports.conversation import Conversation

REMEMBERED: Final = 20_000
"""Traces of finished messages kept in memory, so that a repetition is silent."""

State = Literal["new", "working", "done"]


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
            task.add_done_callback(lambda ended: self._answered(trace, ended))
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

    def _answered(self, trace: int, ended: asyncio.Task[None]) -> None:
        self._working.pop(trace, None)
        # Looked at here too, so that an abandoned failure is not reported with its values.
        if not ended.cancelled() and ended.exception() is not None:
            self.missed.set()

    def _finish(self, trace: int) -> None:
        self._finished[trace] = None
        if len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)
