"""The life of a case: one table of every step, who may take it, and where it leads.

                     ┌───────────── hand_back, lapse ─────────────┐
                     ▼                                            │
    new ──claim──▶ claimed ──contact──▶ in_contact ──refer──▶ referred
     │  returned ─claim─▲ │               │   ▲  │               │ │
     │  reopened ─claim─┘ │               │   └──┼──contact──────┘ │
     │                    ├── escalate ───┼──────┼────────────────┤
     │                    ▼               ▼      │                │
     │               escalated ──claim (supervisor)──▶ claimed    │
     │                                           └──── close ─────┴──▶ closed ──reopen──▶ reopened
     ├── mark_duplicate ──▶ duplicate ──reopen──▶ reopened
     └── withdraw (the person, from anywhere) ──▶ withdrawn: a tombstone, nothing leads out

Not drawn: acts that leave the state as it is (STAYING).

A case always has an owner or a running clock: states in QUEUED have a clock and no owner, states
in OWNED have an owner and a lease, states in DONE need neither.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from bot.errors import CaseError, CaseReason

State = Literal[
    "new", "claimed", "in_contact", "referred", "closed",
    "escalated", "returned", "duplicate", "withdrawn", "reopened",
]  # fmt: skip
Act = Literal[
    "claim", "contact", "refer", "hand_back", "lapse", "escalate", "close", "mark_duplicate",
    "reopen", "withdraw", "note", "hand_over", "raise", "lower", "agree_lower", "refuse_lower",
]  # fmt: skip
Actor = Literal["owner", "caseworker", "supervisor", "system", "person"]
STATES: Final[tuple[State, ...]] = get_args(State)
ACTS: Final[tuple[Act, ...]] = get_args(Act)

QUEUED: Final[frozenset[State]] = frozenset({"new", "returned", "reopened", "escalated"})
OWNED: Final[frozenset[State]] = frozenset({"claimed", "in_contact", "referred"})
DONE: Final[frozenset[State]] = frozenset({"closed", "duplicate", "withdrawn"})

CLOSING_REASONS: Final[Mapping[str, str]] = {
    "needs_met": "Needs met to the extent possible",
    "no_contact": "No contact for a set period",
    "survivor_asked": "The survivor asked for it",
    "left_area": "Left the area",
    "transferred": "Transferred to another organisation",
    "funding": "Funding constraints",
}

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
CLAIM_LEASE: Final = (10 * MINUTE, 2 * HOUR, 24 * HOUR, 48 * HOUR)
"""By urgency: how long a claim holds without a word to the person, before it goes back."""
CARE_LEASE: Final = (7 * DAY, 14 * DAY, 30 * DAY, 30 * DAY)
"""By urgency: how long a case in contact or referred may lie without any act of its owner."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where an act leads and which kinds of actor may take it."""

    to: State
    by: frozenset[Actor]


def step(state: State, act: Act, actors: Collection[Actor]) -> State:
    """The state after `act` by somebody who is all of `actors`; CaseError if that is refused."""
    found = STEPS.get((state, act))
    if found is None:
        raise CaseError(f"a case that is {state} cannot be taken through {act!r}", "not_now")
    if found.by.isdisjoint(actors):
        allowed = " or ".join(sorted(found.by))
        reason: CaseReason = "needs_supervisor" if found.by == _SUPERVISOR else "not_yours"
        raise CaseError(
            f"{act!r} on a case that is {state} is for the {allowed}; claim it first", reason
        )
    return found.to


def lease_seconds(state: State, urgency: int) -> int:
    """How long an owner keeps a case in this state without acting; 0 where nobody owns it."""
    if state == "claimed":
        return CLAIM_LEASE[urgency]
    return CARE_LEASE[urgency] if state in OWNED else 0


def claimable(actor: Actor) -> tuple[State, ...]:
    """The states from which this kind of actor may claim, in the order of STATES."""
    return tuple(
        state
        for state in STATES
        if (found := STEPS.get((state, "claim"))) is not None and actor in found.by
    )


