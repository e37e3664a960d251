"""Letters to a person who comes back with the code: sealed by a caseworker, opened while she types.

The server can open a letter only with the seed that the code gives, and has it only for a moment.
"""

from collections.abc import Mapping

from bot.errors import OpenError, SealError
from bot.sealing import age, envelope, keys, reading
from bot.sealing.canonical import Json
from bot.sealing.envelope import Document, Header
from bot.sealing.keys import Recipient


def seal_letter(header: Header, body: Mapping[str, Json], mailbox: Recipient) -> bytes:
    """A letter (`header.kind` "letter") that only the code's owner can open."""
    if header.kind != "letter":
        raise SealError("only a letter goes to a mailbox; a case is sealed to the roster")
    document = Document(header, (mailbox.fingerprint,), body)
    return age.seal(envelope.encode(document), [mailbox])


def open_letter(blob: bytes, seed: bytes, case: bytes, seq: int) -> Document:
    """The letter number `seq` of `case`; OpenError when it is another or not for this mailbox."""
    document = envelope.decode(reading.open_sealed(blob, [seed]))
    header = document.header
    if (header.kind, header.case, header.seq) != ("letter", case, seq):
        raise OpenError("the letter opens but belongs to another place; it is not shown")
    if document.recipients != (keys.recipient_of(seed).fingerprint,):
        raise OpenError("the letter was written for another mailbox; it is not shown")
    return document
