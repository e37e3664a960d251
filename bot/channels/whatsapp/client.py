"""The few calls of Twilio's REST API that Sanad makes, as values instead of exceptions."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from twilio.base.client_base import ClientBase  # type: ignore[import-untyped]

from bot.channels.whatsapp.transport import NO_ANSWER, Transport

MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
CONTENT_SID: Final = re.compile(r"HX[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
NOT_FINISHED: Final = 20009
"""Twilio's code for "this message cannot be deleted yet"."""
PAGE_SIZE: Final = 200
PAGES: Final = 50
"""A listing stops here; the next one goes on, because what was dealt with is deleted."""
LONGEST_RETRY_AFTER: Final = 900.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What Twilio answered. `status` 0: nothing came back; `code`: Twilio's own error number.

    `body` stays out of the repr: it holds numbers and message ids.
    """

    status: int
    code: int = 0
    retry_after: float | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether Twilio did what was asked."""
        return 200 <= self.status < 300

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later.

        401 is among them: a rotated token is put right by the operator, and nothing is lost.
        """
        return self.status in {NO_ANSWER, 401, 408, 425, 429} or self.status >= 500

    def text(self, name: str) -> str:
        """A text field of the answer, "" when it is missing or no text."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""


class TwilioApi:
    """Twilio for one account; `api_base` also decides where the Content API is."""

    def __init__(
        self, account_sid: str, auth_token: str, api_base: str, *, timeout: float = 10.0
    ) -> None:
        self._transport = Transport(timeout)
        # A non-empty environment keeps TWILIO_EDGE and TWILIO_REGION of the machine, which would
        # rewrite our addresses, out of it.
        self._client = ClientBase(
            account_sid,
            auth_token,
            http_client=self._transport,
            environment={"TWILIO_EDGE": ""},
        )
        self._api = api_base.rstrip("/")
        self._messages = f"{self._api}/2010-04-01/Accounts/{account_sid}/Messages"
        self._content = f"{content_base(self._api)}/v1/Content"

    async def open(self) -> None:
        """Open the connection pool."""
        await self._transport.open()

    async def close(self) -> None:
        """Close the connection pool."""
        await self._transport.close()

    async def send(self, sender: str, address: str, fields: Mapping[str, str]) -> Answer:
        """Create one message; `fields` is Body, or ContentSid and ContentVariables."""
        form = {"From": sender, "To": address, **fields}
        return await self._call("POST", f"{self._messages}.json", data=form)

    async def erase(self, sid: str) -> Answer:
        """Delete one message and its media at Twilio."""
        return await self._call("DELETE", f"{self._messages}/{sid}.json")

    async def messages(self, **filters: str) -> list[Mapping[str, Any]] | None:
        """Every listed message, oldest first; None when Twilio cannot be asked now.

        `filters` are Twilio's own: To, From.
        """
        found: list[Mapping[str, Any]] = []
        url, params = f"{self._messages}.json", {**filters, "PageSize": str(PAGE_SIZE)}
        for _ in range(PAGES):
            answer = await self._call("GET", url, params=params)
            if not answer.ok:
                return None
            found.extend(_mappings(answer.body.get("messages")))
            following = answer.text("next_page_uri")
            if not following.startswith("/"):
                break
            url, params = self._api + following, {}
        return found[::-1]

    async def contents(self) -> dict[str, str] | None:
        """Content resources of the account, name to id; None when Twilio cannot be asked now."""
        found: dict[str, str] = {}
        url = f"{self._content}?PageSize={PAGE_SIZE}"
        for _ in range(PAGES):
            answer = await self._call("GET", url)
            if not answer.ok:
                return None
            for item in _mappings(answer.body.get("contents")):
                found[str(item.get("friendly_name"))] = str(item.get("sid"))
            meta = answer.body.get("meta")
            following = meta.get("next_page_url") if isinstance(meta, dict) else None
            if not isinstance(following, str) or not following.startswith(self._content):
                break
            url = following
        return found

    async def create_content(self, content: Mapping[str, Any]) -> Answer:
        """Create one Content resource from Twilio's JSON form."""
        headers = {"Content-Type": "application/json"}
        return await self._call("POST", self._content, data=content, headers=headers)

    async def _call(self, method: str, url: str, **arguments: Any) -> Answer:
        response = await self._client.request_async(method, url, **arguments)
        body = _json(response.text)
        code = body.get("code")
        return Answer(
            response.status_code,
            code if isinstance(code, int) else 0,
            _seconds(response.headers.get("Retry-After")),
            body,
        )


def content_base(api_base: str) -> str:
    """Where the Content API is: content.… beside api.…, else (a test's loopback) the same root."""
    parts = urlsplit(api_base)
    if not parts.netloc.startswith("api."):
        return api_base
    return urlunsplit(parts._replace(netloc="content." + parts.netloc.removeprefix("api.")))


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _seconds(header: str | None) -> float | None:
    if header is None or not (header.isascii() and header.isdecimal()):
        return None
    return min(float(header), LONGEST_RETRY_AFTER)
