"""Flow YAML into a Book: every scalar a string, every fault with file, line, column, remedy."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn, cast

import yaml
from rapidfuzz import process

from bot.domain import contexts
from bot.domain.folding import fold
from bot.engine.flow import (
    ACTS,
    FACTS,
    KINDS,
    MOVES,
    Book,
    Choice,
    Condition,
    Flow,
    Kind,
    Move,
    Node,
    Rule,
)
from bot.errors import FlowError

FAST_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where the wheel brings it: ten times as fast, the same marks."""
FLOW_KEYS: Final = ("flow", "start", "topic", "topics", "steps", "review", "nodes")
NODE_KEYS: Final = (
    "say", "ask", "kind", "choices", "save", "short", "next", "when", "required", "skip", "moves",
    "copy", "set", "clear", "do", "results", "free", "limit", "more", "return", "end", "note",
)  # fmt: skip
PLAIN_KEYS: Final = ("say", "ask", "save", "short", "skip", "more", "note")
CHOICE_KEYS: Final = ("label", "to", "describe", "short")
RULE_KEYS: Final = ("when", "to")
NOT_FLOWS: Final = frozenset({"facts.yaml"})


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a flow to be translated."""

    context: str
    english: str
    file: str
    line: int
    note: str
    label: bool


class _Reader:
    """Walks the YAML nodes of one file, keeping the marks for error messages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    def fail(self, node: yaml.Node, message: str) -> NoReturn:
        mark = node.start_mark
        raise FlowError(f"{self.path.name}:{mark.line + 1}:{mark.column + 1}: {message}")

    def root(self) -> yaml.MappingNode:
        try:
            root = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=FAST_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
            raise FlowError(f"{self.name}:{where}: not YAML: {error.problem}") from error
        except yaml.YAMLError as error:
            # ReaderError: a control character, say. It knows no line, and must not stop a linter.
            raise FlowError(f"{self.name}:1:1: not YAML: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise FlowError(f"{self.name}:1:1: cannot be read as UTF-8: {error}") from error
        if not isinstance(root, yaml.MappingNode):
            raise FlowError(f"{self.name}:1:1: a flow file is a mapping with `flow` and `nodes`")
        return root

    def mapping(
        self, node: yaml.Node, allowed: Iterable[str] | None = None
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, "a mapping (key: value) is needed here")
        pairs: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.string(key_node)
            if allowed is not None and key not in allowed:
                self.fail(key_node, f"unknown key `{key}`{suggest(key, allowed)}")
            if key in pairs:
                self.fail(key_node, f"`{key}` is written twice")
            pairs[key] = value
        return pairs

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, "a list ([a, b] or lines with -) is needed here")
        return cast("list[yaml.Node]", node.value)

    def string(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, "a text is needed here")
        return str(node.value).strip()

    def strings(self, node: yaml.Node) -> tuple[str, ...]:
        if isinstance(node, yaml.ScalarNode):
            return (self.string(node),)
        return tuple(self.string(item) for item in self.sequence(node))

    def flag(self, node: yaml.Node) -> bool:
        text = self.string(node)
        if text not in ("true", "false"):
            self.fail(node, "true or false is needed here")
        return text == "true"

    def one_of(self, node: yaml.Node, text: str, allowed: Iterable[str], what: str) -> str:
        if text not in allowed:
            self.fail(node, f"{what} `{text}` does not exist{suggest(text, allowed)}")
        return text


def suggest(word: str, known: Iterable[str]) -> str:
    """What follows an unknown word: the known one it is close to, else all known ones."""
    names = sorted(known)
    best = process.extractOne(word, names, score_cutoff=60)
    if best is not None:
        return f"; did you mean `{best[0]}`?"
    return f"; known are {', '.join(names[:12])}" if names else ""


