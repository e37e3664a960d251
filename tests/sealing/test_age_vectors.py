"""The strict reader against the public C2SP/CCTV vectors for the age format."""

import base64
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from bot.errors import OpenError
from bot.sealing import keys, reading
from bot.sealing.reading import HeaderError, MacError, NoMatchError, PayloadError

pytestmark = pytest.mark.node

ERRORS: dict[str, type[OpenError]] = {
    "success": OpenError,
    "no match": NoMatchError,
    "HMAC failure": MacError,
    "header failure": HeaderError,
    "payload failure": PayloadError,
}
# The X25519 half is a point of low order. HPKE refuses such a file like one for another key, and
# does not say which it was.
LOW_ORDER = {"hybrid_identity", "hybrid_low_order"}
# Malformed X25519 stanzas: a kind we do not implement is skipped, so nothing in the file is ours.
FOREIGN = {"hybrid_x25519_arg"}


@dataclass
class Vector:
    """One vector: what should happen, with which secrets, to which file."""

    name: str
    fields: dict[str, list[str]]
    file: bytes

    @property
    def expect(self) -> str:
        return self.fields["expect"][0]

    @property
    def seeds(self) -> list[bytes]:
        texts = self.fields.get("identity", [])
        return [keys.parse_identity(text) for text in texts if "-PQ-" in text]

    def holds(self, plaintext: bytes) -> bool:
        return hashlib.sha256(plaintext).hexdigest() == self.fields["payload"][0]


@pytest.fixture(scope="session")
def vectors(vector_files: dict[str, str]) -> list[Vector]:
    return [_vector(name, base64.b64decode(data)) for name, data in vector_files.items()]


def _vector(name: str, data: bytes) -> Vector:
    head, _, file = data.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    if fields.get("compressed") == ["zlib"]:
        file = zlib.decompress(file)
    return Vector(name, fields, file)


def _open_under(file: bytes, file_key: bytes) -> bytes:
    return reading.open_under(reading.parse(file), file_key)


def _check(vector: Vector, opened: Callable[[], bytes], error: type[OpenError]) -> None:
    if vector.expect == "success":
        assert vector.holds(opened()), vector.name
        return
    with pytest.raises(OpenError) as caught:
        opened()
    assert isinstance(caught.value, error), vector.name


def test_every_hybrid_vector_ends_as_published(vectors: list[Vector]) -> None:
    """Each of the post-quantum vectors opens or is refused for the published reason."""
    hybrid = [each for each in vectors if each.name.startswith("hybrid")]
    assert len(hybrid) == 18
    for vector in hybrid:
        error = NoMatchError if vector.name in LOW_ORDER | FOREIGN else ERRORS[vector.expect]
        _check(vector, partial(reading.open_sealed, vector.file, vector.seeds), error)


def test_every_passphrase_vector_ends_as_published(vectors: list[Vector]) -> None:
    """Each scrypt vector opens or is refused for the published reason, costly ones at once."""
    scrypt = [each for each in vectors if each.name.startswith("scrypt")]
    assert len(scrypt) == 25
    for vector in scrypt:
        word = vector.fields["passphrase"][0]
        _check(
            vector,
            partial(reading.open_with_passphrase, vector.file, word),
            ERRORS[vector.expect],
        )


def test_every_header_and_stream_vector_ends_as_published(vectors: list[Vector]) -> None:
    """Stanza, MAC and payload vectors, opened by their file key, end as published."""
    prefixes = ("stanza", "stream", "hmac", "header", "version", "empty")
    general = [each for each in vectors if each.name.startswith(prefixes)]
    assert len(general) == 53
    for vector in general:
        key = bytes.fromhex(vector.fields["file key"][0])
        _check(
            vector,
            partial(_open_under, vector.file, key),
            ERRORS[vector.expect],
        )


def test_what_is_not_implemented_is_refused_cleanly(vectors: list[Vector]) -> None:
    """X25519 files and armored files end in an OpenError, never in another exception."""
    foreign = [each for each in vectors if each.name.startswith(("x25519", "armor"))]
    assert len(foreign) == 47
    seed = bytes(32)
    for vector in foreign:
        with pytest.raises(OpenError):
            reading.open_sealed(vector.file, [seed])
        with pytest.raises(OpenError):
            reading.open_with_passphrase(vector.file, "password")


def test_no_vector_is_left_out(vectors: list[Vector]) -> None:
    """The groups above are all there are; a new vector in the package must find its place."""
    assert len(vectors) == 18 + 25 + 53 + 47
