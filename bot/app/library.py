"""Books on disk, by version: a talk that runs over an update ends in the flow it began with."""

import time
from pathlib import Path
from typing import Final

import msgspec
import structlog

from bot.domain.language import TAGS
from bot.engine import loader
from bot.engine.flow import Book
from bot.i18n.catalogues import Catalogue

_log = structlog.get_logger()
KEEP_SECONDS: Final = 2 * 86_400
"""No session lives longer than its epoch key, which dies within a day."""


class Shelf:
    """The current book, and those of the last two days from `folder` (None: none are kept)."""

    def __init__(self, current: Book, folder: Path | None = None) -> None:
        self.current = current
        self._books = {current.version: current}
        if folder is not None:
            self._keep(folder)

    def book(self, version: str) -> Book | None:
        """The book of a version, None when it is no longer kept."""
        return self._books.get(version)

    def _keep(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.json"):
            if path.stem == self.current.version:
                continue
            if time.time() - path.stat().st_mtime > KEEP_SECONDS:
                path.unlink()
                continue
            try:
                self._books[path.stem] = msgspec.json.decode(path.read_bytes(), type=Book)
            except msgspec.DecodeError:
                # Written by a program with other nodes: its talks go on in the current book.
                _log.warning("old_book_unreadable")
        own = folder / f"{self.current.version}.json"
        if own.exists():
            own.touch()
            return
        fresh = own.with_suffix(".part")
        fresh.write_bytes(msgspec.json.encode(self.current))
        fresh.replace(own)


def read_book(flows: Path, catalogue: Catalogue) -> Book:
    """The book of a folder of flows and its catalogues; FlowError names the first fault."""
    return loader.make_book(
        loader.load_flows(flows), {tag: catalogue.translations(tag) for tag in TAGS}
    )
