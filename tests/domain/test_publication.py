"""Published numbers: nobody is singled out, whatever is added up or subtracted."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.disclosure import LEAST, Sums, cover, is_small
from bot.domain.publication import BY_MONTH, REST, Sheet, periods, publish
from bot.domain.report import GOVERNORATES, from_answers
from bot.domain.tallies import LEVELS, MAIN_TOPICS, NOT_SAID, Tally, of_first_answer, of_report

AFTER = date(2027, 2, 1)
AGES = ("0_11", "12_17", "18_25", "26_40")
ENDLESS = 10**9


def skewed(dice: random.Random, values: tuple[str, ...]) -> str:
    return values[min(int(dice.expovariate(0.6)), len(values) - 1)]


def a_year(seed: int, size: int) -> list[Tally]:
    """The tallies of invented reports of 2026, by the very code that counts real ones."""
    dice = random.Random(seed)
    busy = dice.choice([(1,) * 12, (5, 5, 1, 1, 9, 1, 0, 1, 5, 5, 0, 3), (9, 0, 0) * 4])
    added: Counter[tuple[str, str, str, str]] = Counter()
    for _ in range(size):
        day = date(2026, dice.choices(range(1, 13), busy)[0], 1 + dice.randrange(28))
        answers = {
            "consent_reporting": "yes",
            "topics": [skewed(dice, MAIN_TOPICS)],
            "governorate": skewed(dice, (*GOVERNORATES, NOT_SAID)),
            "age_band": skewed(dice, AGES),
        }
        report = from_answers(answers, language="ar", channel="sim", day=day)
        level = min(int(dice.expovariate(0.7)), 3)
        tallies = [*of_report(report, level)]
        if dice.random() < 0.6:
            tallies.append(of_first_answer(day, level, dice.randrange(200)))
        for tally in tallies:
            added[tally.period, tally.name, tally.row, tally.col] += 1
    return [Tally(*place, count) for place, count in added.items()]


class Reader:
    """Somebody with all published sheets and a pencil: sums, differences and bounds.

    Written apart from what it tests: equations over unknowns, solved by elimination and narrowed
    by bounds until nothing moves.
    """

    def __init__(self) -> None:
        self.bounds: dict[tuple, list[int]] = {}
        self.truth: dict[tuple, int] = {}
        self.equations: list[tuple[frozenset[tuple], int]] = []

    def unknown(self, name: tuple, truth: int, low: int, high: int) -> None:
        self.bounds[name] = [low, high]
        self.truth[name] = truth

    def knows(self, unknowns: Iterable[tuple]) -> None:
        together = frozenset(unknowns)
        if together:
            self.equations.append((together, sum(self.truth[name] for name in together)))

    def narrow(self) -> None:
        moved = True
        while moved:
            moved = False
            for names, total in self.equations:
                low = sum(self.bounds[name][0] for name in names)
                high = sum(self.bounds[name][1] for name in names)
                for name in names:
                    mine = self.bounds[name]
                    least = max(mine[0], total - (high - mine[1]))
                    most = min(mine[1], total - (low - mine[0]))
                    if [least, most] != mine:
                        self.bounds[name] = [least, most]
                        low, high = low + least - mine[0], high + most - mine[1]
                        moved = True

    def determined(self) -> set[tuple]:
        """What elimination alone makes a number of."""
        names = sorted(self.bounds, key=repr)
        place = {name: index for index, name in enumerate(names)}
        rows = []
        for together, _ in self.equations:
            row = defaultdict(Fraction, {place[name]: Fraction(1) for name in together})
            for pivot, other in rows:
                if factor := row.get(pivot):
                    for column, value in other.items():
                        row[column] -= factor * value
            row = {column: value for column, value in row.items() if value}
            if not row:
                continue
            pivot = min(row)
            row = {column: value / row[pivot] for column, value in row.items()}
            rows = [(old, reduced(other, pivot, row)) for old, other in rows]
            rows.append((pivot, row))
        return {names[pivot] for pivot, row in rows if len(row) == 1}


def reduced(row: dict, pivot: int, by: dict) -> dict:
    factor = row.get(pivot)
    if not factor:
        return row
    new = defaultdict(Fraction, row)
    for column, value in by.items():
        new[column] -= factor * value
    return {column: value for column, value in new.items() if value}


def read_everything(tallies: list[Tally], sheets: tuple[Sheet, ...]) -> Reader:
    """What all sheets tell, and on top every true sum over a year, as if it were published."""
    true = defaultdict(Counter)
    for tally in tallies:
        true[tally.name, tally.period][tally.row, tally.col] += tally.count
    reader = Reader()
    for number, sheet in enumerate(sheets):
        cells = months_of(true, sheet)
        for place, count in cells.items():
            shown = sheet.cells.get(place)
            if shown is None:
                reader.unknown((number, *place), count, 0, ENDLESS)
            elif shown.mark:
                low, high = (1, 10) if shown.mark == "small" else (LEAST, ENDLESS)
                reader.unknown((number, *place), count, low, high)
            else:
                assert shown.count == count
        if sheet.name in BY_MONTH:
            reader.knows(name for name in reader.bounds if name[0] == number)
    years = [
        sheet for sheet in sheets if sheet.name in ("topic_governorate", "age_topic", "answer")
    ]
    link(reader, sheets, [sheet for sheet in years if not sheet.withheld])
    return reader


def months_of(true: dict, sheet: Sheet) -> Counter:
    added: Counter = Counter()
    for (name, period), cells in true.items():
        if name == sheet.name and sheet.first <= period <= sheet.last:
            added.update(cells)
    if not sheet.withheld and len(sheet.first) == 4:
        gathered: Counter = Counter()
        for (row, col), count in added.items():
            where = (
                row if row in sheet.rows else REST,
                col if col in sheet.cols else REST,
            )
            gathered[where] += count
        return gathered
    return added


def link(reader: Reader, sheets: tuple[Sheet, ...], years: list[Sheet]) -> None:
    """Sums a year's tables share with the months: of rows, of columns, known to the last one."""
    sides = {
        "topic_governorate": (("topic", 0), ("governorate", 1)),
        "age_topic": (("topic", 1),),
        "answer": (("urgency", 0),),
    }
    for year in years:
        for name, side in sides[year.name]:
            values = year.rows if side == 0 else year.cols
            number = sheets.index(year)
            for value in values:
                reader.knows(
                    place
                    for place in reader.bounds
                    if place[0] == number and place[1 + side] == value
                )
                alone = value != REST
                reader.knows(
                    place
                    for place in reader.bounds
                    if sheets[place[0]].name == name
                    and (place[1] == value if alone else place[1] not in values)
                )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.sampled_from([12, 40, 90, 160, 300, 700, 1500]))
