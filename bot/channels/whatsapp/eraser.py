"""Deletes at Twilio what has been dealt with; in memory only, because an id leads to a number."""

import asyncio
from collections.abc import Iterator

import structlog

from bot.channels.whatsapp.client import MESSAGE_SID, NOT_FINISHED, TwilioApi
from bot.channels.whatsapp.pace import Pace

log = structlog.get_logger()

WORKERS = 8
GONE = 404


class Eraser:
    """Erases message by message and waits as Twilio asks.

    What is lost with the process is found again by the reconciler, which lists what is left.
    """

    def __init__(self, api: TwilioApi, pace: Pace) -> None:
        self._api = api
        self._pace = pace
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self._waits: dict[str, Iterator[float]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._workers: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        return len(self._waits)

    def start(self) -> None:
        """Begin to work."""
        self._workers = [asyncio.create_task(self._work()) for _ in range(WORKERS)]

    async def stop(self) -> None:
        """Stop; the rest is for the next start."""
        for timer in self._timers.values():
            timer.cancel()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._timers.clear()
        self._waits.clear()

    def put(self, sid: str, *, after: float = 0.0) -> None:
        """Erase this message in so many seconds; a second asking is the first one still."""
        # The id becomes part of an address, so anything that is not one goes no further.
        if sid not in self._waits and MESSAGE_SID.fullmatch(sid):
            self._waits[sid] = iter(self._pace.erase_waits)
            self._later(sid, after)

    def _later(self, sid: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[sid] = loop.call_later(seconds, self._ring, sid)

    def _ring(self, sid: str) -> None:
        self._timers.pop(sid, None)
        self._due.put_nowait(sid)

    async def _work(self) -> None:
        while True:
            sid = await self._due.get()
            try:
                await self._erase(sid)
            except Exception as error:  # noqa: BLE001 - one message must not stop the others
                log.error("whatsapp.erase_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show values
                self._waits.pop(sid, None)

    async def _erase(self, sid: str) -> None:
        answer = await self._api.erase(sid)
        if answer.ok or answer.status == GONE:
            self._waits.pop(sid, None)
            return
        pause = next(self._waits[sid], None)
        if pause is None or not (answer.passing or answer.code == NOT_FINISHED):
            log.warning("whatsapp.not_erased", status=answer.status, reason=answer.code)
            self._waits.pop(sid, None)
            return
        self._later(sid, max(pause, answer.retry_after or 0.0))
