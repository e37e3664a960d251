"""What comes in from a visitor and what goes out, the same for every channel.

Structs of msgspec rather than dataclasses: a turn makes some twenty of them.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from bot.domain.language import Tag

OddKind = Literal[
    "", "voice", "photo", "video", "document", "contact", "sticker", "poll", "location", "other"
]


class Inbound(msgspec.Struct, frozen=True):
    """One thing a visitor did, without saying who it was.

    `mark` is the same for every repetition of one update (Telegram's update_id; for Twilio a keyed
    hash of the MessageSid) and fits 63 bits. `press` is the token of a button, as it stood in
    `Button.token`. `point` is a shared (latitude, longitude): used once in memory, never stored.
    `odd` names what cannot be read here; the thing itself was never fetched. `reference` is the
    channel's number of the visitor's own message and `pressed` that of the message whose button
    was pressed (0 when there is none); both only serve to edit and to erase.
    """

    mark: int
    text: str = ""
    press: str = ""
    point: tuple[float, float] | None = None
    odd: OddKind = ""
    reference: int = 0
    pressed: int = 0
    edited: bool = False


class Button(msgspec.Struct, frozen=True, gc=False):
    """One thing that can be chosen.

    `token` (at most 64 ASCII bytes) comes back unchanged as `Inbound.press`; `number` is what a
    person may type instead, in any digits ("1", "00", "99", "911"); `label` is in the visitor's
    language and has no number in it.
    """

    token: str
    label: str
    number: str
    description: str = ""


class Copy(msgspec.Struct, frozen=True, gc=False):
    """Something worth copying exactly: a number, an address, a code. `value` has no isolates."""

    label: str
    value: str


class Outgoing(msgspec.Struct, frozen=True, cache_hash=True):
    """One message to the visitor, in one language, isolates already in place.

    `choices` answer the question; `moves` (back, skip, leave, 911 …) follow them on every
    channel. `screen` ("flow.node") names the screen for Content resources and previews.
    `wants_place`: a shared location would be a good answer. `in_place`: the message may replace
    the one whose button was pressed, which leaves less on the screen. `common`: nothing in it is of
    this visitor, so a channel may keep what it makes of the message and use it for others.
    """

    text: str
    language: Tag
    choices: tuple[Button, ...] = ()
    moves: tuple[Button, ...] = ()
    copies: tuple[Copy, ...] = ()
    screen: str = ""
    wants_place: bool = False
    in_place: bool = True
    common: bool = False


class Reply(msgspec.Struct, frozen=True):
    """What one turn leads to, once committed: first erase, then send in order.

    `erase` holds message references (Telegram: both sides, younger than 48 h). An empty reply is
    right for a repeated update whose answer this process has already sent.
    """

    messages: tuple[Outgoing, ...] = ()
    erase: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can show; the flow linter checks every text in every language against it."""

    body: int
    label: int
    buttons: int
    description: int = 0


TELEGRAM: Limits = Limits(body=4096, label=48, buttons=24)
WHATSAPP_QUICK_REPLY: Limits = Limits(body=1024, label=20, buttons=3)
WHATSAPP_LIST: Limits = Limits(body=1024, label=24, buttons=10, description=72)
