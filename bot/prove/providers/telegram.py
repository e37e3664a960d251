"""A small Telegram on loopback: the Bot API over real HTTP, webhooks, and chats one can look at.

    async with FakeTelegram() as telegram:
        channel = TelegramChannel(telegram.token, telegram.api_base, conversation, …)
        await channel.start()
        await telegram.write(1, "hello")
        await telegram.until(lambda: telegram.screen(1)[-1].from_bot)
        await telegram.press(1, "Yes")

It refuses what the real one refuses, as far as a bot of ours could get it wrong: texts, buttons and
copy buttons of the wrong size, edits of what is not there or not different, presses answered twice,
old messages deleted, unknown methods. `fail` plants faults; `calls` holds all that was asked.
"""

import asyncio
import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import aiohttp
from aiohttp import web

TOKEN = "1000001:fake-token-for-tests_0123456789"
BOT = {"id": 1000001, "is_bot": True, "first_name": "Fake", "username": "fake_bot"}
NESTED = ("reply_markup", "link_preview_options", "allowed_updates", "commands", "message_ids")
SHOWING = ("sendMessage", "editMessageText")
PATIENCE_SECONDS = 10.0
REDELIVERY_SECONDS = 0.05

Kind = Literal["429", "500", "403", "400", "drop", "slow"]


class RefusedError(Exception):
    """The Bot API's "ok": false."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


@dataclass
class Call:
    """One call of a method, or one method named in a webhook's answer."""

    method: str
    params: dict[str, Any]
    in_webhook_answer: bool = False


@dataclass
class Shown:
    """A message as it stands in a chat."""

    reference: int
    text: str
    from_bot: bool
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    edits: int = 0
    protected: bool = False

    @property
    def labels(self) -> list[str]:
        """What its buttons say."""
        return [button["text"] for row in self.keyboard for button in row]


@dataclass
class Fault:
    """What happens to the next `times` calls of a method (to one chat only, when given)."""

    kind: Kind
    times: int
    chat: int | None
    retry_after: int
    seconds: float
    description: str


