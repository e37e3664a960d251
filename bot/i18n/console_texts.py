"""Every text of the caseworkers' console, out of its templates and its Python, for gettext.

A template writes `{{ pgettext("queue", "What waits") }}`; Python holds `ConsolePhrase("queue", …)`.
The context is the page. The same text on the same page, written twice, is one text.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from bot.i18n.contexts import PROGRAM
from bot.i18n.po import CatalogueError
from bot.i18n.units import Unit

TEMPLATE_KEYWORDS: Final[dict[str, Any]] = {
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PYTHON_KEYWORDS: Final[dict[str, Any]] = {"ConsolePhrase": ((1, "c"), 2)}
TAG: Final = "TRANSLATORS:"
OPTIONS: Final = {"encoding": "utf-8", "trimmed": "true", "silent": "false"}


def console_units(root: Path) -> list[Unit]:
    """Every text of the console under `root`, by file name, each once."""
    found: dict[tuple[str, str], Unit] = {}
    folder = root / "bot"
    for path in sorted(folder.rglob("*.py")):
        for unit in _python(path, path.relative_to(root).as_posix()):
            found.setdefault((unit.context, unit.english), unit)
    for path in sorted(folder.glob("console/templates/**/*.html")):
        for unit in _template(path, path.relative_to(root).as_posix()):
            found.setdefault((unit.context, unit.english), unit)
    return list(found.values())


def _python(path: Path, source: str) -> Iterator[Unit]:
    if b"ConsolePhrase(" not in path.read_bytes():
        return
    options = {"encoding": "utf-8"}
    with path.open("rb") as file:
        rows = extract("python", file, PYTHON_KEYWORDS, (TAG,), options, strip_comment_tags=True)
        for line, messages, comments, context in list(rows):
            yield _unit(context, messages, comments, source, line)


def _template(path: Path, source: str) -> Iterator[Unit]:
    _refuse_variables(path.read_text(encoding="utf-8"), source)
    with path.open("rb") as file:
        method: Any = babel_extract
        rows = extract(method, file, TEMPLATE_KEYWORDS, (TAG,), OPTIONS, strip_comment_tags=True)
        for line, messages, comments, context in list(rows):
            yield _unit(context, messages, comments, source, line)


def _refuse_variables(template: str, source: str) -> None:
    """Babel passes over a text that is no literal: nobody would ever translate it."""
    for call in Environment(autoescape=True).parse(template).find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        literals = {"pgettext": 2, "npgettext": 3}.get(name, 0)
        given = call.args[:literals]
        if len(given) < literals or not all(
            isinstance(each, nodes.Const) and isinstance(each.value, str) and each.value
            for each in given
        ):
            raise _no_literals(source, call.lineno)


def _no_literals(source: str, line: int) -> CatalogueError:
    return CatalogueError(
        f"{source}:{line}: a text of the console is written with two literals, the name of its "
        'page and the English: pgettext("queue", "What waits")'
    )


def _unit(context: str | None, messages: Any, comments: Any, source: str, line: int) -> Unit:
    forms = (messages,) if isinstance(messages, str) else tuple(messages)
    if not context or context == PROGRAM or not all(forms):
        raise _no_literals(source, line)
    plural = forms[1] if len(forms) > 1 else ""
    return Unit(context, forms[0], plural, tuple(comments), source, line)
