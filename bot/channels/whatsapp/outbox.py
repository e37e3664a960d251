"""Replies on their way: in order for each visitor, and no visitor waits for another."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.channels.whatsapp.arrival import Arrival
from bot.channels.whatsapp.client import Answer, TwilioApi
from bot.channels.whatsapp.content import Contents
from bot.channels.whatsapp.pace import Pace
from bot.channels.whatsapp.render import numbered
from bot.domain.message import Outgoing

log = structlog.get_logger()

WAITING_LIMIT: Final = 50
"""Replies one visitor may have waiting; a flood beyond it is answered by what is there."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """The reply to one arrival."""

    arrival: Arrival = field(repr=False)
    messages: tuple[Outgoing, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a parcel fared. `sids` are the messages Twilio made of it.

    `late`: Twilio could not be reached in time, so the reply was not sent.
    """

    sids: tuple[str, ...] = field(default=(), repr=False)
    late: bool = False


class Outbox:
    """Sends parcels; tells `done` of each, in the order of each visitor."""

    def __init__(
        self,
        api: TwilioApi,
        sender: str,
        contents: Contents,
        done: Callable[[Parcel, Outcome], None],
        pace: Pace,
    ) -> None:
        self._api = api
        self._sender = sender
        self._contents = contents
        self._done = done
        self._pace = pace
        self._waiting: dict[str, deque[Parcel]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return sum(len(parcels) for parcels in self._waiting.values())

    def put(self, parcel: Parcel) -> None:
        """Take a parcel; sending begins at once or after this visitor's earlier ones."""
        waiting = self._waiting.get(parcel.arrival.address)
        if waiting is None:
            self._waiting[parcel.arrival.address] = deque([parcel])
            task = asyncio.create_task(self._drain(parcel.arrival.address))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif len(waiting) < WAITING_LIMIT:
            waiting.append(parcel)
        else:
            log.warning("whatsapp.flood")
            self._report(parcel, Outcome())

    async def settle(self, seconds: float) -> None:
        """Wait until everything is sent, at most so long."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    async def stop(self) -> None:
        """Drop what is not sent; it is still listed at Twilio and answered after the next start."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()

    async def _drain(self, address: str) -> None:
        waiting = self._waiting[address]
        try:
            while waiting:
                outcome = await self._send(waiting[0])
                self._report(waiting.popleft(), outcome)
        finally:
            # Nothing is awaited between the last look and this line, so no parcel is left behind.
            self._waiting.pop(address, None)

    def _report(self, parcel: Parcel, outcome: Outcome) -> None:
        try:
            self._done(parcel, outcome)
        except Exception as error:  # noqa: BLE001 - one reply must not stop the others
            log.error("whatsapp.report_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show values

    async def _send(self, parcel: Parcel) -> Outcome:
        sids: list[str] = []
        deadline = asyncio.get_running_loop().time() + self._pace.give_up
        for outgoing in parcel.messages:
            try:
                answer = await self._show(parcel.arrival.address, outgoing, deadline, sids)
            except Exception as error:  # noqa: BLE001 - one reply must not stop the others
                log.error("whatsapp.send_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show values
                return Outcome(tuple(sids))
            if not answer.ok:
                log.warning("whatsapp.not_sent", status=answer.status, reason=answer.code)
                return Outcome(tuple(sids), late=answer.passing)
        return Outcome(tuple(sids))

    async def _show(
        self, address: str, outgoing: Outgoing, deadline: float, sids: list[str]
    ) -> Answer:
        fields = self._contents.fields(outgoing)
        if fields is not None:
            answer = await self._post(address, fields, deadline, sids)
            if answer.ok or answer.passing:
                return answer
            # The resource was deleted at Twilio, say. The same screen always works as text.
            log.warning("whatsapp.content_refused", status=answer.status, reason=answer.code)
        answer = Answer(200)
        for body in numbered(outgoing):
            answer = await self._post(address, {"Body": body}, deadline, sids)
            if not answer.ok:
                break
        return answer

    async def _post(
        self, address: str, fields: Mapping[str, str], deadline: float, sids: list[str]
    ) -> Answer:
        """Send one message, again and again while Twilio may yet take it."""
        loop = asyncio.get_running_loop()
        waits = self._pace.waits()
        while True:
            answer = await self._api.send(self._sender, address, fields)
            if answer.ok:
                sids.append(answer.text("sid"))
            if not answer.passing:
                return answer
            pause = next(waits) if answer.retry_after is None else answer.retry_after
            log.info("whatsapp.wait", status=answer.status, seconds=pause)
            if loop.time() + pause > deadline:
                return answer
            await asyncio.sleep(pause)
