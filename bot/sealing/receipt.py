"""The receipt code: twenty digits to come back with, and the mailbox that is made of them."""

import unicodedata
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bot.sealing import keys
from bot.sealing.keys import Recipient
from bot.sealing.words import fold

GROUPS: Final = 4
GROUP_SIZE: Final = 5
CODE_SIZE: Final = GROUPS * GROUP_SIZE
ENTROPY_SIZE: Final = 16
TAG_SIZE: Final = 16

# Damm's table: a Latin square in which exchanging two neighbours always changes the result.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one derivation costs: memory in KiB, passes, lanes."""

    memory: int = 65_536
    passes: int = 3
    lanes: int = 1


COST: Final = Cost()
"""64 MiB and three passes: 150 to 400 ms. Changing it makes every code given out unusable."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was typed as a code.

    `code` is the 20 digits if all is well, else empty; then `wrong` names the groups (from 1) in
    which the slip is, empty when that cannot be told; `count` is how many digits were found.
    """

    code: str = field(repr=False)
    wrong: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Derived:
    """A mailbox: the tag it is found by (16 bytes) and the seed that opens it (32 bytes)."""

    tag: bytes = field(repr=False)
    seed: bytes = field(repr=False)


def new_code(entropy: bytes) -> str:
    """A code as its 20 digits, of at least 16 random bytes; show it with `grouped`."""
    if len(entropy) < ENTROPY_SIZE:
        raise ValueError(f"a code needs {ENTROPY_SIZE} random bytes")
    # 10^16 does not divide 2^128, but the unevenness is below 2^-74.
    digits = f"{int.from_bytes(entropy) % 10**16:016d}"
    payloads = (digits[start : start + 4] for start in range(0, 16, 4))
    return "".join(
        payload + str(_check_digit(payload, group)) for group, payload in enumerate(payloads)
    )


def grouped(code: str) -> str:
    """The code as it is shown: four groups of five with spaces between."""
    return " ".join(_groups(code))


def parse(text: str) -> Parsed:
    """Read a typed code: any digit script; everything that is no digit only separates."""
    digits = "".join(_digit(character) or " " for character in text)
    code = digits.replace(" ", "")
    groups = _groups(code)
    if len(code) != CODE_SIZE:
        # A lost or doubled digit shifts what follows; the person's own spaces may tell where.
        typed = digits.split()
        groups = typed if len(typed) == GROUPS else groups
        return Parsed("", _wrong(groups, exact=len(typed) == GROUPS), len(code))
    wrong = _wrong(groups, exact=True)
    return Parsed("" if wrong else code, wrong, len(code))


def derive(code: str, secret_word: str, salt: bytes, pepper: bytes, cost: Cost = COST) -> Derived:
    """The mailbox of a code (20 digits from `parse` or `new_code`) and an optional secret word.

    Slow on purpose (`cost`): run it in a thread. Without `pepper` (host secret, at least 16 bytes)
    nobody can try codes at all. The word is folded first, so another keyboard changes nothing.
    """
    if len(code) != CODE_SIZE or not (code.isascii() and code.isdecimal()):
        raise ValueError("derive takes the 20 digits that parse returns")
    master = Argon2id(
        salt=salt,
        length=32,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory,
        secret=pepper,
    ).derive(f"{code}\x00{fold(secret_word)}".encode())
    tag = _expand(master, b"mailbox/tag/v1")[:TAG_SIZE]
    return Derived(tag, _expand(master, b"mailbox/xwing/v1"))


def mailbox_recipient(seed: bytes) -> Recipient:
    """The public key that replies to the code are sealed to."""
    return keys.recipient_of(seed)


def _groups(digits: str) -> list[str]:
    return [digits[start : start + GROUP_SIZE] for start in range(0, len(digits), GROUP_SIZE)]


def _wrong(groups: list[str], *, exact: bool) -> tuple[int, ...]:
    """The numbers of the groups with a slip; if not `exact`, only the first can be told."""
    padded = [*groups, *[""] * (GROUPS - len(groups))][:GROUPS]
    wrong = tuple(place + 1 for place, group in enumerate(padded) if not _holds(group, place))
    return wrong if exact else wrong[:1]


def _holds(group: str, place: int) -> bool:
    return len(group) == GROUP_SIZE and _check_digit(group, place) == 0


def _check_digit(digits: str, place: int) -> int:
    """The digit that brings Damm's chain back to zero; zero for a whole group without a slip.

    The chain starts from the group's place instead of 0, and every column of the table is a
    permutation: a group in another's place therefore never holds.
    """
    state = place
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return "" if value is None else str(value)


def _expand(master: bytes, label: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=32, info=label).derive(master)
