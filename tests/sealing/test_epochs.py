"""Pseudonyms and sessions at rest: nothing without the epoch key and the visitor's own address."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OpenError
from bot.sealing import epochs

KEY, TOMORROW = b"\x01" * 32, b"\x02" * 32
VID = b"telegram\x00100001"
NONCE = bytes(12)
EPOCH = 20_000


def _session_key(key: bytes, vid: bytes) -> tuple[bytes, bytes]:
    slot = epochs.slot(key, vid)
    return slot, epochs.state_key(key, slot, vid)


@given(plaintext=st.binary(max_size=3000), nonce=st.binary(min_size=12, max_size=12))
def test_a_session_comes_back(plaintext: bytes, nonce: bytes) -> None:
    """What was sealed opens again with the same key, slot and epoch."""
    slot, key = _session_key(KEY, VID)
    sealed = epochs.seal_state(key, slot, EPOCH, plaintext, nonce)
    assert plaintext == epochs.open_state(key, slot, EPOCH, sealed)


@given(vid=st.binary(max_size=40))
def test_without_the_address_nothing_opens(vid: bytes) -> None:
    """The epoch key, slot and ciphertext together open nothing for any other address."""
    slot, key = _session_key(KEY, VID)
    sealed = epochs.seal_state(key, slot, EPOCH, b"text", NONCE)
    if vid != VID:
        assert epochs.slot(KEY, vid) != slot
        with pytest.raises(OpenError):
            epochs.open_state(epochs.state_key(KEY, slot, vid), slot, EPOCH, sealed)


def test_another_epoch_finds_and_opens_nothing() -> None:
    """Under another day's key the slot is another and the session stays shut."""
    slot, key = _session_key(KEY, VID)
    sealed = epochs.seal_state(key, slot, EPOCH, b"text", NONCE)
    assert epochs.slot(TOMORROW, VID) != slot
    for other, epoch in ((epochs.state_key(TOMORROW, slot, VID), EPOCH), (key, EPOCH + 1)):
        with pytest.raises(OpenError):
            epochs.open_state(other, slot, epoch, sealed)


def test_a_session_cannot_be_moved_or_altered() -> None:
    """A row copied to another slot, shortened, or changed in any byte does not open."""
    slot, key = _session_key(KEY, VID)
    sealed = epochs.seal_state(key, slot, EPOCH, b"text", NONCE)
    with pytest.raises(OpenError):
        epochs.open_state(key, bytes(16), EPOCH, sealed)
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(OpenError):
            epochs.open_state(key, slot, EPOCH, altered)
    for end in (0, 5, 12, 20, len(sealed) - 1):
        with pytest.raises(OpenError):
            epochs.open_state(key, slot, EPOCH, sealed[:end])


def test_the_length_of_a_session_tells_little() -> None:
    """Sessions of up to 250 bytes are one size at rest, and all sizes are few."""
    slot, key = _session_key(KEY, VID)
    sizes = [len(epochs.seal_state(key, slot, EPOCH, bytes(n), NONCE)) for n in range(251)]
    assert set(sizes) == {12 + 256 + 16}


def test_derivations_have_their_documented_form() -> None:
    """Slot, state key and mark are HKDF-Expand of the epoch key under separate labels."""

    def expand(label: bytes, context: bytes) -> bytes:
        info = label + b"\0" + context
        return HKDFExpand(algorithm=SHA256(), length=32, info=info).derive(KEY)

    slot = epochs.slot(KEY, VID)
    assert slot == expand(b"slot/v1", VID)[:16]
    assert epochs.state_key(KEY, slot, VID) == expand(b"state/v1", slot + VID)
    assert epochs.mark(KEY, VID) == int.from_bytes(expand(b"mark/v1", VID)[:8]) >> 1
    assert epochs.slot(KEY, VID) != hmac.digest(KEY, VID, hashlib.sha256)[:16]


@given(sid=st.binary(max_size=40))
def test_a_mark_fits_and_tells_nothing_without_the_key(sid: bytes) -> None:
    """A mark has 63 bits, is the same each time, and another under another key."""
    mark = epochs.mark(KEY, sid)
    assert 0 <= mark < 1 << 63
    assert mark == epochs.mark(KEY, sid)
    assert mark != epochs.mark(TOMORROW, sid)


def test_a_staged_code_opens_for_its_case_and_epoch_only() -> None:
    """A waiting receipt code is bound to its case and dies with the epoch key."""
    sealed = epochs.seal_staged(KEY, b"c" * 16, b"0" * 20, NONCE)
    assert epochs.open_staged(KEY, b"c" * 16, sealed) == b"0" * 20
    for key, case in ((KEY, b"d" * 16), (TOMORROW, b"c" * 16)):
        with pytest.raises(OpenError):
            epochs.open_staged(key, case, sealed)
