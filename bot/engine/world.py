"""What a turn may know besides the session: all of it immutable."""

from typing import Protocol

from msgspec import Struct

from bot.domain.language import Tag
from bot.engine.flow import Book


class Route(Protocol):
    """A typed text's topic and whether it sounds like danger."""

    @property
    def topic(self) -> str:
        """A router topic key, `other` when nothing fits."""
        ...

    @property
    def danger(self) -> bool:
        """Whether life or body may be at risk."""
        ...


class Understanding(Protocol):
    """What the engine needs to read typed words: commands and topics (bot.engine.routing)."""

    def command(self, text: str) -> str | None:
        """A global command when the whole text is one."""
        ...

    def route(self, text: str) -> Route:
        """Topic and danger of a free text."""
        ...


class Places(Protocol):
    """What the engine needs of the gazetteer."""

    def codes(self) -> tuple[str, ...]:
        """The 19 governorate codes in the order they are shown."""
        ...

    def label(self, code: str, tag: Tag) -> str:
        """A governorate's name in a language."""
        ...

    def find(self, text: str) -> str | None:
        """The governorate of a typed place in any of the four languages."""
        ...

    def at(self, latitude: float, longitude: float) -> str | None:
        """The governorate a point lies in or next to; None outside Iraq."""
        ...


class World(Struct, frozen=True):
    """Everything a turn may know besides the session: all of it immutable."""

    book: Book
    understanding: Understanding
    places: Places
    facts: frozenset[str] = frozenset()