class FakeTelegram:
    """One bot's Telegram. Chats are numbers; private ones are positive, groups negative."""

    def __init__(self, token: str = TOKEN, *, keep_calls: bool = True) -> None:
        self.token = token
        self.api_base = ""
        self.calls: list[Call] = []
        """Everything that was asked, unless thousands talk (`keep_calls`)."""
        self.asked: Counter[str] = Counter()
        self._keep_calls = keep_calls
        self._shows: dict[int, list[Call]] = defaultdict(list)
        self.webhook = ""
        self.secret = ""
        self.max_connections = 0
        self.statuses: list[int] = []
        """How each delivery to the webhook was answered (0: not at all)."""
        self.settings: dict[tuple[str, str], Any] = {}
        """(name | description | short_description | commands, language) → what was set."""
        self.blocked: set[int] = set()
        self.left: set[int] = set()
        self.old: set[int] = set()
        """References of messages older than 48 hours."""
        self.open_presses: set[str] = set()
        self._chats: dict[int, dict[int, Shown]] = defaultdict(dict)
        self._queue: list[dict[str, Any]] = []
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._last_reference = 10
        self._last_update = 1000
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a port of its own."""
        app = web.Application(client_max_size=1 << 22)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_base = f"http://{host}:{port}"
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS))
        return self

    async def __aexit__(self, *_raised: object) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what people do --------------------------------------------------------------------

    async def write(self, chat: int, text: str, **more: Any) -> int:
        """A person writes; `more` are further fields of the message. The message's number."""
        return await self.send(chat, text=text, **more)

    async def send(self, chat: int, **content: Any) -> int:
        """A person sends any message: `location={…}`, `voice={…}` … The message's number."""
        reference = self._next_reference()
        text = str(content.get("text", ""))
        self._chats[chat][reference] = Shown(reference, text, from_bot=False)
        message = {"message_id": reference, "date": 1, **self._who(chat), **content}
        await self.push({"message": message})
        return reference

    async def press(self, chat: int, label: str, reference: int = 0) -> str:
        """A person presses the button whose label contains this; the id of the press.

        On the newest message that has it, or on the message `reference`.
        """
        shown, button = self._button(chat, label, reference)
        return await self.press_token(chat, shown.reference, button["callback_data"], shown.text)

    async def press_token(self, chat: int, reference: int, token: str, text: str = "") -> str:
        """A person presses a button that carries `token`, also one that is long gone."""
        query = str(700_000 + self._next_reference())
        self.open_presses.add(query)
        who = self._who(chat)
        message = {"message_id": reference, "date": 1, "text": text, **who}
        pressed = {"id": query, "chat_instance": "1", "message": message, "from": who["from"]}
        await self.push({"callback_query": {**pressed, "data": token}})
        return query

    async def push(self, update: dict[str, Any]) -> int:
        """Deliver an update as Telegram would; its update_id (a given one is kept)."""
        self._last_update += 1
        update = {"update_id": self._last_update, **update}
        if self.webhook:
            await self._deliver(update)
        else:
            async with self._changed:
                self._queue.append(update)
                self._changed.notify_all()
        return int(update["update_id"])

    # -- what one can see -------------------------------------------------------------------

    def screen(self, chat: int) -> list[Shown]:
        """The messages that stand in a chat, oldest first."""
        return list(self._chats[chat].values())

    def bot_texts(self, chat: int) -> list[str]:
        """What the bot's messages in a chat say now."""
        return [shown.text for shown in self.screen(chat) if shown.from_bot]

    def shown_to(self, chat: int) -> list[Call]:
        """Every text sent to or edited in a chat, in order, also those that were refused."""
        return self._shows[chat]

    def forget(self, chat: int) -> None:
        """Somebody is done: what stood in the chat is not needed any more."""
        self._shows.pop(chat, None)
        self._chats.pop(chat, None)

    def called(self, method: str) -> list[Call]:
        """The calls of one method so far."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    @property
    def delivering(self) -> bool:
        """Whether something is still to be delivered to the webhook again."""
        return bool(self._tasks)

    @property
    def unconfirmed(self) -> list[int]:
        """Numbers of the updates that still wait to be confirmed by getUpdates."""
        return [update["update_id"] for update in self._queue]

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the condition holds; it is asked after every call and delivery."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    # -- faults ------------------------------------------------------------------------------

    def fail(
        self,
        method: str,
        kind: Kind,
        *,
        times: int = 1,
        chat: int | None = None,
        retry_after: int = 1,
        seconds: float = PATIENCE_SECONDS,
        description: str = "",
    ) -> None:
        """Make the next calls fail: an error code, a dropped connection, or an answer too slow."""
        fault = Fault(kind, times, chat, retry_after, seconds, description)
        self._faults[method.lower()].append(fault)

    def mend(self) -> None:
        """Remove every fault."""
        self._faults.clear()

    # -- the Bot API ---------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        params = await _params(request)
        async with self._noticed():
            self._note(Call(method, params))
            try:
                self._check_token(request.match_info["token"])
                await self._suffer(request, method, params)
                result = await self._perform(method, params)
            except RefusedError as refused:
                return _refused(refused)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, token: str) -> None:
        if token != self.token:
            raise RefusedError(401, "Unauthorized")

    async def _perform(self, method: str, params: dict[str, Any]) -> Any:
        handler = getattr(self, f"_do_{method.lower()}", None)
        if handler is None:
            raise RefusedError(404, "Not Found")
        outcome = handler(params)
        return await outcome if asyncio.iscoroutine(outcome) else outcome

    async def _suffer(self, request: web.Request, method: str, params: dict[str, Any]) -> None:
        for fault in self._faults[method.lower()]:
            if fault.times < 1 or fault.chat not in (None, params.get("chat_id")):
                continue
            fault.times -= 1
            if fault.kind == "drop":
                if request.transport is not None:
                    request.transport.abort()
                raise RefusedError(500, "gone")
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
                return
            retry_after = fault.retry_after if fault.kind == "429" else 0
            raise RefusedError(
                int(fault.kind), fault.description or f"fault {fault.kind}", retry_after
            )

    def _do_getme(self, _params: dict[str, Any]) -> Any:
        return {**BOT, "can_join_groups": False, "can_read_all_group_messages": False}

    def _do_getwebhookinfo(self, _params: dict[str, Any]) -> Any:
        return {"url": self.webhook, "pending_update_count": len(self._queue)}

    def _do_setwebhook(self, params: dict[str, Any]) -> bool:
        if not str(params.get("url", "")).startswith(("https://", "http://127.0.0.1")):
            raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
        self.webhook = params["url"]
        self.secret = params.get("secret_token", "")
        self.max_connections = int(params.get("max_connections", 40))
        return True

    def _do_deletewebhook(self, _params: dict[str, Any]) -> bool:
        self.webhook = self.secret = ""
        return True

    async def _do_getupdates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise RefusedError(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        self._queue = [update for update in self._queue if update["update_id"] >= offset]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(float(params.get("timeout", 0)) or 0.001), self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: self._queue)
        return self._queue[:limit]

    def _do_sendmessage(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(params)
        shown = Shown(self._next_reference(), _text(params), from_bot=True)
        shown.keyboard = _keyboard(params)
        shown.protected = bool(params.get("protect_content"))
        self._chats[chat][shown.reference] = shown
        return _message(chat, shown)

    def _do_editmessagetext(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(params)
        shown = self._chats[chat].get(int(params["message_id"]))
        if shown is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        if not shown.from_bot:
            raise RefusedError(400, "Bad Request: message can't be edited")
        text, keyboard = _text(params), _keyboard(params)
        if (text, keyboard) == (shown.text, shown.keyboard):
            raise RefusedError(400, "Bad Request: message is not modified")
        shown.text, shown.keyboard, shown.edits = text, keyboard, shown.edits + 1
        return _message(chat, shown)

    def _do_deletemessages(self, params: dict[str, Any]) -> bool:
        chat, references = self._chat(params), params["message_ids"]
        if not 1 <= len(references) <= 100:
            raise RefusedError(400, "Bad Request: too many message identifiers specified")
        if self.old.intersection(references):
            raise RefusedError(400, "Bad Request: message can't be deleted for everyone")
        for reference in references:
            self._chats[chat].pop(reference, None)
        return True

    def _do_answercallbackquery(self, params: dict[str, Any]) -> bool:
        query = str(params["callback_query_id"])
        if query not in self.open_presses:
            raise RefusedError(400, "Bad Request: query is too old or query ID is invalid")
        self.open_presses.discard(query)
        return True

    def _do_leavechat(self, params: dict[str, Any]) -> bool:
        self.left.add(self._chat(params))
        return True

    def _do_setmyname(self, params: dict[str, Any]) -> bool:
        return self._set("name", params, str(params.get("name", "")))

    def _do_setmydescription(self, params: dict[str, Any]) -> bool:
        return self._set("description", params, str(params.get("description", "")))

    def _do_setmyshortdescription(self, params: dict[str, Any]) -> bool:
        return self._set("short_description", params, str(params.get("short_description", "")))

    def _do_setmycommands(self, params: dict[str, Any]) -> bool:
        return self._set("commands", params, params.get("commands", []))

    def _do_getmyname(self, params: dict[str, Any]) -> dict[str, str]:
        return {"name": self._get("name", params, "")}

    def _do_getmydescription(self, params: dict[str, Any]) -> dict[str, str]:
        return {"description": self._get("description", params, "")}

    def _do_getmyshortdescription(self, params: dict[str, Any]) -> dict[str, str]:
        return {"short_description": self._get("short_description", params, "")}

    def _do_getmycommands(self, params: dict[str, Any]) -> list[dict[str, str]]:
        commands: list[dict[str, str]] = self._get("commands", params, [])
        return commands

    # -- inside ----------------------------------------------------------------------------------

    def _note(self, call: Call) -> None:
        self.asked[call.method] += 1
        if self._keep_calls:
            self.calls.append(call)
        if call.method in SHOWING:
            self._shows[int(call.params.get("chat_id", 0))].append(call)

    async def _deliver(self, update: dict[str, Any]) -> None:
        """Post to the webhook; anything but 200 is delivered again a little later."""
        status = await self._post(update)
        async with self._noticed():
            self.statuses.append(status)
        if status != 200 and self.webhook:
            self._later(self._redeliver(update))

    async def _redeliver(self, update: dict[str, Any]) -> None:
        await asyncio.sleep(REDELIVERY_SECONDS)
        await self._deliver(update)

    async def _post(self, update: dict[str, Any]) -> int:
        if self._http is None:
            raise RuntimeError("use the fake as `async with FakeTelegram()`")
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            async with self._http.post(self.webhook, json=update, headers=headers) as response:
                body = await response.read()
                if response.status == 200 and body:
                    await self._called_back(json.loads(body))
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _called_back(self, params: dict[str, Any]) -> None:
        method = str(params.pop("method"))
        self._note(Call(method, params, in_webhook_answer=True))
        with contextlib.suppress(RefusedError):  # the real one does not tell either
            await self._perform(method, params)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @contextlib.asynccontextmanager
    async def _noticed(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            async with self._changed:
                self._changed.notify_all()

    def _chat(self, params: dict[str, Any]) -> int:
        chat = int(params.get("chat_id", 0))
        if chat in self.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat == 0 or chat in self.left:
            raise RefusedError(400, "Bad Request: chat not found")
        return chat

    def _who(self, chat: int) -> dict[str, Any]:
        kind = "private" if chat > 0 else "group"
        person = {"id": abs(chat), "is_bot": False, "first_name": "Invented", "last_name": "Person"}
        return {"from": person, "chat": {"id": chat, "type": kind, "first_name": "Invented"}}

    def _button(self, chat: int, label: str, reference: int) -> tuple[Shown, dict[str, Any]]:
        for shown in reversed(self.screen(chat)):
            if reference in (0, shown.reference):
                for row in shown.keyboard:
                    for button in row:
                        if label in button["text"] and "callback_data" in button:
                            return shown, button
        raise AssertionError(f"no button {label!r} on the screen")

    def _set(self, what: str, params: dict[str, Any], value: Any) -> bool:
        self.settings[what, params.get("language_code") or ""] = value
        return True

    def _get(self, what: str, params: dict[str, Any], default: Any) -> Any:
        return self.settings.get((what, params.get("language_code") or ""), default)

    def _next_reference(self) -> int:
        self._last_reference += 1
        return self._last_reference


async def _params(request: web.Request) -> dict[str, Any]:
    """Query, JSON or form, as the Bot API takes them; nested values may be JSON in a string."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        params.update(json.loads(body) if body else {})
    else:
        params.update(await request.post())
    for name in NESTED:
        if isinstance(params.get(name), str):
            params[name] = json.loads(params[name])
    return params


