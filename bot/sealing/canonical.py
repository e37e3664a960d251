"""Canonical JSON (RFC 8785) for what we seal: objects, lists, text, whole numbers, true, null.

No fractions: their canonical spelling is JavaScript's, and nothing in a report needs them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from bot.errors import SealError

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

SAFE_INTEGER: Final = (1 << 53) - 1
"""The largest whole number that JavaScript reads exactly."""
MAX_DEPTH: Final = 16


def dump(value: Json) -> bytes:
    """The one spelling of `value` in UTF-8; SealError for what cannot be spelt.

    A half of a surrogate pair, which no UTF-8 can hold, becomes U+FFFD: a report is never lost
    for one broken character.
    """
    text = json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def load(data: bytes) -> Any:
    """The value of canonical JSON; ValueError for every other spelling, repeated keys included."""
    try:
        value = json.loads(data, parse_float=_refuse, parse_constant=_refuse)
        same = dump(value) == data
    except (RecursionError, SealError):
        raise ValueError("the JSON holds what is never sealed") from None
    if not same:
        raise ValueError("the JSON is not in its canonical spelling")
    return value


def _ordered(value: Json, depth: int) -> Json:
    """The same value with keys in the order of their UTF-16 code units."""
    if depth > MAX_DEPTH:
        raise SealError(f"what is to be sealed is nested more than {MAX_DEPTH} deep")
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise SealError("a number is too large to be sealed exactly; store it as text")
        return value
    if isinstance(value, Mapping):
        keys = sorted(value, key=_utf16)
        return {key: _ordered(value[key], depth + 1) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_ordered(each, depth + 1) for each in value]
    raise SealError(f"a value of type {type(value).__name__} cannot be sealed; store it as text")


def _utf16(key: str) -> bytes:
    if not isinstance(key, str):
        raise SealError("a key of what is to be sealed is no text")
    try:
        return key.encode("utf-16-be")
    except UnicodeEncodeError:
        raise SealError("a key of what is to be sealed holds a broken character") from None


def _refuse(_: str) -> NoReturn:
    raise ValueError("the JSON has a number that is not whole")
