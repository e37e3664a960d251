"""The signed head of the audit chain as a C2SP signed note."""

import base64
import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AuditError
from bot.sealing import keys
from bot.sealing.checkpoint import (
    Checkpoint,
    holds,
    read_note,
    sign_checkpoint,
    verifier,
    write_note,
)

SEED = hashlib.sha256(b"a server of the tests").digest()
PUBLIC = keys.signing_public(SEED)
OTHER = keys.signing_public(bytes(32))
HEAD = Checkpoint(1042, hashlib.sha256(b"chain").digest(), date(2026, 11, 28))
NOTE = write_note(HEAD, PUBLIC, sign_checkpoint(SEED, HEAD))


def test_a_note_reads_back_as_it_was_signed():
    """Number, hash and day come back exactly."""
    assert read_note(NOTE, PUBLIC) == HEAD
    assert holds(HEAD, PUBLIC, sign_checkpoint(SEED, HEAD))


def test_the_form_is_that_of_signed_notes():
    """Origin, size, hash and day, an empty line, and a line with name, key id and signature."""
    text, _, signature = NOTE.partition("\n\n")
    assert text.split("\n")[:2] == ["sanad/audit", "1042"]
    dash, name, stamp = signature.split()
    key_id = hashlib.sha256(b"sanad/audit\n\x01" + PUBLIC).digest()[:4]
    assert (dash, name) == ("\u2014", "sanad/audit")
    assert base64.b64decode(stamp)[:4] == key_id
    assert keys.verify(PUBLIC, f"{text}\n".encode(), base64.b64decode(stamp)[4:])
    assert verifier(PUBLIC).split("+")[1] == key_id.hex()


@given(st.integers(0, len(NOTE) - 2), st.characters(codec="ascii"))
def test_an_altered_note_is_refused(place, sign):
    """No sign of a note can be changed: another text, number, hash, day or signature fails."""
    altered = NOTE[:place] + sign + NOTE[place + 1 :]
    if altered == NOTE:
        return
    try:
        read = read_note(altered, PUBLIC)
    except AuditError:
        return
    # Some blanks between the parts of the signature line carry nothing.
    assert read == HEAD


@pytest.mark.parametrize(
    "note", ["", "\n\n", NOTE.replace("sanad/audit\n", "other/log\n"), NOTE.split("\n\n")[0]]
)
def test_what_is_no_head_is_refused(note):
    """Files of another kind are named as such."""
    with pytest.raises(AuditError):
        read_note(note, PUBLIC)


def test_another_servers_head_is_refused():
    """A head counts only under the key it is held against."""
    with pytest.raises(AuditError, match="not signed"):
        read_note(NOTE, OTHER)
    assert not holds(HEAD, OTHER, sign_checkpoint(SEED, HEAD))
