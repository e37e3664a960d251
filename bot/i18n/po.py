"""Gettext .po files: a strict reader and a writer whose output never churns.

Our own, because it is read at every start of the bot (half the time of Babel's reader),
refuses what it does not understand with file and line, and writes the same bytes for the same
texts.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from bot.domain.language import LANGUAGES, Tag
from bot.i18n.plurals import EXPRESSIONS, FORMS
from bot.i18n.po_entry import CatalogueError, Entry, Key
from bot.i18n.po_reader import Reader

__all__ = ["CatalogueError", "Entry", "Key", "parse", "read", "write", "written"]


def parse(text: str, name: str) -> dict[Key, Entry]:
    """The entries of a .po text in file order; `name` is what errors call the file."""
    reader = Reader(name)
    reader.read(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    charset = re.search(r"charset=([\w-]+)", reader.header)
    if charset and charset[1].upper() not in ("UTF-8", "UTF8"):
        raise CatalogueError(f"{name}:1: the file must be UTF-8, its header says {charset[1]}")
    return reader.entries


def read(path: Path) -> dict[Key, Entry]:
    """The entries of a .po file; CatalogueError when it is missing or malformed."""
    name = "/".join(path.parts[-3:])
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CatalogueError(f"{name}:1: missing; `sanad i18n extract` makes it") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{name}:1: not UTF-8; save it as UTF-8 and try again") from error
    return parse(text, name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\t", "\\t").replace("\r", "\\r")
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'"{escaped}"'
    pieces = [f'"{line}\\n"' for line in lines[:-1]]
    pieces += [f'"{lines[-1]}"'] if lines[-1] else []
    return "\n".join(['""', *pieces])


def _header(tag: Tag | None) -> str:
    title = f"# Sanad: {LANGUAGES[tag].english_name}" if tag else "# Sanad: template"
    fields = [f"Language: {tag}"] if tag else []
    fields += [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    if tag:
        fields.append(f"Plural-Forms: nplurals={len(FORMS[tag])}; plural=({EXPRESSIONS[tag]});")
    # No creation date and no tool version: the same texts must give the same bytes.
    values = _quoted("".join(f"{field}\n" for field in fields))
    return f'{title}. How to write it: GLOSSARY.md.\nmsgid ""\nmsgstr {values}\n'


def _written(entry: Entry) -> str:
    lines = [f"# {note}".rstrip() for note in entry.notes]
    lines += [f"#. {comment}" for comment in entry.comments]
    lines += [f"#: {entry.source}"] if entry.source else []
    lines += ["#, fuzzy"] if entry.fuzzy else []
    if entry.previous:
        lines += [f"#| {line}" for line in f"msgid {_quoted(entry.previous)}".split("\n")]
    lines.append(f"msgctxt {_quoted(entry.context)}")
    lines.append(f"msgid {_quoted(entry.english)}")
    if entry.plural:
        lines.append(f"msgid_plural {_quoted(entry.plural)}")
        lines += [f"msgstr[{i}] {_quoted(text)}" for i, text in enumerate(entry.strings)]
    else:
        lines.append(f"msgstr {_quoted(entry.strings[0])}")
    return "\n".join(lines) + "\n"


def written(entries: Iterable[Entry], tag: Tag | None) -> str:
    """The text of a .po file in the order given; the template when `tag` is None."""
    return "\n".join([_header(tag), *map(_written, entries)])


def write(path: Path, entries: Iterable[Entry], tag: Tag | None) -> None:
    """Replace a .po file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(written(entries, tag), encoding="utf-8", newline="\n")
    new.replace(path)