def _refused(refused: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code}
    body["description"] = refused.description
    if refused.retry_after:
        body["parameters"] = {"retry_after": refused.retry_after}
    return web.json_response(body, status=refused.code)


def _text(params: dict[str, Any]) -> str:
    text = str(params.get("text", ""))
    if not text.strip():
        raise RefusedError(400, "Bad Request: message text is empty")
    if len(text) > 4096:
        raise RefusedError(400, "Bad Request: message is too long")
    return text


def _keyboard(params: dict[str, Any]) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = params.get("reply_markup", {}).get("inline_keyboard", [])
    for row in rows:
        if not 1 <= len(row) <= 8:
            raise RefusedError(400, "Bad Request: BUTTON_ROW_INVALID")
        for button in row:
            _check_button(button)
    return rows


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise RefusedError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    if "copy_text" in button:
        good = 1 <= len(button["copy_text"]["text"]) <= 256
    else:
        good = 1 <= len(button.get("callback_data", "").encode()) <= 64
    if not good:
        raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")


def _message(chat: int, shown: Shown) -> dict[str, Any]:
    return {
        "message_id": shown.reference,
        "date": 1,
        "chat": {"id": chat, "type": "private"},
        "from": BOT,
        "text": shown.text,
        "reply_markup": {"inline_keyboard": shown.keyboard},
    }
