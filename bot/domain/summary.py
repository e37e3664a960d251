"""An opened report as the lines a caseworker reads: answers, reasons and signs, never a score.

Labels are English and msgids; free text comes last, so that a glance does not show it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.domain.report import MEANS, PREFER_NOT, PURPOSES, SHARES, TEXTS, Report
from bot.domain.urgency import Reason, Urgency

Kind = Literal["heading", "answer", "reason", "sign", "caution", "text"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `label` and each of `values` are msgids, but for `text`, which a person wrote."""

    kind: Kind
    label: str
    values: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The values as one English text."""
        return ", ".join(self.values)


LEVEL_NAMES: Final = ("T0 now", "T1 high", "T2 medium", "T3 low")

REASON_LABELS: Final[Mapping[Reason, str]] = {
    Reason.DANGER_NOW: "Says there is danger now",
    Reason.SELF_HARM_NOW: "Thinks of killing themself now",
    Reason.CHILD_IN_DANGER: "A child may be in danger now",
    Reason.ASKED_AT_ONCE: "Asked for a caseworker at once",
    Reason.DANGER_SIGNS: "Answered yes to a danger question",
    Reason.STRANGULATION: "Was choked: a doctor should see this even without marks",
    Reason.RECENT_SEXUAL_VIOLENCE: "Sexual violence within five days: medical care is urgent",
    Reason.UNDER_18: "Under 18, or about a child",
    Reason.LOCKED_IN: "Cannot leave",
    Reason.PAPERS_AND_THREATS: "Papers taken, with threats or injury",
    Reason.ORGAN_OPERATION: "An organ operation is arranged or pressed for",
    Reason.HONOUR_THREAT: "Threat in the name of honour",
    Reason.MARRIAGE_SOON: "Forced marriage within days",
    Reason.SUICIDAL_THOUGHTS: "Has had thoughts of suicide",
    Reason.ASKED_SOON: "Asked for a caseworker soon",
    Reason.ONGOING_VIOLENCE: "Violence that goes on or is recent",
    Reason.FORCED_WORK: "Signs of forced labour or begging",
    Reason.SEXUAL_EXPLOITATION: "Signs of sexual exploitation",
    Reason.SEXTORTION: "Abuse or threats online",
    Reason.UNCLEAR_DANGER: "Is not sure whether there is danger",
    Reason.NOTHING_PRESSING: "No rule for a higher level fits",
}

FIELD_LABELS: Final[Mapping[str, str]] = {
    "danger_now": "Danger now",
    "self_harm": "Self-harm",
    "danger_signs": "Danger questions answered yes",
    "reporter_role": "Who writes",
    "age_band": "Age",
    "sex": "Sex",
    "topics": "About",
    "when": "When",
    "repeat": "Happened before",
    "governorate": "Governorate",
    "district": "District",
    "place_type": "Kind of place",
    "relation": "The other person is",
    "htp": "Harmful practices",
    "marriage_soon": "Marriage within 14 days",
    "exchange": "Goods or money exchanged",
    "abduction": "Abduction",
    "organ_arranged": "Organ operation arranged",
    "needs": "Needs",
    "told_elsewhere": "Already told",
    "disability": "Disability",
    "displacement": "Displacement",
    "trusted_adult": "A grown-up who makes them feel safe",
    "alert": "Asked for a caseworker without a form",
    "pref_language": "Wishes to be answered in",
    "pref_gender": "Wishes a caseworker who is",
    "withhold_from": "Must not be told",
}
"""In the order they are read; every field of the model but consents, signs and free text."""

TEXT_LABELS: Final[Mapping[str, str]] = {
    "pref_not_area": "Nobody from this area",
    "narrative": "In their own words",
}
SHARE_LABELS: Final[Mapping[str, str]] = {
    "security": "Police and security",
    "psychosocial": "Counselling",
    "health": "Health",
    "safehouse": "Safe house",
    "legal": "Legal help",
    "protection": "Protection",
    "livelihoods": "Work and money",
    "other": "Others",
}
VALUE_LABELS: Final[Mapping[str, str]] = {
    "dv": "Violence at home",
    "idp": "Displaced inside the country",
    "3d": "Within 3 days",
    "5d": "Within 5 days",
    "2w": "Within 2 weeks",
    "1m": "Within a month",
    "older": "Longer ago",
    "0_11": "0 to 11",
    "12_17": "12 to 17",
    "18_25": "18 to 25",
    "26_40": "26 to 40",
    "41_60": "41 to 60",
    "61_plus": "61 or older",
    "t0": "At once",
    "t1": "Soon",
    "now": "Now",
    "worse": "Worse or more often lately",
    "weapon": "Weapon, or threat to kill",
    "choking": "Choking",
    "forced": "Forced sex, or beaten while pregnant",
    "kill": "Thinks the person could kill them",
    "thoughts": "Thoughts, not now",
    "fgm": "Female genital mutilation",
    PREFER_NOT: "Prefers not to say",
    "ar": "Arabic",
    "ckb": "Sorani",
    "kmr": "Badini",
    "en": "English",
    "AN": "Anbar", "BA": "Basra", "MU": "Muthanna", "NA": "Najaf", "QA": "Qadisiyah",
    "SU": "Sulaymaniyah", "BB": "Babil", "BG": "Baghdad", "DA": "Duhok", "DI": "Diyala",
    "AR": "Erbil", "KA": "Karbala", "KI": "Kirkuk", "MA": "Maysan", "NI": "Nineveh",
    "SD": "Salah al-Din", "DQ": "Dhi Qar", "WA": "Wasit", "HA": "Halabja",
}  # fmt: skip
"""Values whose words are not simply their own letters."""

SIGNS_CAUTION: Final = "These are signs, not a finding: only a judge identifies a victim"
SECOND_HAND: Final = "Second hand: written by somebody else than the person concerned"


def summarise(report: Report, urgency: Urgency) -> tuple[Line, ...]:
    """Every line of a report, in reading order."""
    return tuple(_lines(report, urgency))


def word(value: str) -> str:
    """A value of the model in English words; the msgid of its translation."""
    return VALUE_LABELS.get(value) or value.replace("_", " ").capitalize()


def headline(report: Report) -> tuple[Line, ...]:
    """What may be seen before a case is claimed: place, whether a child, needs; nothing else."""
    lines = [Line("caution", "Under 18")] if report.under_18 else []
    lines += [
        Line("answer", FIELD_LABELS[name], values)
        for name in ("governorate", "needs")
        if (values := _shown(report, name))
    ]
    return tuple(lines)


def _lines(report: Report, urgency: Urgency) -> Iterator[Line]:
    yield Line("heading", "Urgency", (LEVEL_NAMES[urgency.level],))
    yield from (Line("reason", REASON_LABELS[reason]) for reason in urgency.reasons)
    yield from _cautions(report)
    yield Line("heading", "Report", (report.day.isoformat(),))
    yield Line("answer", "Language", (word(report.language),))
    for name, label in FIELD_LABELS.items():
        if values := _shown(report, name):
            yield Line("text" if name in TEXTS else "answer", label, values)
    yield from _signs(report)
    yield from _consents(report)
    for name, label in TEXT_LABELS.items():
        if text := report.one(name):
            yield Line("text", label, (text,))


def _cautions(report: Report) -> Iterator[Line]:
    if report.one("reporter_role") in {"witness", "family", "professional"}:
        yield Line("caution", SECOND_HAND)
    if report.one("relation") == "official_or_security":
        yield Line("caution", "An official is involved: no referral to police or security")
    if report.under_18:
        yield Line("caution", "About a child: for a caseworker trained to work with children")


def _shown(report: Report, name: str) -> tuple[str, ...]:
    if one := report.one(name):
        return (one if name in TEXTS else word(one),)
    return tuple(map(word, report.many(name)))


def _signs(report: Report) -> Iterator[Line]:
    told = report.many("signs")
    if not told:
        return
    yield Line("heading", "Signs")
    yield Line("caution", SIGNS_CAUTION)
    yield from (Line("sign", word(sign)) for sign in MEANS + PURPOSES if sign in told)


def _consents(report: Report) -> Iterator[Line]:
    yield Line("heading", "Consents")
    yield Line("answer", "Services", (word(report.one("consent_services") or "no"),))
    yield Line("answer", "Statistics", (word(report.one("consent_reporting") or "no"),))
    for service in SHARES:
        answer = report.one(f"share_{service}") or "no"
        yield Line("answer", f"Share: {SHARE_LABELS[service]}", (word(answer),))
