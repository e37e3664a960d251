"""The Telegram channel: wires transport, intake and delivery, and talks to Telegram about the bot.

python-telegram-bot is used for what is rare (setting the webhook, names, commands); its handlers,
its update loop and its persistence are not: they confirm before anything is stored.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, urlsplit

import structlog
from telegram import Bot, BotCommand
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.backoff import pause
from bot.channels.telegram.delivery import Courier
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.requests import PacedError, Request, quieten
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.telegram.webhook import PATH, Webhook
from bot.channels.telegram.wire import Wire
from bot.errors import ConfigurationError
from bot.ports.conversation import Conversation

WEBHOOK_CONNECTIONS: Final = 100
"""As many as Telegram allows: no visitor waits because others do."""
POLL_SECONDS: Final = 50.0
POLL_GRACE_SECONDS: Final = 10.0
DRAIN_SECONDS: Final = 5.0
SWEEP_SECONDS: Final = 60.0
_ALLOWED: Final = "allowed_updates=" + quote(json.dumps(ALLOWED_UPDATES), safe="")
_TOKEN: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")

_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Face:
    """How the bot presents itself in one interface language of the app; bland on purpose."""

    name: str
    description: str
    short_description: str
    commands: tuple[tuple[str, str], ...] = ()
    """(command without slash, what it does), in the order of the menu."""


class TelegramChannel:
    """One bot on Telegram: `start()`, serve `webhook` if that is the mode, `stop()`.

    `group_refusal` gives the one sentence said before leaving a group. In webhook mode `secret`
    and `public_url` are needed.
    """

    def __init__(
        self,
        token: str,
        api_base: str,
        conversation: Conversation,
        *,
        group_refusal: Callable[[], str],
        mode: Literal["polling", "webhook"] = "polling",
        secret: str | None = None,
        public_url: str | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        quieten()
        self._address = _checked(token, mode, secret, public_url)
        self._mode = mode
        self._secret = secret or ""
        base = api_base.rstrip("/")
        self._updates_url = f"{base}/bot{token}/getUpdates"
        self._request = Request()
        self._wire = Wire(base, token)
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._courier = Courier(self._wire, conversation.delivered, self._ended)
        self._intake = Intake(conversation, self._courier, self._wire, group_refusal)
        self._poller = Poller(self._fetch, self._intake, poll_seconds)
        self.webhook: Final = Webhook(self._secret, self._intake) if mode == "webhook" else None
        """The ASGI application for `POST /hooks/telegram`; None when polling."""
        self._tasks: list[asyncio.Task[None]] = []
        self._polling: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()

    def __repr__(self) -> str:
        return f"<telegram channel, {self.describe()}>"

    def describe(self) -> str:
        """For a log line: the mode, and the webhook's public address."""
        return f"webhook at {self._address}" if self._mode == "webhook" else "polling"

    @property
    def settled(self) -> bool:
        """Whether Telegram was told how to reach us (for readiness)."""
        return self._settled.is_set()

    async def start(self) -> None:
        """Begin: tell Telegram how updates reach us and, when polling, fetch them.

        Does not wait for a Telegram that cannot be reached: that is tried again until it can.
        Raises ConfigurationError when Telegram refuses the token or the webhook's address.
        """
        await self._request.initialize()
        try:
            told = await self._announced()
        except ConfigurationError:
            await self._request.shutdown()
            raise
        if told is not None:
            self._tasks.append(asyncio.create_task(self._announce(told)))
        self._tasks.append(asyncio.create_task(self._keep_tidy()))
        if self._mode == "polling":
            self._polling = asyncio.create_task(self._poll())
            self._tasks.append(self._polling)

    async def stop(self) -> None:
        """End: finish turns under way, deliver what can be delivered soon, close everything.

        The webhook stays set: Telegram keeps what comes meanwhile.
        """
        self._poller.stop()
        if self._polling is not None and self._settled.is_set():
            await asyncio.gather(self._polling, return_exceptions=True)
        left = await self._courier.drain(DRAIN_SECONDS)
        if left:
            _log.warning("telegram.undelivered", count=left)
        self._courier.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._wire.close()
        await self._request.shutdown()

    async def idle(self, seconds: float) -> int:
        """Wait until every reply is delivered, at most so long; how many are not."""
        return await self._courier.drain(seconds)

    def present(self, faces: Mapping[str, Face]) -> None:
        """Introduce the bot in the background; what fails is left to the next start."""
        self._tasks.append(asyncio.create_task(self._present(faces)))

    async def _present(self, faces: Mapping[str, Face]) -> None:
        await self._settled.wait()
        try:
            await self.introduce(faces)
        except TelegramError as error:
            _log.warning("telegram.not_introduced", kind=type(error).__name__)

    async def introduce(self, faces: Mapping[str, Face]) -> None:
        """Set name, descriptions and commands where they differ; "" is the default language.

        Telegram allows few changes of a name; reading is free. A face without commands leaves
        those that are set.

        Keys are Telegram's two-letter language codes ("ar", "ku", "en"). Raises TelegramError.
        """
        for code, face in faces.items():
            language = code or None
            bot = self._bot
            if (await bot.get_my_name(language)).name != face.name:
                await bot.set_my_name(face.name, language)
            if (await bot.get_my_description(language)).description != face.description:
                await bot.set_my_description(face.description, language)
            short = (await bot.get_my_short_description(language)).short_description
            if short != face.short_description:
                await bot.set_my_short_description(face.short_description, language)
            commands = tuple(BotCommand(name, about) for name, about in face.commands)
            if commands and await bot.get_my_commands(language_code=language) != commands:
                await bot.set_my_commands(commands, language_code=language)

    async def user_name(self) -> str:
        """The bot's public user name, for links and posters. Raises TelegramError."""
        return (await self._bot.get_me()).username or ""

    async def notify(self, chat: int, text: str) -> None:
        """Send a text to a chat of the staff. Raises TelegramError."""
        await self._bot.send_message(chat, text)

    def _ended(self, mark: int) -> None:
        self._intake.ended(mark)

    async def _announced(self) -> float | None:
        """Set or remove the webhook; seconds Telegram asks to wait (0: unknown) when it failed."""
        try:
            await self._tell_mode()
        except (InvalidToken, Forbidden):
            refusal = "Telegram refuses SANAD_TELEGRAM_TOKEN; @BotFather shows the right one"
        except BadRequest:
            refusal = "Telegram refuses the webhook; SANAD_PUBLIC_URL must be reachable by https"
        except TelegramError as error:
            _log.warning("telegram.unreachable", kind=type(error).__name__)
            return error.seconds if isinstance(error, PacedError) else 0.0
        else:
            self._settled.set()
            return None
        raise ConfigurationError(refusal)

    async def _tell_mode(self) -> None:
        if self._mode == "polling":
            await self._bot.delete_webhook()
            return
        await self._bot.set_webhook(
            self._address,
            max_connections=WEBHOOK_CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=self._secret,
        )

    async def _announce(self, told: float) -> None:
        """Try again until Telegram knows how to reach us."""
        attempt = 1
        while True:
            await asyncio.sleep(pause(attempt, told))
            attempt += 1
            try:
                wait = await self._announced()
            except ConfigurationError:
                _log.error("telegram.refused_setting")
                return
            if wait is None:
                return
            told = wait

    async def _poll(self) -> None:
        await self._settled.wait()
        await self._poller.run()

    async def _fetch(self, offset: int, seconds: float, most: int) -> tuple[int, bytes]:
        asked = f"?offset={offset}&timeout={int(seconds)}&limit={most}&{_ALLOWED}"
        return await self._request.call(
            "GET", self._updates_url + asked, None, seconds + POLL_GRACE_SECONDS
        )

    async def _keep_tidy(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(SWEEP_SECONDS)
                self._courier.sweep()


def _checked(token: str, mode: str, secret: str | None, public_url: str | None) -> str:
    """The webhook's address ("" when polling); ConfigurationError names what is wrong."""
    if not _TOKEN.fullmatch(token):
        raise ConfigurationError(
            "SANAD_TELEGRAM_TOKEN is not a bot token; it looks like 123456:letters-and-digits"
        )
    if mode == "polling":
        return ""
    if not public_url or urlsplit(public_url).scheme not in ("http", "https"):
        raise ConfigurationError(
            "SANAD_TELEGRAM_MODE=webhook needs SANAD_PUBLIC_URL, the https address of this server"
        )
    if not secret or not _SECRET.fullmatch(secret):
        raise ConfigurationError(
            "SANAD_TELEGRAM_MODE=webhook needs SANAD_TELEGRAM_WEBHOOK_SECRET: "
            "1 to 256 letters, digits, - and _"
        )
    return public_url.rstrip("/") + PATH
