"""Which form of WhatsApp message a screen fits: quick reply, list picker or numbered text."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final, Literal

from bot.domain.message import WHATSAPP_LIST, WHATSAPP_QUICK_REPLY, Button, Limits, Outgoing

Kind = Literal["twilio/quick-reply", "twilio/list-picker"]
ID_LIMIT: Final = 200
DIGEST_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to tap; `identifier` comes back as `Inbound.press` and never varies by turn."""

    identifier: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A screen as an interactive message; `below` are moves that are numbered lines of text."""

    kind: Kind
    items: tuple[Item, ...]
    below: tuple[Button, ...]

    def key(self, screen: str, language: str) -> str:
        """The name of the Content resource that shows exactly this: it changes with any label."""
        seen = [self.kind, [[it.identifier, it.label, it.description] for it in self.items]]
        digest = hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:DIGEST_LENGTH]
        return f"sanad {screen} {language} {digest}"


def arrange(outgoing: Outgoing) -> Layout | None:
    """The richest form this screen fits, None when only numbered text will do.

    Three taps in sight beat a list behind a button. A list hides its rows until it is opened, so
    beside it the moves are text as well: 911 and the way out are always in sight.
    """
    if not outgoing.screen or not outgoing.choices:
        return None
    choices, moves = outgoing.choices, outgoing.moves
    forms: tuple[tuple[Kind, Limits, tuple[Button, ...], tuple[Button, ...]], ...] = (
        ("twilio/quick-reply", WHATSAPP_QUICK_REPLY, choices + moves, ()),
        ("twilio/quick-reply", WHATSAPP_QUICK_REPLY, choices, moves),
        ("twilio/list-picker", WHATSAPP_LIST, choices + moves, moves),
        ("twilio/list-picker", WHATSAPP_LIST, choices, moves),
    )
    for kind, limits, shown, below in forms:
        items = _items(outgoing.screen, shown, limits)
        if items is not None:
            return Layout(kind, items, below)
    return None


def _items(screen: str, shown: tuple[Button, ...], limits: Limits) -> tuple[Item, ...] | None:
    items = tuple(_item(screen, button, limits) for button in shown)
    distinct = {item.identifier for item in items}, {item.label for item in items}
    fits = len(items) <= limits.buttons and all(_fits(item, limits) for item in items)
    return items if fits and all(len(part) == len(items) for part in distinct) else None


def _item(screen: str, button: Button, limits: Limits) -> Item:
    # A token is "prompt:value"; only the value means the same in every talk.
    value = button.token.partition(":")[2]
    identifier = f"={screen}/{value}" if value else ""
    return Item(identifier, button.label, button.description if limits.description else "")


def _fits(item: Item, limits: Limits) -> bool:
    return (
        0 < len(item.identifier) <= ID_LIMIT
        and 0 < units(item.label) <= limits.label
        and units(item.description) <= limits.description
    )


def units(text: str) -> int:
    """Length as phones count it (UTF-16 units), never less than the number of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