def _condition(reader: _Reader, node: yaml.Node) -> Condition:
    parts = [_single_condition(reader, key, value) for key, value in reader.mapping(node).items()]
    if not parts:
        reader.fail(node, "`when` needs at least one condition")
    return parts[0] if len(parts) == 1 else Condition("all", parts=tuple(parts))


def _single_condition(reader: _Reader, key: str, value: yaml.Node) -> Condition:
    if key == "not":
        return Condition("not", parts=(_condition(reader, value),))
    if key == "any":
        return Condition(
            "any", parts=tuple(_condition(reader, item) for item in reader.sequence(value))
        )
    if key == "fact":
        return Condition("fact", reader.one_of(value, reader.string(value), FACTS, "fact"))
    return Condition("answer", key, frozenset(reader.strings(value)))


def _rules(reader: _Reader, node: yaml.Node) -> tuple[Rule, ...]:
    if isinstance(node, yaml.ScalarNode):
        return (Rule(reader.string(node)),)
    rules = []
    for item in reader.sequence(node):
        keys = reader.mapping(item, RULE_KEYS)
        if "to" not in keys:
            reader.fail(item, "a rule of `next` needs `to`")
        when = _condition(reader, keys["when"]) if "when" in keys else None
        rules.append(Rule(reader.string(keys["to"]), when))
    if not rules or rules[-1].when is not None:
        reader.fail(node, "the last rule of `next` must have no `when`, so that there is a way on")
    return tuple(rules)


def _choices(reader: _Reader, node: yaml.Node) -> tuple[Choice, ...]:
    choices = []
    for value, body in reader.mapping(node).items():
        if isinstance(body, yaml.ScalarNode):
            choices.append(Choice(value, reader.string(body)))
            continue
        keys = {key: reader.string(item) for key, item in reader.mapping(body, CHOICE_KEYS).items()}
        if "label" not in keys:
            reader.fail(body, f"choice `{value}` needs a `label`")
        choices.append(
            Choice(
                value,
                keys["label"],
                keys.get("to", ""),
                keys.get("describe", ""),
                keys.get("short", ""),
            )
        )
    return tuple(choices)


def _node(reader: _Reader, flow: str, name: str, body: yaml.Node) -> Node:
    keys = reader.mapping(body, NODE_KEYS)
    plain = {key: reader.string(keys[key]) for key in PLAIN_KEYS if key in keys}
    node = Node(
        name=f"{flow}.{name}",
        line=body.start_mark.line + 1,
        say=plain.get("say", ""),
        ask=plain.get("ask", ""),
        save=plain.get("save", ""),
        short=plain.get("short", ""),
        skip=plain.get("skip", ""),
        more=plain.get("more", ""),
        note=plain.get("note", ""),
    )
    if "kind" in keys:
        kind = reader.one_of(keys["kind"], reader.string(keys["kind"]), KINDS, "kind")
        node = replace(node, kind=cast("Kind", kind))
    if "choices" in keys:
        node = replace(node, choices=_choices(reader, keys["choices"]))
    if "next" in keys:
        node = replace(node, next=_rules(reader, keys["next"]))
    if "moves" in keys:
        moves = tuple(
            cast("Move", reader.one_of(keys["moves"], move, MOVES, "move"))
            for move in reader.strings(keys["moves"])
        )
        node = replace(node, moves=moves)
    if "copy" in keys:
        node = replace(node, copy=reader.strings(keys["copy"]))
    if "set" in keys:
        pairs = reader.mapping(keys["set"])
        node = replace(node, set=tuple((key, reader.string(item)) for key, item in pairs.items()))
    if "clear" in keys:
        node = replace(node, clear=reader.strings(keys["clear"]))
    if "do" in keys:
        node = _act(reader, node, keys)
    elif "results" in keys:
        reader.fail(keys["results"], "`results` without `do`")
    if "limit" in keys:
        text = reader.string(keys["limit"])
        if not text.isdecimal():
            reader.fail(keys["limit"], "`limit` is a number of characters")
        node = replace(node, limit=int(text))
    node = replace(
        node,
        required="required" in keys and reader.flag(keys["required"]),
        free="free" in keys and reader.flag(keys["free"]),
        returns="return" in keys and reader.flag(keys["return"]),
        end="end" in keys and reader.flag(keys["end"]),
    )
    _check_shape(reader, body, node)
    return node