def test_no_hidden_count_can_be_computed_or_narrowed(seed: int, size: int) -> None:
    """With every sheet, every sum and difference at hand, a small count is still 1 to 10."""
    tallies = a_year(seed, size)
    sheets = publish(tallies, AFTER)
    reader = read_everything(tallies, sheets)
    small = {name for name, value in reader.truth.items() if is_small(value)}
    assert not small & reader.determined()
    reader.narrow()
    for name in small:
        low, high = reader.bounds[name]
        assert low <= 1, (sheets[name[0]], name, reader.bounds[name])
        assert high >= 10, (sheets[name[0]], name, reader.bounds[name])
    for names, total in reader.equations:
        assert not is_small(total) or any(
            reader.bounds[name][1] >= ENDLESS // 2 for name in names
        ), "a difference of two published sums is a small count"


@given(seed=st.integers(0, 10**9), size=st.sampled_from([12, 90, 700]))
@settings(max_examples=30, deadline=None)
def test_nothing_below_eleven_is_shown(seed: int, size: int) -> None:
    """Every count and every total on a sheet is nobody, or at least eleven."""
    for sheet in publish(a_year(seed, size), AFTER):
        assert not is_small(sheet.total or 0)
        for shown in sheet.cells.values():
            assert shown.count is None or not is_small(shown.count)
            assert (shown.count is None) == bool(shown.mark)


