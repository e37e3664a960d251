"""Who has read a language as a native speaker: `locales/REVIEW.toml`."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.domain.language import TAGS, Tag
from bot.i18n.catalogues import Domain
from bot.i18n.po import CatalogueError, Entry

FIELDS: Final = ("reviewer", "date", "scope", "fingerprint")
AWAITING: Final = "awaiting native review"


@dataclass(frozen=True, slots=True)
class Review:
    """The last native review of a language; empty fields mean that there was none.

    `reviewer` is an organisation or initials, never a full name. `fingerprint` is that of the
    texts as they were read, so that a later change shows.
    """

    reviewer: str = ""
    date: str = ""
    scope: str = ""
    fingerprint: str = ""

    def state(self, fingerprint: str) -> str:
        """One line for a person: awaiting, reviewed, or changed since."""
        if not self.reviewer:
            return AWAITING
        read = f"reviewed by {self.reviewer} on {self.date} ({self.scope or 'all texts'})"
        return read if self.fingerprint == fingerprint else f"{read}, changed since"


def fingerprint(entries: Iterable[Entry]) -> str:
    """Twelve hex digits that change with any text of a catalogue."""
    rows = sorted((entry.context, entry.english, *entry.strings) for entry in entries)
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def load(path: Path, domain: Domain = "sanad") -> dict[Tag, Review]:
    """The review state of every language; CatalogueError for a file that cannot be trusted.

    The bot's texts stand at the top of the file, those of the console below `console`.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        table = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}:1: not TOML: {error}") from error
    console = table.pop("console", {})
    table = table if domain == "sanad" else console
    unknown = sorted(set(table) - set(TAGS))
    if unknown:
        raise CatalogueError(f"{path.name}:1: [{unknown[0]}] is no language of Sanad")
    return {tag: _review(path.name, tag, table.get(tag, {})) for tag in TAGS}


def _review(file: str, tag: Tag, fields: Mapping[str, Any]) -> Review:
    for key, value in fields.items():
        if key not in FIELDS or not isinstance(value, str):
            raise CatalogueError(
                f"{file}:1: [{tag}] {key}: only texts {', '.join(FIELDS)} are known"
            )
    review = Review(**{key: value.strip() for key, value in fields.items()})
    if bool(review.reviewer) != bool(review.date):
        raise CatalogueError(f"{file}:1: [{tag}] a review needs both reviewer and date")
    if review.date:
        try:
            date.fromisoformat(review.date)
        except ValueError as error:
            raise CatalogueError(f"{file}:1: [{tag}] date is written 2026-11-23") from error
    return review