def _act(reader: _Reader, node: Node, keys: Mapping[str, yaml.Node]) -> Node:
    act = reader.one_of(keys["do"], reader.string(keys["do"]), ACTS, "act")
    if "results" not in keys:
        reader.fail(keys["do"], f"`do: {act}` needs `results` for {', '.join(ACTS[act])}")
    results = reader.mapping(keys["results"], ACTS[act])
    missing = [result for result in ACTS[act] if result not in results]
    if missing:
        reader.fail(keys["results"], f"`do: {act}` also ends in {', '.join(missing)}: say where to")
    pairs = tuple((result, reader.string(item)) for result, item in results.items())
    return replace(node, do=act, results=pairs)


def _check_shape(reader: _Reader, body: yaml.Node, node: Node) -> None:
    if node.say and node.ask:
        reader.fail(body, "a node says or asks; put the `say` into a node of its own before it")
    if node.ask and node.kind in ("choice", "many") and not node.choices:
        reader.fail(body, f"an ask of kind `{node.kind}` needs `choices`")
    if node.ask and not node.next and not all(choice.to for choice in node.choices):
        reader.fail(body, "this ask has no `next`, and not every choice has a `to`")
    if node.ask and not node.choices and not node.next:
        reader.fail(body, "this ask has no `next`")
    leads_on = bool(node.next or node.do or node.returns or node.end)
    if not node.ask and not leads_on:
        reader.fail(body, "this node leads nowhere: give it `next`, `do`, `return` or `end`")
    if not (node.ask or node.say or node.do or node.returns or node.next or node.end):
        reader.fail(body, "an empty node")


def load_flow(path: Path) -> Flow:
    """One flow file; FlowError with file:line:column for the first fault."""
    reader = _Reader(path)
    root = reader.root()
    keys = reader.mapping(root, FLOW_KEYS)
    for key in ("flow", "start", "nodes"):
        if key not in keys:
            reader.fail(root, f"`{key}` is missing")
    name = reader.string(keys["flow"])
    if name != path.stem:
        reader.fail(keys["flow"], f"the flow is called `{name}` but the file `{path.name}`")
    nodes = {}
    for node_name, body in reader.mapping(keys["nodes"]).items():
        if "." in node_name:
            reader.fail(body, f"node name `{node_name}` may not contain a dot")
        nodes[f"{name}.{node_name}"] = _node(reader, name, node_name, body)
    topics = (
        *(reader.strings(keys["topics"]) if "topics" in keys else ()),
        *(reader.strings(keys["topic"]) if "topic" in keys else ()),
    )
    steps = reader.strings(keys["steps"]) if "steps" in keys else ()
    review = reader.string(keys["review"]) if "review" in keys else ""
    return Flow(
        name=name,
        start=f"{name}.{reader.string(keys['start'])}",
        nodes=nodes,
        topics=topics,
        steps=tuple(f"{name}.{step}" for step in steps),
        review=f"{name}.{review}" if review else "",
        file=path.name,
    )


def load_flows(folder: Path) -> dict[str, Flow]:
    """Every flow of a folder, with all targets resolved and checked."""
    paths = sorted(path for path in folder.glob("*.yaml") if path.name not in NOT_FLOWS)
    if not paths:
        raise FlowError(f"{folder.name}:1:1: no flow files here")
    flows = {flow.name: flow for flow in map(load_flow, paths)}
    known = {name for flow in flows.values() for name in flow.nodes}
    return {name: _resolved(flow, flows, known) for name, flow in flows.items()}


