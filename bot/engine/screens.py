"""What a screen offers: choices, standing buttons, progress, and where its question leads."""

from functools import lru_cache

from msgspec.structs import replace

from bot.domain import contexts
from bot.domain.session import Session
from bot.engine.effects import Option
from bot.engine.flow import END_MOVES, STANDING_MOVES, Condition, Move, Node
from bot.engine.names import HOPS, MENU
from bot.engine.world import World


def chosen_of(session: Session, node: Node) -> list[str]:
    """What is ticked at a question with several answers."""
    answer = session.answers.get(node.save, [])
    return list(answer) if isinstance(answer, list) else [answer]


def holds(world: World, session: Session, condition: Condition) -> bool:
    """Whether a condition of a flow holds for this draft and these facts."""
    if condition.kind == "fact":
        return condition.name in world.facts
    if condition.kind == "not":
        return not holds(world, session, condition.parts[0])
    if condition.kind == "any":
        return any(holds(world, session, part) for part in condition.parts)
    if condition.kind == "all":
        return all(holds(world, session, part) for part in condition.parts)
    answer = session.answers.get(condition.name, "")
    given = answer if isinstance(answer, list) else [answer]
    return any(value in condition.values for value in given)


def next_of(world: World, session: Session, node: Node) -> str:
    """Where a node leads by its rules; the menu when none holds."""
    for rule in node.next:
        if rule.when is None or holds(world, session, rule.when):
            return rule.to
    return MENU


def options(world: World, session: Session, node: Node) -> tuple[Option, ...]:
    """What can be chosen at a node now."""
    if node.kind == "place":
        tag = session.language or "en"
        return tuple(
            Option(code, label=world.places.label(code, tag)) for code in world.places.codes()
        )
    if node.kind == "step":
        return _steps(world, session, node)
    standing = _standing(node)
    if node.kind != "many" or session.cautious:
        return standing
    chosen = chosen_of(session, node)
    return tuple(
        replace(option, ticked=True) if option.value in chosen else option for option in standing
    )


@lru_cache(maxsize=4096)
def _standing(node: Node) -> tuple[Option, ...]:
    """The choices of a node as they stand in the flow; one entry for each node of a living book."""
    return tuple(
        Option(
            choice.value,
            contexts.choice(node.name, choice.value),
            describe=contexts.describe(node.name, choice.value) if choice.describe else "",
            brief=contexts.brief(node.name, choice.value) if choice.short else "",
        )
        for choice in node.choices
    )


def _steps(world: World, session: Session, node: Node) -> tuple[Option, ...]:
    flow = world.book.flows[node.flow]
    named = [world.book.nodes[name] for name in flow.steps]
    return tuple(
        Option(step.name, contexts.short(step.name))
        for step in named
        if step.short and step.save in session.answers
    )


def moves(session: Session, node: Node) -> tuple[Move, ...]:
    """The standing buttons of a node: what it lists, less those that lead nowhere."""
    listed = node.moves
    if listed is None:
        listed = STANDING_MOVES if node.ask else END_MOVES
    able = tuple(
        move
        for move in listed
        if not (move == "back" and not session.trail)
        and not (move == "skip" and (node.required or not (node.skip or node.next)))
    )
    return ("done", *able) if node.kind == "many" and node.ask else able


def progress(world: World, session: Session, node: Node) -> tuple[int, int] | None:
    """This question's place among those that were asked and those still to come."""
    steps = _steps_of(world.book.flows[node.flow].steps)
    if node.name not in steps or session.amending:
        return None
    done = len(steps.intersection(session.trail).difference((node.name,)))
    return done + 1, done + 1 + _steps_ahead(world, session, node, steps)


@lru_cache(maxsize=256)
def _steps_of(steps: tuple[str, ...]) -> frozenset[str]:
    """The steps of a flow, to be asked for by name; one entry for each flow of a living book."""
    return frozenset(steps)


def _steps_ahead(world: World, session: Session, node: Node, steps: frozenset[str]) -> int:
    """How many steps follow if nothing more is answered; a later answer may change it."""
    nodes = world.book.nodes
    ahead: set[str] = set()
    for _ in range(HOPS):
        if not node.next:
            break
        first = node.next[0]  # nearly always the only rule
        name = first.to if first.when is None else next_of(world, session, node)
        if name in ahead:
            break
        node = nodes[name]
        if node.do or node.end or (node.ask and name not in steps and node.kind == "step"):
            break
        ahead.add(name)
    return len(ahead & steps)
