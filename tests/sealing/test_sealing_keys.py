"""Key texts, fingerprints and signatures."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import OpenError, SealError
from bot.sealing import bech32, keys
from bot.sealing.keys import Recipient

SEED = bytes(range(32))
RECIPIENT = keys.recipient_of(SEED)


@given(data=st.binary(max_size=90), prefix=st.text("abcdefgh-", min_size=1, max_size=12))
def test_bech32_round_trips(data: bytes, prefix: str) -> None:
    """Any bytes come back from their text, in lower and in upper case."""
    text = bech32.encode(prefix, data)
    assert (prefix, data) == bech32.decode(text) == bech32.decode(text.upper())


def test_bech32_has_its_published_form() -> None:
    """A published valid text decodes, and its known invalid neighbours do not."""
    assert bech32.decode("A12UEL5L") == ("a", b"")
    for text in (
        "A12uEL5L",
        "A12UEL5M",
        "12UEL5L",
        "pzry9x0s0muk",
        "1pzry9x0s0muk",
        "a1b",
        "a1bbbbbbb",
        "",
    ):
        with pytest.raises(ValueError, match=r"letter|case|missing|checksum"):
            bech32.decode(text)


@pytest.mark.parametrize("words", [[0, 1], [31] * 2, [0], [0] * 3])
def test_bech32_has_no_second_spelling(words: list[int]) -> None:
    """Set bits after the last byte, or a whole spare letter, are refused despite a fit checksum."""
    remainder = bech32._polymod([*bech32._spread("a"), *words, *[0] * 6]) ^ 1
    checksum = [(remainder >> 5 * (5 - place)) & 31 for place in range(6)]
    text = "a1" + "".join(bech32._LETTERS[word] for word in [*words, *checksum])
    with pytest.raises(ValueError, match="usual spelling"):
        bech32.decode(text)


@given(place=st.integers(0, 1958), letter=st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
@settings(max_examples=60, deadline=None)
def test_a_mistyped_recipient_is_never_another_key(place: int, letter: str) -> None:
    """One wrong letter in a recipient text is always noticed."""
    text = str(RECIPIENT)
    altered = text[:place] + letter + text[place + 1 :]
    if altered != text:
        with pytest.raises(SealError):
            Recipient.parse(altered)


def test_key_texts_round_trip() -> None:
    """Recipient, identity and signing texts give back the key, also with spaces around them."""
    assert Recipient.parse(f" {RECIPIENT}\n") == RECIPIENT
    assert keys.parse_identity(f"{keys.identity_text(SEED)}\n") == SEED
    assert keys.parse_signing(keys.signing_text(SEED)) == SEED


def test_a_recipient_text_of_a_classical_kind_is_refused() -> None:
    """Recipients that are not post-quantum, or not recipients at all, name the right form."""
    classical = bech32.encode("age", bytes(32))
    longer = bech32.encode("age1pq1q", RECIPIENT.public)
    for text in (
        classical,
        longer,
        keys.identity_text(SEED),
        str(RECIPIENT).upper(),
        "",
        "age1pq1",
    ):
        with pytest.raises(SealError):
            Recipient.parse(text)
    with pytest.raises(SealError, match="age1pq1"):
        Recipient.parse(classical)


def test_keys_that_nothing_could_be_sealed_to_are_refused_early() -> None:
    """Wrong length, a bad ML-KEM half or a low-order X25519 half fail when read, not when used."""
    public = RECIPIENT.public
    for broken in (public[:-1], b"\xff" * 1184 + public[1184:], public[:1184] + bytes(32)):
        with pytest.raises(SealError):
            Recipient(broken)


def test_a_broken_secret_is_refused_without_showing_it() -> None:
    """The error for a mistyped private key does not repeat any of it."""
    text = keys.identity_text(SEED)
    for broken in (
        text[:40] + ("Q" if text[40] != "Q" else "P") + text[41:],
        bech32.encode("age-secret-key-pq-", SEED[:31]).upper(),
        text.lower(),
        text[:30],
        keys.signing_text(SEED),
    ):
        with pytest.raises(OpenError) as caught:
            keys.parse_identity(broken)
        assert broken[22:30].lower() not in str(caught.value).lower()
    with pytest.raises(OpenError):
        keys.recipient_of(b"short")
    with pytest.raises(OpenError):
        keys.private_key(b"short")


def test_the_fingerprint_is_short_and_known() -> None:
    """Five groups of four hex digits, from nothing but the public key."""
    assert RECIPIENT.fingerprint == keys.fingerprint(RECIPIENT.public)
    assert [len(group) for group in RECIPIENT.fingerprint.split("-")] == [4] * 5
    assert keys.fingerprint(b"") == "e3b0-c442-98fc-1c14-9afb"
    assert repr(RECIPIENT) == f"<recipient {RECIPIENT.fingerprint}>"


def test_a_recipient_is_a_value_that_is_not_pickled() -> None:
    """Equal keys are one member of a set; pickling is refused."""
    assert {RECIPIENT, Recipient(RECIPIENT.public)} == {RECIPIENT}
    assert keys.recipient_of(bytes(32)) != RECIPIENT
    assert RECIPIENT != "age1pq1"
    with pytest.raises(TypeError):
        pickle.dumps(RECIPIENT)


@given(message=st.binary(max_size=100), place=st.integers(0, 63))
def test_a_signature_stands_for_one_message_and_key(message: bytes, place: int) -> None:
    """A signature verifies, and no other message, key or signature does."""
    public = keys.signing_public(SEED)
    signature = keys.sign(SEED, message)
    altered = bytearray(signature)
    altered[place] ^= 1
    assert keys.verify(public, message, signature)
    assert not keys.verify(public, message + b".", signature)
    assert not keys.verify(keys.signing_public(bytes(32)), message, signature)
    assert not keys.verify(public, message, bytes(altered))
    assert not keys.verify(b"no key", message, signature)
