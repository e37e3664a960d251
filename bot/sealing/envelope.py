"""The sealed case: a bound header and the report in one padded document, in one age file.

age binds no context to a file, so the document says itself which case, step and recipients it
belongs to, and the opener compares that with what it asked for.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec

from bot.domain.language import Tag
from bot.errors import OpenError, SealError
from bot.sealing import age, canonical, padding
from bot.sealing.canonical import Json
from bot.sealing.keys import Recipient

VERSION: Final = 1
CASE_SIZE: Final = 16
DIGEST_SIZE: Final = 32

Kind = Literal["report", "addition", "letter", "note"]
"""What a person sent first, what they added with the code, what a caseworker wrote back, and what
staff wrote for each other."""

_Count = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a sealed document is bound to.

    `case` is the random id (16 bytes). `seq` counts the documents of a kind in a case from 0 and
    `prev` is the `digest` of the sealed file before it (b"" for the first). `roster` is the version
    of the signed roster it was sealed by (0 for a letter), `hour` the hours since 1970, `schema`
    the version of the report's data model.
    """

    kind: Kind
    case: bytes
    seq: int = 0
    prev: bytes = b""
    roster: int = 0
    hour: int
    lang: Tag
    schema: int


class _Wire(msgspec.Struct):
    """The header as it stands in the JSON."""

    v: Literal[1]
    kind: Kind
    case: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    seq: _Count
    prev: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]
    roster: _Count
    rcpt: list[str]
    hour: _Count
    lang: Tag
    schema: _Count


HEADER_KEYS: Final = frozenset(field.name for field in msgspec.structs.fields(_Wire))


@dataclass(frozen=True, slots=True)
class Document:
    """An opened document: its header, its recipients' fingerprints, and everything else in it."""

    header: Header
    recipients: tuple[str, ...]
    body: Mapping[str, Any]


def seal_case(header: Header, body: Mapping[str, Json], recipients: Sequence[Recipient]) -> bytes:
    """The sealed file of a report or addition; SealError when it could not be opened again.

    `body` stands beside the header in one JSON object, so it may use none of `HEADER_KEYS`.
    """
    fingerprints = tuple(recipient.fingerprint for recipient in recipients)
    return age.seal(encode(Document(header, fingerprints, body)), recipients)


def digest(sealed: bytes) -> bytes:
    """What the next document of the case carries as `prev`."""
    return hashlib.sha256(sealed).digest()


def encode(document: Document) -> bytes:
    """The padded plaintext of a document."""
    return padding.pad(canonical.dump(plain(document)), padding.case_size)


def plain(document: Document) -> dict[str, Json]:
    """Header and body as the one JSON object that is sealed, and that signatures are over."""
    header = document.header
    clash = HEADER_KEYS & document.body.keys()
    if clash:
        raise SealError(f"the report uses names of the header: {', '.join(sorted(clash))}")
    if len(header.case) != CASE_SIZE or len(header.prev) not in (0, DIGEST_SIZE):
        raise SealError(f"a case id has {CASE_SIZE} bytes and a digest {DIGEST_SIZE} or none")
    bound: dict[str, Json] = {
        "v": VERSION,
        "kind": header.kind,
        "case": header.case.hex(),
        "seq": header.seq,
        "prev": header.prev.hex(),
        "roster": header.roster,
        "rcpt": list(document.recipients),
        "hour": header.hour,
        "lang": header.lang,
        "schema": header.schema,
    }
    # What a wrong caller would seal, no opener would accept: the person's report would be lost.
    _checked(bound, SealError)
    return {**document.body, **bound}


def decode(plaintext: bytes) -> Document:
    """The document of a padded plaintext; OpenError when it is not exactly as `encode` writes."""
    try:
        value = canonical.load(padding.unpad(plaintext, padding.case_size))
    except ValueError as error:
        raise OpenError(f"the file opens but is no sealed case: {error}") from None
    wire = _checked(value, OpenError)
    header = Header(
        kind=wire.kind,
        case=bytes.fromhex(wire.case),
        seq=wire.seq,
        prev=bytes.fromhex(wire.prev),
        roster=wire.roster,
        hour=wire.hour,
        lang=wire.lang,
        schema=wire.schema,
    )
    body = {key: each for key, each in value.items() if key not in HEADER_KEYS}
    return Document(header, tuple(wire.rcpt), body)


def _checked(value: Any, error_class: type[OpenError] | type[SealError]) -> _Wire:
    try:
        return msgspec.convert(value, _Wire)
    except msgspec.ValidationError as error:
        raise error_class(
            f"the header of the sealed case is not as it should be: {error}"
        ) from None
