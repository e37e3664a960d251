"""How Python source marks a string that a person reads, so that extraction finds it.

    # TRANSLATORS: button; at most 20 characters
    CHOOSE = Phrase("program.choose", "Choose")

Both arguments must be plain string literals: the extractor reads source, it runs nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """One string of the program: `context` is `program.NAME`, `text` the English."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsolePhrase:
    """One string of the caseworkers' console: `context` is the name of its page."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class CountedPhrase:
    """A string that changes with a number: English `singular` and `plural` hold `{n}`."""

    context: str
    singular: str
    plural: str
