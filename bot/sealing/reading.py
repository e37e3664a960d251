"""The strict age v1 reader: one spelling of every file, and nothing released before all is checked.

Leniency is how altered files slip through, so base64 must be canonical, lengths exact and lines
as the format says. Kinds of recipients other than ours are skipped, never guessed at.
"""

import binascii
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.errors import OpenError
from bot.sealing import age
from bot.sealing.age import Stanza
from bot.sealing.keys import private_key
from bot.sealing.stream import open_chunks, open_stream

MAX_HEADER: Final = 1 << 20
"""Some 600 recipients; a longer header is an attempt to keep us busy."""
MAX_WORK_FACTOR: Final = 20
"""One GiB and a few seconds: the most a file may make a reader spend on its passphrase."""

_ARGUMENT: Final = re.compile(rb"[\x21-\x7e]+")
_WORK_FACTOR: Final = re.compile(r"[1-9][0-9]?")


class HeaderError(OpenError):
    """The file is not an age file, or its header is not spelt as the format demands."""


class NoMatchError(OpenError):
    """None of the given keys is among the file's recipients."""


class MacError(OpenError):
    """The header was altered after sealing."""


class PayloadError(OpenError):
    """The content was altered or cut off after sealing."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """An age file, parsed but not opened: `covered` is what the MAC stands for."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes
    nonce: bytes
    payload: bytes


def open_sealed(blob: bytes, seeds: Sequence[bytes]) -> bytes:
    """The plaintext of a file sealed to the recipient of one of `seeds` (32 bytes each)."""
    sealed = parse(blob)
    return open_under(sealed, _unwrap(sealed.stanzas, seeds))


def open_file(source: BinaryIO, target: BinaryIO, seeds: Sequence[bytes]) -> None:
    """The same from file to file, in the memory of one chunk.

    When this raises, what `target` holds is good for nothing: the caller throws it away.
    """
    prefix = source.read(MAX_HEADER)
    sealed = parse(prefix)
    file_key = _checked(sealed, _unwrap(sealed.stanzas, seeds))
    source.seek(len(prefix) - len(sealed.payload))
    try:
        target.writelines(open_chunks(age.payload_key(file_key, sealed.nonce), source))
    except ValueError as error:
        raise _damaged(error) from None


def open_with_passphrase(blob: bytes, passphrase: str) -> bytes:
    """The plaintext of a file sealed with a passphrase."""
    sealed = parse(blob)
    return open_under(sealed, _unwrap_passphrase(sealed.stanzas, passphrase))


def open_under(sealed: SealedFile, file_key: bytes) -> bytes:
    """The plaintext under a known file key, after the header's MAC was checked."""
    key = age.payload_key(_checked(sealed, file_key), sealed.nonce)
    try:
        return open_stream(key, sealed.payload)
    except ValueError as error:
        raise _damaged(error) from None


def _checked(sealed: SealedFile, file_key: bytes) -> bytes:
    if not hmac.compare_digest(age.header_mac(file_key, sealed.covered), sealed.mac):
        raise MacError("the sealed file was altered; ask for it again")
    return file_key


def _damaged(error: ValueError) -> PayloadError:
    return PayloadError(f"the sealed file is damaged: {error}; ask for it again")


def parse(blob: bytes) -> SealedFile:
    """Take a file apart; HeaderError when it is not exactly as the format says."""
    lines = _Lines(blob)
    if lines.next() != age.VERSION:
        raise HeaderError("this is not an age v1 file, or it is armored; pass the binary file")
    stanzas: list[Stanza] = []
    while True:
        start = lines.position
        line = lines.next()
        if not line.startswith(b"-> "):
            break
        stanzas.append(_stanza(line, lines))
    if not line.startswith(b"--- "):
        raise HeaderError("the header has a line that does not belong there")
    mac = _decoded(line[4:], 32)
    covered = blob[: start + 3]
    nonce, payload = blob[lines.position :][: age.NONCE_SIZE], blob[lines.position + 16 :]
    if len(nonce) != age.NONCE_SIZE:
        raise HeaderError("the file ends before its payload")
    _check(stanzas)
    return SealedFile(tuple(stanzas), covered, mac, nonce, payload)


