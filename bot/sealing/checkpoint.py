"""The signed head of the audit chain, in the form of a C2SP checkpoint (a signed note).

    sanad/audit
    1042
    <base64 of the chain's hash up to and with entry 1042>
    day 2026-11-28

    — sanad/audit <base64 of key id (4 bytes) and Ed25519 signature (64)>

The chain is a line, not a tree: size and hash name its last entry. Whoever keeps such a note can
say later whether anything before that entry was changed or cut off.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.errors import AuditError
from bot.sealing import keys

ORIGIN: Final = "sanad/audit"
HASH_SIZE: Final = 32
_ED25519: Final = b"\x01"
_DASH: Final = "\N{EM DASH}"
_UNREADABLE: Final = "this is no signed head of an audit chain; use a file `sanad audit head` wrote"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain's last entry on a day: its number and the hash up to and with it."""

    seq: int
    hash: bytes
    day: date

    def text(self) -> str:
        """What is signed."""
        encoded = base64.b64encode(self.hash).decode()
        return f"{ORIGIN}\n{self.seq}\n{encoded}\nday {self.day.isoformat()}\n"


def sign_checkpoint(seed: bytes, checkpoint: Checkpoint) -> bytes:
    """The 64-byte signature over a head."""
    return keys.sign(seed, checkpoint.text().encode())


def write_note(checkpoint: Checkpoint, public: bytes, signature: bytes) -> str:
    """The signed note as it is handed to an outside keeper."""
    stamp = base64.b64encode(_key_id(public) + signature).decode()
    return f"{checkpoint.text()}\n{_DASH} {ORIGIN} {stamp}\n"


def read_note(note: str, public: bytes) -> Checkpoint:
    """The head in a note; AuditError unless this server's key signed exactly it."""
    text, separator, signatures = note.replace("\r\n", "\n").partition("\n\n")
    if not separator:
        raise AuditError(_UNREADABLE)
    checkpoint = _parse(text)
    if not any(_signs(line, checkpoint, public) for line in signatures.splitlines()):
        raise AuditError(
            "the head is not signed by this server's key; was it altered, or is it another's?"
        )
    return checkpoint


def holds(checkpoint: Checkpoint, public: bytes, signature: bytes) -> bool:
    """Whether a kept signature is that of `public` over this head."""
    return keys.verify(public, checkpoint.text().encode(), signature)


def verifier(public: bytes) -> str:
    """The public key as signed notes write it: name, key id, key."""
    key = base64.b64encode(_ED25519 + public).decode()
    return f"{ORIGIN}+{_key_id(public).hex()}+{key}"


def _parse(text: str) -> Checkpoint:
    try:
        origin, seq, encoded, day = text.split("\n")
        digest = base64.b64decode(encoded, validate=True)
        found = Checkpoint(int(seq), digest, date.fromisoformat(day.removeprefix("day ")))
    except (ValueError, binascii.Error) as error:
        raise AuditError(_UNREADABLE) from error
    if origin != ORIGIN or len(digest) != HASH_SIZE or found.text() != text + "\n":
        raise AuditError(_UNREADABLE)
    return found


def _signs(line: str, checkpoint: Checkpoint, public: bytes) -> bool:
    try:
        dash, _, encoded = line.split(" ")
        stamp = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return False
    return (
        dash == _DASH
        and stamp[:4] == _key_id(public)
        and keys.verify(public, checkpoint.text().encode(), stamp[4:])
    )


def _key_id(public: bytes) -> bytes:
    return hashlib.sha256(ORIGIN.encode() + b"\n" + _ED25519 + public).digest()[:4]
