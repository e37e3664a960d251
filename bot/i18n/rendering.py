"""A text with `{placeholders}` filled in, every value in its right direction.

Templates come from the catalogues only; values may come from anywhere. A value is never looked at
for placeholders, and `str.format` is never used, so nothing a person writes can reach a field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 -- `date` is the name of a kind of parameter here
from functools import lru_cache
from typing import Final, Literal

import structlog

from bot.domain.language import LANGUAGES, Tag
from bot.i18n.direction import (
    RIGHT_TO_LEFT_MARK,
    first_strong,
    isolate_tokens,
    left_to_right,
    needs_mark,
    own_direction,
    without_controls,
)

ParamKind = Literal["number", "code", "email", "date", "name", "prose", "rendered"]
_LEFT_TO_RIGHT_KINDS: Final = frozenset({"number", "code", "email", "date"})

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
ABSENT: Final = "…"
"""Stands where a value is missing: the flow linter forbids it, and a person still gets the rest."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Param:
    """One value and what it is: `kind` decides the isolates; made by the functions below."""

    kind: ParamKind
    value: str


def number(value: int | str) -> Param:
    """A number in ASCII digits, never grouped or localised."""
    return Param("number", str(value))


def code(value: str) -> Param:
    """A receipt code or another thing copied exactly."""
    return Param("code", value)


def email(value: str) -> Param:
    """An e-mail or web address."""
    return Param("email", value)


def date(value: Date | str) -> Param:
    """A day (shown as 2026-11-23) or a time written in digits."""
    return Param("date", value if isinstance(value, str) else value.isoformat())


def name(value: str) -> Param:
    """The name of an organisation, service or place, in any script."""
    return Param("name", value)


def prose(value: str) -> Param:
    """Free text from a person (a caseworker's reply): several lines, its numbers isolated."""
    return Param("prose", value)


def rendered(value: str) -> Param:
    """Text this module made before (a list of services): isolates are kept. Never foreign text."""
    return Param("rendered", value)


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a value goes; `opens` says that it stands first in its line."""

    name: str
    opens: bool


def placeholders(template: str) -> frozenset[str]:
    """The names of the placeholders of a text."""
    return frozenset(PLACEHOLDER.findall(template))


def render(template: str, params: Mapping[str, Param], tag: Tag) -> str:
    """The text as it is shown in a language; a missing value becomes `…` and a log line."""
    pieces = _compiled(template, tag)
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return pieces[0]
    return "".join(
        [piece if isinstance(piece, str) else _filled(piece, params, tag) for piece in pieces]
    )


def _filled(slot: _Slot, params: Mapping[str, Param], tag: Tag) -> str:
    param = params.get(slot.name)
    if param is None:
        # The placeholder's name is an author's word, not a visitor's: it may be logged.
        _log.error("text_without_value", placeholder=slot.name)
        return ABSENT
    if param.kind == "rendered":
        return param.value
    value = without_controls(param.value)
    if param.kind == "prose":
        return _prose(value, tag)
    # A line break would end the isolate and let the rest of the value turn the line around.
    value = " ".join(value.split()) if not value.isprintable() else value
    if not value:
        return ""
    shown = left_to_right(value) if param.kind in _LEFT_TO_RIGHT_KINDS else own_direction(value)
    return RIGHT_TO_LEFT_MARK + shown if slot.opens and LANGUAGES[tag].right_to_left else shown


def _prose(value: str, tag: Tag) -> str:
    text = isolate_tokens(value)
    if not LANGUAGES[tag].right_to_left:
        return text
    # A reply in English keeps its own direction; a line without letters takes that of the talk.
    return "\n".join(
        RIGHT_TO_LEFT_MARK + line if needs_mark(line) and first_strong(line) != "L" else line
        for line in text.split("\n")
    )


@lru_cache(maxsize=8192)
def _compiled(template: str, tag: Tag) -> tuple[str | _Slot, ...]:
    """The fixed and the open pieces of a template, direction marks already in place.

    At most a few thousand templates exist, all from the catalogues: the cache holds every one.
    """
    pieces: list[str | _Slot] = []
    for index, line in enumerate(template.split("\n")):
        pieces.append("\n" if index else "")
        parts = PLACEHOLDER.split(line)
        if LANGUAGES[tag].right_to_left and parts[0] and needs_mark(line):
            pieces.append(RIGHT_TO_LEFT_MARK)
        for position, part in enumerate(parts):
            if position % 2:
                pieces.append(_Slot(part, opens=position == 1 and not parts[0]))
            else:
                pieces.append(part)
    return tuple(_joined(pieces))


def _joined(pieces: list[str | _Slot]) -> list[str | _Slot]:
    """The pieces with neighbouring strings put together and empty ones dropped."""
    joined: list[str | _Slot] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined or [""]
