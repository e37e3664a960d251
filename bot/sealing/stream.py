"""STREAM, the payload of an age file: chunks of 64 KiB, each sealed and in its place."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CHUNK: Final = 65_536
TAG: Final = 16
_SEALED_CHUNK: Final = CHUNK + TAG
_LAST: Final = b"\x01"
_MORE: Final = b"\x00"


def seal_stream(key: bytes, plaintext: bytes) -> bytes:
    """Plaintext of any length, cut and sealed; `key` (32 bytes) must never be used again.

    A counter as nonce is sound because the key is made for this one payload.
    """
    cipher = ChaCha20Poly1305(key)
    return b"".join(
        cipher.encrypt(nonce, plaintext[start : start + CHUNK], None)
        for nonce, start in _places(len(plaintext), CHUNK)
    )


def open_stream(key: bytes, sealed: bytes) -> bytes:
    """The plaintext; ValueError when anything was altered, cut off, added or reordered."""
    if len(sealed) < TAG:
        raise ValueError("the payload is cut off")
    # The last chunk may be empty only when it is the only one.
    if len(sealed) > _SEALED_CHUNK and len(sealed) % _SEALED_CHUNK in range(1, TAG + 1):
        raise ValueError("the payload ends in an empty or broken chunk")
    cipher = ChaCha20Poly1305(key)
    try:
        return b"".join(
            cipher.decrypt(nonce, sealed[start : start + _SEALED_CHUNK], None)
            for nonce, start in _places(len(sealed), _SEALED_CHUNK)
        )
    except InvalidTag:
        raise ValueError("the payload was altered or cut off") from None


def seal_chunks(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """What `seal_stream` makes, chunk by chunk, of a file that need not fit into memory."""
    cipher = ChaCha20Poly1305(key)
    for nonce, chunk in _numbered(source, CHUNK):
        yield cipher.encrypt(nonce, chunk, None)


def open_chunks(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """The plaintext of a sealed file, chunk by chunk; ValueError as soon as something is wrong.

    Nothing of it may be used before the last chunk has come: a file that was cut off shows there.
    """
    cipher = ChaCha20Poly1305(key)
    try:
        for nonce, chunk in _numbered(source, _SEALED_CHUNK):
            opened = cipher.decrypt(nonce, chunk, None)
            if not opened and nonce != _nonce(0, last=True):
                raise ValueError("the payload ends in an empty or broken chunk")
            yield opened
    except InvalidTag:
        raise ValueError("the payload was altered or cut off") from None


def _numbered(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk with its nonce: read one ahead, because the last is marked as such."""
    counter, chunk = 0, source.read(size)
    while following := source.read(size):
        yield _nonce(counter, last=False), chunk
        counter, chunk = counter + 1, following
    yield _nonce(counter, last=True), chunk


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11) + (_LAST if last else _MORE)


def _places(length: int, step: int) -> Iterator[tuple[bytes, int]]:
    """Nonce and start of every chunk; an empty payload still has one, the last."""
    final = max(length - 1, 0) // step
    for counter in range(final + 1):
        yield _nonce(counter, last=counter == final), counter * step
