"""What is still listed at Twilio: answered if nobody did, then erased. Nothing is stored here."""

import asyncio
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

import structlog

from bot.channels.whatsapp.arrival import Arrival, from_listing
from bot.channels.whatsapp.client import TwilioApi
from bot.channels.whatsapp.eraser import Eraser
from bot.channels.whatsapp.intake import Intake
from bot.channels.whatsapp.pace import Pace
from bot.errors import StoreError

log = structlog.get_logger()

UNDER_WAY: Final = frozenset({"accepted", "queued", "scheduled", "sending", "receiving"})
"""Statuses in which Twilio still works on a message."""


class Reconciler:
    """Deletion is the acknowledgement: whatever is listed since `since` has not been finished.

    What is older was there before us, and is neither answered nor erased.
    """

    def __init__(
        self,
        api: TwilioApi,
        sender: str,
        intake: Intake,
        eraser: Eraser,
        *,
        mark: Callable[[str], int],
        since: float,
        now: Callable[[], float],
        pace: Pace,
    ) -> None:
        self._api = api
        self._sender = sender
        self._intake = intake
        self._eraser = eraser
        self._mark = mark
        self._since = since
        self._now = now
        self._pace = pace

    async def run(self) -> None:
        """Reconcile at once, then on schedule, sooner after something was missed."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - the next round may succeed
                log.error("whatsapp.reconcile_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show values
            await self._pause()

    async def once(self) -> None:
        """One pass over both directions."""
        inbound = await self._api.messages(To=self._sender)
        outbound = await self._api.messages(From=self._sender)
        if inbound is None or outbound is None:
            log.warning("whatsapp.list_failed")
            self._intake.missed.set()
        await self._answer(inbound or [])
        for message in outbound or []:
            if message.get("status") not in UNDER_WAY and self._is_ours(message):
                self._eraser.put(str(message.get("sid")))

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._pace.reconcile_every):
                await self._intake.missed.wait()
                self._intake.missed.clear()
                await asyncio.sleep(self._pace.reconcile_soon)
        except TimeoutError:
            return

    async def _answer(self, listed: list[Mapping[str, Any]]) -> None:
        queues: dict[str, list[Arrival]] = {}
        for message in listed:
            arrival = self._open(message)
            if arrival is not None:
                queues.setdefault(arrival.address, []).append(arrival)
        await asyncio.gather(*(self._take(arrivals) for arrivals in queues.values()))
        if queues:
            log.info("whatsapp.reconciled", count=len(queues))

    def _open(self, message: Mapping[str, Any]) -> Arrival | None:
        """The message as an arrival when it waits for an answer; what does not is erased."""
        arrival = from_listing(message, self._mark)
        age = self._age(message)
        if arrival is None or message.get("direction") != "inbound":
            return None
        if not self._is_ours(message):
            return None
        state = self._intake.state(arrival)
        if age < self._pace.settle:
            if state == "new":
                # Perhaps nobody was here when the webhook called: look again soon, not in a while.
                self._intake.missed.set()
            return None
        if state == "done" or (state == "new" and age > self._pace.window):
            self._eraser.put(arrival.sid)
        return arrival if state == "new" and age <= self._pace.window else None

    async def _take(self, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            try:
                await self._intake.take(arrival)
            except StoreError:
                return  # in order: the rest of this visitor's messages wait as well
            except Exception as error:  # noqa: BLE001 - one message must not stop the others
                log.error("whatsapp.failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show values

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        return self._moment(message) >= self._since

    def _age(self, message: Mapping[str, Any]) -> float:
        return self._now() - self._moment(message)

    def _moment(self, message: Mapping[str, Any]) -> float:
        stamp = message.get("date_sent") or message.get("date_created")
        try:
            return parsedate_to_datetime(str(stamp)).timestamp()
        except ValueError:
            # Undated: answered once, as if it had just settled.
            return self._now() - self._pace.settle
