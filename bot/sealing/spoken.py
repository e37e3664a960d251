"""A fingerprint for ears: six places in lists of 256 words, over both public keys of a person.

The digits of bot.sealing.keys stand for the key cases are sealed to; the words also stand for the
key acts are signed with. Stretched, so that nobody searches for keys that sound alike. The twin of
bot/console/static/sealing/spoken.js.
"""

import hashlib
from typing import Final

PURPOSE: Final = b"sanad words/1\n"
ROUNDS: Final = 16_384
PLACES: Final = 6


def places(recipient: bytes, verify: bytes) -> tuple[int, ...]:
    """Which words of the list are read aloud for these keys."""
    digest = hashlib.sha256(PURPOSE + recipient + verify).digest()
    for _ in range(ROUNDS):
        digest = hashlib.sha256(digest).digest()
    return tuple(digest[:PLACES])
