"""How something secret may lie about: every form a program, a library or a file would give it."""

import base64
import json
import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 5
"""Bytes; fewer would be found by chance."""
SPAN: Final = 1 << 16


@dataclass(frozen=True)
class Trace:
    """Some bytes that must be nowhere: what they are of, in which form."""

    what: str
    form: str
    data: bytes


def of_text(what: str, text: str) -> Iterator[Trace]:
    """A text in the encodings that texts are written in."""
    plain = text.encode()
    yield Trace(what, "utf-8", plain)
    yield Trace(what, "utf-16-le", text.encode("utf-16-le"))
    yield Trace(what, "utf-16-be", text.encode("utf-16-be"))
    yield Trace(what, "hex", plain.hex().encode())
    yield Trace(what, "HEX", plain.hex().upper().encode())
    if not text.isascii():
        yield Trace(what, "json", json.dumps(text)[1:-1].encode())
        yield Trace(what, "url", quote(text).encode())
    for shift in range(3):
        yield Trace(what, f"base64+{shift}", _base64(plain, shift))
        yield Trace(what, f"base64url+{shift}", _base64(plain, shift, b"-_"))


def of_number(what: str, number: int) -> Iterator[Trace]:
    """An integer as text and as the integers of C, msgpack, SQLite and protocol buffers."""
    yield from of_text(what, str(number))
    size = (number.bit_length() + 7) // 8
    yield Trace(what, "big-endian", number.to_bytes(size))
    yield Trace(what, "little-endian", number.to_bytes(size, "little"))
    yield Trace(what, "hex integer", f"{number:x}".encode())
    yield Trace(what, "Python integer", _python_digits(number))
    groups = [number >> shift & 0x7F for shift in range(0, number.bit_length(), 7)]
    yield Trace(what, "LEB128", bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]]))
    yield Trace(
        what, "SQLite varint", bytes([*(group | 0x80 for group in groups[:0:-1]), groups[0]])
    )


def _python_digits(number: int) -> bytes:
    """As Python holds an integer in memory: digits of 30 bits, the lowest first."""
    digits = []
    while number:
        digits.append(number & 0x3FFF_FFFF)
        number >>= 30
    return struct.pack(f"<{len(digits)}I", *digits).rstrip(b"\0")


def of_degrees(what: str, degrees: float) -> Iterator[Trace]:
    """A latitude or longitude as text and as a double."""
    yield from of_text(what, str(degrees))
    yield Trace(what, "double", struct.pack("<d", degrees))
    yield Trace(what, "big-endian double", struct.pack(">d", degrees))


def found(traces: list[Trace], data: bytes) -> set[tuple[str, str]]:
    """What of it is there, and in which form."""
    if data.count(0) == len(data):
        return set()  # a reserve of zeros, say: not worth the search
    return {(trace.what, trace.form) for trace in traces if trace.data in data}


def count_in(traces: Iterable[Trace], data: bytes) -> dict[tuple[str, str], int]:
    """How often each of it is there, for what is only counted."""
    counted = {(trace.what, trace.form): data.count(trace.data) for trace in traces}
    return {key: count for key, count in counted.items() if count}


def found_in_files(traces: list[Trace], *folders: Path) -> set[tuple[str, str, str]]:
    """The same in the bytes and names of every file of these folders."""
    return {
        (path.name, *each)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        for each in found(traces, path.read_bytes() + str(path.relative_to(folder)).encode())
    }


def _base64(data: bytes, shift: int, signs: bytes = b"+/") -> bytes:
    """The part of the base64 that does not depend on what stands before and after."""
    text = base64.b64encode(bytes(shift) + data, signs)
    return text[math.ceil(shift * 8 / 6) : (shift + len(data)) * 8 // 6]


def stem(what: str, base: int, span: int = SPAN) -> Iterator[Trace]:
    """What is common to all numbers from `base` to `base` + `span` - 1, in every form.

    So one search finds them all; `base` must be a multiple of `span`.
    """
    ends = (of_number(what, base), of_number(what, base + span - 1))
    for first, last in zip(*ends, strict=True):
        head, tail = _alike(first.data, last.data), _alike(first.data[::-1], last.data[::-1])
        data = first.data[:head] if head >= tail else first.data[-tail:]
        if len(data) < SHORTEST:
            raise ValueError(f"{what} as {first.form} has too little in common to be found")
        yield Trace(what, first.form, data)


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes two sequences have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((count for count, (a, b) in pairs if a != b), min(len(one), len(other)))