_STAFF: Final[frozenset[Actor]] = frozenset({"caseworker", "supervisor"})
_OWNER: Final[frozenset[Actor]] = frozenset({"owner"})
_OWNER_OR_ABOVE: Final[frozenset[Actor]] = frozenset({"owner", "supervisor"})
_SUPERVISOR: Final[frozenset[Actor]] = frozenset({"supervisor"})
_SYSTEM: Final[frozenset[Actor]] = frozenset({"system"})
_PERSON: Final[frozenset[Actor]] = frozenset({"person"})

STAYING: Final[tuple[tuple[Act, frozenset[State], frozenset[Actor]], ...]] = (
    ("note", OWNED, _OWNER),
    ("hand_over", OWNED, _OWNER_OR_ABOVE),
    ("raise", OWNED, _OWNER_OR_ABOVE),
    ("raise", QUEUED, _STAFF),
    ("lower", OWNED, _OWNER),
    ("agree_lower", OWNED | QUEUED, _STAFF),
    ("refuse_lower", OWNED | QUEUED, _STAFF),
)
"""Acts that leave a case in its state, in which states and by whom they may be taken."""

STEPS: Final[Mapping[tuple[State, Act], Step]] = {
    ("new", "claim"): Step("claimed", _STAFF),
    ("new", "escalate"): Step("escalated", _SUPERVISOR),
    ("new", "mark_duplicate"): Step("duplicate", _SUPERVISOR),
    ("new", "withdraw"): Step("withdrawn", _PERSON),
    ("returned", "claim"): Step("claimed", _STAFF),
    ("returned", "escalate"): Step("escalated", _SUPERVISOR),
    ("returned", "mark_duplicate"): Step("duplicate", _SUPERVISOR),
    ("returned", "withdraw"): Step("withdrawn", _PERSON),
    ("reopened", "claim"): Step("claimed", _STAFF),
    ("reopened", "escalate"): Step("escalated", _SUPERVISOR),
    ("reopened", "withdraw"): Step("withdrawn", _PERSON),
    ("escalated", "claim"): Step("claimed", _SUPERVISOR),
    ("escalated", "withdraw"): Step("withdrawn", _PERSON),
    ("claimed", "contact"): Step("in_contact", _OWNER),
    ("claimed", "hand_back"): Step("returned", _OWNER_OR_ABOVE),
    ("claimed", "lapse"): Step("returned", _SYSTEM),
    ("claimed", "escalate"): Step("escalated", _OWNER_OR_ABOVE),
    ("claimed", "close"): Step("closed", _OWNER),
    ("claimed", "mark_duplicate"): Step("duplicate", _OWNER),
    ("claimed", "withdraw"): Step("withdrawn", _PERSON),
    ("in_contact", "contact"): Step("in_contact", _OWNER),
    ("in_contact", "refer"): Step("referred", _OWNER),
    ("in_contact", "hand_back"): Step("returned", _OWNER_OR_ABOVE),
    ("in_contact", "lapse"): Step("returned", _SYSTEM),
    ("in_contact", "escalate"): Step("escalated", _OWNER_OR_ABOVE),
    ("in_contact", "close"): Step("closed", _OWNER),
    ("in_contact", "mark_duplicate"): Step("duplicate", _OWNER),
    ("in_contact", "withdraw"): Step("withdrawn", _PERSON),
    ("referred", "contact"): Step("in_contact", _OWNER),
    ("referred", "refer"): Step("referred", _OWNER),
    ("referred", "hand_back"): Step("returned", _OWNER_OR_ABOVE),
    ("referred", "lapse"): Step("returned", _SYSTEM),
    ("referred", "escalate"): Step("escalated", _OWNER_OR_ABOVE),
    ("referred", "close"): Step("closed", _OWNER),
    ("referred", "withdraw"): Step("withdrawn", _PERSON),
    ("closed", "reopen"): Step("reopened", _STAFF),
    ("closed", "withdraw"): Step("withdrawn", _PERSON),
    ("duplicate", "reopen"): Step("reopened", _SUPERVISOR),
    ("duplicate", "withdraw"): Step("withdrawn", _PERSON),
    **{(state, act): Step(state, by) for act, states, by in STAYING for state in sorted(states)},
}
"""Everything that is not here is refused."""
