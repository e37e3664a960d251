"""What staff sign inside sealed documents: the notes they write, and that they sealed one again.

A signature binds a document to a member of a signed roster: whoever can only write to the database
can seal anything to public keys, but not in somebody's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from bot.errors import OpenError, SealError
from bot.sealing import age, canonical, envelope, keys
from bot.sealing.canonical import Json
from bot.sealing.envelope import Document, Header
from bot.sealing.keys import Recipient

NOTE: Final = b"sanad note/1\n"
RESEAL: Final = b"sanad reseal/1\n"

_FORGED: Final = (
    "the file opens but was not signed by who it names. Tell the administrator before relying on it"
)


class Readers(Protocol):
    """Whom one version of the roster seals to (in its order), and who may sign under it."""

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The fingerprints of all recipients."""
        ...

    @property
    def signers(self) -> Mapping[str, str]:
        """Handles and their hex verification keys."""
        ...


def seal_note(
    header: Header, body: Mapping[str, Json], recipients: Sequence[Recipient], signing: bytes
) -> bytes:
    """A note (`header.kind` "note") signed with the author's seed; `body["by"]` is the author."""
    document = Document(header, tuple(each.fingerprint for each in recipients), body)
    signature = keys.sign(signing, NOTE + canonical.dump(envelope.plain(document)))
    signed = replace(document, body={**body, "sig": signature.hex()})
    return age.seal(envelope.encode(signed), recipients)


def seal_again(
    document: Document,
    *,
    by: str,
    signing: bytes,
    origin: bytes,
    roster: int,
    recipients: Sequence[Recipient],
) -> bytes:
    """The same document for the readers of another roster; `origin` names it as first stored."""
    before = document.body.get("resealed")
    first = before["first"] if before else document.header.roster
    mark: dict[str, Json] = {"by": by, "roster": roster, "origin": origin.hex(), "first": first}
    moved = Document(
        replace(document.header, roster=roster),
        tuple(each.fingerprint for each in recipients),
        {**document.body, "resealed": mark},
    )
    signature = keys.sign(signing, RESEAL + canonical.dump(envelope.plain(moved)))
    body = {**moved.body, "resealed": {**mark, "sig": signature.hex()}}
    return age.seal(envelope.encode(replace(moved, body=body)), recipients)


def check_resealed(document: Document, origin: bytes, rosters: Mapping[int, Readers]) -> None:
    """OpenError unless a member of the document's roster signed that it was sealed again.

    `origin` is what the part was first stored as, b"" where that is not known.
    """
    mark = document.body.get("resealed")
    if mark is None:
        if origin:
            raise OpenError("the file opens but is not the one that was sealed again here")
        return
    unsigned = {key: value for key, value in _object(mark).items() if key != "sig"}
    body = {**document.body, "resealed": unsigned}
    if (
        mark.get("roster") != document.header.roster
        or (origin and mark.get("origin") != origin.hex())
        or not _holds(document.header.roster, mark, RESEAL, replace(document, body=body), rosters)
    ):
        raise OpenError(_FORGED)


def check_note(document: Document, rosters: Mapping[int, Readers]) -> None:
    """OpenError unless the member whom a note names signed it, under the roster of that time."""
    mark = document.body.get("resealed")
    header, recipients = document.header, document.recipients
    if mark is not None:
        # The author signed for the readers of the first sealing.
        header = replace(header, roster=_object(mark).get("first", 0))
        recipients = _readers(rosters, header.roster).fingerprints
    body = {key: value for key, value in document.body.items() if key not in {"sig", "resealed"}}
    signed = Document(header, tuple(recipients), body)
    if not _holds(header.roster, document.body, NOTE, signed, rosters):
        raise OpenError(_FORGED)


def _holds(
    version: int,
    mark: Mapping[str, Any],
    purpose: bytes,
    signed: Document,
    rosters: Mapping[int, Readers],
) -> bool:
    key = _readers(rosters, version).signers.get(str(mark.get("by")), "")
    try:
        public, signature = bytes.fromhex(key), bytes.fromhex(str(mark.get("sig")))
        message = purpose + canonical.dump(envelope.plain(signed))
    except (ValueError, SealError):
        return False
    return keys.verify(public, message, signature)


def _readers(rosters: Mapping[int, Readers], version: object) -> Readers:
    found = rosters.get(version) if isinstance(version, int) else None
    if found is None:
        raise OpenError(
            "the case names a roster that is not known here; fetch the signed rosters again"
        )
    return found


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise OpenError(_FORGED)
    return value
