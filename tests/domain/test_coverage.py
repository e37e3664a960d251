import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.baghdad import HOUR, WEEK
from bot.domain.coverage import NEEDS, gap_ranges, key_changes, week_plan
from bot.domain.roster import Shift
from bot.domain.rota import Gap, coverage_gaps
from tests.fakes.caseworkers import MONDAY_NOON, member, recipient_of, roster

hours = st.dictionaries(
    st.integers(0, 40), st.sets(st.sampled_from(NEEDS), min_size=1).map(tuple), max_size=30
)


@given(hours)
def test_ranges_say_exactly_what_the_hours_said(found):
    """Every hour of every gap is in one range of its kind, and no range has another hour."""
    gaps = tuple(Gap(hour * HOUR, missing) for hour, missing in found.items())
    told = [
        (gap.missing, hour)
        for gap in gap_ranges(gaps)
        for hour in range(gap.start // HOUR, gap.end // HOUR)
    ]
    assert sorted(told) == sorted((need, hour) for hour, needs in found.items() for need in needs)


@given(hours)
def test_ranges_never_touch(found):
    """Two ranges that lack the same are apart: nobody reads one gap as two."""
    ranges = gap_ranges(Gap(hour * HOUR, missing) for hour, missing in found.items())
    for one in ranges:
        assert all(one.end != two.start for two in ranges if two.missing == one.missing)


def test_a_week_of_one_shift_has_a_range_a_night():
    """Weekday days covered by everybody needed leave the nights, worst first."""
    plan = roster(shifts=(Shift(handle="amal", days=WEEK, start="08:00", end="16:00"),))
    ranges = gap_ranges(coverage_gaps(plan, MONDAY_NOON))
    assert {gap.missing for gap in ranges} == {"anybody"}
    assert {(gap.end - gap.start) // HOUR for gap in ranges[:-1]} == {16}
    assert len(ranges) == 8 - 1


def test_the_week_is_shown_from_saturday_with_the_earliest_shift_first():
    """Days in the order of the week here, Friday and Saturday marked, shifts by their start."""
    shifts = (
        Shift(handle="bahar", days=("sun", "fri"), start="16:00", end="22:00"),
        Shift(handle="amal", days=("sun",), start="08:00", end="16:00"),
    )
    week = week_plan(roster(shifts=shifts))
    assert [day.day for day in week] == list(WEEK)
    assert [day.day for day in week if day.weekend] == ["sat", "fri"]
    assert [shift.handle for shift in week[1].shifts] == ["amal", "bahar"]
    assert [shift.handle for shift in week[6].shifts] == ["bahar"]


def test_key_changes_name_who_is_new_who_has_other_keys_and_who_is_gone():
    """A key nobody announced is seen by everybody; a change of shifts is none."""
    before = roster(members=(member("amal"), member("bahar"), member("zana", "supervisor")))
    changed = member("amal", recipient=recipient_of("spy"))
    signing = member("zana", "supervisor", verify=member("spy").verify)
    after = roster(2, members=(changed, signing, member("dara")), backup=())
    told = {each.handle: each for each in key_changes(before, after)}
    assert set(told) == {"amal", "zana", "dara", "bahar"}
    assert (told["amal"].before, told["amal"].after) == (
        recipient_of("amal"),
        recipient_of("spy"),
    )
    assert told["zana"].signing
    assert told["zana"].before == told["zana"].after
    assert (told["dara"].before, told["bahar"].after) == ("", "")
    assert key_changes(before, msgspec.structs.replace(before, version=9, shifts=())) == ()
    assert key_changes(None, after) == ()
