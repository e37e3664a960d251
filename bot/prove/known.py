"""People and providers whose every number, name, place and word is recognised anywhere."""

from typing import Any, Final

from aiohttp import web

from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio, Message
from bot.prove.traces import Trace, of_degrees, of_text, stem

# One beginning is common to all numbers of a kind, also in binary: so one search finds them all.
CHATS: Final = 0x0F_A3_91_E7_24_00_00
MESSAGES: Final = 0x2C_5D_83_B7_49_00_00_00
UPDATES: Final = 0x2B_97_4E_D1_6A_00_00_00
COUNTED: Final = 1 << 24
"""How many messages and updates may come."""
PHONES: Final = 0x38CB99C27 << 16
"""Fifteen digits of a country code that nobody has: 999…"""
SID_STEM: Final = "7b3e9d51c48f2a06"
NAME, USER = "Zibqorna", "zibqorn_user"
WORD, ARABIC, SECRET_WORD, REPLY = "quibzanor", "قبزنورة", "plomwexit", "hujantriq"
LATITUDE, LONGITUDE = 33.31287654, 44.36154321


class KnownTelegram(FakeTelegram):
    """One whose people have names, and whose numbers are recognised anywhere."""

    def __init__(self, *, keep_calls: bool = True) -> None:
        super().__init__(keep_calls=keep_calls)
        self._last_reference, self._last_update = MESSAGES, UPDATES

    def _who(self, chat: int) -> dict[str, Any]:
        told = super()._who(chat)
        told["from"] |= {"first_name": NAME, "last_name": NAME, "username": USER}
        told["chat"] |= {"first_name": NAME, "username": USER}
        return told


class KnownTwilio(FakeTwilio):
    """One whose message ids are remembered, to look for them afterwards."""

    def __init__(self, *, keep_calls: bool = True) -> None:
        super().__init__(keep_calls=keep_calls)
        self.sid_stem = SID_STEM
        self.sids: set[str] = set()

    def form(self, message: Message, **fields: str) -> list[tuple[str, str]]:
        """The fields of a webhook call, with a name in them."""
        return super().form(message, **{"ProfileName": NAME, **fields})

    def _done(self, body: dict[str, Any], status: int = 200) -> web.Response:
        if self._keep_calls:
            self.sids.update(self.messages)
        return super()._done(body, status)

    def record(self, number: str, text: str, *, age: float = 0.0, num_media: int = 0) -> Message:
        """Put an inbound message on record."""
        message = super().record(number, text, age=age, num_media=num_media)
        self.sids.add(message.sid)
        return message


def phone(number: int) -> str:
    """The invented phone of somebody."""
    return f"whatsapp:+{PHONES + number}"


def of_people() -> list[Trace]:
    """Who somebody is, where they are and what they said: what may be found nowhere at all."""
    return [
        *stem("a chat", CHATS), *stem("a phone", PHONES),
        *of_text("a name", NAME), *of_text("a user name", USER),
        *of_text("a word", WORD), *of_text("a word", ARABIC),
        *of_text("a secret word", SECRET_WORD), *of_text("a reply", REPLY),
        *of_degrees("a latitude", LATITUDE), *of_degrees("a longitude", LONGITUDE),
    ]  # fmt: skip


def of_messages() -> list[Trace]:
    """What leads to somebody through the provider: numbers of messages and updates."""
    return [
        *stem("a message", MESSAGES, COUNTED), *stem("an update", UPDATES, COUNTED),
        Trace("a message of Twilio's", "text", SID_STEM.encode()),
        Trace("a message of Twilio's", "bytes", bytes.fromhex(SID_STEM)),
    ]  # fmt: skip


def of_secrets(*secrets: str) -> list[Trace]:
    """Tokens of the installation and codes of people."""
    return [trace for secret in secrets for trace in of_text("a token or code", secret)]
