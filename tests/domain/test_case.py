import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import (
    ACTS,
    CARE_LEASE,
    CLAIM_LEASE,
    DONE,
    OWNED,
    QUEUED,
    STATES,
    STEPS,
    claimable,
    lease_seconds,
    step,
)  # fmt: skip
from bot.errors import CaseError


def test_every_state_is_queued_owned_or_done():
    """A case has a clock, an owner or an end, and never two of them."""
    assert set(STATES) == QUEUED | OWNED | DONE
    assert not QUEUED & OWNED
    assert not QUEUED & DONE
    assert not OWNED & DONE


@pytest.mark.parametrize("state", [state for state in STATES if state != "withdrawn"])
def test_a_person_may_withdraw_from_everywhere(state):
    """Whatever staff have done with a case, the person can take it back."""
    assert step(state, "withdraw", ["person"]) == "withdrawn"


def test_nothing_leads_out_of_a_withdrawal():
    """A tombstone stays a tombstone."""
    assert not [key for key in STEPS if key[0] == "withdrawn"]


@pytest.mark.parametrize("state", sorted(QUEUED))
def test_a_supervisor_can_claim_whatever_waits(state):
    """No waiting case is out of everybody's reach."""
    assert state in claimable("supervisor")


@pytest.mark.parametrize("state", sorted(OWNED))
def test_every_owned_case_lapses_and_can_be_handed_back_and_closed(state):
    """An owner who falls silent or steps back never takes the case along."""
    assert step(state, "lapse", ["system"]) == "returned"
    assert step(state, "hand_back", ["owner"]) == "returned"
    assert step(state, "close", ["owner"]) == "closed"
    assert all(lease_seconds(state, urgency) > 0 for urgency in range(4))


def test_only_the_owner_acts_on_what_is_claimed():
    """A colleague cannot answer or close somebody else's case."""
    for act in ("contact", "close"):
        with pytest.raises(CaseError):
            step("claimed", act, ["caseworker"])


def test_only_a_supervisor_takes_what_was_escalated():
    """An escalated case goes up, not round."""
    with pytest.raises(CaseError):
        step("escalated", "claim", ["caseworker"])
    assert "escalated" not in claimable("caseworker")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTS),
            st.sampled_from(["owner", "caseworker", "supervisor", "system", "person"]),
        )
    )
)
def test_no_order_of_acts_leaves_the_table(acts):
    """Any sequence of acts by anybody stays inside the ten states or is refused."""
    state = "new"
    for act, actor in acts:
        try:
            state = step(state, act, [actor])
        except CaseError:
            continue
        assert state in STATES


def test_leases_grow_as_urgency_falls():
    """The more urgent, the sooner a silent owner loses the case."""
    assert list(CLAIM_LEASE) == sorted(CLAIM_LEASE)
    assert list(CARE_LEASE) == sorted(CARE_LEASE)
    assert CLAIM_LEASE[:2] == (600, 7200)
