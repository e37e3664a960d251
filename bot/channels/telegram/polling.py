"""Fetches updates and confirms them only after their turns are committed.

Telegram's own queue is the inbox: what is not confirmed is delivered again, after a crash as well.
Updates of different visitors are taken at the same time, those of one visitor one after another.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec
import structlog
from msgspec import Raw, Struct
from telegram.error import TelegramError

from bot.channels.telegram import outcomes
from bot.channels.telegram.backoff import pause
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.updates import Crowd, Heard, Update, decode, mended, number
from bot.domain.visitor import Visitor

BATCH_MOST: Final = 100

Fetch = Callable[[int, float, int], Coroutine[Any, Any, tuple[int, bytes]]]
"""(offset, seconds to wait, most updates) → status and body; raises TelegramError for neither."""

_log: Final = structlog.get_logger()


class _Batch(Struct, gc=False):
    result: list[Raw]


_BATCH: Final = msgspec.json.Decoder(_Batch)
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)


class _FetchFailed(Exception):  # noqa: N818 - it never leaves this module
    """No updates came; `told`: seconds Telegram asked to wait (0: it did not say)."""

    def __init__(self, kind: str, told: float = 0.0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.told = told


class Poller:
    """The loop of `getUpdates`: run `run()` as a task, end it with `stop()`."""

    def __init__(self, fetch: Fetch, intake: Intake, seconds: float) -> None:
        self._fetch = fetch
        self._intake = intake
        self._seconds = seconds
        self._offset = 0
        self._confirmed = 0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Fetch, take, confirm, until stopped; every failure is waited out."""
        failures = 0
        while not self._stopping.is_set():
            try:
                whole = await self._round()
            except _FetchFailed as failed:
                _log.warning("telegram.fetch_failed", kind=failed.kind)
                whole, told = False, failed.told
            except Exception as error:  # noqa: BLE001 - a loop that ended would silence everybody
                _log.error("telegram.poll_failed", kind=type(error).__name__)
                whole, told = False, 0.0
            else:
                told = 0.0
            failures = 0 if whole else failures + 1
            if failures:
                await self._rest(pause(failures, told))
        await self._confirm_last()

    def stop(self) -> None:
        """End the loop: the fetch under way is given up, the turns under way are finished."""
        self._stopping.set()

    async def _round(self) -> bool:
        """One fetch and its turns; whether every turn was committed."""
        fetch = asyncio.create_task(self._fetch(self._offset, self._seconds, BATCH_MOST))
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((fetch, stop), return_when=asyncio.FIRST_COMPLETED)
            if not fetch.done():
                return True
            batch = _updates(*await fetch)
        except TelegramError as error:
            raise _FetchFailed(type(error).__name__) from None
        finally:
            await _cancelled(fetch, stop)
        self._confirmed = self._offset
        return await self._take_all(batch)

    async def _take_all(self, batch: list[tuple[int, Update | None]]) -> bool:
        lines: dict[Visitor, list[Heard]] = {}
        for _mark, update in batch:
            if isinstance(update, Crowd):
                self._intake.leave(update)
            elif update is not None:
                lines.setdefault(update.visitor, []).append(update)
        undone: list[int] = []
        async with asyncio.TaskGroup() as group:
            for line in lines.values():
                group.create_task(self._take_line(line, undone))
        if undone:
            # From the first that was not stored, everything comes again; sessions know the rest.
            self._offset = min(undone)
        elif batch:
            self._offset = max(mark for mark, _update in batch) + 1
        return not undone

    async def _take_line(self, line: list[Heard], undone: list[int]) -> None:
        """The updates of one visitor, in order; after one that failed the rest waits too."""
        for heard in line:
            if not await self._intake.take(heard):
                undone.append(heard.inbound.mark)
                return
            self._intake.answer_press(heard)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _confirm_last(self) -> None:
        """Tell Telegram what was taken last, so that a clean stop repeats nothing."""
        if self._offset != self._confirmed:
            with contextlib.suppress(TelegramError):
                await self._fetch(self._offset, 0, 1)


def _updates(status: int, body: bytes) -> list[tuple[int, Update | None]]:
    if status != 200:  # 409: another process fetches with this token, or a webhook is set
        raise _FetchFailed(f"status {status}", outcomes.read(status, body).wait)
    try:
        batch = _BATCH.decode(body)
    except _UNREADABLE:
        batch = _mended_batch(body)
    numbered = [(number(bytes(raw)), bytes(raw)) for raw in batch.result]
    return [(mark, decode(raw)) for mark, raw in numbered if mark is not None]


def _mended_batch(body: bytes) -> _Batch:
    """One text with a lone surrogate makes the whole answer unreadable to the strict parser."""
    try:
        return _BATCH.decode(mended(body))
    except _UNREADABLE:
        raise _FetchFailed("unreadable") from None


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
