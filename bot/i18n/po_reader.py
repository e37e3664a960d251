"""Reads .po files line by line and refuses what it does not understand, with file and line."""

import re
from collections.abc import Mapping
from typing import Final, NoReturn

from bot.i18n.po_entry import CatalogueError, Entry, Key

_ESCAPE: Final = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES: Final[Mapping[str, str]] = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_FORM: Final = re.compile(r"msgstr\[(\d)\]\Z")
_PLAIN: Final = ("msgstr",)
_NUMBERED: Final = tuple(f"msgstr[{index}]" for index in range(6))
_FIELDS: Final = frozenset({"msgctxt", "msgid", "msgid_plural", "msgstr"})


class Reader:
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
        """Stop reading with the file, the line and what is wrong there."""
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
