"""What a started program is told: its settings, and what shall go wrong inside it."""

from typing import Final

import msgspec

SWIFT_ADDRESSES: Final = 1.0
"""Seconds for which an address is kept where a check may not wait for the product's 300."""


class Orders(msgspec.Struct, omit_defaults=True):
    """How one process of the program is started.

    `doom` kills it with SIGKILL at its n-th commit, `before` or after the commit took place.
    `clock` is a file that steers its clock. `quick_codes` derives mailboxes cheaply, `swift` keeps
    addresses for a second and looks at Twilio every few moments: where those waits are not what is
    being tried. `plant` is the name of a fault in bot.prove.plants. `debug` logs everything.
    """

    settings: dict[str, str]
    log: str
    doom: int = 0
    before: bool = False
    clock: str = ""
    quick_codes: bool = False
    swift: bool = False
    debug: bool = False
    plant: str = ""
    file_limit: int = 0


def encode(orders: Orders) -> str:
    """As one line."""
    return msgspec.json.encode(orders).decode()


def decode(line: str) -> Orders:
    """From that line."""
    return msgspec.json.decode(line, type=Orders)
