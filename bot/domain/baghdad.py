"""Time as the organisation lives it: Asia/Baghdad, which has been UTC+3 all year since 2008.

A fixed offset instead of a time zone database: a machine without tzdata gives the same answer.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Literal, get_args

Weekday = Literal["sat", "sun", "mon", "tue", "wed", "thu", "fri"]
WEEK: Final[tuple[Weekday, ...]] = get_args(Weekday)
"""The week begins on Saturday; the weekend is Friday and Saturday."""
WEEKEND: Final[frozenset[Weekday]] = frozenset({"fri", "sat"})

BAGHDAD: Final = timezone(timedelta(hours=3), "+03")
HOUR: Final = 3_600
DAY: Final = 86_400
MINUTES_A_DAY: Final = 1_440


def local(now: int) -> datetime:
    """The moment `now` (seconds since 1970 UTC) on a clock in Baghdad."""
    return datetime.fromtimestamp(now, UTC).astimezone(BAGHDAD)


def day_of(now: int) -> date:
    """The date in Baghdad."""
    return local(now).date()


def weekday_of(day: date) -> Weekday:
    """The day of the week by its short name."""
    return WEEK[(day.weekday() - 5) % 7]


def midnight(day: date) -> int:
    """The moment a day begins in Baghdad, in seconds since 1970 UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=BAGHDAD).timestamp())


def hour_of(now: int) -> int:
    """Whole hours since 1970: as fine as a time beside a case ever gets."""
    return now // HOUR
