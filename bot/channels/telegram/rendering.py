"""Outgoing → the Bot API's JSON: text, inline keyboard, copy buttons. Plain text, never markup.

Without a parse mode nothing a caseworker or a translator wrote can turn into a link or a format.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from bot.domain.language import LANGUAGES
from bot.domain.message import TELEGRAM, Button, Copy, Outgoing

RIGHT_TO_LEFT_MARK: Final = "\u200f"
COPY_MOST: Final = 256
"""Characters a copy button can hold; what is longer is copied from the text itself."""
SHORT_CHOICE: Final = 14
"""Labels up to here fit two in a row on a narrow phone."""
SHORT_MOVE: Final = 10
"""Labels up to here fit three in a row."""
ERASE_MOST: Final = 100
"""Messages that one deleteMessages takes."""

Row = list[dict[str, Any]]

_encode: Final = msgspec.json.Encoder().encode
_NO_PREVIEW: Final = {"link_preview_options": {"is_disabled": True}}
_SEND: Final = b'{"chat_id":%d,"protect_content":true,%b'
_EDIT: Final = b'{"chat_id":%d,"message_id":%d,%b'
"""What a body begins with; the rest is `_content`, the same for whoever reads the message."""
_BODY_MOST: Final = TELEGRAM.body - 96
"""Leaves room for the direction mark and for emoji, which Telegram counts as two."""


def send_bodies(chat: int, message: Outgoing) -> list[bytes]:
    """The sendMessage bodies of one message: several when it is too long, the keyboard last."""
    if len(message.text) <= _BODY_MOST:
        return [_SEND % (chat, _content(message))]
    parts = _parts(message.text)
    bodies = [plain_body(chat, _directed(message, part)) for part in parts[:-1]]
    bodies.append(_SEND % (chat, _made(message, parts[-1])))
    return bodies


def edit_body(chat: int, reference: int, message: Outgoing) -> bytes | None:
    """The editMessageText body; None when the text does not fit into one message."""
    if len(message.text) > _BODY_MOST:
        return None
    return _EDIT % (chat, reference, _content(message))


def plain_body(chat: int, text: str) -> bytes:
    """The sendMessage body of a bare text."""
    return _SEND % (chat, _json({"text": text[: TELEGRAM.body]} | _NO_PREVIEW)[1:])


def erase_body(chat: int, references: Sequence[int]) -> bytes:
    """The deleteMessages body of at most `ERASE_MOST` references."""
    return _encode({"chat_id": chat, "message_ids": references})


def leave_body(chat: int) -> bytes:
    """The leaveChat body."""
    return _encode({"chat_id": chat})


def query_body(query: str) -> bytes:
    """The answerCallbackQuery body: stops the clock on the pressed button, says nothing."""
    return _encode({"callback_query_id": query})


def query_answer(query: str) -> bytes:
    """The same as the webhook's own answer, which saves a call."""
    return _encode({"method": "answerCallbackQuery", "callback_query_id": query})


def keyboard(message: Outgoing) -> list[Row]:
    """Choices (their number in front), then what can be copied, then the standing moves."""
    mark = RIGHT_TO_LEFT_MARK if LANGUAGES[message.language].right_to_left else ""
    rows = _choices(mark, message.choices)
    for copy in message.copies:
        if len(copy.value) <= COPY_MOST:
            rows.append([_copy(mark, copy)])
    if message.moves:
        rows += _moves(mark, message.moves)
    return rows


def _choices(mark: str, choices: Sequence[Button]) -> list[Row]:
    buttons: Row = []
    longest = 0
    for choice in choices:
        label = choice.label
        longest = max(longest, len(label))
        text = f"{mark}{choice.number} · {label}" if choice.number else mark + label
        buttons.append({"text": text, "callback_data": choice.token})
    return _rows(buttons, 2 if len(buttons) > 2 and longest <= SHORT_CHOICE else 1)


def _moves(mark: str, moves: Sequence[Button]) -> list[Row]:
    buttons: Row = [{"text": mark + move.label, "callback_data": move.token} for move in moves]
    longest = max(len(move.label) for move in moves)
    return _rows(buttons, 3 if longest <= SHORT_MOVE else 2)


def _copy(mark: str, copy: Copy) -> dict[str, Any]:
    return {"text": f"{mark}⧉ {copy.label}", "copy_text": {"text": copy.value}}


def _rows(buttons: Row, wide: int) -> list[Row]:
    if wide == 1:
        return [[button] for button in buttons]
    return [buttons[at : at + wide] for at in range(0, len(buttons), wide)]


def _content(message: Outgoing) -> bytes:
    """Text and keyboard of a message as the rest of a JSON object."""
    return _kept(message) if message.common else _made(message, message.text)


@lru_cache(maxsize=1024)
def _kept(message: Outgoing) -> bytes:
    """The same, of a message in which nothing is of a visitor."""
    return _made(message, message.text)


def _made(message: Outgoing, text: str) -> bytes:
    content: dict[str, Any] = {"text": _directed(message, text)} | _NO_PREVIEW
    rows = keyboard(message)
    if rows:
        content["reply_markup"] = {"inline_keyboard": rows}
    return _json(content)[1:]


def _json(content: dict[str, Any]) -> bytes:
    try:
        return _encode(content)
    except UnicodeEncodeError:  # a lone surrogate that came through the whole program
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _directed(message: Outgoing, text: str) -> str:
    """Telegram takes a message's direction from its first strong character."""
    if not LANGUAGES[message.language].right_to_left or _starts_right_to_left(text):
        return text
    return RIGHT_TO_LEFT_MARK + text


def _starts_right_to_left(text: str) -> bool:
    first = text[:1]
    return first == RIGHT_TO_LEFT_MARK or ("\u0620" <= first <= "\u06d5" and first.isalpha())


def _parts(text: str) -> list[str]:
    """The text in pieces that fit, cut at the end of a paragraph, a line or a word."""
    parts = []
    while len(text) > _BODY_MOST:
        cuts = (text.rfind(end, _BODY_MOST // 2, _BODY_MOST) for end in ("\n\n", "\n", " "))
        cut = next((found for found in cuts if found > 0), _BODY_MOST)
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    parts.append(text)
    return parts
