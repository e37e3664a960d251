"""The questions that tell whether Telegram and Twilio answer and know us."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from bot.app.settings import Settings
from bot.channels.inquiry import Answer, ask

Question = Callable[[], Awaitable[Answer]]
EVERY_SECONDS: Final = 60


class Note(Protocol):
    """Who wants to know."""

    def __call__(self, name: str, /, *, up: bool) -> None:
        """A provider answered, or did not."""
        ...


async def watch(settings: Settings, note: Note) -> None:
    """Ask every provider once a minute, for ever."""
    while True:
        for name, question in questions(settings).items():
            note(name, up=(await question()).ok)
        await asyncio.sleep(EVERY_SECONDS)


def questions(settings: Settings) -> Mapping[str, Question]:
    """One question for each provider that has settings; none of them changes anything there."""
    asked: dict[str, Question] = {}
    if settings.telegram_token is not None:
        asked["telegram"] = lambda: telegram(settings, "getMe")
    if settings.whatsapp_on:
        asked["twilio"] = lambda: twilio(settings)
    return asked


async def telegram(settings: Settings, method: str) -> Answer:
    """Call a method of the Bot API that needs no parameters."""
    token = settings.telegram_token
    assert token is not None  # noqa: S101 - asked only where it is set
    base = settings.telegram_api_base.rstrip("/")
    return await ask(f"{base}/bot{token.get_secret_value()}/{method}")


async def twilio(settings: Settings) -> Answer:
    """Fetch the account itself: needs the token to be right, and brings nobody's message along."""
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    assert sid is not None  # noqa: S101 - asked only where they are set
    assert token is not None  # noqa: S101
    account, base = sid.get_secret_value(), settings.twilio_api_base.rstrip("/")
    address = f"{base}/2010-04-01/Accounts/{account}.json"
    return await ask(address, (account, token.get_secret_value()))
