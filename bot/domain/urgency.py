"""How soon somebody must answer: fixed rules over a report, each with its reason, no score.

| level | meaning | answered within |
| --- | --- | --- |
| T0 | danger now | acknowledged in 15 minutes |
| T1 | high | 24 hours |
| T2 | medium | 72 hours |
| T3 | low | 7 days |

Where an answer is missing or doubtful, the rules lean to the higher level. A person may raise a
level at any time; lowering T0 or T1 needs a second person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.report import Report

T0, T1, T2, T3 = range(4)
LEVELS: Final = (T0, T1, T2, T3)


class Reason(StrEnum):
    """Why a report has its level: a closed list, translated where it is shown."""

    DANGER_NOW = "danger_now"
    SELF_HARM_NOW = "self_harm_now"
    CHILD_IN_DANGER = "child_in_danger"
    ASKED_AT_ONCE = "asked_at_once"
    DANGER_SIGNS = "danger_signs"
    STRANGULATION = "strangulation"
    RECENT_SEXUAL_VIOLENCE = "recent_sexual_violence"
    UNDER_18 = "under_18"
    LOCKED_IN = "locked_in"
    PAPERS_AND_THREATS = "papers_and_threats"
    ORGAN_OPERATION = "organ_operation"
    HONOUR_THREAT = "honour_threat"
    MARRIAGE_SOON = "marriage_soon"
    SUICIDAL_THOUGHTS = "suicidal_thoughts"
    ASKED_SOON = "asked_soon"
    ONGOING_VIOLENCE = "ongoing_violence"
    FORCED_WORK = "forced_work"
    SEXUAL_EXPLOITATION = "sexual_exploitation"
    SEXTORTION = "sextortion"
    UNCLEAR_DANGER = "unclear_danger"
    NOTHING_PRESSING = "nothing_pressing"


@dataclass(frozen=True, slots=True)
class Urgency:
    """The level (0 to 3) and every reason that held, the deciding one first."""

    level: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: a level, the reason shown for it, and when it holds."""

    level: int
    reason: Reason
    holds: Callable[[Report], bool]


WITHIN_5_DAYS: Final = frozenset({"today", "3d", "5d", "ongoing"})
WITHIN_14_DAYS: Final = WITHIN_5_DAYS | {"2w"}
SEXUAL_TOPICS: Final = frozenset({"sexual_violence", "trafficking_sexual"})
VIOLENT_TOPICS: Final = SEXUAL_TOPICS | {"dv", "child"}
FORCED_MARRIAGES: Final = frozenset(
    {"child_marriage", "exchange_marriage", "marriage_to_perpetrator", "marriage_debt_or_dispute"}
)


def judge(report: Report) -> Urgency:
    """The first rule that fits decides the level; the same report always gets the same answer."""
    fitting = [rule for rule in RULES if rule.holds(report)]
    if not fitting:
        return Urgency(T3, (Reason.NOTHING_PRESSING,))
    return Urgency(fitting[0].level, tuple(rule.reason for rule in fitting))


def _danger_now(report: Report) -> bool:
    answer = report.one("danger_now")
    # Choosing "danger" in the menu counts unless the question itself was answered otherwise.
    return answer == "yes" or (not answer and "danger_now" in report.many("topics"))


def _self_harm_now(report: Report) -> bool:
    return report.one("self_harm") == "now"


def _child_in_danger(report: Report) -> bool:
    return report.under_18 and report.one("danger_now") in {"yes", "unsure"}


def _asked_at_once(report: Report) -> bool:
    return report.one("alert") == "t0"


def _danger_signs(report: Report) -> bool:
    return bool(report.many("danger_signs"))


def _strangulation(report: Report) -> bool:
    return "choking" in report.many("danger_signs")


def _recent_sexual_violence(report: Report) -> bool:
    told = SEXUAL_TOPICS & set(report.many("topics")) or "forced_sex" in report.many("signs")
    return bool(told) and report.one("when") in WITHIN_5_DAYS


def _under_18(report: Report) -> bool:
    return report.under_18


def _locked_in(report: Report) -> bool:
    return "cannot_leave" in report.many("signs")


def _papers_and_threats(report: Report) -> bool:
    signs = set(report.many("signs"))
    return "papers_taken" in signs and bool(signs & {"threats", "threat_police", "hurt"})


def _organ_operation(report: Report) -> bool:
    if report.one("organ_arranged") == "yes" or "organ_pressure" in report.many("signs"):
        return True
    return "trafficking_organ" in report.many("topics") and report.one("when") in WITHIN_14_DAYS


def _honour_threat(report: Report) -> bool:
    return "honour_threat" in report.many("htp")


def _marriage_soon(report: Report) -> bool:
    if report.one("marriage_soon") == "yes":
        return True
    forced = FORCED_MARRIAGES & set(report.many("htp")) or "marriage" in report.many("signs")
    return bool(forced) and report.one("when") in WITHIN_14_DAYS


def _suicidal_thoughts(report: Report) -> bool:
    return report.one("self_harm") in {"now", "thoughts"} or "self_harm" in report.many("topics")


def _asked_soon(report: Report) -> bool:
    return report.one("alert") == "t1"


def _ongoing_violence(report: Report) -> bool:
    violent = VIOLENT_TOPICS & set(report.many("topics")) or "hurt" in report.many("signs")
    lasting = report.one("when") in WITHIN_14_DAYS or report.one("repeat") == "yes"
    return bool(violent) and lasting


def _forced_work(report: Report) -> bool:
    return bool({"trafficking_labour", "trafficking_begging"} & set(report.many("topics")))


def _sexual_exploitation(report: Report) -> bool:
    return "trafficking_sexual" in report.many("topics") or "sex_sold" in report.many("signs")


def _sextortion(report: Report) -> bool:
    return "online_abuse" in report.many("topics") or "images" in report.many("signs")


def _unclear_danger(report: Report) -> bool:
    return report.one("danger_now") == "unsure"


RULES: Final = (
    Rule(T0, Reason.DANGER_NOW, _danger_now),
    Rule(T0, Reason.SELF_HARM_NOW, _self_harm_now),
    Rule(T0, Reason.CHILD_IN_DANGER, _child_in_danger),
    Rule(T0, Reason.ASKED_AT_ONCE, _asked_at_once),
    Rule(T1, Reason.STRANGULATION, _strangulation),
    Rule(T1, Reason.DANGER_SIGNS, _danger_signs),
    Rule(T1, Reason.RECENT_SEXUAL_VIOLENCE, _recent_sexual_violence),
    Rule(T1, Reason.UNDER_18, _under_18),
    Rule(T1, Reason.LOCKED_IN, _locked_in),
    Rule(T1, Reason.PAPERS_AND_THREATS, _papers_and_threats),
    Rule(T1, Reason.ORGAN_OPERATION, _organ_operation),
    Rule(T1, Reason.HONOUR_THREAT, _honour_threat),
    Rule(T1, Reason.MARRIAGE_SOON, _marriage_soon),
    Rule(T1, Reason.SUICIDAL_THOUGHTS, _suicidal_thoughts),
    Rule(T1, Reason.ASKED_SOON, _asked_soon),
    Rule(T2, Reason.ONGOING_VIOLENCE, _ongoing_violence),
    Rule(T2, Reason.FORCED_WORK, _forced_work),
    Rule(T2, Reason.SEXUAL_EXPLOITATION, _sexual_exploitation),
    Rule(T2, Reason.SEXTORTION, _sextortion),
    Rule(T2, Reason.UNCLEAR_DANGER, _unclear_danger),
)
"""Read from top to bottom: the first that holds gives the level."""
