"""python-telegram-bot's transport over aiohttp: for administration and for fetching updates.

The default transport logs every URL, bot token included, and is several times slower. Here no
error carries a URL: what aiohttp raises is replaced by our own sentence *outside* its `except`
block, so that it does not even hang on as the context of ours.
"""

import logging
from typing import Any, Final, cast

import aiohttp
import msgspec
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram import outcomes

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 15.0


def quieten() -> None:
    """Keep the library from logging: at DEBUG it writes the token, the secret and all updates."""
    logging.getLogger("telegram").setLevel(logging.WARNING)


class PacedError(TelegramError):
    """Telegram asks to wait `seconds` (429). PTB's own RetryAfter warns about itself when read."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        super().__init__("the Bot API asks to wait")
        self.seconds = seconds


class Request(BaseRequest):
    """One aiohttp session without cookies, proxies, redirects or limits on connections."""

    __slots__ = ("_read_seconds", "_session")

    def __init__(self, read_seconds: float = READ_SECONDS) -> None:
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return "<request>"

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for data when a call does not say otherwise."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the session; a second time changes nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the session; a second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # type: ignore[override]  # timeouts we do not use stay in `_unused`
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        **_unused: Any,
    ) -> tuple[int, bytes]:
        """One call of the library; NetworkError, TimedOut or PacedError, without any address."""
        if request_data is not None and request_data.contains_files:
            raise TelegramError("files are never sent")
        body = None if request_data is None else request_data.json_payload
        seconds = self._read_seconds if read_timeout is self.DEFAULT_NONE else read_timeout
        status, answer = await self.call(method, url, body, seconds)
        if status == 429:
            raise PacedError(outcomes.read(status, answer).wait)
        return status, _without_address(status, answer)

    async def call(
        self, method: str, url: str, body: bytes | None, read_seconds: float | None
    ) -> tuple[int, bytes]:
        """Status and body of the answer; NetworkError or TimedOut when there is none."""
        if self._session is None:
            raise NetworkError("the transport is not open; call initialize() first")
        problem = ""
        try:
            return await self._exchange(self._session, method, url, body, read_seconds)
        except TimeoutError:
            pass
        except (aiohttp.ClientError, OSError, ValueError) as error:
            problem = type(error).__name__
        if problem:
            raise NetworkError(f"the Bot API could not be reached ({problem})")
        raise TimedOut("the Bot API did not answer in time")

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        body: bytes | None,
        seconds: float | None,
    ) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=seconds)
        async with session.request(
            method,
            url,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            return response.status, await response.read()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dict; unlike the library's own, a broken one is not logged."""
        try:
            answer = msgspec.json.decode(payload)
        except (msgspec.MsgspecError, UnicodeError):
            answer = None
        if isinstance(answer, dict):
            return cast("dict[str, Any]", answer)
        raise TelegramError("the Bot API's answer is no JSON object")


def _without_address(status: int, payload: bytes) -> bytes:
    """A gateway's error page may quote the path, and the library would quote the page."""
    if 200 <= status <= 299:
        return payload
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeError):
        return b"{}"
    return payload if isinstance(answer, dict) else b"{}"
