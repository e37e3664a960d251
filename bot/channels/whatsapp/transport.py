"""Twilio's asynchronous HTTP client without its two faults, and silent."""

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from twilio.http.async_http_client import (  # type: ignore[import-untyped]
    AsyncTwilioHttpClient,
)
from twilio.http.response import Response  # type: ignore[import-untyped]

NO_ANSWER = 0
"""Status of a request that timed out, was reset or never reached Twilio."""
CONNECTIONS = 100


class Transport(AsyncTwilioHttpClient):  # type: ignore[misc]
    """What the parent promises, with JSON sent as JSON and the constructor's timeout honoured.

    The parent's own `request` is not used: it logs addresses at INFO and keeps the last request,
    with the number in it, on the object. A network failure is an answer with status 0, because
    aiohttp's exceptions carry the URL.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(pool_connections=False, timeout=timeout)
        # Twilio's logger writes URLs and query strings at INFO, whatever the root level is.
        logging.getLogger("twilio").setLevel(logging.WARNING)
        self.session: ClientSession | None = None

    async def open(self) -> None:
        """Open the connection pool; needs a running event loop."""
        if self.session is None:
            self.session = ClientSession(connector=TCPConnector(limit=CONNECTIONS))

    async def close(self) -> None:
        """Close the connection pool; requests after this answer with status 0."""
        session, self.session = self.session, None
        if session is not None:
            await session.close()

    async def request(  # noqa: PLR0917 - the parent's signature
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the parent's signature
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - the parent's signature
    ) -> Response:
        """Make one request; never raises for what the network or Twilio does."""
        limit = timeout if timeout is not None else self.timeout
        if limit is not None and limit <= 0:
            raise ValueError("a timeout is a positive number of seconds")
        if self.session is None:
            return Response(NO_ANSWER, "", {})
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode()
        try:
            async with self.session.request(
                method.upper(),
                url,
                params=_texts(params),
                data=_body(data, sent),
                headers=sent,
                timeout=ClientTimeout(total=limit),
                allow_redirects=allow_redirects,
            ) as response:
                text = await response.text(errors="replace")
                return Response(response.status, text, response.headers.copy())
        except (ClientError, TimeoutError, OSError):
            return Response(NO_ANSWER, "", {})


def _body(data: Mapping[str, object] | None, headers: Mapping[str, str]) -> Any:
    if data is None:
        return None
    if "json" in headers.get("Content-Type", ""):
        return json.dumps(data, ensure_ascii=False).encode()
    return _texts(data)


def _texts(values: Mapping[str, object] | None) -> dict[str, str] | None:
    return None if values is None else {key: str(value) for key, value in values.items()}
