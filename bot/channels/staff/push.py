"""Staff browsers are woken without a word: the notice's text is made by the browser itself."""

from collections.abc import Callable
from typing import Final, Protocol

import aiohttp
import structlog

from bot.domain.push_services import origin
from bot.ports.cases import Call
from bot.ports.runtime import Clock

SECONDS: Final = 15
GONE: Final = frozenset({404, 410})
"""The browser was forgotten by its service: its address is never called again."""
STAYS: Final = (3600, 6 * 3600, 24 * 3600, 24 * 3600)
"""By urgency: how long a service keeps a call for a browser that is off, in seconds."""
_log = structlog.get_logger()


class Browsers(Protocol):
    """The browsers of staff that may be woken (StaffStore)."""

    async def pushes(self, handles: tuple[str, ...]) -> tuple[str, ...]:
        """Their addresses."""
        ...

    async def drop_push(self, endpoint: str) -> bool:
        """Never wake this one again."""
        ...


class PushAlarm:
    """An alarm in the browser; `authorize(audience, now)` gives the Authorization header."""

    def __init__(
        self, browsers: Browsers, authorize: Callable[[str, int], str], clock: Clock
    ) -> None:
        self._browsers = browsers
        self._authorize = authorize
        self._clock = clock

    async def ring(self, call: Call) -> bool:
        """See Alarm.ring."""
        endpoints = await self._browsers.pushes(call.handles)
        if not endpoints:
            return False
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            woken = [await self._wake(session, endpoint, call.urgency) for endpoint in endpoints]
        if None in woken and not any(woken):
            raise OSError("no push service took the call")
        return any(woken)

    async def _wake(
        self, session: aiohttp.ClientSession, endpoint: str, urgency: int
    ) -> bool | None:
        """Whether the service took it; None when it could not be asked, which may be tried again.

        No redirect is followed: only the address that was checked is ever called.
        """
        headers = {
            "TTL": str(STAYS[urgency]),
            "Urgency": "high" if urgency < 2 else "normal",
            "Topic": "work",  # one that was not delivered yet is replaced, not added to
            "Authorization": self._authorize(origin(endpoint), self._clock.now()),
        }
        try:
            async with session.post(
                endpoint, headers=headers, data=b"", allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None
        if status in GONE:
            await self._browsers.drop_push(endpoint)
            return False
        if 200 <= status < 300:
            return True
        _log.error("notice_refused", kind="push", status=status)
        return None
