"""Reads flows/lexicon: concepts, rules, phrases, idioms and commands, each with file and line.

flows/lexicon/README.md describes the format; this module only says what stands there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final, Literal, NoReturn

import yaml

from bot.errors import FlowError

Topic = Literal[
    "danger_now", "self_harm", "child", "sexual_violence", "trafficking_sexual",
    "trafficking_labour", "trafficking_organ", "trafficking_begging", "dv", "online_abuse",
    "disability", "witness", "services", "police_question", "privacy", "report_start",
    "followup", "awareness", "feedback", "language", "exit", "about", "other",
]  # fmt: skip
Script = Literal["ar", "ar-verb", "ku", "ku-verb", "en", "latin", "exact"]
Command = Literal[
    "exit", "emergency", "back", "skip", "stop", "help", "language", "menu", "yes", "no",
    "done", "start",
]  # fmt: skip

TOPICS: Final[tuple[Topic, ...]] = Topic.__args__  # type: ignore[attr-defined]
"""In the order of priority: when several match, the first one stands."""
SCRIPTS: Final[tuple[Script, ...]] = Script.__args__  # type: ignore[attr-defined]
COMMANDS: Final[tuple[Command, ...]] = Command.__args__  # type: ignore[attr-defined]
IDIOM: Final = "idiom"
_SECTIONS: Final = (
    "concepts", "plain", "english", "courtesy", "commands", "topic", "idioms", "phrases",
    "alone", "rules", "weights",
)  # fmt: skip
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the lexicon."""

    file: str
    line: int

    def refuse(self, what: str) -> NoReturn:
        """Stop loading with the place and a sentence that says how to put it right."""
        raise FlowError(f"{self.file}:{self.line}: {what}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word or phrase of a concept, topic, idiom or command, as written.

    A phrase may give alternatives: `let|lets me|us|_ go` (`_`: the word may be missing).
    """

    text: str
    script: Script
    owner: str
    place: Place

    def slots(self) -> list[list[str]]:
        """The alternatives of each word in order; an empty one means that it may be missing."""
        return [
            ["" if choice == "_" else choice for choice in word.split("|")]
            for word in self.text.split()
        ]

    def spellings(self) -> Iterator[str]:
        """Every text the entry stands for."""
        for chosen in product(*self.slots()):
            yield " ".join(word for word in chosen if word)


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule as written: `kill + me|family + will ~8 ! neg`."""

    name: str
    pattern: str
    owner: str
    place: Place


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a concept (or `start`) speaks for danger, and for despair, in hundredths."""

    name: str
    danger: int
    despair: int
    place: Place


@dataclass(slots=True)
class Source:
    """Everything the folder says, in file order."""

    concepts: list[Entry] = field(default_factory=list)
    phrases: list[Entry] = field(default_factory=list)
    rules: list[RuleText] = field(default_factory=list)
    commands: list[Entry] = field(default_factory=list)
    plain: list[Entry] = field(default_factory=list)
    english: list[Entry] = field(default_factory=list)
    courtesy: list[Entry] = field(default_factory=list)
    alone: list[Entry] = field(default_factory=list)
    weights: list[Weight] = field(default_factory=list)


def read(folder: Path) -> Source:
    """Everything in the `*.yaml` of `folder`; FlowError with file and line for what is wrong."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise FlowError(f"{folder.name}: no lexicon files (*.yaml); restore flows/lexicon")
    source = Source()
    for file in files:
        _read_file(file, source)
    return source


def _read_file(file: Path, source: Source) -> None:
    try:
        root = yaml.compose(file.read_text("utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FlowError(f"{file.name}:{line}: not YAML ({error.problem})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FlowError(f"{file.name}:1: not YAML in UTF-8; save it again as UTF-8") from error
    sections = dict(_pairs(root, Place(file.name, 1)))
    owner = _owner(sections, file.name)
    for (key, place), node in sections.items():
        _read_section(key, place, node, owner, source)


def _owner(sections: dict[tuple[str, Place], yaml.Node], file: str) -> str:
    """The topic that the phrases and rules of a file belong to, or `idiom`."""
    for (key, place), node in sections.items():
        if key not in _SECTIONS:
            place.refuse(f"unknown section {key!r}; one of {', '.join(_SECTIONS)}")
        if key == "topic":
            topic = _scalar(node, file)
            return topic if topic in TOPICS else place.refuse(f"unknown topic {topic!r}")
        if key == "idioms":
            return IDIOM
    return ""


def _read_section(key: str, place: Place, node: yaml.Node, owner: str, source: Source) -> None:
    if key in {"phrases", "alone", "rules"} and not owner:
        place.refuse(
            "phrases, alone and rules need `topic: NAME` or `idioms: yes` in the same file"
        )
    if key == "concepts":
        for (concept, at), words in _pairs(node, place):
            source.concepts.extend(_words(words, concept, at))
    elif key == "commands":
        for (command, at), words in _pairs(node, place):
            if command not in COMMANDS:
                at.refuse(f"unknown command {command!r}; one of {', '.join(COMMANDS)}")
            source.commands.extend(_words(words, command, at))
    elif key == "weights":
        source.weights.extend(_weight(name, at, node) for (name, at), node in _pairs(node, place))
    elif key in {"plain", "english", "courtesy"}:
        getattr(source, key).extend(_words(node, key, place))
    elif key in {"phrases", "alone"}:
        getattr(source, key).extend(_words(node, owner, place))
    elif key == "rules":
        for (name, at), pattern in _pairs(node, place):
            source.rules.append(RuleText(name, _scalar(pattern, at.file), owner, at))


def _pairs(node: yaml.Node | None, place: Place) -> Iterator[tuple[tuple[str, Place], yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        place.refuse("a mapping (`name: …`) is expected here")
    seen: set[str] = set()
    for key, value in node.value:
        at = Place(place.file, key.start_mark.line + 1)
        name = _scalar(key, place.file)
        if name in seen:
            at.refuse(f"{name!r} stands here twice; put both together")
        seen.add(name)
        yield (name, at), value


def _words(node: yaml.Node, owner: str, place: Place) -> Iterator[Entry]:
    for (script, at), words in _pairs(node, place):
        if script not in SCRIPTS:
            at.refuse(f"unknown kind of word {script!r}; one of {', '.join(SCRIPTS)}")
        if not isinstance(words, yaml.SequenceNode):
            at.refuse("a list of words is expected here: [one, two]")
        for word in words.value:
            where = Place(place.file, word.start_mark.line + 1)
            yield Entry(_scalar(word, place.file), script, owner, where)


def _weight(name: str, place: Place, node: yaml.Node) -> Weight:
    numbers = node.value if isinstance(node, yaml.SequenceNode) else []
    try:
        danger, despair = (int(_scalar(number, place.file)) for number in numbers)
    except ValueError:
        place.refuse("a weight is two whole numbers: [danger, despair]")
    return Weight(name, danger, despair, place)


def _scalar(node: yaml.Node, file: str) -> str:
    place = Place(file, node.start_mark.line + 1)
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        place.refuse("a word is expected here; quote it if it has a colon or a comma")
    return str(node.value)
