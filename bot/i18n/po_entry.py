"""One message of a .po file, and the error for a file that cannot be used."""

from dataclasses import dataclass

from bot.errors import SanadError

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
