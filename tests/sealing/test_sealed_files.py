"""Sealing from file to file: the same format as in memory, and as strict."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import OpenError
from bot.sealing import age, keys, reading
from bot.sealing.opening import open_backup
from bot.sealing.stream import CHUNK, TAG

SEED, OTHER = b"a backup's sample seed, 32 bytes", b"another sample seed of 32 bytes."
RECIPIENT = keys.recipient_of(SEED)
EDGES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7)


def sealed(plaintext: bytes) -> bytes:
    target = io.BytesIO()
    age.seal_file(io.BytesIO(plaintext), target, [RECIPIENT])
    return target.getvalue()


def opened(blob: bytes, seed: bytes = SEED) -> bytes:
    target = io.BytesIO()
    open_backup(io.BytesIO(blob), target, [seed])
    return target.getvalue()


@pytest.mark.parametrize("size", EDGES)
def test_files_and_memory_make_and_read_the_same_format(size: int) -> None:
    """Whatever lies at the edge of a chunk, each side opens what the other sealed."""
    plaintext = bytes(range(256)) * (size // 256 + 1)
    plaintext = plaintext[:size]
    assert reading.open_sealed(sealed(plaintext), [SEED]) == plaintext
    assert opened(age.seal(plaintext, [RECIPIENT])) == plaintext
    assert opened(sealed(plaintext)) == plaintext


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_that_was_touched_never_opens(data: st.DataObject) -> None:
    """A flipped bit, a cut or an addition anywhere is an OpenError, never another plaintext."""
    blob = bytearray(sealed(b"a sample" * 9_000))
    place = data.draw(st.integers(0, len(blob) - 1))
    match data.draw(st.sampled_from(("flip", "cut", "add"))):
        case "flip":
            blob[place] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del blob[place:]
        case _:
            blob += bytes(data.draw(st.integers(1, 40)))
    with pytest.raises(OpenError):
        opened(bytes(blob))


def test_chunks_cannot_be_left_out_or_swapped() -> None:
    """The order and the number of the pieces are part of what was sealed."""
    blob = sealed(b"x" * (3 * CHUNK + 5))
    step = CHUNK + TAG
    body = len(blob) - 3 * step - 5 - TAG
    head, one, rest = blob[:body], blob[body : body + step], blob[body + step :]
    for altered in (head + rest, head + rest[:step] + one + rest[step:], head + one):
        with pytest.raises(OpenError):
            opened(altered)


def test_another_key_opens_nothing() -> None:
    """Who is not the recipient gets an error and not a byte."""
    target = io.BytesIO()
    with pytest.raises(OpenError):
        open_backup(io.BytesIO(sealed(b"sample")), target, [OTHER])
    assert target.getvalue() == b""
