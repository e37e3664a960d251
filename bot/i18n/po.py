"""Gettext .po files: a strict reader and a writer whose output never churns.

Our own, because it is read at every start of the bot (half the time of Babel's reader),
refuses what it does not understand with file and line, and writes the same bytes for the same
texts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from bot.domain.language import LANGUAGES, Tag
from bot.errors import SanadError
from bot.i18n.plurals import EXPRESSIONS, FORMS

Key = tuple[str, str]
"""(context, English): what a message is looked up by."""


class CatalogueError(SanadError):
    """A file of translations cannot be used; the text starts with file:line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a .po file.

    `strings` are the translations, one per plural form (one when `plural` is empty). `limit` in
    characters, if any, is written in `comments` for people and read back from there by the checks.
    `previous` is the English a fuzzy translation was made for.
    """

    context: str
    english: str
    plural: str = ""
    strings: tuple[str, ...] = ("",)
    fuzzy: bool = False
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    previous: str = ""
    line: int = 0

    @property
    def key(self) -> Key:
        """What the message is looked up by."""
        return (self.context, self.english)

    @property
    def complete(self) -> bool:
        """Whether every form is translated (whatever its state of review)."""
        return all(self.strings)


_ESCAPE: Final = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES: Final[Mapping[str, str]] = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_FORM: Final = re.compile(r"msgstr\[(\d)\]\Z")
_PLAIN: Final = ("msgstr",)
_NUMBERED: Final = tuple(f"msgstr[{index}]" for index in range(6))
_FIELDS: Final = frozenset({"msgctxt", "msgid", "msgid_plural", "msgstr"})


class _Reader:
    """Collects the fields of one entry after the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.line = 0
        self.entries: dict[Key, Entry] = {}
        self.header = ""
        self._clear()

    def _clear(self) -> None:
        self.fields: dict[str, str] = {}
        self.current = ""
        self.translated = False
        self.comments: list[str] = []
        self.notes: list[str] = []
        self.source: list[str] = []
        self.fuzzy = False
        self.previous: str | None = None
        self.first = 0

    def fail(self, message: str) -> NoReturn:
        raise CatalogueError(f"{self.name}:{self.line}: {message}")

    def read(self, text: str) -> None:
        """Take the whole file, line by line."""
        for self.line, raw in enumerate(text.split("\n"), 1):
            line = raw.strip()
            if not line:
                self.finish()
            elif line[0] == '"':
                self._continue(line)
            elif line[0] == "#":
                self._comment(line)
            else:
                self._field(line)
        self.finish()

    def _continue(self, line: str) -> None:
        if not self.current:
            self.fail("a quoted line belongs to nothing: msgid or msgstr is missing before it")
        self.fields[self.current] += self._unquoted(line)

    def _field(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        if name not in _FIELDS and not _FORM.match(name):
            self.fail(f"`{name[:20]}` is no part of a .po file: quotation mark or # missing?")
        is_translation = name.startswith("msgstr")
        if self.translated and not is_translation:
            self.finish()
        self.translated = is_translation
        if name in self.fields:
            self.fail(f"{name} stands twice in one entry: an empty line is missing")
        self.first = self.first or self.line
        self.current = name
        self.fields[name] = self._unquoted(rest.strip())

    def _comment(self, line: str) -> None:
        if self.translated:
            self.finish()
        kind, rest = line[1:2], line[2:].strip()
        if kind == ".":
            self.comments.append(rest)
        elif kind == ":":
            self.source.append(rest)
        elif kind == ",":
            self.fuzzy = self.fuzzy or "fuzzy" in rest.replace(",", " ").split()
        elif kind == "|":
            self._previous(rest)
        elif kind != "~":
            self.notes.append(line[1:].strip())

    def _previous(self, rest: str) -> None:
        if rest.startswith("msgid "):
            self.previous = self._unquoted(rest[6:].strip())
        elif rest.startswith('"') and self.previous is not None:
            self.previous += self._unquoted(rest)

    def _unquoted(self, quoted: str) -> str:
        if len(quoted) < 2 or quoted[0] != '"' or quoted[-1] != '"':
            self.fail("a text must stand between quotation marks")
        inner = quoted[1:-1]
        if "\\" not in inner:
            if '"' in inner:
                self.fail('a quotation mark inside a text is written \\"')
            return inner
        if inner.endswith("\\n") and "\\" not in inner[:-2] and '"' not in inner:
            return inner[:-2] + "\n"  # by far the most frequent escape: a line of a longer text
        if '"' in inner.replace("\\\\", "").replace('\\"', ""):
            self.fail('a quotation mark inside a text is written \\"')
        return _ESCAPE.sub(self._escaped, inner)

    def _escaped(self, match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            self.fail(f'\\{match[1]} is no known escape; known are \\n \\t \\r \\" \\\\')
        return _ESCAPES[match[1]]

    def finish(self) -> None:
        """Close the entry that is being collected, if there is one."""
        fields = self.fields
        if not fields:
            # Comments before an empty line (a licence, obsolete entries) belong to no entry.
            self._clear()
            return
        if "msgid" not in fields:
            self.fail("an entry without msgid")
        plural = fields.get("msgid_plural", "")
        if plural:
            given = sum(name.startswith("msgstr") for name in fields)
            names = _NUMBERED[:given]
        else:
            given, names = len(fields) - ("msgctxt" in fields) - 1, _PLAIN
        strings = tuple([fields[name] for name in names if name in fields])
        if not strings or given != len(strings):
            self.fail("msgstr is missing, or its numbers do not go 0, 1, 2 … (or msgid_plural is)")
        self._keep(plural, strings)
        self._clear()

    def _keep(self, plural: str, strings: tuple[str, ...]) -> None:
        key = (self.fields.get("msgctxt", ""), self.fields["msgid"])
        if key == ("", ""):
            self.header = strings[0]
            return
        if key in self.entries:
            self.fail(f"`{key[0]}` has the same English twice")
        self.entries[key] = Entry(
            context=key[0],
            english=key[1],
            plural=plural,
            strings=strings,
            fuzzy=self.fuzzy,
            comments=tuple(self.comments),
            notes=tuple(self.notes),
            source=" ".join(self.source),
            previous=self.previous or "",
            line=self.first,
        )


def parse(text: str, name: str) -> dict[Key, Entry]:
    """The entries of a .po text in file order; `name` is what errors call the file."""
    reader = _Reader(name)
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
