"""One's own keys wrapped under a passphrase, as browsers wrap them (static/sealing/slots.js).

Only the demo wraps keys here: it makes its sample people without a browser. Real people's keys
are made and wrapped in their own browsers, and the server never holds what opens a slot.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.sealing import canonical

PURPOSE: Final = "sanad/slot/v1"
MEMORY: Final = 65_536
PASSES: Final = 3
NONCE_BYTES: Final = 12
HALF: Final = 32


@dataclass(frozen=True, slots=True)
class Halves:
    """What a passphrase gives: `key` wraps, `auth` is what the server is shown."""

    key: bytes = field(repr=False)
    auth: bytes = field(repr=False)


def from_passphrase(passphrase: str, salt: bytes) -> Halves:
    """Argon2id over the passphrase as a person may type it: composed, single spaces."""
    secret = " ".join(unicodedata.normalize("NFKC", passphrase).split()).encode()
    derive = Argon2id(salt=salt, length=2 * HALF, iterations=PASSES, lanes=1, memory_cost=MEMORY)
    made = derive.derive(secret)
    return Halves(made[:HALF], made[HALF:])


def wrap(
    seeds: tuple[bytes, ...], signing: bytes, *, key: bytes, kind: str, handle: str, nonce: bytes
) -> bytes:
    """The keys as a slot holds them: nonce and AES-256-GCM, bound to handle and kind."""
    plain = canonical.dump(
        {"v": 1, "seeds": [seed.hex() for seed in seeds], "signing": signing.hex()}
    )
    bound = f"{PURPOSE}|{handle}|{kind}".encode()
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)
