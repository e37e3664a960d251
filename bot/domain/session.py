"""The state of one talk: everything the engine knows about a visitor between two turns."""

from typing import Final, Literal

import msgspec

from bot.domain.language import Tag

Answer = str | list[str]

MARKS_KEPT: Final = 64
"""How many updates back a repetition is recognised."""
TRAIL_KEPT: Final = 40
"""How many questions back "back" can go."""
CALLS_KEPT: Final = 6
"""How deep interruptions may nest; older ones are forgotten first."""
REFERENCES_KEPT: Final = 300
"""How many message references are kept for erasing on exit (both sides together)."""


class Call(msgspec.Struct, array_like=True):
    """An interrupted place: where to go back to, and why it was left."""

    node: str
    reason: Literal["danger", "help", "language", "gate", "topic"]


class Session(msgspec.Struct, omit_defaults=True):
    """A talk as it is sealed between turns.

    `node` is where it waits; `prompt` counts the questions shown, so that a button of an older
    question is recognised; `answers` is the draft of a report; `values` holds what acts of the
    program produced for placeholders (a receipt code until it was read back); `heard` and `sent`
    are message references of the last 48 hours as (reference, minute); `minute` is the minute
    (since 1970) of the last turn, for the idle gate.
    """

    book: str = ""
    language: Tag | Literal[""] = ""
    node: str = ""
    prompt: int = 0
    minute: int = 0
    answers: dict[str, Answer] = {}
    values: dict[str, str] = {}
    trail: list[str] = []
    calls: list[Call] = []
    marks: list[int] = []
    references: list[tuple[int, int]] = []
    misses: int = 0
    amending: bool = False
    topic: str = ""
    shown: list[str] = []
    """The texts of the last screen, so that a screen that got lost is repeated whole."""
    via: str = ""
    """The act whose outcome is on the screen and can be fetched again (services, a reply)."""
    cautious: bool = False
    """Somebody else may hold the phone: no earlier answers are shown until one is given."""
    quiet: bool = False
    """The person said "not now": whatever comes next is asked first whether it is safe."""
    last_text: int = 0
    """A short checksum of the last typed text, to know a re-sent message from a new answer."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Session)


def encode(session: Session) -> bytes:
    """The session as bytes, to be sealed."""
    return _ENCODER.encode(session)


def decode(data: bytes) -> Session:
    """The session from its bytes; msgspec.DecodeError when they are of another shape."""
    return _DECODER.decode(data)