def _resolved(flow: Flow, flows: Mapping[str, Flow], known: set[str]) -> Flow:
    def target(node: Node, written: str) -> str:
        if not written:
            return ""
        local = f"{flow.name}.{written}"
        if local in known:
            return local
        if written in known:
            return written
        if written in flows:
            return flows[written].start
        near = [*known, *flows, *(name.partition(".")[2] for name in flow.nodes)]
        raise FlowError(
            f"{flow.file}:{node.line}:1: `{node.name.partition('.')[2]}` goes to `{written}`, "
            f"which does not exist{suggest(written, near)}"
        )

    def resolved(node: Node) -> Node:
        return replace(
            node,
            next=tuple(replace(rule, to=target(node, rule.to)) for rule in node.next),
            choices=tuple(replace(choice, to=target(node, choice.to)) for choice in node.choices),
            results=tuple((result, target(node, to)) for result, to in node.results),
            skip=target(node, node.skip),
        )

    for name in (flow.start, *flow.steps, *([flow.review] if flow.review else [])):
        if name not in known:
            raise FlowError(f"{flow.file}:1:1: `{name}` does not exist{suggest(name, known)}")
    return replace(flow, nodes={name: resolved(node) for name, node in flow.nodes.items()})


def texts(flows: Mapping[str, Flow]) -> Iterator[Text]:
    """Every text of the flows that people read, in file order."""
    for flow in flows.values():
        for node in flow.nodes.values():
            note = node.note
            if node.say or node.ask:
                yield Text(
                    contexts.text(node.name), node.say or node.ask, flow.file, node.line, note,
                    label=False,
                )  # fmt: skip
            if node.short:
                yield Text(
                    contexts.short(node.name), node.short, flow.file, node.line, note, label=True
                )
            for choice in node.choices:
                for context, english in (
                    (contexts.choice(node.name, choice.value), choice.label),
                    (contexts.describe(node.name, choice.value), choice.describe),
                    (contexts.brief(node.name, choice.value), choice.short),
                ):
                    if english:
                        yield Text(
                            context, english, flow.file, node.line, note,
                            label=".describe." not in context,
                        )  # fmt: skip


def make_book(
    flows: Mapping[str, Flow], translations: Mapping[str, Mapping[tuple[str, str], str]]
) -> Book:
    """The book of one version; `translations[tag][context, english]` is a translated text."""
    english = {text.context: text.english for text in texts(flows)}
    in_language: dict[str, dict[str, str]] = {"en": dict(english)}
    for tag, catalogue in translations.items():
        if tag == "en":
            continue
        in_language[tag] = {
            context: catalogue[context, text]
            for context, text in english.items()
            if catalogue.get((context, text))
        }
    nodes = {name: node for flow in flows.values() for name, node in flow.nodes.items()}
    digest = hashlib.sha256()
    for name in sorted(nodes):
        digest.update(repr(nodes[name]).encode())
    for tag in sorted(in_language):
        digest.update(repr(sorted(in_language[tag].items())).encode())
    return Book(
        version=digest.hexdigest()[:16],
        flows=flows,
        nodes=nodes,
        texts=in_language,
        labels={name: _labels(node, in_language) for name, node in nodes.items() if node.choices},
        topics={topic: flow.start for flow in flows.values() for topic in flow.topics},
    )


def _labels(node: Node, in_language: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Folded label in any language -> value; a label that stands for two values stands for none."""
    found: dict[str, str] = {}
    ambiguous: set[str] = set()
    for choice in node.choices:
        for context in (
            contexts.choice(node.name, choice.value),
            contexts.brief(node.name, choice.value),
        ):
            for table in in_language.values():
                label = fold(table.get(context, ""))
                if label and found.setdefault(label, choice.value) != choice.value:
                    ambiguous.add(label)
    return {label: value for label, value in found.items() if label not in ambiguous}