@given(seed=st.integers(0, 10**9), month=st.integers(2, 12))
@settings(max_examples=30, deadline=None)
def test_what_was_published_stays_as_it_was(seed: int, month: int) -> None:
    """A sheet published in one month is the same in every later month: nothing to subtract."""
    tallies = a_year(seed, 300)
    early = publish(tallies, date(2026, month, 2))
    assert set(map(repr, early)) <= set(map(repr, publish(tallies, AFTER)))


def test_this_month_is_never_published() -> None:
    """Only what is over is shown, so two looks within a month cannot be compared."""
    tallies = a_year(7, 700)
    for sheet in publish(tallies, date(2026, 5, 31)):
        assert sheet.last < "2026-05"


def test_a_quiet_month_waits_for_its_quarter() -> None:
    """Fewer than eleven reports are shown only together with those of other months."""
    assert periods([30, 4, 9, 20, 0, 12, 3]) == ((0, 0), (1, 2), (3, 3), (5, 5))
    assert periods([3, 2, 1, 20, 1, 1]) == ((0, 5),)


def test_complementary_hiding_is_needed_and_found() -> None:
    """One small count beside a known sum takes another with it, roomy enough to give way."""
    cells = {("a", ""): 3, ("b", ""): 40, ("c", ""): 12}
    assert cover(cells, Sums(rows=False, cols=True)) == {("a", ""), ("b", "")}
    assert cover({("a", ""): 2, ("b", ""): 10}, Sums(rows=False, cols=True)) is None


def test_only_with_consent() -> None:
    """A report without consent to be counted adds nothing at all."""
    told = {"topics": ["dv"], "governorate": "BG", "consent_reporting": "no"}
    for answers in (told, {"topics": ["dv"]}):
        report = from_answers(answers, language="ar", channel="sim", day=date(2026, 5, 5))
        assert of_report(report, 0) == ()


def test_rare_places_stand_together() -> None:
    """A governorate with fewer than eleven reports in a year has no row or column of its own."""
    tallies = a_year(3, 1500)
    places: Counter[str] = Counter()
    for tally in tallies:
        if tally.name == "topic_governorate":
            places[tally.col] += tally.count
    year = next(s for s in publish(tallies, AFTER) if s.name == "topic_governorate")
    assert REST in year.cols
    for place in year.cols:
        assert place == REST or places[place] >= LEAST


def test_levels_of_the_domain() -> None:
    """The table has a row for each of the four levels and no other."""
    assert LEVELS == ("T0", "T1", "T2", "T3")


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), size=st.sampled_from([40, 90, 160, 300]))
def test_no_sum_or_difference_of_a_year_is_small(seed: int, size: int) -> None:
    """A year's rows, columns and what it has more than its months are nobody or eleven and more."""
    tallies = a_year(seed, size)
    sheets = publish(tallies, AFTER)
    true = defaultdict(Counter)
    for tally in tallies:
        true[tally.name, tally.period][tally.row, tally.col] += tally.count
    months = sum(sheet.total or 0 for sheet in sheets if sheet.name == "urgency")
    for sheet in sheets:
        if sheet.name not in ("topic_governorate", "age_topic") or sheet.withheld:
            continue
        cells = months_of(true, sheet)
        assert not is_small(sum(cells.values()) - months)
        for side, values in ((0, sheet.rows), (1, sheet.cols)):
            if sheet.name == "age_topic" and side == 0:
                continue  # no other table shares this sum
            for value in values:
                assert not is_small(
                    sum(count for place, count in cells.items() if place[side] == value)
                )
