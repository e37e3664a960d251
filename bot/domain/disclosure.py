"""Hide small counts so that nobody can compute them again from what is shown beside them.

A count of 1 to 10 is shown as "<11". Where sums are known (a month's reports, a topic's reports of
a year) that is not enough: what is missing in a sum tells the hidden count. So more counts are
hidden until, for a reader who knows every sum, each small count may still be anything from 1 to
10. That is decided exactly: hidden counts are flows between the sums they belong to, and how far
one of them can move is a maximum flow.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 11
"""The smallest count, but for none at all, that is ever shown (CTDC's k)."""
ROOMY: Final = 2 * LEAST - 2
ENDLESS: Final = 10**9
FREE: Final = "free"
"""The side of a hidden count on which no sum is known."""

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A count that is not shown: what a reader knows of it, and which sums it belongs to."""

    value: int
    low: int
    high: int
    row: Hashable = FREE
    col: Hashable = FREE


@dataclass(frozen=True, slots=True)
class Sums:
    """Which sums of a table a reader may know from elsewhere."""

    rows: bool
    cols: bool


def is_small(count: int) -> bool:
    """Whether a count would single people out."""
    return 0 < count < LEAST


def cover(cells: Mapping[Place, int], sums: Sums) -> frozenset[Place] | None:
    """The places to hide, the small ones among them; None if no choice protects them all."""
    hidden = {place for place, count in cells.items() if is_small(count)}
    # To hide more only ever makes the reader know less: what is safe once stays so.
    for place in sorted(hidden):
        while not is_safe(_as_hidden(cells, hidden, sums), place):
            more = _next_to_hide(cells, hidden, place)
            if more is None:
                return None
            hidden.add(more)
    return frozenset(hidden)


def is_safe(hidden: Mapping[Place, Hidden], place: Place) -> bool:
    """Whether the count at `place` may be anything from 1 to 10, for all a reader can compute."""
    cell = hidden[place]
    arcs = _arcs(other for where, other in hidden.items() if where != place)
    up, down = LEAST - 1 - cell.value, cell.value - 1
    # To raise this count, something must flow back from its column's sum to its row's.
    return (
        _flow(arcs, cell.col, cell.row, up) >= up and _flow(arcs, cell.row, cell.col, down) >= down
    )


def _as_hidden(
    cells: Mapping[Place, int], hidden: Iterable[Place], sums: Sums
) -> dict[Place, Hidden]:
    return {
        place: bounded(
            cells[place],
            ("row", place[0]) if sums.rows else FREE,
            ("col", place[1]) if sums.cols else FREE,
        )
        for place in hidden
    }


def bounded(count: int, row: Hashable, col: Hashable) -> Hidden:
    """A hidden count with what its mark tells: "<11" is 1 to 10, "hidden" is 11 or more."""
    low, high = (1, LEAST - 1) if is_small(count) else (LEAST, ENDLESS)
    return Hidden(count, low, high, row, col)


def _next_to_hide(cells: Mapping[Place, int], hidden: set[Place], near: Place) -> Place | None:
    """A shown count that helps at little loss: one that closes a circle of hidden ones, if any."""
    rows, cols = {place[0] for place in hidden}, {place[1] for place in hidden}
    shown = [place for place, count in cells.items() if place not in hidden and count >= LEAST]

    def cost(place: Place) -> tuple[bool, bool, bool, int, Place]:
        touches = place[0] == near[0] or place[1] == near[1]
        closes = place[0] in rows and place[1] in cols
        # One count that can give way by nine is often enough; smaller ones seldom are.
        return (not closes, not touches, cells[place] < ROOMY, cells[place], place)

    return min(shown, key=cost, default=None)


Arcs = dict[Hashable, dict[Hashable, int]]


def _arcs(hidden: Iterable[Hidden]) -> Arcs:
    """How far the hidden counts can move: a rise runs from row to column, a fall back."""
    arcs: Arcs = defaultdict(lambda: defaultdict(int))
    for cell in hidden:
        if cell.row != cell.col:
            arcs[cell.row][cell.col] += cell.high - cell.value
            arcs[cell.col][cell.row] += cell.value - cell.low
    return arcs


def _flow(arcs: Arcs, source: Hashable, sink: Hashable, wanted: int) -> int:
    """The flow from source to sink, looked for only as far as `wanted`."""
    if source == sink or wanted <= 0:
        return max(wanted, 0)
    left = {node: dict(out) for node, out in arcs.items()}
    found = 0
    while found < wanted and (path := _path(left, source, sink)) is not None:
        step = min(wanted - found, *(left[a][b] for a, b in path))
        for a, b in path:
            left[a][b] -= step
            left.setdefault(b, {})
            left[b][a] = left[b].get(a, 0) + step
        found += step
    return found


def _path(
    left: Mapping[Hashable, Mapping[Hashable, int]], source: Hashable, sink: Hashable
) -> list[tuple[Hashable, Hashable]] | None:
    came: dict[Hashable, Hashable] = {source: source}
    waiting = deque([source])
    while waiting:
        node = waiting.popleft()
        for other, room in left.get(node, {}).items():
            if room > 0 and other not in came:
                came[other] = node
                waiting.append(other)
    if sink not in came:
        return None
    path = []
    while sink != source:
        path.append((came[sink], sink))
        sink = came[sink]
    return path[::-1]
