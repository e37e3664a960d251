"""What a context (`msgctxt`) says about its text: which flow it is of, and what kind of text.

The contexts themselves are made by `bot.domain.contexts`, so that engine and catalogues agree:

| text | context |
| --- | --- |
| `say` or `ask` | `flow.node` |
| `short` of a node | `flow.node.short` |
| label of a choice | `flow.node.choice.VALUE` |
| `describe` of a choice | `flow.node.describe.VALUE` |
| `short` of a choice | `flow.node.brief.VALUE` |
| what the program itself says | `program.NAME` |
"""

from typing import Final, Literal

from bot.domain.contexts import brief, choice, describe, short, text

__all__ = ["PROGRAM", "TextKind", "brief", "choice", "describe", "flow_of", "kind_of", "short",
           "text"]  # fmt: skip

PROGRAM: Final = "program"
"""The "flow" of strings that stand in Python source; no conversation may have this name."""

TextKind = Literal["text", "short", "choice", "describe", "brief", "program"]


def flow_of(context: str) -> str:
    """The flow a context belongs to; `program` for strings of the program itself."""
    return context.partition(".")[0]


def kind_of(context: str) -> TextKind:
    """What kind of text stands at a context; an unknown shape counts as running text."""
    parts = context.split(".")
    if parts[0] == PROGRAM:
        return "program"
    if len(parts) == 3 and parts[2] == "short":
        return "short"
    if len(parts) >= 4:
        for kind in ("choice", "describe", "brief"):
            if parts[2] == kind:
                return kind
    return "text"
