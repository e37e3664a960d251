"""What the program can do for a flow, seen from the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.language import Tag
from bot.domain.session import Answer
from bot.domain.tallies import Tally
from bot.i18n.rendering import Param
from bot.ports.stores import NewCase


@dataclass(frozen=True, slots=True)
class Request:
    """What an act may look at: the draft, earlier values, language, channel and the time."""

    answers: Mapping[str, Answer]
    values: Mapping[str, str]
    language: Tag
    channel: str
    now: int
    guesser: bytes
    """The visitor's pseudonym of today: only to slow down the guessing of codes."""


@dataclass(frozen=True, slots=True)
class Done:
    """How an act ended.

    `values` are kept with the draft, under seal; `shown` is only for the screen that follows;
    `case` goes into the same transaction as the session. `read` is what the person is about to
    see: (mailbox tag, letter numbers), confirmed once the session that shows it is committed.
    `tallies` are counted with it.
    """

    result: str
    values: tuple[tuple[str, str], ...] = ()
    shown: tuple[tuple[str, Param], ...] = ()
    case: NewCase | None = None
    read: tuple[bytes, tuple[int, ...]] | None = None
    tallies: tuple[Tally, ...] = ()


class Acts(Protocol):
    """Performs the acts of flows/README.md."""

    def facts(self, now: int) -> frozenset[str]:
        """`handoff` when a roster exists, `on_duty` when somebody is."""
        ...

    def at_once(self, name: str, request: Request) -> Done | None:
        """An act that needs no waiting, inside the turn's transaction; None when it needs some."""
        ...

    async def confirm(self, read: tuple[bytes, tuple[int, ...]]) -> None:
        """Mark letters as read, after the commit: a crash before it shows them again."""
        ...

    async def later(self, name: str, request: Request) -> Done:
        """An act that waits (slow derivation, another row), after the turn's commit."""
        ...
