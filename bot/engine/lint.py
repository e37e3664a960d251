"""What is wrong with a book of flows: dead ends, lost ways out, unknown names, too much text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain import contexts
from bot.domain.language import LANGUAGES, TAGS
from bot.domain.message import TELEGRAM, WHATSAPP_LIST
from bot.engine import names
from bot.engine.flow import PLACEHOLDERS, STANDING_MOVES, Book, Condition, Node
from bot.engine.loader import suggest, texts

PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
RAW: Final = re.compile(r"[\d٠-٩۰-۹]{3,}|\S@\S")
ROOTS: Final = (
    names.ENTRY, names.EXIT, names.DANGER, names.SELF_HARM, names.MENU, names.HELP, names.STOPPED,
    names.CONFIRM, names.AGAIN, names.LOST, names.ODD, names.EDITED, names.CUT, names.TOO_LONG,
    names.ADDED, names.GATE, "odd.group",
    "outage.card", "moves.labels", "topics.names", "entry.safe", "report.review",
)  # fmt: skip
"""Nodes the program goes to by itself."""
BLAND: Final = frozenset({"entry", "exit", "resume"})
TRIGGER: Final = re.compile(
    r"violen|traffick|abuse|rape|victim|surviv|police|report|"
    r"عنف|اتجار|اغتصاب|ضحي|ناجي|شرطة|بلاغ|"
    r"توندوتیژ|بازرگان|دەستدرێژ|قوربان|پۆلیس|تاوان",
    re.IGNORECASE,
)
"""Words that must not stand in the first line of a text a glance may catch."""
CHOICES: Final = 9
TICK_ROOM: Final = 2
"""Characters a ticked label is longer."""
PROVIDED: Final = frozenset({"topic", "language", "code", "typed_code", "alert"})
"""Answers a condition may ask about that no node saves by that name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is, a stable code, and what to do."""

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:1  {self.code}  {self.message}"


def check(book: Book) -> list[Problem]:
    """Every problem of a book, in file order."""
    found = [
        *_missing_roots(book),
        *_unreachable(book),
        *_endless(book),
        *_circles(book),
        *_ways_out(book),
        *_names(book),
        *_texts(book),
        *_lengths(book),
    ]
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.code))


def _problem(book: Book, node: Node, code: str, message: str) -> Problem:
    return Problem(book.flows[node.flow].file, node.line, code, f"`{node.name}` {message}")


def _missing_roots(book: Book) -> Iterator[Problem]:
    for root in ROOTS:
        if root not in book.nodes:
            file = f"{root.partition('.')[0]}.yaml"
            yield Problem(file, 1, "F101", f"`{root}` is missing; the program goes there by itself")


def _reached(book: Book, starts: Iterable[str]) -> set[str]:
    todo = [name for name in starts if name in book.nodes]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        todo.extend(book.nodes[name].targets())
        node = book.nodes[name]
        if node.kind == "step":
            todo.extend(book.flows[node.flow].steps)
    return seen


def _unreachable(book: Book) -> Iterator[Problem]:
    seen = _reached(book, (*ROOTS, *book.topics.values()))
    for name, node in book.nodes.items():
        if name not in seen:
            yield _problem(book, node, "F102", "is reached from nowhere: link it or delete it")


def _endless(book: Book) -> Iterator[Problem]:
    """From every node a natural end must be in reach: an end, the menu, or the way back."""
    good = {
        name
        for name, node in book.nodes.items()
        if node.end or node.returns or name in (names.MENU, names.EXIT)
    }
    growing = True
    while growing:
        more = {
            name
            for name, node in book.nodes.items()
            if name not in good and any(target in good for target in node.targets())
        }
        good |= more
        growing = bool(more)
    for name, node in book.nodes.items():
        if name not in good:
            yield _problem(book, node, "F103", "never comes to an end, the menu or a way back")


def _circles(book: Book) -> Iterator[Problem]:
    """A circle of nodes that only speak would never let the person answer."""
    silent = {name: node for name, node in book.nodes.items() if not node.waits and not node.do}
    for name, node in silent.items():
        seen = {name}
        todo = [rule.to for rule in node.next]
        while todo:
            target = todo.pop()
            if target == name:
                yield _problem(book, node, "F104", "leads back to itself without a question")
                break
            if target in silent and target not in seen:
                seen.add(target)
                todo.extend(rule.to for rule in silent[target].next)


def _ways_out(book: Book) -> Iterator[Problem]:
    for node in book.nodes.values():
        if not node.ask:
            continue
        moves = node.moves if node.moves is not None else STANDING_MOVES
        if "exit" not in moves:
            yield _problem(book, node, "F105", "has no way out: add `exit` to its `moves`")
        if "emergency" not in moves and node.flow not in ("danger", "self_harm"):
            yield _problem(book, node, "F106", "does not show 911: add `emergency` to its `moves`")


def _conditions(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in condition.parts:
        yield from _conditions(part)


def _names(book: Book) -> Iterator[Problem]:
    saved = {node.save for node in book.nodes.values() if node.save} | PROVIDED
    saved |= {key for node in book.nodes.values() for key, _ in node.set}
    for node in book.nodes.values():
        for rule in node.next:
            if rule.when is None:
                continue
            for condition in _conditions(rule.when):
                if condition.kind == "answer" and condition.name not in saved:
                    near = suggest(condition.name, saved)
                    yield _problem(
                        book, node, "F201", f"asks about `{condition.name}`, never saved{near}"
                    )
        if node.ask and node.kind in ("many", "text", "code") and not node.save:
            yield _problem(book, node, "F202", f"of kind `{node.kind}` needs `save`")
        if node.copy and not set(node.copy) <= PLACEHOLDERS:
            yield _problem(book, node, "F203", f"offers to copy an unknown fact {node.copy}")
        if len(node.choices) > CHOICES and node.ask:
            yield _problem(book, node, "F204", f"has more than {CHOICES} choices: use a page")


def _texts(book: Book) -> Iterator[Problem]:
    for text in texts(book.flows):
        flow, _, rest = text.context.partition(".")
        node = book.nodes[f"{flow}.{rest.partition('.')[0]}"]
        for tag in TAGS:
            said = book.texts.get(tag, {}).get(text.context, "")
            if not said:
                yield _problem(
                    book,
                    node,
                    "F301",
                    f"has no {LANGUAGES[tag].english_name} text ({text.context})",
                )
                continue
            yield from _one_text(book, node, tag, text.english, said)


def _one_text(book: Book, node: Node, tag: str, english: str, said: str) -> Iterator[Problem]:
    wanted, given = set(PLACEHOLDER.findall(english)), set(PLACEHOLDER.findall(said))
    if not given <= PLACEHOLDERS:
        names = ", ".join(sorted(given - PLACEHOLDERS))
        yield _problem(book, node, "F302", f"[{tag}] uses an unknown placeholder: {names}")
    elif wanted != given:
        yield _problem(book, node, "F303", f"[{tag}] has other placeholders than the English")
    if RAW.search(PLACEHOLDER.sub("", said)):
        yield _problem(book, node, "F304", f"[{tag}] holds a raw number or address: placeholder!")
    if any(unicodedata.category(sign) in ("Cf", "Cc") and sign not in "\n\u200c" for sign in said):
        yield _problem(book, node, "F305", f"[{tag}] holds an invisible control character")
    if node.flow in BLAND and TRIGGER.search(said.partition("\n")[0]):
        yield _problem(book, node, "F306", f"[{tag}] says in its first line what this is about")


def _lengths(book: Book) -> Iterator[Problem]:
    for node in book.nodes.values():
        for tag in TAGS:
            body = unicodedata.normalize("NFC", book.text(tag, contexts.text(node.name)))
            if len(body) > WHATSAPP_LIST.body:
                yield _problem(
                    book,
                    node,
                    "F401",
                    f"[{tag}] has {len(body)} characters, {WHATSAPP_LIST.body} fit",
                )
            for choice in node.choices:
                yield from _label(book, node, tag, choice.value, many=node.kind == "many")


def _label(book: Book, node: Node, tag: str, value: str, *, many: bool) -> Iterator[Problem]:
    table: Mapping[str, str] = book.texts.get(tag, {})
    label = table.get(contexts.choice(node.name, value), "")
    brief = table.get(contexts.brief(node.name, value), "") or label
    room = WHATSAPP_LIST.label - (TICK_ROOM if many else 0)
    if node.name != "topics.names" and len(unicodedata.normalize("NFC", brief)) > room:
        yield _problem(
            book,
            node,
            "F402",
            f"[{tag}] label of `{value}` has {len(brief)} characters, {room} fit",
        )
    if len(label) > TELEGRAM.label:
        yield _problem(book, node, "F403", f"[{tag}] label of `{value}` is too long for a button")
    line = table.get(contexts.describe(node.name, value), "")
    if len(unicodedata.normalize("NFC", line)) > WHATSAPP_LIST.description:
        yield _problem(
            book, node, "F404",
            f"[{tag}] description of `{value}` has {len(line)} characters, "
            f"{WHATSAPP_LIST.description} fit",
        )  # fmt: skip
