"""Letters to a mailbox: opened by the code alone, in their own place only."""

import pytest

from bot.errors import OpenError, SealError
from bot.sealing import age, envelope, keys, mailbox, receipt
from bot.sealing.envelope import Document, Header
from bot.sealing.receipt import Cost

CASE = b"c" * 16
HEADER = Header(kind="letter", case=CASE, seq=2, hour=490_000, lang="kmr", schema=1)
BODY = {"text": "ئەم ل ڤێرێنە"}
SEED = receipt.derive("0" * 20, "", b"s" * 16, b"p" * 32, Cost(memory=64, passes=1)).seed
RECIPIENT = receipt.mailbox_recipient(SEED)


def test_a_letter_opens_with_the_codes_seed() -> None:
    """Who has the code reads exactly what the caseworker wrote."""
    opened = mailbox.open_letter(mailbox.seal_letter(HEADER, BODY, RECIPIENT), SEED, CASE, 2)
    assert opened.body == BODY
    assert opened.header == HEADER


def test_another_code_opens_no_letter() -> None:
    """A seed of another code is refused."""
    with pytest.raises(OpenError):
        mailbox.open_letter(mailbox.seal_letter(HEADER, BODY, RECIPIENT), bytes(32), CASE, 2)


def test_a_letter_in_another_place_is_not_shown() -> None:
    """A letter moved to another case or number, or made of a report, is refused."""
    blob = mailbox.seal_letter(HEADER, BODY, RECIPIENT)
    for case, seq in ((b"d" * 16, 2), (CASE, 1)):
        with pytest.raises(OpenError, match="another place"):
            mailbox.open_letter(blob, SEED, case, seq)
    report = Header(kind="report", case=CASE, seq=2, hour=0, lang="ar", schema=1)
    with pytest.raises(OpenError, match="another place"):
        mailbox.open_letter(envelope.seal_case(report, BODY, [RECIPIENT]), SEED, CASE, 2)


def test_a_letter_readdressed_is_not_shown() -> None:
    """A letter that names another mailbox than it is sealed to is refused."""
    other = keys.recipient_of(bytes(32))
    plaintext = envelope.encode(Document(HEADER, (other.fingerprint,), BODY))
    with pytest.raises(OpenError, match="another mailbox"):
        mailbox.open_letter(age.seal(plaintext, [RECIPIENT]), SEED, CASE, 2)


def test_only_letters_go_to_a_mailbox() -> None:
    """A report cannot be sealed to a mailbox by mistake."""
    report = Header(kind="report", case=CASE, hour=0, lang="ar", schema=1)
    with pytest.raises(SealError, match="only a letter"):
        mailbox.seal_letter(report, BODY, RECIPIENT)
