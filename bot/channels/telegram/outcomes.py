"""What an answer of the Bot API means for the call that was made."""

from enum import Enum
from typing import Final

import msgspec
from msgspec import Struct


class Verdict(Enum):
    """What to do after a call."""

    DONE = "done"
    AGAIN = "again"
    """Nothing is wrong with the call: wait (as told, or longer each time) and repeat it."""
    UNFIT = "unfit"
    """This call will never do (message too old to edit, not found …); another might."""
    NOBODY = "nobody"
    """The visitor blocked the bot or the chat is gone: no call will do."""


class Outcome(Struct, frozen=True, gc=False):
    """A verdict, the number of the message that came out (0: none), seconds told to wait."""

    verdict: Verdict
    reference: int = 0
    wait: float = 0.0


class _Parameters(Struct, gc=False):
    retry_after: float = 0.0


class _Sent(Struct, gc=False):
    message_id: int


class _SentAnswer(Struct, gc=False):
    """The answer to a call that made or changed a message; the rest of it is never read."""

    ok: bool
    result: _Sent


class _Failed(Struct, gc=False):
    """Without `result`: what a visitor wrote cannot come back this way."""

    description: str = ""
    parameters: _Parameters | None = None


_SENT: Final = msgspec.json.Decoder(_SentAnswer)
_FAILED: Final = msgspec.json.Decoder(_Failed)
DONE: Final = Outcome(Verdict.DONE)
_AGAIN: Final = Outcome(Verdict.AGAIN)
_UNFIT: Final = Outcome(Verdict.UNFIT)
_NOBODY: Final = Outcome(Verdict.NOBODY)
_GONE: Final = ("chat not found", "user is deactivated", "blocked by the user", "PEER_ID_INVALID")


def read(status: int, body: bytes) -> Outcome:
    """The meaning of status and body; status 0 stands for no answer at all."""
    if status == 200:
        return _sent(body)
    if status == 0 or status >= 500:
        return _AGAIN
    failed = _failed(body)
    if status == 429:
        wait = failed.parameters.retry_after if failed.parameters else 0.0
        return Outcome(Verdict.AGAIN, wait=max(wait, 1.0))
    if status == 403 or any(mark in failed.description for mark in _GONE):
        return _NOBODY
    if "message is not modified" in failed.description:
        return DONE
    return _UNFIT


def _sent(body: bytes) -> Outcome:
    try:
        return Outcome(Verdict.DONE, _SENT.decode(body).result.message_id)
    except (msgspec.MsgspecError, UnicodeError):
        return DONE  # `true`, or a shape we need nothing of: the call was carried out


def _failed(body: bytes) -> _Failed:
    try:
        return _FAILED.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        return _Failed()
