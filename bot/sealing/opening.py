"""The private-key side: opening cases and identity files. Nothing the server runs imports it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from bot.errors import OpenError, SealError
from bot.sealing import age, envelope, keys, reading, signed
from bot.sealing.envelope import Document, Kind
from bot.sealing.signed import Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the opener asked for, and whom each signed roster it trusts seals to.

    `origin` is the digest of the part as it was first stored, if it was sealed again since.
    """

    kind: Kind
    case: bytes
    seq: int
    prev: bytes
    rosters: Mapping[int, Readers]
    origin: bytes = b""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a caseworker's identity file holds: X-Wing seeds, newest first, and a signing seed.

    `signing` is the 32-byte Ed25519 seed, or b"" for who never signs.
    """

    seeds: tuple[bytes, ...] = field(repr=False)
    signing: bytes = field(default=b"", repr=False)


def open_case(blob: bytes, seeds: Sequence[bytes], expected: Expected) -> Document:
    """The document, if it is the one asked for and was sealed to exactly the roster it names."""
    document = envelope.decode(reading.open_sealed(blob, seeds))
    header = document.header
    pairs = (
        ("kind", header.kind, expected.kind),
        ("case", header.case, expected.case),
        ("place in the case", header.seq, expected.seq),
        ("forerunner", header.prev, expected.prev),
    )
    for name, found, asked in pairs:
        if found != asked:
            raise OpenError(
                f"the file opens but belongs elsewhere: its {name} is not the one asked for. "
                "Tell the administrator: files in the database may have been swapped"
            )
    _check_recipients(blob, document, expected.rosters)
    signed.check_resealed(document, expected.origin, expected.rosters)
    if header.kind == "note":
        signed.check_note(document, expected.rosters)
    return document


def open_backup(source: BinaryIO, target: BinaryIO, seeds: Sequence[bytes]) -> None:
    """Unseal a backup from file to file; `target` counts for nothing when this raises."""
    reading.open_file(source, target, seeds)


def seal_identity(identity: Identity, passphrase: str, work_factor: int = age.WORK_FACTOR) -> bytes:
    """An identity file that the passphrase opens, here and with the stock `age` tool."""
    if not identity.seeds:
        raise SealError("an identity file without a key would open nothing")
    lines = [f"# {keys.recipient_of(identity.seeds[0]).fingerprint}"]
    if identity.signing:
        # age ignores comments, so its own tools read the same file.
        lines.append(f"# {keys.signing_text(identity.signing)}")
    lines += [keys.identity_text(seed) for seed in identity.seeds]
    text = "\n".join((*lines, ""))
    return age.seal_with_passphrase(text.encode(), passphrase, work_factor)


def open_identity(blob: bytes, passphrase: str) -> Identity:
    """The keys in an identity file, ours or one that `age` made; OpenError never shows a key."""
    try:
        lines = reading.open_with_passphrase(blob, passphrase).decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise OpenError("the file opens but holds no keys; choose the identity file") from None
    seeds: list[bytes] = []
    signing = b""
    for line in map(str.strip, lines):
        if line.startswith("# SANAD-SIGNING-KEY-1"):
            signing = keys.parse_signing(line.removeprefix("# "))
        elif line and not line.startswith("#"):
            seeds.append(keys.parse_identity(line))
    if not seeds:
        raise OpenError("the file opens but holds no keys; choose the identity file")
    return Identity(tuple(seeds), signing)


def _check_recipients(blob: bytes, document: Document, rosters: Mapping[int, Readers]) -> None:
    readers = rosters.get(document.header.roster)
    if readers is None:
        raise OpenError(
            "the case names a roster that is not known here; fetch the signed rosters again"
        )
    # One stanza more than named recipients would be a reader nobody was told about.
    stanzas = len(reading.parse(blob).stanzas)
    named = readers.fingerprints
    if sorted(document.recipients) != sorted(named) or stanzas != len(named):
        raise OpenError(
            "the case was not sealed to exactly the people of the signed roster. "
            "Tell the administrator before relying on it"
        )
