"""Telegram's update JSON → who wrote and what, and nothing else.

The parser skips everything that `payloads` does not name, which says why.
"""

import json
from typing import Final, Literal

import msgspec

from bot.channels.telegram import payloads
from bot.domain.message import Inbound, OddKind
from bot.domain.visitor import Visitor

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""What Telegram is asked to send."""
CHANNEL: Final = "telegram"
TEXT_MOST: Final = 4096
"""Characters; Telegram never sends more, and what poses as Telegram gets no further with more."""
TOKEN_MOST: Final = 64
_HERE: Final = ("member", "administrator", "restricted", "creator")


class Heard:
    """One thing a visitor did, with what is needed to answer: never shown, stored or logged.

    `query` is the id of a pressed button's query, "" when nothing was pressed.
    """

    __slots__ = ("chat", "inbound", "query", "visitor")

    def __init__(self, visitor: Visitor, inbound: Inbound, chat: int, query: str = "") -> None:
        self.visitor = visitor
        self.inbound = inbound
        self.chat = chat
        self.query = query

    def __repr__(self) -> str:
        return "<update of a visitor>"


class Crowd:
    """A group or a channel that the bot must leave; `speak`: tell it why first."""

    __slots__ = ("chat", "query", "speak")

    def __init__(self, chat: int, *, speak: bool, query: str = "") -> None:
        self.chat = chat
        self.speak = speak
        self.query = query

    def __repr__(self) -> str:
        return "<update of a group>"


Update = Heard | Crowd

_STRICT: Final = msgspec.json.Decoder(payloads.Update)
_ROUGH: Final = msgspec.json.Decoder(payloads.RoughUpdate)
_NUMBERED: Final = msgspec.json.Decoder(payloads.Numbered)
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError)


def decode(raw: bytes) -> Update | None:
    """What happened, or None when it is nothing to answer (unknown kind, broken JSON)."""
    try:
        return _understood(_STRICT.decode(raw))
    except _UNREADABLE:
        return _with_patience(raw)


def number(raw: bytes) -> int | None:
    """The update_id alone, of an update of any kind; None when there is none."""
    try:
        return _NUMBERED.decode(raw).update_id
    except _UNREADABLE:
        whole = mended(raw)
    try:
        return _NUMBERED.decode(whole).update_id
    except _UNREADABLE:
        return None


def mended(raw: bytes) -> bytes:
    """The same JSON in proper UTF-8, unpaired surrogates as "?"; b"" when it is no JSON at all.

    Only here does a whole update, names included, become Python objects, for the blink of a
    function call. Telegram's own updates are proper and never come this way.
    """
    try:
        whole = json.loads(raw.decode("utf-8", "replace"))
        return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return b""


def _with_patience(raw: bytes) -> Update | None:
    """Lone surrogates and bytes that are no UTF-8 are mended; an unknown shape is "other"."""
    whole = mended(raw)
    try:
        return _understood(_STRICT.decode(whole))
    except _UNREADABLE:
        pass
    try:
        rough = _ROUGH.decode(whole)
    except _UNREADABLE:
        return None
    if rough.message is None:
        return None
    found = payloads.Message(rough.message.message_id, rough.message.chat)
    return _message(rough.update_id, found, edited=False)


def _understood(update: payloads.Update) -> Update | None:
    if update.message is not None:
        return _message(update.update_id, update.message, edited=False)
    if update.callback_query is not None:
        return _query(update.update_id, update.callback_query)
    if update.edited_message is not None:
        return _edited(update.update_id, update.edited_message)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    return None


def _message(mark: int, message: payloads.Message, *, edited: bool) -> Update | None:
    chat = message.chat
    if chat.type != "private":
        return Crowd(chat.id, speak=chat.type != "channel")
    text = message.text or message.caption
    point = _point(message.location)
    inbound = Inbound(
        mark,
        text[:TEXT_MOST],
        point=point,
        odd="" if message.text or point is not None else _odd(message),
        reference=message.message_id,
        edited=edited,
    )
    return Heard(Visitor(CHANNEL, str(chat.id)), inbound, chat.id)


def _edited(mark: int, message: payloads.Message) -> Update | None:
    """A live location repeats itself as edits: only the first point counts."""
    if message.location is not None:
        return None
    return _message(mark, message, edited=True)


def _query(mark: int, query: payloads.Query) -> Update:
    if query.message is None:  # too old for Telegram to say which; the sender's chat is private
        chat, pressed = query.sender.id, 0
    elif query.message.chat.type != "private":
        return Crowd(query.message.chat.id, speak=False, query=query.id)
    else:
        chat, pressed = query.message.chat.id, query.message.message_id
    press = query.data[:TOKEN_MOST]
    odd: Literal["", "other"] = "" if press else "other"
    inbound = Inbound(mark, press=press, odd=odd, pressed=pressed)
    return Heard(Visitor(CHANNEL, str(chat)), inbound, chat, query.id)


def _membership(change: payloads.Membership) -> Update | None:
    """Being blocked or unblocked in a private chat needs no answer: the bot never writes first."""
    if change.chat.type == "private" or change.new_chat_member.status not in _HERE:
        return None
    return Crowd(change.chat.id, speak=change.chat.type != "channel")


def _point(location: payloads.Location | None) -> tuple[float, float] | None:
    if location is None or abs(location.latitude) > 90 or abs(location.longitude) > 180:
        return None
    return (location.latitude, location.longitude)


def _odd(message: payloads.Message) -> OddKind:
    # An animation also carries `document`, so it is asked first.
    if message.voice or message.audio:
        return "voice"
    if message.photo:
        return "photo"
    if message.video or message.video_note or message.animation:
        return "video"
    if message.document:
        return "document"
    if message.contact:
        return "contact"
    if message.sticker:
        return "sticker"
    if message.poll:
        return "poll"
    return "location" if message.location is not None else "other"
