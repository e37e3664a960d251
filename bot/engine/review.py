"""The answers of a draft by their labels, to be read back before they are sent."""

from collections.abc import Mapping
from typing import Final

from bot.domain import contexts
from bot.domain.session import Answer, Session
from bot.engine.flow import Book, Node

PLACE: Final = "place:"
"""Before a governorate code where a context stands otherwise."""


def answer_labels(book: Book, session: Session) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For the review: (context of the question's name, contexts of the labels chosen), in order."""
    lines: list[tuple[str, tuple[str, ...]]] = []
    for flow in book.flows.values():
        for name in flow.steps if flow.review else ():
            node = book.nodes[name]
            given = session.answers.get(node.save)
            if given and node.short and node.kind == "place":
                lines.append((contexts.short(name), (f"{PLACE}{given}",)))
            elif given and node.short and node.kind in ("choice", "many"):
                lines.append((contexts.short(name), _chosen_contexts(book, node, given)))
    return tuple(lines)


def _chosen_contexts(book: Book, node: Node, given: Answer) -> tuple[str, ...]:
    values = given if isinstance(given, list) else [given]
    found: Mapping[str, Node] = book.nodes
    return tuple(
        contexts.choice(owner, value) for value in values for owner in _owners(found, node, value)
    )


def _owners(nodes: Mapping[str, Node], node: Node, value: str) -> tuple[str, ...]:
    """The node whose label a value has: the step itself, or a further page that saves the same."""
    if node.choice(value) is not None:
        return (node.name,)
    for other in nodes.values():
        if other.flow == node.flow and other.save == node.save and other.choice(value) is not None:
            return (other.name,)
    return ()
