"""What a turn wants to happen: a closed list that the use cases perform."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from bot.engine.flow import Move, Node


class Option(msgspec.Struct, frozen=True, gc=False):
    """One choice of a screen: `value` comes back; `context` names its label, or `label` is it."""

    value: str
    context: str = ""
    label: str = ""
    describe: str = ""
    brief: str = ""
    ticked: bool = False


class Show(msgspec.Struct, frozen=True):
    """Show these texts (contexts, in order) and wait at `node`.

    `progress` is (this question, of so many). `repeated` marks the prompt of an update that was
    seen before: it is sent only when this process does not know that it reached the person.
    """

    parts: tuple[str, ...]
    node: Node
    options: tuple[Option, ...] = ()
    moves: tuple[Move, ...] = ()
    copies: tuple[str, ...] = ()
    progress: tuple[int, int] | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Do one act of the closed list; its outcome comes back as the next event."""

    name: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Destroy the draft; with `everything`, the session and what the platform lets us erase."""

    everything: bool


@dataclass(frozen=True, slots=True)
class Count:
    """Raise a counter that names no person."""

    name: Literal["danger", "self_harm", "exit", "miss", "report"]


Effect = Show | Act | Forget | Count


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an act ended, and what it gives to placeholders and answers."""

    result: str
    values: tuple[tuple[str, str], ...] = ()
