"""What Python wraps for the demo, and the words it speaks, are the browser's."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.console.static_files import wordlist
from bot.domain.language import TAGS
from bot.sealing import keys, slots, spoken
from tests.console.run_javascript import run_job, text

SEED = hashlib.sha256(b"an invented seed").digest()
SIGNING = hashlib.sha256(b"an invented signing seed").digest()


@pytest.mark.node
def test_the_browser_opens_what_python_wrapped():
    """The demo's sample people have slots a browser opens with the passphrase."""
    salt = bytes(range(16))
    made = slots.from_passphrase("ab12-cd34-ef56-7890", salt)
    derived = run_job(
        "passphrase", passphrase="ab12-cd34-ef56-7890", salt=salt.hex(),
        cost={"memory": slots.MEMORY, "passes": slots.PASSES},
    )  # fmt: skip
    assert (derived["key"], derived["auth"]) == (made.key.hex(), made.auth.hex())
    wrapped = slots.wrap(
        (SEED,), SIGNING, key=made.key, kind="passphrase", handle="sample", nonce=bytes(12)
    )
    opened = run_job(
        "unwrap", wrapped=text(wrapped), kind="passphrase", key=made.key.hex(), handle="sample"
    )
    assert opened == {"seeds": [SEED.hex()], "signing": SIGNING.hex()}


@pytest.mark.node
def test_both_speak_the_same_words():
    """The terminal and the browser read the same places of the lists for the same keys."""
    recipient = keys.recipient_of(SEED)
    verify = keys.signing_public(SIGNING)
    places = run_job("spoken", recipient=str(recipient), verify=verify.hex())
    assert places == list(spoken.places(recipient.public, verify))


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_words_stand_for_both_keys(verify: bytes, bit: int):
    """One flipped bit of the signing key is heard."""
    recipient = keys.recipient_of(SEED).public
    other = bytearray(verify)
    other[bit // 8] ^= 1 << bit % 8
    assert spoken.places(recipient, verify) != spoken.places(recipient, bytes(other))


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_its_list(tag: str):
    """256 different words, so that every byte has one and no two sound alike by being the same."""
    words = wordlist(tag)
    assert len(words) == len(set(words)) == 256
    if tag != "en":
        assert not any(letter.isascii() for word in words for letter in word)
