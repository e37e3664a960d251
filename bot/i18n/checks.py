"""What is wrong with a translation: each finding has a code, a place and a remedy.

| code | finding |
| --- | --- |
| I001 | missing |
| I002 | fuzzy: the English has changed since |
| I003 | other placeholders than the English, or a brace that is none |
| I004 | a raw number of three digits or more, a range of numbers, or an @ |
| I005 | an invisible direction control: the program sets them |
| I006 | too long for a channel |
| I007 | letters of another keyboard |
| I008 | a word that gives the conversation away in a first line that must be bland |
| I009 | wrong number of plural forms |
| I010 | still English |
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.domain.language import Tag
from bot.domain.message import TELEGRAM, WHATSAPP_LIST
from bot.i18n.contexts import flow_of, kind_of
from bot.i18n.direction import CONTROLS
from bot.i18n.extraction import BLAND
from bot.i18n.letters import ARABIC_SCRIPT, LATIN, foreign_letters, trigger_in_first_line
from bot.i18n.plurals import FORMS, SINGLE_NUMBER_FORMS
from bot.i18n.po import Entry
from bot.i18n.rendering import PLACEHOLDER, placeholders
from bot.i18n.units import Unit, length, limit_of

_RAW_NUMBER: Final = re.compile(r"\d{3,}")
_RANGE: Final = re.compile(r"\d\s*[-–/:.]\s*\d")
_SHORT_KINDS: Final = frozenset({"choice", "brief", "short", "describe"})
_SAME_IN_ALL: Final = frozenset({"English", "Telegram", "WhatsApp", "OK", "SMS"})
ROOM: Final = {"emergency": 5, "directorate_email": 21, "code": 26, "n": 4, "total": 4, "date": 12}
"""Characters that a placeholder takes once filled in. Long ones (`services`) are cut to fit."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `where` is file:line, `tag` the language (`en` for the source itself)."""

    code: str
    tag: Tag
    context: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}  {self.code}  {self.tag} {self.context}: {self.message}"


def check_source(units: Iterable[Unit]) -> list[Finding]:
    """Faults of the English texts where they are written."""
    findings = []
    for unit in units:
        where = f"{unit.source}:{unit.line}"
        limit = limit_of(unit.comments)
        for text in filter(None, (unit.english, unit.plural)):
            for code, message in _faults(text, "en", unit.context, limit):
                findings.append(Finding(code, "en", unit.context, message, where))
    return findings


def check_entries(entries: Iterable[Entry], tag: Tag, file: str) -> list[Finding]:
    """Faults of a catalogue: every entry, in file order."""
    return [
        Finding(code, tag, entry.context, message, f"{file}:{entry.line}")
        for entry in entries
        for code, message in check_entry(entry, tag)
    ]


def check_entry(entry: Entry, tag: Tag) -> Iterator[tuple[str, str]]:
    """(code, message) for everything wrong with one translation."""
    if entry.fuzzy:
        yield "I002", "the English has changed since this was translated: confirm or correct it"
    if tag == "en" and not any(entry.strings):
        # An empty English translation means: as in the source.
        return
    expected = len(FORMS[tag]) if entry.plural else 1
    if len(entry.strings) != expected:
        yield "I009", f"has {len(entry.strings)} plural forms and needs {expected}"
        return
    if not entry.complete:
        yield "I001", "not translated"
        return
    names = FORMS[tag] if entry.plural else ("",)
    for form, text in zip(names, entry.strings, strict=True):
        where = f" (form {form})" if form else ""
        for code, message in _translation_faults(entry, text, form, tag):
            yield code, message + where


def _translation_faults(entry: Entry, text: str, form: str, tag: Tag) -> Iterator[tuple[str, str]]:
    yield from _faults(text, tag, entry.context, limit_of(entry.comments), entry.english)
    wanted = placeholders(entry.english) | placeholders(entry.plural)
    found = placeholders(text)
    missing = wanted - found - ({"n"} if form in SINGLE_NUMBER_FORMS else set())
    for name in sorted(missing):
        yield "I003", f"{{{name}}} of the English is missing"
    for name in sorted(found - wanted):
        yield "I003", f"{{{name}}} is not in the English"
    if tag != "en" and text == entry.english and _is_english(text):
        yield "I010", "still the English text"


def _is_english(text: str) -> bool:
    words = PLACEHOLDER.sub("", text).strip()
    names_itself = ARABIC_SCRIPT.search(words) or words in _SAME_IN_ALL
    return bool(LATIN.search(words)) and not names_itself


def _faults(
    text: str, tag: Tag, context: str, limit: int, english: str = ""
) -> Iterator[tuple[str, str]]:
    """What is wrong with a text by itself."""
    rest = PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        yield "I003", "a brace that is no placeholder: {lower_case_name} without spaces"
    if _RAW_NUMBER.search(rest):
        yield "I004", "a number of three digits or more: use a placeholder such as {emergency}"
    elif _RANGE.search(rest):
        yield "I004", "numbers joined by a mark are shown in the wrong order: write words between"
    if "@" in rest:
        yield "I004", "an @: addresses come from placeholders such as {directorate_email}"
    if CONTROLS.search(text):
        yield "I005", "an invisible direction control: delete it, the program sets them"
    yield from _too_long(text, context, limit)
    # The names of the languages stand in their own scripts everywhere.
    if not ARABIC_SCRIPT.search(english):
        letters = foreign_letters(rest, tag)
        if letters:
            yield "I007", f"letters of another keyboard: {'; '.join(letters)}"
    if flow_of(context) in BLAND and kind_of(context) == "text":
        stem = trigger_in_first_line(text, tag)
        if stem:
            yield "I008", f"the first line must be bland, it has `{stem}`"


def _too_long(text: str, context: str, limit: int) -> Iterator[tuple[str, str]]:
    kind = kind_of(context)
    if not limit and kind in _SHORT_KINDS:
        limit = TELEGRAM.label
    size = shown_length(text)
    if limit and size > limit:
        channel = "WhatsApp" if limit <= WHATSAPP_LIST.description else "any channel"
        if limit == TELEGRAM.label:
            channel = "Telegram"
        yield "I006", f"{size} characters, {channel} shows {limit}: shorten by {size - limit}"
    elif kind == "text" and size > WHATSAPP_LIST.body:
        yield "I006", f"{size} characters, a WhatsApp message holds {WHATSAPP_LIST.body}: split it"


def shown_length(text: str) -> int:
    """Characters of a text on the screen, with room for what the placeholders will hold."""
    room = sum(ROOM.get(name, 0) for name in PLACEHOLDER.findall(text))
    return length(PLACEHOLDER.sub("", text)) + room
