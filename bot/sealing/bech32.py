"""Bech32 as age uses it: a prefix, the data in 32 letters and a checksum, of any length."""

from collections.abc import Iterable, Sequence
from typing import Final

_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {letter: value for value, letter in enumerate(_LETTERS)}
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH: Final = 6


def encode(prefix: str, data: bytes) -> str:
    """`prefix`, the separator 1, `data` and the checksum, all in lower case."""
    words = _to_words(data)
    remainder = _polymod([*_spread(prefix), *words, *[0] * _CHECKSUM_LENGTH]) ^ 1
    checksum = [(remainder >> 5 * (5 - place)) & 31 for place in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_LETTERS[word] for word in [*words, *checksum])


def decode(text: str) -> tuple[str, bytes]:
    """Prefix (lower case) and data; ValueError for anything `encode` would not have written.

    All upper or all lower case is accepted, a mixture is not.
    """
    if text not in (text.lower(), text.upper()):
        raise ValueError("upper and lower case are mixed")
    prefix, separator, tail = text.lower().rpartition("1")
    if not separator or not prefix or len(tail) < _CHECKSUM_LENGTH:
        raise ValueError("a part of it is missing")
    try:
        words = [_VALUES[letter] for letter in tail]
    except KeyError:
        raise ValueError("it has a letter that does not belong there") from None
    if _polymod([*_spread(prefix), *words]) != 1:
        raise ValueError("the checksum does not fit; a letter was mistyped or lost")
    return prefix, _from_words(words[:-_CHECKSUM_LENGTH])


def _spread(prefix: str) -> list[int]:
    codes = prefix.encode("ascii")
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _polymod(words: Iterable[int]) -> int:
    remainder = 1
    for word in words:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ word
        for place, generator in enumerate(_GENERATORS):
            if top >> place & 1:
                remainder ^= generator
    return remainder


def _to_words(data: bytes) -> list[int]:
    bits = len(data) * 8
    count = -(-bits // 5)
    number = int.from_bytes(data) << (count * 5 - bits)
    return [number >> 5 * place & 31 for place in reversed(range(count))]


def _from_words(words: Sequence[int]) -> bytes:
    size, spare = divmod(len(words) * 5, 8)
    number = 0
    for word in words:
        number = number << 5 | word
    # A spare group, or bits in it, would be a second spelling of the same bytes.
    if spare >= 5 or number & ((1 << spare) - 1):
        raise ValueError("its last letters are not the usual spelling")
    return (number >> spare).to_bytes(size)
