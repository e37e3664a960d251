from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.baghdad import WEEK, day_of, midnight, weekday_of
from bot.domain.ladder import LADDERS, first_due, next_due, watch_at
from bot.domain.roster import Leave, Shift, decode, encode, problems
from bot.domain.rota import coming_on, coverage_gaps, next_on_duty, on_duty, watchers
from bot.errors import RosterError
from tests.fakes.caseworkers import MONDAY_NOON, WEEK_DAYS, member, roster

HOUR = 3600


def handles(members):
    return [each.handle for each in members]


def shifts(*texts):
    return tuple(
        Shift(handle=handle, days=tuple(days.split(",")), start=start, end=end)
        for handle, days, start, end in (text.split() for text in texts)
    )


@given(st.integers(0, 4_000_000_000))
def test_baghdad_is_three_hours_ahead_all_year(now):
    """Day and weekday follow a clock three hours before UTC, summer or winter."""
    moment = datetime.fromtimestamp(now, UTC) + timedelta(hours=3)
    assert day_of(now) == moment.date()
    assert weekday_of(day_of(now)) == moment.strftime("%a").lower()
    assert midnight(day_of(now)) <= now < midnight(day_of(now)) + 24 * HOUR


def test_the_week_begins_on_saturday():
    """The first day of the week is Saturday, the last Friday."""
    assert (WEEK[0], WEEK[-1]) == ("sat", "fri")


@pytest.mark.parametrize(
    ("hour", "expected"), [(7.99, []), (8, ["amal"]), (15.99, ["amal"]), (16, [])]
)
def test_a_shift_holds_from_its_start_up_to_its_end(hour, expected):
    """Duty begins with the first minute and ends before the last."""
    now = midnight(day_of(MONDAY_NOON)) + int(hour * HOUR)
    assert handles(on_duty(roster(), now)) == expected


def test_a_night_shift_runs_into_the_next_day():
    """A shift that ends before it begins covers the night, also over the end of the week."""
    plan = roster(shifts=shifts("bahar fri 22:00 06:00"))
    friday = midnight(day_of(MONDAY_NOON)) + 4 * 24 * HOUR
    assert weekday_of(day_of(friday)) == "fri"
    assert handles(on_duty(plan, friday + 23 * HOUR)) == ["bahar"]
    assert handles(on_duty(plan, friday + 29 * HOUR)) == ["bahar"]
    assert handles(on_duty(plan, friday + 30 * HOUR)) == []
    assert handles(on_duty(plan, friday + 5 * HOUR)) == []


def test_whoever_is_on_leave_is_not_on_duty_and_not_called():
    """Leave takes somebody out of duty and out of the ladder, on its days only."""
    today = day_of(MONDAY_NOON).isoformat()
    away = tuple(Leave(handle=name, first=today, last=today) for name in ("amal", "bahar", "zana"))
    plan = roster(leave=away)
    assert on_duty(plan, MONDAY_NOON) == ()
    assert watchers(plan, "backup", MONDAY_NOON) == ()
    assert watchers(plan, "backup", MONDAY_NOON + 24 * HOUR) == ("bahar",)
    assert next_on_duty(plan, MONDAY_NOON) == midnight(day_of(MONDAY_NOON)) + 32 * HOUR


def test_the_next_duty_is_now_later_or_unknown():
    """A person is told when somebody reads, and nothing is promised when nobody is planned."""
    assert next_on_duty(roster(), MONDAY_NOON) == MONDAY_NOON
    evening = MONDAY_NOON + 6 * HOUR
    assert next_on_duty(roster(), evening) == MONDAY_NOON + 20 * HOUR
    assert next_on_duty(roster(shifts=()), MONDAY_NOON) is None


@given(st.integers(MONDAY_NOON, MONDAY_NOON + 14 * 24 * HOUR))
def test_somebody_is_on_duty_when_the_next_duty_begins(now):
    """The moment that is announced is one at which somebody is really there."""
    plan = roster(shifts=shifts("amal sat,tue 08:00 16:00", "bahar fri 20:00 04:00"))
    start = next_on_duty(plan, now)
    assert start is not None
    assert start >= now
    assert on_duty(plan, start)


def test_a_full_week_has_no_gaps_and_an_empty_one_only_gaps():
    """Coverage counts every hour of seven days."""
    full = shifts(f"amal {','.join(WEEK_DAYS)} 00:00 00:00")
    assert coverage_gaps(roster(shifts=full), MONDAY_NOON) == ()
    gaps = coverage_gaps(roster(shifts=()), MONDAY_NOON)
    assert len(gaps) == 168
    assert {gap.missing for gap in gaps} == {("anybody",)}


def test_gaps_name_language_woman_and_child_training():
    """The manager reads what is missing, not only that something is."""
    plan = roster(
        members=(member("bahar", languages=("ar", "en")),),
        shifts=shifts(f"bahar {','.join(WEEK_DAYS)} 00:00 00:00"),
        backup=(),
        on_call=(),
    )
    assert coverage_gaps(plan, MONDAY_NOON)[0].missing == ("ckb", "kmr", "woman", "child_trained")


