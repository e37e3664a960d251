"""Every text that people read, out of the flows (YAML) and the program (Python), for gettext.

`babel_flows` is an extraction method of Babel, for anyone who prefers `pybabel extract`.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

import yaml
from babel.messages.extract import extract

from bot.domain.message import WHATSAPP_LIST, WHATSAPP_QUICK_REPLY
from bot.i18n import contexts
from bot.i18n.po import CatalogueError
from bot.i18n.rendering import PLACEHOLDER
from bot.i18n.units import Unit, limit_comment, source_text

KEYWORDS: Final[Mapping[str, Any]] = {"Phrase": ((1, "c"), 2), "CountedPhrase": ((1, "c"), 2, 3)}
"""Babel's way of saying which argument is the context (`c`), the text and the plural."""
TAG: Final = "TRANSLATORS:"
WITHOUT_TEXTS: Final = frozenset({"domain", "engine", "sealing"})
"""Layers that may not import i18n and so hold no texts of the program."""
BLAND: Final = frozenset({"entry", "exit", "resume"})
"""Flows whose first lines are seen at a glance, before anybody has said it is safe to read."""
STANDING_MOVES: Final = 4
TICK_ROOM: Final = 2
"""Characters that a label grows by when it is ticked."""
QUESTION_SHOWN: Final = 80


class _Flow:
    """Walks one flow file; the engine's loader judges its form, so odd parts are passed over."""

    def __init__(self, root: yaml.Node, source: str) -> None:
        self.keys = _pairs(root)
        self.name = _string(self.keys.get("flow"))
        self.source = source

    def units(self) -> Iterator[Unit]:
        for name, body in _pairs(self.keys.get("nodes")).items():
            yield from self._node(f"{self.name}.{name}", body)

    def _node(self, node: str, body: yaml.Node) -> Iterator[Unit]:
        keys = _pairs(body)
        note = tuple(line for line in _string(keys.get("note")).splitlines() if line)
        for key in ("say", "ask"):
            yield from self._text(contexts.text(node), keys.get(key), (*note, *self._bland()))
        short = (*note, "Names the question in the review.", limit_comment(WHATSAPP_LIST.label))
        yield from self._text(contexts.short(node), keys.get("short"), short)
        choices = _pairs(keys.get("choices"))
        question = _shortened(_string(keys.get("ask")))
        shared = (*note, f"Answers “{question}”") if question else note
        limit = _label_limit(len(choices), keys)
        for value, choice in choices.items():
            yield from self._choice(node, value, choice, shared, limit)

    def _choice(
        self, node: str, value: str, choice: yaml.Node, shared: tuple[str, ...], limit: int
    ) -> Iterator[Unit]:
        keys = _pairs(choice) or {"label": choice}
        label = contexts.choice(node, value)
        comments = (*shared, limit_comment(limit))
        # With a brief label beside it, the long one is only read in the text of a message.
        yield from self._text(label, keys.get("label"), shared if "short" in keys else comments)
        describe = (*shared, "Below the button.", limit_comment(WHATSAPP_LIST.description))
        yield from self._text(contexts.describe(node, value), keys.get("describe"), describe)
        yield from self._text(contexts.brief(node, value), keys.get("short"), comments)

    def _bland(self) -> tuple[str, ...]:
        if self.name not in BLAND:
            return ()
        return ("The first line must tell nothing to somebody who glances at the screen.",)

    def _text(
        self, context: str, node: yaml.Node | None, comments: tuple[str, ...]
    ) -> Iterator[Unit]:
        english = source_text(_string(node))
        if node is None or not english:
            return
        names = sorted(set(PLACEHOLDER.findall(english)))
        kept = (f"Keep {' '.join(f'{{{name}}}' for name in names)} as it is.",) if names else ()
        yield Unit(
            context=context,
            english=english,
            comments=(*comments, *kept),
            source=self.source,
            line=node.start_mark.line + 1,
        )


def _label_limit(choices: int, keys: Mapping[str, yaml.Node]) -> int:
    """Three buttons or fewer, moves included, become quick replies, which hold less."""
    moves = keys.get("moves")
    count = len(moves.value) if isinstance(moves, yaml.SequenceNode) else STANDING_MOVES
    few = choices + count <= WHATSAPP_QUICK_REPLY.buttons
    limit = WHATSAPP_QUICK_REPLY.label if few else WHATSAPP_LIST.label
    return limit - TICK_ROOM if _string(keys.get("kind")) == "many" else limit


def _pairs(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {_string(key): value for key, value in node.value}


def _string(node: yaml.Node | None) -> str:
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""


def _shortened(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= QUESTION_SHOWN else f"{line[: QUESTION_SHOWN - 1]}…"


def flow_units(text: str, source: str) -> Iterator[Unit]:
    """The texts of one flow file in file order; nothing for a YAML file that is no flow."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CatalogueError(f"{source}:{line}: not YAML: {error.problem}") from error
    if "flow" in _pairs(root) and root is not None:
        yield from _Flow(root, source).units()


def python_units(path: Path, source: str) -> Iterator[Unit]:
    """The marked strings of one Python file in file order."""
    with path.open("rb") as file:
        found = list(
            extract(
                "python", file, KEYWORDS, (TAG,), {"encoding": "utf-8"}, strip_comment_tags=True
            )
        )
    for line, messages, comments, context in found:
        forms = (messages,) if isinstance(messages, str) else messages
        if not context or contexts.flow_of(context) != contexts.PROGRAM:
            raise CatalogueError(
                f"{source}:{line}: the context of a Phrase is a literal that begins with "
                f'"{contexts.PROGRAM}."'
            )
        plural = forms[1] if len(forms) > 1 else ""
        yield Unit(context, forms[0], plural, tuple(comments), source, line)


def all_units(root: Path) -> list[Unit]:
    """Every text of the project under `root`: flows first, by file name, then the program's."""
    units: list[Unit] = []
    for path in sorted((root / "flows").glob("*.yaml")):
        units += flow_units(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    for path in sorted((root / "bot").rglob("*.py")):
        if path.relative_to(root / "bot").parts[0] in WITHOUT_TEXTS:
            continue  # their own `Phrase` is another thing
        units += python_units(path, path.relative_to(root).as_posix())
    _refuse_twins(units)
    return units


def _refuse_twins(units: list[Unit]) -> None:
    seen: dict[tuple[str, str], Unit] = {}
    for unit in units:
        twin = seen.setdefault((unit.context, unit.english), unit)
        if twin is not unit:
            raise CatalogueError(
                f"{unit.source}:{unit.line}: `{unit.context}` has the same text as "
                f"{twin.source}:{twin.line}; give one of them another name"
            )


def babel_flows(
    fileobj: IO[bytes],
    keywords: Collection[str],  # noqa: ARG001 -- Babel's signature
    comment_tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, Any],
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Babel's extraction method for flow files: (line, "pgettext", (context, text), comments)."""
    text = fileobj.read().decode(str(options.get("encoding", "utf-8")))
    for unit in flow_units(text, "flow"):
        yield unit.line, "pgettext", (unit.context, unit.english), list(unit.comments)
