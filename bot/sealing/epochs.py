"""Pseudonyms and sessions at rest, under keys that are destroyed a day after their day.

A row can be found and read only with the epoch key *and* the visitor's own address, which arrives
with each message and is never kept. Destroying the epoch key destroys every session under it.
"""

import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import OpenError
from bot.sealing.padding import pad, state_size, unpad

SLOT_SIZE: Final = 16
NONCE_SIZE: Final = 12


def slot(key: bytes, vid: bytes) -> bytes:
    """The 16-byte pseudonym of a visitor in the epoch of `key` (32 random bytes)."""
    return _expand(key, b"slot/v1", vid)[:SLOT_SIZE]


def state_key(key: bytes, slot: bytes, vid: bytes) -> bytes:
    """The 32-byte key of the session in `slot`: without the address nobody has it."""
    return _expand(key, b"state/v1", slot + vid)


def mark(key: bytes, sid: bytes) -> int:
    """A 63-bit mark that recognises a provider's message id without keeping it."""
    return int.from_bytes(_expand(key, b"mark/v1", sid)[:8]) >> 1


def seal_state(key: bytes, slot: bytes, epoch: int, plaintext: bytes, nonce: bytes) -> bytes:
    """A session at rest: `nonce || ciphertext`, `key` being its `state_key`.

    `nonce` is 12 random bytes. They may be random because one key seals one visitor's turns of one
    day: a repetition is beyond reach.
    """
    return nonce + AESGCM(key).encrypt(nonce, pad(plaintext, state_size), _context(slot, epoch))


def open_state(key: bytes, slot: bytes, epoch: int, sealed: bytes) -> bytes:
    """The session; OpenError when the key, slot or epoch is another or a bit was changed."""
    return _open(key, sealed, _context(slot, epoch))


def seal_staged(key: bytes, case: bytes, plaintext: bytes, nonce: bytes) -> bytes:
    """A receipt code that waits for its slow derivation, under the epoch key, bound to its case."""
    staging = _expand(key, b"staged/v1", b"")
    return nonce + AESGCM(staging).encrypt(nonce, pad(plaintext, state_size), case)


def open_staged(key: bytes, case: bytes, sealed: bytes) -> bytes:
    """The staged receipt code; OpenError when it is not that of `case` in this epoch."""
    return _open(_expand(key, b"staged/v1", b""), sealed, case)


def _context(slot: bytes, epoch: int) -> bytes:
    return slot + epoch.to_bytes(8)


def _open(key: bytes, sealed: bytes, context: bytes) -> bytes:
    try:
        padded = AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], context)
        return unpad(padded, state_size)
    except (InvalidTag, ValueError):
        raise OpenError(
            "what was stored does not open: its key is gone or it was altered"
        ) from None


def _expand(key: bytes, label: bytes, context: bytes) -> bytes:
    """One block of HKDF-Expand (RFC 5869).

    Extract is left out as its section 3.3 allows, the key being uniformly random already: this
    stands in every turn. The zero byte ends the label, so no label and context read as another.
    """
    return hmac.digest(key, b"%b\x00%b\x01" % (label, context), "sha256")
