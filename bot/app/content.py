"""What is read once and never changes: flows, texts, words, places, services."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bot.app.compiled import compiled
from bot.app.facts import last_checked, read_facts, standing
from bot.app.library import Shelf, read_book
from bot.app.organisation import Organisation
from bot.domain.baghdad import day_of
from bot.domain.directory import Directory, combine
from bot.domain.directory import load as load_directory
from bot.domain.places import Gazetteer
from bot.engine.flow import Book
from bot.engine.routing import Lexicon
from bot.i18n import catalogues
from bot.i18n.catalogues import Catalogue
from bot.ports.acts import Request
from bot.usecases import find_services, service_cards
from bot.usecases.perform import Finder
from bot.usecases.present import Presenter

PROJECT: Final = Path(__file__).resolve().parents[2]
BOT: Final = PROJECT / "bot"
FLOWS: Final = PROJECT / "flows"
CONSOLE: Final = "console"
FACTS: Final = FLOWS / "facts.yaml"
LOCALES: Final = PROJECT / "locales"
DEMO: Final = PROJECT / "deploy" / "demo"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is read once and never changes: flows, texts, words, places, services."""

    catalogue: Catalogue
    console: Catalogue
    shelf: Shelf
    lexicon: Lexicon
    gazetteer: Gazetteer
    directory: Directory


def read_content(*, sample: bool, books: Path | None = None) -> Content:
    """Read flows, catalogues, lexicon, gazetteer and directory; `sample` adds the demo's services.

    A fault in any of them stops the start, with file and line.
    """
    catalogue, console, book, lexicon = compiled("content", _sources(), _read)
    directory = load_directory(FLOWS / "directory")
    if sample:
        directory = combine(load_directory(DEMO / "directory", allow_sample=True), directory)
    return Content(
        catalogue=catalogue,
        console=console,
        shelf=Shelf(book, books),
        lexicon=lexicon,
        gazetteer=Gazetteer.load(FLOWS / "directory" / "places.csv"),
        directory=directory,
    )


def _read() -> tuple[Catalogue, Catalogue, Book, Lexicon]:
    catalogue, console = catalogues.load(LOCALES), catalogues.load(LOCALES, CONSOLE)
    return catalogue, console, read_book(FLOWS, catalogue), Lexicon.load(FLOWS / "lexicon")


def _sources() -> list[Path]:
    """All that `_read` depends on: texts, flows and words, and the code that reads them."""
    code = [path for name in ("domain", "engine", "i18n") for path in (BOT / name).glob("*.py")]
    words = [*FLOWS.glob("*.yaml"), *(FLOWS / "lexicon").iterdir()]
    return [*code, *words, *LOCALES.glob("*/LC_MESSAGES/*.po")]


def make_presenter(content: Content, organisation: Organisation) -> Presenter:
    """Renders screens in the organisation's words."""
    return Presenter(
        content.catalogue,
        standing(read_facts(FACTS), last_checked(FACTS), organisation, content.catalogue),
        content.gazetteer,
    )


def make_finder(content: Content) -> Finder:
    """Rendered cards of the nearest services, from memory."""

    def find(request: Request) -> tuple[str, ...]:
        today: date = day_of(request.now)
        found = find_services.find(
            content.directory,
            content.gazetteer,
            _one(request, "service_place") or _one(request, "governorate"),
            _one(request, "need"),
            today,
            women_only=_one(request, "pref_gender") == "female" and _one(request, "need") is None,
        )
        cards = service_cards.cards(found, request.language, today)
        return tuple(
            service_cards.text(content.catalogue, request.language, card) for card in cards
        )

    return find


def _one(request: Request, name: str) -> str | None:
    answer = request.answers.get(name)
    return answer if isinstance(answer, str) and answer else None
