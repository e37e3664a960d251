"""A catalogue brought up to date with the source: nothing translated is lost, nothing old stays."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from bot.domain.language import Tag
from bot.i18n.plurals import FORMS
from bot.i18n.po import Entry, Key
from bot.i18n.units import Unit

ALIKE: Final = 0.75
"""How alike two texts of one page must be for one to be the other, reworded."""


def template(units: Iterable[Unit]) -> list[Entry]:
    """The entries of `messages.pot`."""
    return [_fresh(unit, 2 if unit.plural else 1) for unit in units]


def merged(units: Iterable[Unit], old: Mapping[Key, Entry], tag: Tag) -> list[Entry]:
    """The entries of a language in the order of the source.

    A text whose English changed keeps its translation, marked fuzzy, with the English it was made
    for. A text that only moved (same English, its old context is gone) keeps it as it is.
    What the source no longer has is dropped: the history is in git.
    """
    units = list(units)
    keys = {(unit.context, unit.english) for unit in units}
    gone = [entry for key, entry in old.items() if key not in keys and any(entry.strings)]
    by_context: dict[str, list[Entry]] = {}
    for entry in gone:
        by_context.setdefault(entry.context, []).append(entry)
    shared = Counter(unit.context for unit in units)
    by_english = _agreed(gone)
    entries = []
    for unit in units:
        fresh = _fresh(unit, len(FORMS[tag]) if unit.plural else 1)
        before = old.get((unit.context, unit.english)) or by_english.get(unit.english)
        changed = _changed(unit, by_context.get(unit.context, []), alone=shared[unit.context] == 1)
        if before is not None:
            entries.append(_kept(fresh, before))
        elif changed is not None:
            entries.append(replace(_kept(fresh, changed), fuzzy=True, previous=changed.english))
        else:
            entries.append(fresh)
    return entries


def _changed(unit: Unit, gone: list[Entry], *, alone: bool) -> Entry | None:
    """The vanished text that this one was before: of its place, or of a page the most alike."""
    if alone:
        return gone[0] if gone else None
    near = get_close_matches(unit.english, [entry.english for entry in gone], 1, ALIKE)
    return next((entry for entry in gone if near and entry.english == near[0]), None)


def _fresh(unit: Unit, forms: int) -> Entry:
    return Entry(
        context=unit.context,
        english=unit.english,
        plural=unit.plural,
        strings=("",) * forms,
        comments=unit.comments,
        source=unit.source,
    )


def _kept(fresh: Entry, before: Entry) -> Entry:
    kept = replace(fresh, fuzzy=before.fuzzy, notes=before.notes, previous=before.previous)
    if len(before.strings) == len(fresh.strings) and before.plural == fresh.plural:
        return replace(kept, strings=before.strings)
    # Singular became plural (or the reverse): the old text is a start, not a translation.
    strings = (before.strings + ("",) * len(fresh.strings))[: len(fresh.strings)]
    return replace(kept, strings=strings, fuzzy=any(strings))


def _agreed(gone: Iterable[Entry]) -> dict[str, Entry]:
    """Vanished texts whose translations do not contradict each other, by English."""
    found: dict[str, Entry] = {}
    doubtful: set[str] = set()
    for entry in gone:
        if found.setdefault(entry.english, entry).strings != entry.strings:
            doubtful.add(entry.english)
    return {english: entry for english, entry in found.items() if english not in doubtful}
