"""A Twilio that runs on loopback: Messages, Content and signed webhooks over real HTTP.

    async with FakeTwilio() as twilio:
        twilio.webhook = "http://127.0.0.1:8080/hooks/whatsapp"    # where calls go
        twilio.signed_as = "https://sanad.example/hooks/whatsapp"  # the address they are signed for
        await twilio.write("whatsapp:+10000000001", "hello")       # a person writes
        screen = await twilio.wait("whatsapp:+10000000001")        # and sees the answer
        await twilio.choose("whatsapp:+10000000001", "Yes")        # taps a button or a list row

Point the program's API base at `twilio.url` with `ACCOUNT_SID` and `AUTH_TOKEN`. Trouble is made
with `twilio.trouble(...)`; `twilio.messages` is what Twilio has on record, `twilio.calls` counts
what was asked of it. Written from Twilio's public documentation; numbers here are invented.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Literal, Self
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, web

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "an-invented-token"
AUTHORISATION = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
SENDER = "whatsapp:+10000000000"
SIGNED_AS = "https://sanad.example/hooks/whatsapp"
BODY_LIMIT = 1600
CONTENT_BODY_LIMIT = 1024
BUTTONS = {
    "twilio/quick-reply": ("actions", "title", 3),
    "twilio/list-picker": ("items", "item", 10),
}

Operation = Literal["create", "list", "erase", "content"]


@dataclass
class Message:
    """One message on record at Twilio."""

    sid: str
    inbound: bool
    sender: str
    to: str
    body: str
    status: str
    created: float
    num_media: int = 0
    buttons: tuple[tuple[str, str], ...] = ()
    """(id, label) of what can be tapped."""
    kind: str = ""
    """The Content type, empty for plain text."""
    refusals_left: int = 0
    """How often deleting it still answers 20009."""

    def shown(self, account: str) -> dict[str, Any]:
        """The message as the REST API lists it."""
        return {
            "sid": self.sid,
            "account_sid": account,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": "inbound" if self.inbound else "outbound-api",
            "num_media": str(self.num_media),
            "date_created": formatdate(self.created),
            "date_sent": formatdate(self.created),
        }


@dataclass
class Trouble:
    """What goes wrong with the next calls of an operation."""

    operation: Operation
    status: int = 0
    code: int = 0
    seconds: float = 0.0
    reset: bool = False
    retry_after: int | None = None
    times: int = 1
    address: str = ""
    """Only for messages to this address; empty: for all."""


@dataclass
class Screen:
    """What a phone shows of the latest answer: bubbles of text, and what can be tapped."""

    texts: list[str] = field(default_factory=list)
    buttons: tuple[tuple[str, str], ...] = ()
    kind: str = ""

    @property
    def text(self) -> str:
        """All bubbles as one text."""
        return "\n\n".join(self.texts)


class FakeTwilio:
    """Twilio with one account and one WhatsApp sender."""

    def __init__(
        self, *, webhook: str = "", signed_as: str = SIGNED_AS, keep_calls: bool = True
    ) -> None:
        self.webhook = webhook
        self.signed_as = signed_as
        self.messages: dict[str, Message] = {}
        self.contents: dict[str, dict[str, Any]] = {}
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, str, Any]] = []
        """(operation, content type, what was sent) of every call that was let in."""
        self.sid_stem = ""
        """How the hexadecimal part of every message's id begins, to recognise it anywhere."""
        self._keep_calls = keep_calls
        self.retries = 1
        self.early_refusals = 0
        """How often deleting a new message answers 20009 before it works."""
        self.page_limit = 1000
        self.url = ""
        self._seen: dict[str, int] = {}
        self._sent: dict[str, list[Message]] = {}
        self._troubles: list[Trouble] = []
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Listen on a port of its own."""
        app = web.Application(client_max_size=1 << 20)
        account = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"
        app.router.add_get(f"/2010-04-01/Accounts/{ACCOUNT_SID}.json", self._account)
        app.router.add_post(f"{account}.json", self._create)
        app.router.add_get(f"{account}.json", self._list)
        app.router.add_get(f"{account}/{{sid}}.json", self._fetch)
        app.router.add_delete(f"{account}/{{sid}}.json", self._erase)
        app.router.add_post("/v1/Content", self._create_content)
        app.router.add_get("/v1/Content", self._list_content)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, shutdown_timeout=0.1)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = ClientSession(timeout=ClientTimeout(total=15))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # ------------------------------------------------------------------ what a person does
    async def write(self, number: str, text: str, **fields: str) -> int:
        """Write a text; returns the status our webhook gave in the end (0: nobody was there)."""
        message = self.record(number, text)
        return await self.deliver(message, {"MessageType": "text", **fields})

    async def choose(self, number: str, label: str) -> int:
        """Tap the button or list row with this label on the current screen."""
        screen = self.screen(number)
        identifier = next((found for found, shown in screen.buttons if shown == label), None)
        if identifier is None:
            raise LookupError(f"nothing on the screen is called {label!r}")
        kind = "ListId" if screen.kind == "twilio/list-picker" else "ButtonPayload"
        message = self.record(number, label)
        return await self.deliver(message, {"MessageType": "interactive", kind: identifier})

    async def share_place(self, number: str, latitude: float, longitude: float) -> int:
        """Send a location."""
        message = self.record(number, "")
        place = {"Latitude": str(latitude), "Longitude": str(longitude)}
        return await self.deliver(message, {"MessageType": "location", **place})

    async def send_media(self, number: str, content_type: str, caption: str = "") -> int:
        """Send a picture, a voice note …: only its kind exists here."""
        message = self.record(number, caption, num_media=1)
        media = {"MediaContentType0": content_type, "MediaUrl0": f"{self.url}/never-fetched"}
        return await self.deliver(message, {"MessageType": "media", **media})

    def record(self, number: str, text: str, *, age: float = 0.0, num_media: int = 0) -> Message:
        """Put an inbound message on record without calling the webhook (as in an outage)."""
        message = Message(
            sid="SM" + self._hex(),
            inbound=True,
            sender=number,
            to=SENDER,
            body=text,
            status="received",
            created=time.time() - age,
            num_media=num_media,
            refusals_left=self.early_refusals,
        )
        self.messages[message.sid] = message
        self._seen[number] = len(self._sent.get(number, []))
        return message

    async def deliver(self, message: Message, fields: dict[str, str] | None = None) -> int:
        """Call the webhook for a recorded message, again after a failure, as Twilio does."""
        form = self.form(message, **(fields or {}))
        status = 0
        for _ in range(1 + self.retries):
            status = await self.post(form)
            if 0 < status < 500:
                break
        return status

    # ------------------------------------------------------------------ what a phone shows
    def screen(self, number: str) -> Screen:
        """What was sent to this number since it last wrote."""
        fresh = self._sent.get(number, [])[self._seen.get(number, 0) :]
        if not fresh:
            return Screen()
        return Screen([m.body for m in fresh], fresh[-1].buttons, fresh[-1].kind)

    async def wait(self, number: str, count: int = 1, seconds: float = 5.0) -> Screen:
        """The screen, once at least `count` messages have come since this number last wrote."""
        await self.until(lambda: len(self.screen(number).texts) >= count, seconds)
        return self.screen(number)

    async def until(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Wait until `condition()` is true: looked at after every call, and now and then."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.02)

    def left(self, number: str) -> list[Message]:
        """What Twilio still has on record of this number, in both directions."""
        return [m for m in self.messages.values() if number in {m.sender, m.to}]

    def forget(self, number: str) -> None:
        """Somebody is done: what the phone showed is not needed any more."""
        self._sent.pop(number, None)
        self._seen.pop(number, None)

    # ------------------------------------------------------------------ trouble
    def mend(self) -> None:
        """Remove every trouble."""
        self._troubles.clear()

    def trouble(self, operation: Operation, **what: Any) -> None:
        """Let the next calls fail: status=, code=, seconds=, reset=, retry_after=, times=."""
        self._troubles.append(Trouble(operation, **what))

    # ------------------------------------------------------------------ webhooks
    def form(self, message: Message, **fields: str) -> list[tuple[str, str]]:
        """The fields of a webhook call for a message."""
        return list(
            {
                "AccountSid": ACCOUNT_SID,
                "ApiVersion": "2010-04-01",
                "Body": message.body,
                "From": message.sender,
                "MessageSid": message.sid,
                "NumMedia": str(message.num_media),
                "NumSegments": "1",
                "ProfileName": "Invented Name",
                "SmsMessageSid": message.sid,
                "SmsSid": message.sid,
                "SmsStatus": "received",
                "To": message.to,
                "WaId": message.sender.rpartition("+")[2],
                **fields,
            }.items()
        )

    async def post(
        self, form: Sequence[tuple[str, str]], headers: dict[str, str] | None = None
    ) -> int:
        """One webhook call, signed unless `headers` says otherwise; 0 when nobody answers."""
        if self._session is None:
            raise RuntimeError("use the fake as `async with FakeTwilio()`")
        if headers is None:
            headers = {"X-Twilio-Signature": sign(self.signed_as, form)}
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        try:
            body = urlencode(form).encode()
            async with self._session.post(self.webhook, data=body, headers=headers) as response:
                await response.read()
                return response.status
        except (ClientError, TimeoutError, OSError):
            return 0

    # ------------------------------------------------------------------ Messages
    async def _account(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != AUTHORISATION:
            return _error(401, 20003, "Authenticate")
        return web.json_response({"sid": ACCOUNT_SID, "status": "active"})

    async def _create(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        refused = await self._enter(request, "create", fields, fields.get("To", ""))
        if refused is not None:
            return refused
        if fields.get("From") != SENDER:
            return _error(400, 21603, "A 'From' of this account is required")
        if not fields.get("To"):
            return _error(400, 21604, "A 'To' is required")
        shown = self._shown(fields)
        if isinstance(shown, web.Response):
            return shown
        message = Message(
            sid="MM" + self._hex(),
            inbound=False,
            sender=SENDER,
            to=fields["To"],
            body=shown[0],
            status="delivered",
            created=time.time(),
            buttons=shown[1],
            kind=shown[2],
            refusals_left=self.early_refusals,
        )
        self.messages[message.sid] = message
        self._sent.setdefault(message.to, []).append(message)
        return self._done(message.shown(ACCOUNT_SID), status=201)

    def _shown(
        self, fields: dict[str, str]
    ) -> tuple[str, tuple[tuple[str, str], ...], str] | web.Response:
        """Text, buttons and kind of a message to be created, or why it is refused."""
        if "ContentSid" not in fields:
            body = fields.get("Body", "")
            if not body:
                return _error(400, 21619, "A text message body or content is required")
            if _units(body) > BODY_LIMIT:
                return _error(400, 21617, "The message body exceeds the 1600 character limit")
            return body, (), ""
        content = self.contents.get(fields["ContentSid"])
        if content is None:
            return _error(400, 21655, "The ContentSid is invalid")
        try:
            variables = json.loads(fields.get("ContentVariables", "{}"))
        except ValueError:
            variables = None
        if not isinstance(variables, dict) or not all(variables.values()):
            return _error(400, 21656, "The ContentVariables parameter is invalid")
        ((kind, parts),) = content["types"].items()
        name, label, _ = BUTTONS[kind]
        body = re.sub(r"{{(\w+)}}", lambda match: variables[match[1]], parts["body"])
        if _units(body) > CONTENT_BODY_LIMIT:
            return _error(400, 21617, "The message body exceeds the 1024 character limit")
        return body, tuple((part["id"], part[label]) for part in parts[name]), kind

    async def _list(self, request: web.Request) -> web.Response:
        refused = await self._enter(request, "list", dict(request.query))
        if refused is not None:
            return refused
        to, sender = request.query.get("To"), request.query.get("From")
        newest_first = sorted(self.messages.values(), key=lambda m: -m.created)
        found = [m for m in newest_first if to in {None, m.to} and sender in {None, m.sender}]
        size = min(int(request.query.get("PageSize", "50")), self.page_limit)
        start = int(request.query.get("Page", "0")) * size
        following = None
        if len(found) > start + size:
            query = {**request.query, "Page": str(start // size + 1), "PageSize": str(size)}
            following = f"{request.path}?{urlencode(query)}"
        page = [m.shown(ACCOUNT_SID) for m in found[start : start + size]]
        return self._done({"messages": page, "next_page_uri": following})

    async def _fetch(self, request: web.Request) -> web.Response:
        refused = await self._enter(request, "list", None)
        if refused is not None:
            return refused
        message = self.messages.get(request.match_info["sid"])
        if message is None:
            return _error(404, 20404, "The requested resource was not found")
        return self._done(message.shown(ACCOUNT_SID))

    async def _erase(self, request: web.Request) -> web.Response:
        refused = await self._enter(request, "erase", None)
        if refused is not None:
            return refused
        message = self.messages.get(request.match_info["sid"])
        if message is None:
            return _error(404, 20404, "The requested resource was not found")
        if message.refusals_left > 0:
            message.refusals_left -= 1
            return _error(409, 20009, "Cannot delete a message that is not finished")
        del self.messages[message.sid]
        self._changed.set()
        return web.Response(status=204)

    # ------------------------------------------------------------------ Content
    async def _create_content(self, request: web.Request) -> web.Response:
        raw = await request.text()
        refused = await self._enter(request, "content", raw)
        if refused is not None:
            return refused
        if request.content_type != "application/json":
            return _error(415, 20415, "Content-Type must be application/json")
        try:
            content = json.loads(raw)
        except ValueError:
            return _error(400, 20001, "The body is not JSON")
        reason = _content_fault(content)
        if reason:
            return _error(400, 92000, reason)
        sid = "HX" + secrets.token_hex(16)
        self.contents[sid] = {**content, "sid": sid}
        return self._done(self.contents[sid], status=201)

    async def _list_content(self, request: web.Request) -> web.Response:
        refused = await self._enter(request, "list", None)
        if refused is not None:
            return refused
        found = list(self.contents.values())
        size = min(int(request.query.get("PageSize", "50")), self.page_limit)
        start = int(request.query.get("Page", "0")) * size
        following = None
        if len(found) > start + size:
            following = f"{self.url}{request.path}?PageSize={size}&Page={start // size + 1}"
        page = found[start : start + size]
        return self._done({"contents": page, "meta": {"next_page_url": following}})

    # ------------------------------------------------------------------ every call
    async def _enter(
        self, request: web.Request, operation: Operation, sent: Any, address: str = ""
    ) -> web.Response | None:
        """Count the call, check the account, make trouble if some is due."""
        self.calls[operation] += 1
        self._changed.set()
        if request.headers.get("Authorization") != AUTHORISATION:
            return _error(401, 20003, "Authenticate")
        trouble = self._due(operation, address)
        if trouble is not None:
            if trouble.seconds:
                await asyncio.sleep(trouble.seconds)
            if trouble.reset and request.transport is not None:
                request.transport.abort()
            if trouble.reset or trouble.status:
                return _error(trouble.status or 500, trouble.code, "trouble", trouble.retry_after)
        if self._keep_calls:
            self.requests.append((operation, request.content_type, sent))
        return None

    def _hex(self) -> str:
        return (self.sid_stem + secrets.token_hex(16))[:32]

    def _due(self, operation: Operation, address: str) -> Trouble | None:
        for trouble in self._troubles:
            if trouble.operation == operation and trouble.address in {"", address}:
                trouble.times -= 1
                if trouble.times <= 0:
                    self._troubles.remove(trouble)
                return trouble
        return None

    def _done(self, body: dict[str, Any], status: int = 200) -> web.Response:
        self._changed.set()
        return web.json_response(body, status=status)


def sign(url: str, form: Iterable[tuple[str, str]], token: str = AUTH_TOKEN) -> str:
    """Twilio's signature: HMAC-SHA1 over the address and the sorted fields, in base64."""
    data = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(token.encode(), data.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _content_fault(content: Any) -> str:
    """Why Twilio would refuse this Content resource; empty when it would not."""
    try:
        ((kind, parts),) = content["types"].items()
        name, label, most = BUTTONS[kind]
        items = parts[name]
        if not 1 <= len(items) <= most:
            return f"{kind} takes 1 to {most} items"
        if len({item["id"] for item in items}) < len(items):
            return "item ids must be unique"
        longest = 24 if label == "item" else 20
        for item in items:
            if not 1 <= _units(item[label]) <= longest or not 1 <= len(item["id"]) <= 200:
                return "an item is empty or too long"
            if _units(item.get("description", "")) > 72 or item.get("description") == "":
                return "a description is empty or too long"
        if label == "item" and not 1 <= _units(parts["button"]) <= 20:
            return "the list needs a button text of at most 20 characters"
    except (AttributeError, KeyError, TypeError, ValueError):
        return "the resource is malformed"
    return "" if content.get("friendly_name") and content.get("language") else "no name or language"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _error(status: int, code: int, message: str, retry_after: int | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"code": code, "message": message, "status": status}
    return web.json_response(body, status=status, headers=headers)
