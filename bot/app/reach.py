"""Start every channel that has settings."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from bot.app.faces import faces
from bot.app.first_start import first_start
from bot.app.settings import Settings
from bot.engine.flow import Book
from bot.errors import ConfigurationError
from bot.i18n.catalogues import Catalogue
from bot.ports.cases import Alarm, Call
from bot.ports.conversation import Conversation
from bot.ports.runtime import Clock, Epochs
from bot.sealing import epochs as pseudonyms
from bot.usecases.escalate import LogAlarm


@dataclass(slots=True)
class Reach:
    """How the program is reached: provider hooks by path, what to tell, how staff are called."""

    hooks: dict[str, ASGIApp] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=lambda: [LogAlarm()])


async def start_telegram(
    settings: Settings,
    conversation: Conversation,
    reach: Reach,
    stack: AsyncExitStack,
    *,
    book: Book,
    catalogue: Catalogue,
) -> None:
    """Start Telegram if its token is set."""
    if settings.telegram_token is None:
        return
    from bot.channels.telegram import TelegramChannel  # noqa: PLC0415 - half a second

    secret = settings.telegram_webhook_secret
    channel = TelegramChannel(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api_base,
        conversation,
        secret=secret.get_secret_value() if secret else None,
        public_url=settings.public_url,
        mode=settings.telegram_mode,
        group_refusal=lambda: group_refusal(book),
    )
    if channel.webhook is not None:
        reach.hooks["/hooks/telegram"] = channel.webhook
    if settings.telegram_staff_chat is not None:
        reach.alarms.append(
            StaffChat(channel.notify, settings.telegram_staff_chat.get_secret_value())
        )
    stack.push_async_callback(channel.stop)
    await channel.start()
    channel.present(faces(catalogue))
    reach.told.append(f"Telegram ({channel.describe()})")


def group_refusal(book: Book) -> str:
    """What is said once in a group, in all four languages."""
    return "\n".join(dict.fromkeys(book.text(tag, "odd.group") for tag in book.texts))


async def start_whatsapp(
    settings: Settings,
    conversation: Conversation,
    reach: Reach,
    stack: AsyncExitStack,
    *,
    epochs: Epochs,
    clock: Clock,
) -> None:
    """Start WhatsApp if the Twilio settings are there."""
    sid, token, sender = (
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_sender,
    )  # fmt: skip
    if sid is None or token is None or sender is None:
        return
    from bot.channels.whatsapp import WhatsAppChannel  # noqa: PLC0415 - only if wanted

    channel = WhatsAppChannel(
        sid.get_secret_value(),
        token.get_secret_value(),
        sender.get_secret_value(),
        settings.public_url,
        settings.twilio_api_base,
        conversation,
        mark=lambda message: pseudonyms.mark(epochs.current()[1], message.encode()),
        content=settings.data_dir / "content.json",
        since=first_start(settings.data_dir, sender.get_secret_value(), clock.now()),
    )
    reach.hooks["/hooks/whatsapp"] = channel.webhook
    stack.push_async_callback(channel.stop)
    await channel.start()
    reach.told.append(f"WhatsApp ({channel.describe()})")


class StaffChat:
    """An alarm in a Telegram chat of the staff: how urgent, how many; never what."""

    def __init__(self, notify: Callable[[int, str], Awaitable[None]], chat: str) -> None:
        try:
            self._chat = int(chat)
        except ValueError as error:
            raise ConfigurationError(
                "SANAD_TELEGRAM_STAFF_CHAT must be the number of a chat the bot is in"
            ) from error
        self._notify = notify

    async def ring(self, call: Call) -> bool:
        """See Alarm.ring."""
        who = ", ".join(call.handles) or "everybody"
        await self._notify(self._chat, f"T{call.urgency} · {call.cases} · {call.watch}: {who}")
        return True
