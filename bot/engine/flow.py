"""What a flow is once it is loaded: nodes, choices, conditions, and the book that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["choice", "many", "text", "place", "code", "step"]
KINDS: Final[tuple[Kind, ...]] = ("choice", "many", "text", "place", "code", "step")

Move = Literal["back", "skip", "stop", "emergency", "exit", "language", "menu", "help", "done"]
MOVES: Final[tuple[Move, ...]] = (
    "back", "skip", "stop", "emergency", "exit", "language", "menu", "help", "done",
)  # fmt: skip
STANDING_MOVES: Final[tuple[Move, ...]] = ("back", "skip", "emergency", "exit")
END_MOVES: Final[tuple[Move, ...]] = ("menu", "emergency", "exit")
MOVE_NUMBERS: Final[Mapping[Move, str]] = {
    "exit": "0", "back": "00", "skip": "99", "emergency": "911",
    "stop": "", "language": "", "menu": "", "help": "", "done": "",
}  # fmt: skip
"""What may be typed for a move; those without a number have words (flows/lexicon)."""

ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "submit": ("sent", "no_roster", "not_stored"),
    "alert": ("sent", "no_roster", "not_stored"),
    "find_services": ("found", "none"),
    "look_up": (
        "nothing_new", "reply_waits", "closed", "unknown", "slip", "too_many", "not_stored",
    ),
    "check_code": ("same", "different"),
    "check_text": ("clean", "found"),
    "read_reply": ("reply", "none", "unknown"),
    "send_addition": ("sent", "not_stored", "closed"),
    "withdraw": ("withdrawn", "unknown", "not_stored"),
    "forget": ("done",),
    "forget_draft": ("done",),
    "letter": ("done",),
    "set_language": ("done",),
    "duty": ("on_duty", "nobody", "no_roster"),
}  # fmt: skip
"""The closed list of what a flow may ask the program to do, with the results it can go on by."""

FACTS: Final = ("handoff", "on_duty", "telegram", "whatsapp")
PLACEHOLDERS: Final = frozenset(
    {
        "emergency", "directorate_email", "organisation", "limits", "retention",
        "answer_t0", "answer_t1", "answer_t2", "answer_t3",
        "code", "summary", "reply", "state", "services", "on_duty_from", "letter", "topic", "group",
        "n", "total", "checked",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One of a closed list of questions about the draft and the facts; no expression language."""

    kind: Literal["answer", "fact", "not", "any", "all"]
    name: str = ""
    values: frozenset[str] = frozenset()
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Go `to` when the condition holds; without a condition, always."""

    to: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its value, English label, and where it alone leads (else the node's `next`)."""

    value: str
    label: str
    to: str = ""
    describe: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a conversation; `name` and every target have the form "flow.node"."""

    name: str
    line: int = 0
    say: str = ""
    ask: str = ""
    kind: Kind = "choice"
    choices: tuple[Choice, ...] = ()
    save: str = ""
    short: str = ""
    next: tuple[Rule, ...] = ()
    skip: str = ""
    required: bool = False
    moves: tuple[Move, ...] | None = None
    copy: tuple[str, ...] = ()
    set: tuple[tuple[str, str], ...] = ()
    clear: tuple[str, ...] = ()
    do: str = ""
    results: tuple[tuple[str, str], ...] = ()
    free: bool = False
    limit: int = 1000
    more: str = ""
    """The saved text that goes on with what is written here instead of an answer."""
    returns: bool = False
    end: bool = False
    note: str = ""

    def __hash__(self) -> int:
        """By name alone: what is worked out from a node is kept under it, in every turn."""
        return hash(self.name)

    @property
    def flow(self) -> str:
        """The flow the node belongs to."""
        return self.name.partition(".")[0]

    @property
    def waits(self) -> bool:
        """Whether the talk stops here until the person writes."""
        return bool(self.ask) or self.end

    def choice(self, value: str) -> Choice | None:
        """The choice with this value."""
        for choice in self.choices:
            if choice.value == value:
                return choice
        return None

    def targets(self) -> tuple[str, ...]:
        """Every node this one can lead to by itself."""
        return (
            *(rule.to for rule in self.next),
            *(choice.to for choice in self.choices if choice.to),
            *(target for _, target in self.results),
            *((self.skip,) if self.skip else ()),
        )


@dataclass(frozen=True, slots=True)
class Flow:
    """One conversation file."""

    name: str
    start: str
    nodes: Mapping[str, Node]
    topics: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    review: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """All flows of one version with their texts in four languages: what a talk is pinned to.

    `texts[tag][context]` is the text of a context (bot.domain.contexts) in a language;
    `labels[node]` maps a folded label in any language to the value it stands for.
    """

    version: str
    flows: Mapping[str, Flow]
    nodes: Mapping[str, Node]
    texts: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)

    def text(self, tag: str, context: str) -> str:
        """The text of a context; English where a language lacks it (the build gate forbids it)."""
        return self.texts.get(tag, {}).get(context) or self.texts["en"].get(context, "")
