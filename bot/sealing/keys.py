"""Keys: X-Wing seeds and recipients with their age strings, fingerprints, and signatures."""

import hashlib
from typing import Final, NoReturn, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from bot.errors import OpenError, SealError
from bot.sealing import bech32

SEED_SIZE: Final = 32
PUBLIC_SIZE: Final = 1216
"""ML-KEM-768 (1,184 bytes), then X25519 (32)."""
FINGERPRINT_SIZE: Final = 10
"""80 bits: nobody can search for a second key with the same fingerprint."""

_MLKEM_PUBLIC_SIZE: Final = 1184
_RECIPIENT_PREFIX: Final = "age1pq"
_IDENTITY_PREFIX: Final = "age-secret-key-pq-"
_SIGNING_PREFIX: Final = "sanad-signing-key-"
# Any scalar shows a point of low order; this one keeps nothing secret.
_PROBE: Final = X25519PrivateKey.from_private_bytes(b"\x40" * 32)


class Recipient:
    """A post-quantum public key that files are sealed to; always usable once it exists.

    There is no class for the classical recipients of age, so a file can never mix them in: one
    classical stanza would undo the post-quantum ones.
    """

    __slots__ = ("_key", "public")

    def __init__(self, public: bytes) -> None:
        """Take the 1,216 bytes of an X-Wing public key; SealError when they are not one."""
        if len(public) != PUBLIC_SIZE:
            raise SealError(
                f"a recipient key has {PUBLIC_SIZE:,} bytes, this one {len(public):,}; "
                "ask for the recipient text again"
            )
        self.public: Final = bytes(public)
        try:
            x25519 = X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:])
            _PROBE.exchange(x25519)
            mlkem = MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE])
        except ValueError as error:
            raise SealError(
                "the recipient key is damaged: nothing could be sealed to it; "
                "ask for the recipient text again"
            ) from error
        self._key: Final = MLKEM768X25519PublicKey(mlkem, x25519)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `age1pq1…`; SealError names what is wrong, and refuses age's older key kinds."""
        text = text.strip()
        if not text.startswith(f"{_RECIPIENT_PREFIX}1"):
            raise SealError(
                "a recipient text starts with age1pq1; other age keys are not post-quantum and are "
                "never used. Make a new key with this program or with age 1.3 or newer"
            )
        try:
            prefix, public = bech32.decode(text)
        except ValueError as error:
            raise SealError(f"the recipient text cannot be read: {error}; copy it again") from error
        if prefix != _RECIPIENT_PREFIX:
            raise SealError("the recipient text cannot be read; copy it again")
        return cls(public)

    @property
    def key(self) -> MLKEM768X25519PublicKey:
        """The same key as HPKE takes it."""
        return self._key

    @property
    def fingerprint(self) -> str:
        """Five groups of four hex digits to read aloud: the start of the key's SHA-256."""
        return fingerprint(self.public)

    def __str__(self) -> str:
        return bech32.encode(_RECIPIENT_PREFIX, self.public)

    def __repr__(self) -> str:
        return f"<recipient {self.fingerprint}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)

    def __reduce__(self) -> NoReturn:
        raise TypeError("store a recipient as its text or its bytes")


def fingerprint(public: bytes) -> str:
    """Five groups of four hex digits, "0123-4567-89ab-cdef-0123", of any public key."""
    digits = hashlib.sha256(public).digest()[:FINGERPRINT_SIZE].hex()
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def private_key(seed: bytes) -> MLKEM768X25519PrivateKey:
    """The X-Wing private key of a 32-byte seed."""
    if len(seed) != SEED_SIZE:
        raise OpenError(f"a private key has {SEED_SIZE} bytes, this one {len(seed)}")
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        X25519PrivateKey.from_private_bytes(expanded[64:]),
    )


def recipient_of(seed: bytes) -> Recipient:
    """The public half of a 32-byte seed."""
    if len(seed) != SEED_SIZE:
        raise OpenError(f"a private key has {SEED_SIZE} bytes, this one {len(seed)}")
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key().public_bytes_raw()
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:]).public_key().public_bytes_raw()
    return Recipient(mlkem + x25519)


def identity_text(seed: bytes) -> str:
    """`AGE-SECRET-KEY-PQ-1…`, as age writes a private key: secret."""
    return bech32.encode(_IDENTITY_PREFIX, seed).upper()


def parse_identity(text: str) -> bytes:
    """The 32-byte seed of `AGE-SECRET-KEY-PQ-1…`; OpenError never repeats the text."""
    return _parse_secret(text, _IDENTITY_PREFIX)


def signing_text(seed: bytes) -> str:
    """`SANAD-SIGNING-KEY-1…`: an Ed25519 seed as text, secret."""
    return bech32.encode(_SIGNING_PREFIX, seed).upper()


def parse_signing(text: str) -> bytes:
    """The 32-byte Ed25519 seed of `SANAD-SIGNING-KEY-1…`."""
    return _parse_secret(text, _SIGNING_PREFIX)


def signing_public(seed: bytes) -> bytes:
    """The 32-byte Ed25519 public key of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte Ed25519 signature; begin `message` with what it is, so it fits nothing else."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `public` over `message`; False for keys that are no keys."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _parse_secret(text: str, prefix: str) -> bytes:
    text = text.strip()
    # age itself accepts only capitals here: it is how a person tells a secret from a recipient.
    if not text.startswith(f"{prefix}1".upper()):
        raise OpenError(f"a private key of this kind starts with {prefix.upper()}1")
    try:
        found, seed = bech32.decode(text)
    except ValueError as error:
        raise OpenError(f"the private key cannot be read: {error}") from None
    if found != prefix or len(seed) != SEED_SIZE:
        raise OpenError("the private key cannot be read: it has another length than it should")
    return seed
