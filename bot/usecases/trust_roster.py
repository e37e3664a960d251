"""Trust a roster only if a pinned administrator signed it and it is no step back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from bot.domain import roster as rosters
from bot.domain.roster import Handle, Member, Roster, SignedRoster
from bot.errors import OldRosterError, RosterError, SealError, UnsignedRosterError
from bot.ports.cases import RosterHistory
from bot.sealing import canonical, keys
from bot.sealing.keys import Recipient

PURPOSE: Final = b"sanad roster/1\n"
"""What the signature is over begins with this, so that it is good for nothing else."""
PUBLIC_BYTES: Final = 32
Admins = tuple[bytes, ...]
"""The public keys of those who may sign a roster; any one of them is enough."""


@dataclass(frozen=True, slots=True)
class TrustedRoster:
    """A roster whose signature held, with the keys every case is sealed to, ready for use."""

    roster: Roster
    recipients: tuple[Recipient, ...]

    @property
    def version(self) -> int:
        """The roster's version, which goes into every sealed case."""
        return self.roster.version

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What an opener compares a case's recipients with."""
        return tuple(recipient.fingerprint for recipient in self.recipients)

    @property
    def signers(self) -> dict[Handle, str]:
        """The hex key each member signs notes and re-sealing with."""
        return {each.handle: each.verify for each in self.roster.members if each.verify}

    def member_with(self, recipient: str) -> Member:
        """The member whose key this is; RosterError if it is not (or no longer) in the roster."""
        for member in self.roster.members:
            if recipient and member.recipient == recipient:
                return member
        raise RosterError(
            "this key is in no roster in force; have the administrator add it and sign"
        )


class FormerAdmin(bytes):
    """The key of somebody who signs no more; rosters up to version `last` stay what they are."""

    last: int

    @classmethod
    def since(cls, public: bytes, last: int) -> Self:
        """The same key for who has left, the newest roster then being `last`."""
        former = cls(public)
        former.last = last
        return former


def parse_admins(text: str) -> Admins:
    """The pinned public keys (the file admin.pub); RosterError if there is none, or a broken one.

    Each line holds 64 hex digits, and of a `FormerAdmin` also "until VERSION". Any of them may
    sign. Blank lines, and lines that begin with #, are passed over.
    """
    lines = [line.strip() for line in text.splitlines()]
    try:
        admins = tuple(_admin(line) for line in lines if line and not line.startswith("#"))
    except ValueError:
        admins = ()
    if not admins:
        raise RosterError(
            'admin.pub must hold public keys (64 hex digits, one a line, some with "until" and a '
            "roster version) and nothing else; copy it again from the administrator"
        )
    return tuple(dict.fromkeys(admins))


def write_admins(admins: Admins) -> str:
    """The text that `parse_admins` reads."""
    ends = (f" until {key.last}" if isinstance(key, FormerAdmin) else "" for key in admins)
    return "".join(f"{key.hex()}{end}\n" for key, end in zip(admins, ends, strict=True))


def _admin(line: str) -> bytes:
    digits, until, last = line.partition(" until ")
    public = bytes.fromhex(digits)
    if len(public) != PUBLIC_BYTES:
        raise ValueError(line)
    return FormerAdmin.since(public, int(last)) if until else public


def _may_sign(admin: bytes, version: object) -> bool:
    if isinstance(admin, FormerAdmin):
        return isinstance(version, int) and version <= admin.last
    return True


def check_roster(file: bytes, admins: Admins) -> TrustedRoster:
    """The roster in a file, if one of `admins` signed exactly it; RosterError otherwise."""
    signed = rosters.decode_file(file)
    try:
        message = PURPOSE + canonical.dump(signed.roster)
        signature = bytes.fromhex(signed.signature)
    except (SealError, ValueError):
        message, signature = b"", b""
    version = signed.roster.get("version")
    if not signature or not any(
        _may_sign(admin, version) and keys.verify(admin, message, signature) for admin in admins
    ):
        raise UnsignedRosterError(
            "the roster is not signed by an administrator this installation trusts, or it was "
            "altered; sign it again with `sanad roster sign`, or restore the signed file"
        )
    roster = rosters.decode(signed.roster)
    try:
        recipients = tuple(Recipient.parse(text) for text in roster.recipients())
    except SealError as error:
        raise RosterError(f"a key in the roster cannot be used: {error}") from error
    return TrustedRoster(roster, recipients)


async def trust_roster(file: bytes, admins: Admins, history: RosterHistory) -> TrustedRoster:
    """The roster in a file, if it is signed and not older than what was accepted before.

    A newer one is remembered. RosterError for a rollback, and for a second roster under a version
    that was already accepted with other content.
    """
    trusted = check_roster(file, admins)
    if await history.keep_roster(trusted.version, file):
        return trusted
    newest = await history.newest_roster()
    if newest is None or newest[0] != trusted.version:
        raise OldRosterError(
            f"roster version {trusted.version} is older than version "
            f"{newest[0] if newest else '?'}, which was in force; restore the newest signed file"
        )
    if check_roster(newest[1], admins).roster != trusted.roster:
        raise RosterError(
            f"there are two different rosters of version {trusted.version}; "
            "sign again, which raises the version"
        )
    return trusted


class KnownRosters(Mapping[int, TrustedRoster]):
    """For an opener: every accepted version of the roster.

    One is checked only when a case names it: there may be years of them.
    """

    def __init__(self, files: Mapping[int, bytes], admins: Admins) -> None:
        self._files = files
        self._admins = admins
        self._checked: dict[int, TrustedRoster] = {}

    def __getitem__(self, version: int) -> TrustedRoster:
        if version not in self._checked:
            self._checked[version] = check_roster(self._files[version], self._admins)
        return self._checked[version]

    def __iter__(self) -> Iterator[int]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def sealed_alike(self, trusted: TrustedRoster) -> frozenset[int]:
        """The versions that seal to exactly the keys this roster seals to."""
        keys_now = frozenset(trusted.roster.recipients())
        return frozenset(
            version for version in self if frozenset(self[version].roster.recipients()) == keys_now
        )


async def known_rosters(newest: int, admins: Admins, history: RosterHistory) -> KnownRosters:
    """Every accepted roster up to version `newest`; versions never seen here are left out."""
    files = {}
    for version in range(1, newest + 1):
        file = await history.roster_file(version)
        if file is not None:
            files[version] = file
    return KnownRosters(files, admins)


def sign_roster(roster: Roster, signing_seed: bytes) -> bytes:
    """The signed file of a roster; RosterError if the roster is not fit to be used."""
    document = rosters.encode(roster)
    rosters.decode(document)
    signature = keys.sign(signing_seed, PURPOSE + canonical.dump(document))
    return rosters.encode_file(SignedRoster(document, signature.hex()))
