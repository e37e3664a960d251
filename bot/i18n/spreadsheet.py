"""Translations as a table for people who work in a spreadsheet: CSV out and back in.

RFC 4180 with a UTF-8 mark in front, so that Excel shows Arabic letters. A text with plural forms
takes one row a form. Only `translation` and `state` are read back; `state` is `missing`, `fuzzy`
or `done`, and writing `done` confirms a fuzzy text. A row with an empty `context` fills every
untranslated text that has exactly this English.
"""

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.domain.language import Tag
from bot.i18n.checks import check_entry
from bot.i18n.plurals import FORMS
from bot.i18n.po import CatalogueError, Entry, Key
from bot.i18n.units import limit_of

COLUMNS: Final = ("context", "form", "english", "translation", "state", "note")
STATES: Final = ("missing", "fuzzy", "done")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""A cell that begins so would be run, or changed, by a spreadsheet: an apostrophe goes before."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was read: `number` counts from the heading, which is row 1."""

    number: int
    context: str
    form: str
    english: str
    translation: str
    state: str


def exported(entries: Iterable[Entry], tag: Tag) -> str:
    """The whole table of a language."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        names = FORMS[tag] if entry.plural else ("",)
        for form, text in zip(names, entry.strings, strict=True):
            english = entry.plural if entry.plural and form != "one" else entry.english
            state = "missing" if not text else "fuzzy" if entry.fuzzy else "done"
            note = " ".join(entry.comments)
            cells = (entry.context, form, english, text, state, note)
            writer.writerow([_guarded(cell) for cell in cells])
    return "\ufeff" + buffer.getvalue()


def without_repetition(entries: Iterable[Entry]) -> list[Entry]:
    """Untranslated texts, each English once: with an empty context when it stands in many places.

    The strictest limit of those places is kept, so that the one translation fits all of them.
    """
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if not entry.complete and not entry.fuzzy:
            grouped.setdefault((entry.english, entry.plural), []).append(entry)
    found = []
    for places in grouped.values():
        strictest = min(places, key=lambda entry: limit_of(entry.comments) or math.inf)
        if len(places) > 1 and not strictest.plural:
            comments = (*strictest.comments, f"Stands in {len(places)} places.")
            strictest = replace(strictest, context="", comments=comments)
        found.append(strictest)
    return found


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _bare(cell: str) -> str:
    cell = cell.replace("\r\n", "\n")
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def rows(text: str, name: str) -> list[Row]:
    """The rows of a table; CatalogueError names file and row when it has another form."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        table = list(reader)
    except csv.Error as error:
        raise CatalogueError(f"{name}:{reader.line_num}: not CSV: {error}") from error
    heading = table[0] if table else []
    missing = [column for column in COLUMNS[:5] if column not in heading]
    if missing:
        raise CatalogueError(
            f"{name}:1: column `{missing[0]}` is missing; keep the heading of the exported table "
            "and separate columns by commas"
        )
    return [
        _row(number, heading, cells, name) for number, cells in enumerate(table[1:], 2) if cells
    ]


def _row(number: int, heading: list[str], cells: list[str], name: str) -> Row:
    values = {key: _bare(cell) for key, cell in zip(heading, cells, strict=False)}
    state = values.get("state", "").strip()
    if state and state not in STATES:
        raise CatalogueError(f"{name}:{number}: state is one of {', '.join(STATES)}")
    return Row(
        number=number,
        context=values.get("context", "").strip(),
        form=values.get("form", "").strip(),
        english=unicodedata.normalize("NFC", values.get("english", "").strip()),
        translation=unicodedata.normalize("NFC", values.get("translation", "").strip()),
        state=state,
    )


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import leads to: the new entries, how many changed, and refused rows with reasons."""

    entries: tuple[Entry, ...]
    changed: int
    refused: tuple[str, ...]


def imported(entries: Mapping[Key, Entry], table: Iterable[Row], tag: Tag) -> Imported:
    """The catalogue with the table applied. A row that would break a text is refused by itself."""
    result = dict(entries)
    refused: list[str] = []
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in table:
        if row.translation:
            # Forms of one plural text belong together; other rows stand alone.
            grouped.setdefault((row.context, "" if row.form else row.english), []).append(row)
    for group in grouped.values():
        targets = _targets(result, group)
        if not targets:
            refused.append(
                f"row {group[0].number}: its context and English are not in the flows now"
            )
        for key in targets:
            new = _applied(result[key], group, tag)
            faults = [message for code, message in check_entry(new, tag) if code not in _LATER]
            if faults:
                refused.append(f"row {group[0].number}: {faults[0]}")
            else:
                result[key] = new
    changed = sum(result[key] != entries[key] for key in entries)
    return Imported(tuple(result.values()), changed, tuple(refused))


_LATER: Final = frozenset({"I001", "I002"})
"""An unfinished text may be imported; a wrong one may not."""


def _targets(entries: Mapping[Key, Entry], group: list[Row]) -> list[Key]:
    first = group[0]
    if not first.context:
        return [
            key
            for key, entry in entries.items()
            if entry.english == first.english and not entry.plural and not entry.complete
        ]
    if first.form:
        known = {row.english for row in group}
        return [
            key
            for key, entry in entries.items()
            if entry.context == first.context and known <= {entry.english, entry.plural}
        ]
    key = (first.context, first.english)
    return [key] if key in entries and not entries[key].plural else []


def _applied(entry: Entry, group: list[Row], tag: Tag) -> Entry:
    strings = list(entry.strings)
    names = FORMS[tag] if entry.plural else ("",)
    for row in group:
        if row.form in names:
            strings[names.index(row.form)] = row.translation
    changed = tuple(strings) != entry.strings
    confirmed = changed or all(row.state == "done" for row in group)
    fuzzy = entry.fuzzy and not confirmed
    return replace(
        entry, strings=tuple(strings), fuzzy=fuzzy, previous=entry.previous if fuzzy else ""
    )
