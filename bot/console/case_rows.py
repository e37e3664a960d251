"""A case of a list as its line is shown: words and moments, nothing of what it says."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from bot.console.report_values import VALUES
from bot.console.texts import Texts
from bot.domain.baghdad import HOUR
from bot.domain.case import DONE, OWNED, QUEUED, State
from bot.domain.roster import Member
from bot.i18n.marking import ConsolePhrase
from bot.ports.casework import Place, QueueRow, View, place_of
from bot.usecases.claim import mismatches

STATES: Final[dict[State, ConsolePhrase]] = {
    "new": ConsolePhrase("queue", "new"),
    "claimed": ConsolePhrase("queue", "claimed"),
    "in_contact": ConsolePhrase("queue", "in contact"),
    "referred": ConsolePhrase("queue", "referred"),
    "closed": ConsolePhrase("queue", "closed"),
    "escalated": ConsolePhrase("queue", "escalated: for a supervisor"),
    "returned": ConsolePhrase("queue", "given back"),
    "duplicate": ConsolePhrase("queue", "the same as another"),
    "withdrawn": ConsolePhrase("queue", "withdrawn by the person"),
    "reopened": ConsolePhrase("queue", "reopened"),
}
FARTHEST: Final = 1 << 40
"""No hour and no level is so large; the database could not even hold much larger ones."""
SHAPES: Final = ("▲", "◆", "■", "●")
"""Beside the letters T0 to T3: a mark that needs neither colour nor a picture font."""
LEVELS: Final[tuple[ConsolePhrase, ...]] = (
    ConsolePhrase("queue", "now"),
    ConsolePhrase("queue", "high"),
    ConsolePhrase("queue", "medium"),
    ConsolePhrase("queue", "low"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row; moments are seconds since 1970, 0 where there is none.

    `clock` says what `until` is: the next "call" to staff, the end of a "lease", or "".
    """

    case: str
    level: int
    shape: str
    urgency: str
    since: int
    clock: str
    until: int
    language: str
    wants_woman: bool
    child_trained: bool
    state: str
    owner: str
    mine: bool
    waiting: bool
    done: bool
    claimable: bool
    fits: bool
    news: bool
    lowering: bool
    parts: int


def line_of(queued: QueueRow, member: Member, texts: Texts) -> Line:
    """The row as this member sees it."""
    row = queued.row
    waiting = row.state in QUEUED
    supervised = row.state == "escalated" and member.role != "supervisor"
    return Line(
        case=row.case.hex(),
        level=row.urgency,
        shape=SHAPES[row.urgency],
        urgency=texts.say(LEVELS[row.urgency]),
        since=(row.done_hour or row.hour) * HOUR,
        clock="call" if waiting and queued.due else "lease" if row.lease else "",
        until=queued.due if waiting else row.lease,
        language=texts.say(VALUES[row.language]),
        wants_woman=row.wants_woman,
        child_trained=row.child_trained,
        state=texts.say(STATES[row.state]),
        owner=row.owner,
        mine=row.owner == member.handle and row.state in OWNED,
        waiting=waiting,
        done=row.state in DONE,
        claimable=waiting and not supervised,
        fits=not mismatches(row, member),
        news=row.news,
        lowering=queued.lowering is not None,
        parts=row.entries,
    )


def tag_of(*parts: object) -> str:
    """The entity tag of a list: the same as long as nothing that is shown has changed."""
    return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:32] + '"'


def tag_of_lines(lines: Sequence[Line], *parts: object) -> str:
    """The entity tag of these rows."""
    return tag_of([astuple(line) for line in lines], *parts)


def place_text(view: View, rows: Sequence[QueueRow], limit: int) -> str:
    """Where the next page begins, for its address; "" on the last page."""
    if len(rows) < limit:
        return ""
    place = place_of(view, rows[-1].row)
    return f"{place.first}.{place.second}.{place.case.hex()}"


def read_place(text: str) -> Place | None:
    """The place in an address; None if there is none, or it is none of ours."""
    try:
        first, second, case = text.split(".")
        place = Place(int(first), int(second), bytes.fromhex(case))
    except ValueError:
        return None
    return place if max(abs(place.first), abs(place.second)) < FARTHEST else None
