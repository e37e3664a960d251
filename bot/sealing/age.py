"""The age v1 writer: files for post-quantum recipients, or for one passphrase."""

import binascii
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.errors import SealError
from bot.sealing.keys import Recipient
from bot.sealing.stream import seal_chunks, seal_stream

VERSION: Final = b"age-encryption.org/v1"
HYBRID: Final = "mlkem768x25519"
HYBRID_INFO: Final = b"age-encryption.org/mlkem768x25519"
SCRYPT: Final = "scrypt"
SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
ENCAPSULATION_SIZE: Final = 1120
FILE_KEY_SIZE: Final = 16
WRAPPED_SIZE: Final = FILE_KEY_SIZE + 16
SALT_SIZE: Final = 16
NONCE_SIZE: Final = 16
COLUMNS: Final = 64
WORK_FACTOR: Final = 18
"""scrypt's cost for a passphrase, as a power of two: about a second and 256 MiB."""

_SCRYPT_LABEL: Final = b"age-encryption.org/v1/scrypt"


@dataclass(frozen=True, slots=True)
class Stanza:
    """One way to the file key: its kind, further arguments, and the body (raw bytes)."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes


def seal(plaintext: bytes, recipients: Sequence[Recipient]) -> bytes:
    """An age file that each of `recipients` can open; who they are does not show in it.

    SealError when there is no recipient or one is named twice.
    """
    file_key = _fresh(FILE_KEY_SIZE)
    return _assemble(plaintext, file_key, _wrapped(file_key, recipients))


def seal_file(source: BinaryIO, target: BinaryIO, recipients: Sequence[Recipient]) -> None:
    """The same from file to file, in the memory of one chunk."""
    file_key, nonce = _fresh(FILE_KEY_SIZE), _fresh(NONCE_SIZE)
    target.write(_header(file_key, _wrapped(file_key, recipients)) + nonce)
    target.writelines(seal_chunks(payload_key(file_key, nonce), source))


def seal_with_passphrase(
    plaintext: bytes, passphrase: str, work_factor: int = WORK_FACTOR
) -> bytes:
    """An age file that the passphrase opens, also with the stock `age` tool."""
    if not passphrase:
        raise SealError("the passphrase is empty; choose at least five random words")
    file_key = _fresh(FILE_KEY_SIZE)
    salt = _fresh(SALT_SIZE)
    key = passphrase_key(passphrase, salt, work_factor)
    # A fixed nonce is sound: salt and so key are fresh, and the key seals only this.
    body = ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)
    arguments = (base64(salt).decode(), str(work_factor))
    return _assemble(plaintext, file_key, [Stanza(SCRYPT, arguments, body)])


def passphrase_key(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    """The 32-byte key scrypt makes of a passphrase."""
    derivation = Scrypt(salt=_SCRYPT_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1)
    return derivation.derive(passphrase.encode())


def header_mac(file_key: bytes, covered: bytes) -> bytes:
    """The MAC over a header, from its first byte to the three dashes of its last line."""
    return hmac.digest(_derive(file_key, b"", b"header"), covered, "sha256")


def payload_key(file_key: bytes, nonce: bytes) -> bytes:
    """The key of the payload that follows `nonce`."""
    return _derive(file_key, nonce, b"payload")


def base64(data: bytes) -> bytes:
    """Standard base64 without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=")


def _fresh(count: int) -> bytes:
    # Not handed in, on purpose: a file key or salt that somebody could set would undo the seal.
    return os.urandom(count)


def _wrapped(file_key: bytes, recipients: Sequence[Recipient]) -> list[Stanza]:
    if not recipients:
        raise SealError("there is nobody to seal for; sign a roster with at least one caseworker")
    if len(set(recipients)) != len(recipients):
        raise SealError("a recipient is named twice; remove the repetition from the roster")
    return [_wrap(file_key, each) for each in recipients]


def _wrap(file_key: bytes, recipient: Recipient) -> Stanza:
    sealed = SUITE.encrypt(file_key, recipient.key, HYBRID_INFO)
    encapsulation, body = sealed[:ENCAPSULATION_SIZE], sealed[ENCAPSULATION_SIZE:]
    return Stanza(HYBRID, (base64(encapsulation).decode(),), body)


def _assemble(plaintext: bytes, file_key: bytes, stanzas: Sequence[Stanza]) -> bytes:
    nonce = _fresh(NONCE_SIZE)
    payload = seal_stream(payload_key(file_key, nonce), plaintext)
    return b"".join((_header(file_key, stanzas), nonce, payload))


def _header(file_key: bytes, stanzas: Sequence[Stanza]) -> bytes:
    covered = VERSION + b"\n" + b"".join(map(_written, stanzas)) + b"---"
    return b"".join((covered, b" ", base64(header_mac(file_key, covered)), b"\n"))


def _written(stanza: Stanza) -> bytes:
    """The stanza's lines; the last body line is always shorter than 64 columns, even if empty."""
    body = base64(stanza.body)
    lines = [body[start : start + COLUMNS] for start in range(0, len(body) + 1, COLUMNS)]
    first = " ".join(("->", stanza.kind, *stanza.arguments)).encode("ascii")
    return b"\n".join((first, *lines, b""))


def _derive(file_key: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=label).derive(file_key)
