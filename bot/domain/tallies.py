"""Which counts are kept for joint statistics, and what one report or act adds to them.

Only reports whose `consent_reporting` is yes are counted, at the moment they come, and never from
rows: a count cannot be taken back to a case. Every table has at most two dimensions, time included;
where a report names several topics it counts once, under the first of MAIN_TOPICS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from bot.domain.report import GOVERNORATES, MANY, OPTIONAL_ONE, SHARES, Report

Table = Literal[
    "urgency", "topic", "governorate", "need", "returns",
    "topic_governorate", "age_topic", "outcome", "answer",
]  # fmt: skip
TABLES: Final[tuple[Table, ...]] = get_args(Table)
MONTHLY: Final[frozenset[Table]] = frozenset({"urgency", "topic", "governorate", "need", "returns"})
"""Counted by month; the others, which have two dimensions of their own, by year."""

NOT_SAID: Final = "not_said"
MAIN_TOPICS: Final = (
    "child", "sexual_violence", "trafficking_sexual", "trafficking_labour", "trafficking_organ",
    "trafficking_begging", "dv", "online_abuse", "self_harm", "disability", "witness",
    "danger_now", "police_question", "services", "other",
)  # fmt: skip
"""What a report with several topics is counted under: the first that it names."""
LEVELS: Final = ("T0", "T1", "T2", "T3")
OUTCOMES: Final = (
    "referred", "service_provided_by_your_agency",
    "services_already_received_from_another_agency", "service_not_applicable",
    "referral_declined_by_survivor", "service_unavailable",
)  # fmt: skip
"""How a referral ended, by the Iraqi case-management list; the last is an unmet need."""
ANSWERED: Final[Mapping[str, int]] = {"1h": 1, "4h": 4, "24h": 24, "72h": 72, "7d": 168}
"""Buckets of the time to a first answer, in whole hours; what is longer counts as `later`."""
LATER: Final = "later"

VALUES: Final[Mapping[Table, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "urgency": (LEVELS, ("",)),
    "topic": (MAIN_TOPICS, ("",)),
    "governorate": ((*GOVERNORATES, NOT_SAID), ("",)),
    "need": (MANY["needs"], ("",)),
    "returns": (("returns",), ("",)),
    "topic_governorate": (MAIN_TOPICS, (*GOVERNORATES, NOT_SAID)),
    "age_topic": ((*OPTIONAL_ONE["age_band"], NOT_SAID), MAIN_TOPICS),
    "outcome": (SHARES, OUTCOMES),
    "answer": (LEVELS, (*ANSWERED, LATER)),
}
"""The rows and columns a table may have: nothing else can be counted."""


@dataclass(frozen=True, slots=True)
class Tally:
    """More in one cell: in a period ("2026-11" or "2026") of a table, closed words."""

    period: str
    name: str
    row: str
    col: str = ""
    count: int = 1


def of_report(report: Report, urgency: int) -> tuple[Tally, ...]:
    """What a report adds; nothing unless the person agreed to be counted."""
    if report.one("consent_reporting") != "yes":
        return ()
    topic, place, age = main_topic(report), _said(report, "governorate"), _said(report, "age_band")
    return (
        _tally("urgency", report.day, LEVELS[urgency]),
        _tally("topic", report.day, topic),
        _tally("governorate", report.day, place),
        *(_tally("need", report.day, need) for need in report.many("needs")),
        _tally("topic_governorate", report.day, topic, place),
        _tally("age_topic", report.day, age, topic),
    )


def of_return(day: date) -> Tally:
    """Somebody came back with a code: which case, and whose, is not counted."""
    return _tally("returns", day, "returns")


def of_outcome(day: date, service: str, outcome: str) -> Tally:
    """How a referral for a kind of service ended; ValueError outside the lists."""
    if service not in SHARES or outcome not in OUTCOMES:
        raise ValueError("no such service or outcome is counted")
    return _tally("outcome", day, service, outcome)


def of_first_answer(day: date, urgency: int, hours: int) -> Tally:
    """How long a person waited for the first answer, in whole hours."""
    fitting = (name for name, limit in ANSWERED.items() if hours <= limit)
    return _tally("answer", day, LEVELS[urgency], next(fitting, LATER))


def main_topic(report: Report) -> str:
    """The one topic a report is counted under."""
    named = report.many("topics")
    return next((topic for topic in MAIN_TOPICS if topic in named), "other")


def period_of(name: Table, day: date) -> str:
    """The period in which a day counts for this table."""
    return day.isoformat()[: 7 if name in MONTHLY else 4]


def _said(report: Report, name: str) -> str:
    value = report.one(name)
    return value if value in OPTIONAL_ONE[name] else NOT_SAID


def _tally(name: Table, day: date, row: str, col: str = "") -> Tally:
    return Tally(period_of(name, day), name, row, col)