class _Lines:
    """Lines of a header, one by one; `position` is where the next one begins."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self.position = 0

    def next(self) -> bytes:
        end = self._blob.find(b"\n", self.position, MAX_HEADER)
        if end < 0:
            raise HeaderError("the header is cut off, or this is not an age file")
        line = self._blob[self.position : end]
        self.position = end + 1
        return line


def _stanza(line: bytes, lines: _Lines) -> Stanza:
    words = line[3:].split(b" ")
    if not all(map(_ARGUMENT.fullmatch, words)):
        raise HeaderError("a recipient line of the header is misspelt")
    kind, *arguments = (word.decode("ascii") for word in words)
    body = bytearray()
    while True:
        encoded = lines.next()
        if len(encoded) > age.COLUMNS:
            raise HeaderError("a line of the header is too long")
        body += _decoded(encoded)
        if len(encoded) < age.COLUMNS:
            return Stanza(kind, tuple(arguments), bytes(body))


def _decoded(text: bytes, length: int | None = None) -> bytes:
    """Canonical unpadded base64, of exactly `length` bytes if given."""
    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error:
        raise HeaderError("the header has broken base64") from None
    # Bits that decoding drops would be a second spelling of the same file.
    if age.base64(data) != text or (length is not None and len(data) != length):
        raise HeaderError("the header has base64 of another length or spelling than it must")
    return data


def _check(stanzas: Iterable[Stanza]) -> None:
    """Refuse a malformed stanza of a kind we know, wherever it stands."""
    stanzas = list(stanzas)
    for stanza in stanzas:
        if stanza.kind == age.HYBRID:
            _expect(len(stanza.arguments) == 1 and len(stanza.body) == age.WRAPPED_SIZE)
            _decoded(stanza.arguments[0].encode(), age.ENCAPSULATION_SIZE)
        elif stanza.kind == age.SCRYPT:
            # With others beside it, somebody who knows no passphrase could have made the file.
            _expect(len(stanzas) == 1)
            _expect(len(stanza.arguments) == 2 and len(stanza.body) == age.WRAPPED_SIZE)
            _decoded(stanza.arguments[0].encode(), age.SALT_SIZE)
            _expect(_WORK_FACTOR.fullmatch(stanza.arguments[1]) is not None)
            _expect(int(stanza.arguments[1]) <= MAX_WORK_FACTOR)


def _expect(condition: bool) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    if not condition:
        raise HeaderError("a recipient of the header has a form that is not allowed")


def _unwrap(stanzas: Sequence[Stanza], seeds: Sequence[bytes]) -> bytes:
    keys = [private_key(seed) for seed in seeds]
    for stanza in stanzas:
        if stanza.kind != age.HYBRID:
            continue
        sealed = _decoded(stanza.arguments[0].encode()) + stanza.body
        for key in keys:
            try:
                return age.SUITE.decrypt(sealed, key, age.HYBRID_INFO)
            # ValueError: an X25519 share of low order, which no honest sealer sends.
            except (InvalidTag, ValueError):
                continue
    raise NoMatchError("this key does not open the file; it was sealed for others")


def _unwrap_passphrase(stanzas: Sequence[Stanza], passphrase: str) -> bytes:
    for stanza in stanzas:
        if stanza.kind == age.SCRYPT:
            salt = _decoded(stanza.arguments[0].encode())
            key = age.passphrase_key(passphrase, salt, int(stanza.arguments[1]))
            try:
                return ChaCha20Poly1305(key).decrypt(bytes(12), stanza.body, None)
            except InvalidTag:
                break
    raise NoMatchError("the passphrase does not open the file")