def test_an_hour_that_two_shifts_share_is_covered_only_without_a_break():
    """Half an hour of nobody makes an hour a gap; shifts that meet do not."""
    days = ",".join(WEEK_DAYS)
    meet = roster(shifts=shifts(f"amal {days} 00:00 12:30", f"amal {days} 12:30 00:00"))
    assert coverage_gaps(meet, MONDAY_NOON) == ()
    apart = roster(shifts=shifts(f"amal {days} 00:00 12:30", f"amal {days} 12:45 00:00"))
    assert len(coverage_gaps(apart, MONDAY_NOON)) == 7


def test_the_ladder_calls_four_people_and_then_goes_on():
    """T0 goes on duty, backup, supervisor, manager in ten-minute steps, then every hour."""
    due = first_due(0, MONDAY_NOON)
    heard = []
    for rung in range(6):
        heard.append((watch_at(0, rung), (due - MONDAY_NOON) // 60))
        due = next_due(0, rung, due)
    assert heard == [
        ("on_duty", 0), ("backup", 10), ("supervisor", 20), ("manager", 30),
        ("manager", 90), ("manager", 150),
    ]  # fmt: skip


@given(st.integers(0, 3), st.integers(0, 4_000_000_000))
def test_what_does_not_ring_at_once_is_as_coarse_as_an_hour(urgency, now):
    """The clock beside a case never tells the minute somebody wrote unless it must ring now."""
    due = first_due(urgency, now)
    assert due == now or due % HOUR == 0
    assert all(
        next_due(urgency, rung, due) > due for rung in range(len(LADDERS[urgency].rungs) + 3)
    )


def test_cases_are_sealed_to_everybody_who_may_come_on_duty():
    """Recipients are every caseworker and supervisor and the break-glass key, nobody else."""
    plan = roster(break_glass=member("glass").recipient)
    assert plan.recipients() == tuple(
        member(name).recipient for name in ("amal", "bahar", "zana", "glass")
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 0}, "version"),
        ({"members": ()}, "nobody could open"),
        ({"members": (member("amal"), member("amal"))}, "twice"),
        ({"members": (member("Amal Example"),)}, "handle"),
        ({"members": (member("amal", recipient="age1classical"),)}, "post-quantum"),
        ({"members": (member("amal", verify="00"),)}, "verification"),
        ({"members": (member("amal", languages=()),)}, "language"),
        (
            {"members": (member("amal"), member("bahar", recipient=member("amal").recipient))},
            "share",
        ),
        ({"backup": ("nobody",)}, "no member"),
        ({"shifts": shifts("amal sat 8 16:00")}, "HH:MM"),
        ({"shifts": shifts("amal sat 08:00 24:01")}, "HH:MM"),
        ({"shifts": shifts("amal sat,sat 08:00 16:00")}, "twice"),
        ({"leave": (Leave(handle="amal", first="2026-12-02", last="2026-12-01"),)}, "before"),
        ({"leave": (Leave(handle="amal", first="soon", last="later"),)}, "YYYY"),
        ({"break_glass": "age1classical"}, "break-glass"),
    ],
)
def test_an_incomplete_roster_says_what_is_wrong(change, told):
    """Every fault of a roster is named before anybody relies on it."""
    broken = msgspec.structs.replace(roster(), **change)
    assert any(told in fault for fault in problems(broken)), problems(broken)
    with pytest.raises(RosterError):
        decode(encode(broken))


def test_a_roster_with_unknown_parts_is_refused():
    """A field this version does not know could be a rule it would break."""
    with pytest.raises(RosterError):
        decode({**encode(roster()), "surprise": 1})
    assert decode(encode(roster())) == roster()


def test_who_comes_next_is_told_with_the_time():
    """The next shift after this moment, by everybody who begins then."""
    plan = roster(
        shifts=shifts("amal mon 08:00 16:00", "bahar mon 16:00 22:00", "zana mon 16:00 20:00")
    )
    start, who = coming_on(plan, MONDAY_NOON)
    assert (start, who) == (MONDAY_NOON + 4 * HOUR, ("bahar", "zana"))


def test_somebody_who_stays_does_not_come():
    """Who is there around the clock never comes on again; who leaves in between does."""
    always = roster(shifts=shifts(f"amal {','.join(WEEK)} 00:00 00:00"))
    assert coming_on(always, MONDAY_NOON) is None
    nights = roster(shifts=shifts(f"amal {','.join(WEEK)} 08:00 16:00"))
    assert coming_on(nights, MONDAY_NOON) == (MONDAY_NOON + 20 * HOUR, ("amal",))
    assert coming_on(roster(shifts=()), MONDAY_NOON) is None
