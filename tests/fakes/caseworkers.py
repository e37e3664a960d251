"""An invented organisation: caseworkers with real keys, a signed roster, seeded randomness."""

import hashlib
from dataclasses import dataclass, field
from functools import cache

from bot.domain.roster import Member, Role, Roster, Shift
from bot.ports.cases import Call
from bot.sealing import keys
from bot.sealing.envelope import Document
from bot.sealing.opening import Expected, open_case
from bot.usecases.open_case import Opener
from bot.usecases.trust_roster import TrustedRoster, check_roster, sign_roster

ADMIN_SEED = hashlib.sha256(b"admin").digest()
ADMINS = (keys.signing_public(ADMIN_SEED),)
MONDAY_NOON = 1_795_424_400
"""2026-11-23 12:00 in Baghdad."""
WEEK_DAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")


def seed_of(handle: str) -> bytes:
    return hashlib.sha256(b"seed " + handle.encode()).digest()


@cache
def recipient_of(handle: str) -> str:
    return str(keys.recipient_of(seed_of(handle)))


def member(handle: str, role: Role = "caseworker", **named) -> Member:
    opens = role in {"caseworker", "supervisor"}
    defaults = {
        "recipient": recipient_of(handle) if opens else "",
        "verify": keys.signing_public(seed_of("sign " + handle)).hex() if opens else "",
        "languages": ("ar", "ckb", "kmr", "en"),
    }
    return Member(handle=handle, role=role, **{**defaults, **named})


def roster(version: int = 1, **named) -> Roster:
    defaults = {
        "members": (
            member("amal", gender="female", child_trained=True),
            member("bahar"),
            member("zana", "supervisor"),
            member("rawa", "manager"),
        ),
        "shifts": (Shift(handle="amal", days=WEEK_DAYS, start="08:00", end="16:00"),),
        "backup": ("bahar",),
        "on_call": ("zana",),
    }
    return Roster(version=version, **{**defaults, **named})


@cache
def _trusted(version: int) -> TrustedRoster:
    return check_roster(sign_roster(roster(version), ADMIN_SEED), ADMINS)


def trusted(version: int = 1, **named) -> TrustedRoster:
    if named:
        return check_roster(sign_roster(roster(version, **named), ADMIN_SEED), ADMINS)
    return _trusted(version)


@dataclass(frozen=True)
class Readers:
    """Whom a roster seals to, where a test needs no whole one."""

    fingerprints: tuple[str, ...]
    signers: dict[str, str] = field(default_factory=dict)


def opener_for(handle: str, *rosters: TrustedRoster) -> Opener:
    known = {each.version: each for each in (rosters or (trusted(),))}

    def opener(sealed, kind, case, seq, prev, *, origin=b"") -> Document:
        expected = Expected(kind=kind, case=case, seq=seq, prev=prev, rosters=known, origin=origin)
        return open_case(sealed, (seed_of(handle),), expected)

    return opener


class CountingEntropy:
    """Bytes that differ from call to call and are the same in every run."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._count = 0

    def random_bytes(self, count: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}/{self._count}".encode()).digest(count)


@dataclass
class Pager:
    """An alarm that writes down what it was asked to pass on."""

    calls: list[Call] = field(default_factory=list)
    broken: bool = False
    deaf: tuple[str, ...] = ()
    """Rungs nobody of whom can be reached this way."""

    async def ring(self, call: Call) -> bool:
        if self.broken:
            raise ConnectionError
        self.calls.append(call)
        return call.watch not in self.deaf
