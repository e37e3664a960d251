"""Writer and strict reader together: round trips, altered files, wrong keys, refusals."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import OpenError, SealError
from bot.sealing import age, keys, reading, stream
from bot.sealing.stream import CHUNK

SEED = b"\x07" * keys.SEED_SIZE
OTHER = b"\x08" * keys.SEED_SIZE
RECIPIENT = keys.recipient_of(SEED)
MUTATIONS = 10_000


@given(plaintext=st.binary(max_size=3000), others=st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_what_is_sealed_opens_for_every_recipient(plaintext: bytes, others: int) -> None:
    """Any plaintext comes back unchanged, at whatever place the reader's stanza stands."""
    seeds = [bytes([50 + number]) * 32 for number in range(others)] + [SEED]
    blob = age.seal(plaintext, [keys.recipient_of(seed) for seed in seeds])
    for seed in seeds:
        assert plaintext == reading.open_sealed(blob, [OTHER, seed])


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_chunk_boundaries_round_trip(size: int) -> None:
    """Plaintexts around whole chunks come back unchanged."""
    plaintext = bytes(index % 251 for index in range(size))
    assert plaintext == reading.open_sealed(age.seal(plaintext, [RECIPIENT]), [SEED])


def test_ten_thousand_altered_files_never_open() -> None:
    """No flipped, cut, lengthened, doubled or exchanged byte goes unnoticed, anywhere."""
    rng = random.Random(20)
    blob = age.seal(b"the same words " * 20, [RECIPIENT, keys.recipient_of(OTHER)])
    for _ in range(MUTATIONS):
        altered = _altered(rng, blob)
        if altered == blob:
            continue
        with pytest.raises(OpenError):
            reading.open_sealed(altered, [SEED])


def _altered(rng: random.Random, blob: bytes) -> bytes:
    place, end = sorted(rng.sample(range(len(blob)), 2))
    kind = rng.randrange(6)
    if kind == 0:
        return blob[:place] + bytes([blob[place] ^ (1 << rng.randrange(8))]) + blob[place + 1 :]
    if kind == 1:
        return blob[:place]
    if kind == 2:
        return blob[:place] + rng.randbytes(rng.randrange(1, 40)) + blob[place:]
    if kind == 3:
        return blob[:place] + blob[end:]
    if kind == 4:
        return blob[:end] + blob[place:]
    lines = blob.split(b"\n")
    first, second = rng.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def test_chunks_cannot_be_dropped_or_exchanged() -> None:
    """A long payload notices a chunk lost at its end, at its start, or two exchanged."""
    key = b"k" * 32
    sealed = stream.seal_stream(key, bytes(3 * CHUNK))
    step = CHUNK + stream.TAG
    first, second, third = sealed[:step], sealed[step : 2 * step], sealed[2 * step :]
    for altered in (first + second, second + third, second + first + third, sealed + third, b""):
        with pytest.raises(ValueError, match="payload"):
            stream.open_stream(key, altered)


def test_another_key_or_none_opens_nothing() -> None:
    """Without a recipient's seed the file stays shut, and so it does for a passphrase."""
    blob = age.seal(b"text", [RECIPIENT])
    for seeds in ([OTHER], []):
        with pytest.raises(reading.NoMatchError):
            reading.open_sealed(blob, seeds)
    with pytest.raises(reading.NoMatchError):
        reading.open_with_passphrase(blob, "text")


def test_two_files_of_one_text_share_nothing() -> None:
    """The same text sealed twice to the same person looks unrelated."""
    first, second = (age.seal(b"text", [RECIPIENT]) for _ in range(2))
    assert first.split(b"\n")[1:] != second.split(b"\n")[1:]
    assert first[-20:] != second[-20:]


def test_sealing_for_nobody_or_twice_for_one_is_refused() -> None:
    """An empty or repeated list of recipients is a refusal, never a file nobody can open."""
    with pytest.raises(SealError, match="nobody"):
        age.seal(b"text", [])
    with pytest.raises(SealError, match="twice"):
        age.seal(b"text", [RECIPIENT, keys.recipient_of(SEED)])
    with pytest.raises(SealError, match="empty"):
        age.seal_with_passphrase(b"text", "")


def test_every_stanza_is_post_quantum() -> None:
    """A sealed file has as many stanzas as recipients, all of the post-quantum kind."""
    blob = age.seal(b"text", [RECIPIENT, keys.recipient_of(OTHER)])
    kinds = [stanza.kind for stanza in reading.parse(blob).stanzas]
    assert kinds == [age.HYBRID] * 2


def test_a_file_that_asks_too_much_of_scrypt_is_refused_at_once() -> None:
    """A work factor beyond the limit costs nothing: it is refused while reading the header."""
    blob = age.seal_with_passphrase(b"text", "word", work_factor=2)
    costly = re.sub(rb"(-> scrypt \S+) 2\n", rb"\1 21\n", blob)
    with pytest.raises(reading.HeaderError):
        reading.open_with_passphrase(costly, "word")


@given(blob=st.binary(max_size=200))
@settings(max_examples=300)
def test_noise_is_refused_cleanly(blob: bytes) -> None:
    """Bytes that are no age file end in an OpenError, whatever they are."""
    for start in (b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> "):
        with pytest.raises(OpenError):
            reading.open_sealed(start + blob, [SEED])
