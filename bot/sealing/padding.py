"""Padding, so that the length of a sealed thing tells little about what is in it."""

from collections.abc import Callable
from typing import Final

CASE_MINIMUM: Final = 1024
STATE_STEP: Final = 256
_PREFIX: Final = 4
"""Bytes of the length (big-endian) that goes before the content."""


def padme(length: int) -> int:
    """The next length that Padmé allows: at most 12 % more, and few different ones.

    Of a length with exponent e, only the first log2(e) + 1 binary digits may be other than zero.
    """
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    free = exponent - exponent.bit_length()
    mask = (1 << max(free, 0)) - 1
    return (length + mask) & ~mask


def case_size(length: int) -> int:
    """Size of a padded case for `length` bytes of content."""
    return max(CASE_MINIMUM, padme(length + _PREFIX))


def state_size(length: int) -> int:
    """Size of a padded session: steps of 256 bytes up to 1 KiB, then Padmé."""
    total = length + _PREFIX
    if total <= CASE_MINIMUM:
        return -(-total // STATE_STEP) * STATE_STEP
    return padme(total)


def pad(content: bytes, size: Callable[[int], int]) -> bytes:
    """`u32 length || content || zeros`, as long as the rule `size` says."""
    return (len(content).to_bytes(_PREFIX) + content).ljust(size(len(content)), b"\0")


def unpad(padded: bytes, size: Callable[[int], int]) -> bytes:
    """The content; ValueError for anything `pad` with the same rule would not have made."""
    end = _PREFIX + int.from_bytes(padded[:_PREFIX])
    if len(padded) < _PREFIX or len(padded) != size(end - _PREFIX) or any(padded[end:]):
        raise ValueError("the padding is not as it should be")
    return padded[_PREFIX:end]
