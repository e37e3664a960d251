"""The texts of the four languages in memory, read from the .po files at start."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from bot.domain.language import TAGS, Tag
from bot.i18n import po
from bot.i18n.plurals import FORMS, form

Domain = Literal["sanad", "console"]
"""What people who write to the bot read, and what staff read in the console."""
DOMAINS: Final[tuple[Domain, ...]] = ("sanad", "console")
TEMPLATES: Final[Mapping[Domain, str]] = {"sanad": "messages.pot", "console": "console.pot"}


def file_of(directory: Path, tag: Tag, domain: Domain = "sanad") -> Path:
    """Where the catalogue of a language lies."""
    return directory / tag / "LC_MESSAGES" / f"{domain}.po"


class Catalogue:
    """Looks texts up by language, context and English.

    A text that is missing (or marked fuzzy, because its English has changed since) is shown in
    English, and counted. Not in a neighbouring language: somebody who chose Badini need not read
    Sorani or Arabic, a text that silently changes language looks like one that was understood,
    and the English is the one version that cannot be out of date. The build gate
    (`sanad i18n status`) keeps this from ever happening in a release.
    """

    def __init__(self, messages: Mapping[Tag, Mapping[po.Key, tuple[str, ...]]]) -> None:
        self._messages = messages
        self.missing: Counter[Tag] = Counter()
        """How often each language fell back to English since the start; a number, no texts."""

    def text(self, tag: Tag, context: str, english: str) -> str:
        """The text in a language; English when there is none."""
        strings = self._messages[tag].get((context, english))
        if strings is not None:
            return strings[0]
        if tag != "en":
            self.missing[tag] += 1
        return english

    def plural(self, tag: Tag, context: str, singular: str, plural: str, number: int) -> str:
        """The form for `number`; the placeholder `{n}` is still to be rendered."""
        strings = self._messages[tag].get((context, singular))
        if strings is not None and len(strings) == len(FORMS[tag]):
            return strings[form(tag, number)]
        if tag != "en":
            self.missing[tag] += 1
        return singular if form("en", number) == 0 else plural

    def every(self, context: str, english: str) -> tuple[str, ...]:
        """The text in every language that has it, in the order of TAGS: what may be typed."""
        found = [self._messages[tag].get((context, english), ("",))[0] for tag in TAGS]
        return tuple(dict.fromkeys(text for text in (*found, english) if text))

    def translations(self, tag: Tag) -> dict[po.Key, str]:
        """Every singular text of a language by (context, English), for `make_book`."""
        return {key: strings[0] for key, strings in self._messages[tag].items()}


def usable(entries: Mapping[po.Key, po.Entry]) -> dict[po.Key, tuple[str, ...]]:
    """The translations that may be shown: complete and not fuzzy."""
    return {
        key: entry.strings for key, entry in entries.items() if not entry.fuzzy and entry.complete
    }


def load(directory: Path, domain: Domain = "sanad") -> Catalogue:
    """The catalogues under `locales/`; CatalogueError names a broken file and line."""
    return Catalogue({tag: usable(po.read(file_of(directory, tag, domain))) for tag in TAGS})
