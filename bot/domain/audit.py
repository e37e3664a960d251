"""The chain of acts on cases: each entry's hash covers the one before it.

No visitor ever stands in it: who is a staff handle, or `-` for the program and for the person.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NOBODY: Final = "-"
FIRST: Final = bytes(32)
"""What the first entry follows."""
_LEAF: Final = b"\x01"

CASE_ACTS: Final = (
    "submit", "add", "withdraw", "claim", "open", "contact", "withdraw_letter", "note", "refer",
    "hand_back", "hand_over", "take_over", "lapse", "release", "escalate", "raise", "lower",
    "agree_lower", "refuse_lower", "close", "reopen", "mark_duplicate", "reseal", "destroyed",
)  # fmt: skip
"""What is done to a case, by its person, its owner, a supervisor or the program."""
STAFF_ACTS: Final = (
    "invite", "withdraw_invitation", "join", "sign_in", "sign_in_passkey", "sign_in_recovery",
    "change_passphrase", "change_keys", "add_passkey", "drop_passkey", "revoke", "sign_roster",
    "accept_record",
)  # fmt: skip
"""What is done to accounts, keys and the roster."""
ACTS: Final = CASE_ACTS + STAFF_ACTS
"""Every word that may stand in `Note.act`; a test holds the program to it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One act: when (hours since 1970), by whom (handle), what (closed words), on which case."""

    hour: int
    actor: str
    act: str
    case: bytes


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A note in its place: sequence number from 1, and the chain's hash up to and with it."""

    seq: int
    note: Note
    hash: bytes


def link(previous: bytes, seq: int, note: Note) -> bytes:
    """The hash of entry `seq`, given the hash of the entry before it."""
    body = json.dumps([seq, note.hour, note.actor, note.act, note.case.hex()])
    return hashlib.sha256(_LEAF + previous + body.encode()).digest()


def first_broken(entries: Iterable[AuditEntry]) -> int | None:
    """The place where the chain does not hold, None if it does; entries come in stored order.

    A cut-off end shows only against a head remembered elsewhere: keep `hash` of the last entry.
    """
    previous = FIRST
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected or entry.hash != link(previous, entry.seq, entry.note):
            return expected
        previous = entry.hash
    return None
