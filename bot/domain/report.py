"""A report: the closed list of what may be said in one, and how it is built from a draft.

Not in the model, on purpose: name, phone, username, chat id, position, photo, religion, ethnicity,
tribe, nationality, identity papers, exact age, name of a perpetrator, "credibility".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, get_args

from bot.domain.language import TAGS, Tag
from bot.domain.scrub import scrub, tidy
from bot.errors import OpenError

SCHEMA: Final = "report/1"

Channel = Literal["telegram", "whatsapp", "sim"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)

TOPICS: Final = (
    "danger_now", "self_harm", "dv", "sexual_violence", "trafficking_sexual", "trafficking_labour",
    "trafficking_organ", "trafficking_begging", "online_abuse", "child", "disability", "witness",
    "services", "police_question", "other",
)  # fmt: skip
GOVERNORATES: Final = (
    "AN", "BA", "MU", "NA", "QA", "SU", "BB", "BG", "DA", "DI", "AR", "KA", "KI", "MA", "NI", "SD",
    "DQ", "WA", "HA",
)  # fmt: skip
MEANS: Final = (
    "cannot_leave", "papers_taken", "not_paid", "debt", "tricked", "threats", "threat_police",
    "hurt", "forced_sex", "humiliated_isolated", "no_rest", "no_food_or_needs", "no_doctor",
    "drugged", "money_control", "child_used",
)  # fmt: skip
"""Signs of how somebody is held."""
PURPOSES: Final = (
    "beg_quota", "domestic", "agriculture", "construction", "hospitality", "manufacturing",
    "peddling", "illicit_activities", "sex_sold", "images", "organ_pressure", "marriage",
    "conscript",
)  # fmt: skip
"""Signs of what somebody is held for."""
SHARES: Final = (
    "security", "psychosocial", "health", "safehouse", "legal", "protection", "livelihoods",
    "other",
)  # fmt: skip
"""The eight kinds of organisation a report may be shared with, each consented to on its own."""
YES_NO: Final = ("yes", "no")
PREFER_NOT: Final = "prefer_not"

REQUIRED_ONE: Final[Mapping[str, tuple[str, ...]]] = {
    "reporter_role": ("self", "witness", "family", "professional", "child_self"),
    "danger_now": ("yes", "no", "unsure"),
    "consent_services": YES_NO,
    "consent_reporting": YES_NO,
    **{f"share_{service}": YES_NO for service in SHARES},
}
OPTIONAL_ONE: Final[Mapping[str, tuple[str, ...]]] = {
    "age_band": ("0_11", "12_17", "18_25", "26_40", "41_60", "61_plus", "unknown"),
    "sex": ("female", "male", "other"),
    "disability": ("none", "physical", "mental", "both", "sensory"),
    "displacement": (
        "resident", "idp", "refugee", "returnee", "asylum_seeker", "foreign_national",
        "stateless_person",
    ),
    "exchange": YES_NO,
    "abduction": ("none", "forced_conscription", "trafficked", "other_abduction_kidnapping"),
    "when": ("today", "3d", "5d", "2w", "1m", "older", "ongoing", "unknown"),
    "governorate": GOVERNORATES,
    "place_type": (
        "home", "perpetrator_home", "workplace", "school", "street", "checkpoint",
        "camp_registration", "health", "police_prison", "online", "other",
    ),
    "relation": (
        "partner", "caregiver", "family", "employer", "teacher", "service_provider", "housemate",
        "neighbour_friend", "official_or_security", "broker_recruiter", "stranger",
        "online_unknown", "unknown",
    ),
    "repeat": YES_NO,
    "pref_gender": ("female", "male", "any"),
    "pref_language": TAGS,
    # Asked only where a guidance flow opened it; most move the urgency (bot.domain.urgency).
    "self_harm": ("now", "thoughts"),
    "marriage_soon": YES_NO,
    "organ_arranged": YES_NO,
    "trusted_adult": ("yes", "no", "unsure"),
    "alert": ("t0", "t1"),
}  # fmt: skip
MANY: Final[Mapping[str, tuple[str, ...]]] = {
    "topics": TOPICS,
    "htp": (
        "fgm", "exchange_marriage", "marriage_debt_or_dispute", "marriage_to_perpetrator",
        "honour_threat", "inheritance_denied", "child_marriage", "none",
    ),
    "told_elsewhere": (
        "no", "health", "psychosocial", "police", "legal", "livelihood", "safe_house", "other",
    ),
    "signs": MEANS + PURPOSES,
    "danger_signs": ("worse", "weapon", "choking", "forced", "kill"),
    "needs": (
        "safe_place", "health", "counselling", "legal", "police", "livelihood", "child_protection",
        "food_items", "documents", "repatriation", "disability_support", "just_talk",
    ),
    "withhold_from": ("family", "community", "government", "agencies"),
}  # fmt: skip
TEXTS: Final[Mapping[str, int]] = {"narrative": 1_000, "pref_not_area": 40, "district": 40}
"""Free text and how many characters of it are kept, scrubbed of numbers and addresses."""
NO_BY_DEFAULT: Final = ("consent_reporting", *(f"share_{service}" for service in SHARES))
ONE_BY_ONE: Final[Mapping[str, str]] = {"signs": "sign_", "danger_signs": "dv_"}
"""Questions asked one at a time: an answer `sign_debt: yes` counts as `signs: [debt]`."""
CONTINUED: Final[Mapping[str, str]] = {"needs": "needs_more"}
"""Questions too long for one list, asked in two parts."""

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What one person wished to tell; `values` holds only names and values of this module.

    `day` is a date in Baghdad and nothing finer. Missing means: not asked, or skipped.
    """

    language: Tag
    channel: Channel
    day: date
    values: Mapping[str, Value] = field(repr=False)

    def one(self, name: str) -> str:
        """The answer to a single-choice or text field, "" without one."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def many(self, name: str) -> tuple[str, ...]:
        """The answers to a many-choice field, in the model's order."""
        value = self.values.get(name, ())
        return () if isinstance(value, str) else value

    @property
    def under_18(self) -> bool:
        """Whether anything says that the report is about a child."""
        return (
            self.one("age_band") in {"0_11", "12_17"}
            or self.one("reporter_role") == "child_self"
            or "child" in self.many("topics")
            or "child_marriage" in self.many("htp")
            or "child_used" in self.many("signs")
        )

    def to_dict(self) -> dict[str, Any]:
        """The report as it is sealed: plain JSON values, versioned."""
        answers = {
            name: value if isinstance(value, str) else list(value)
            for name, value in self.values.items()
        }
        return {
            "schema": SCHEMA,
            "language": self.language,
            "channel": self.channel,
            "day": self.day.isoformat(),
            **answers,
        }


def from_answers(
    answers: Mapping[str, object], *, language: Tag, channel: str, day: date
) -> Report:
    """The report a draft amounts to; what the model does not know is left out.

    A channel that is neither Telegram nor WhatsApp (preview, terminal, tests) counts as `sim`.
    """
    known: Channel = channel if channel in CHANNELS else "sim"
    return Report(language=language, channel=known, day=day, values=_values(answers))


def from_dict(data: Mapping[str, Any]) -> Report:
    """Read back what `to_dict` wrote; OpenError when it is of another version or shape."""
    if data.get("schema") != SCHEMA:
        raise OpenError(
            f"this report is not written as {SCHEMA}; open it with a newer version of the program"
        )
    try:
        day = date.fromisoformat(data["day"])
        language, channel = data["language"], data["channel"]
    except (KeyError, TypeError, ValueError) as error:
        raise OpenError("this report lacks its day, language or channel") from error
    if language not in TAGS or channel not in CHANNELS:
        raise OpenError("this report names a language or channel this version does not know")
    return from_answers(data, language=language, channel=channel, day=day)


def _values(answers: Mapping[str, object]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, allowed in REQUIRED_ONE.items():
        if (value := answers.get(name)) in allowed:
            values[name] = str(value)
    for name, allowed in OPTIONAL_ONE.items():
        if (value := answers.get(name)) in (*allowed, PREFER_NOT):
            values[name] = str(value)
    for name, allowed in MANY.items():
        if chosen := _chosen(answers, name, allowed):
            values[name] = chosen
    for name, limit in TEXTS.items():
        if text := clean_text(answers.get(name), limit):
            values[name] = text
    # The topic last read about counts only where none was named: reading is not reporting.
    values.setdefault("topics", _chosen({"topics": answers.get("topic")}, "topics", TOPICS))
    values["topics"] = values["topics"] or ("other",)
    for name in NO_BY_DEFAULT:
        values.setdefault(name, "no")
    if values.get("relation") == "official_or_security":
        # The person was told that it stays at no, also when the relation was amended later.
        values["share_security"] = "no"
    return values


def _chosen(answers: Mapping[str, object], name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    named: set[object] = set(_several(answers.get(name)))
    if more := CONTINUED.get(name):
        named |= set(_several(answers.get(more)))
    if prefix := ONE_BY_ONE.get(name):
        named |= {value for value in allowed if answers.get(prefix + value) == "yes"}
    return tuple(value for value in allowed if value in named)


def _several(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(part for part in value if isinstance(part, str))
    return ()


def clean_text(value: object, limit: int) -> str:
    """Free text as it may be sealed: tidy, scrubbed, cut to `limit` characters; "" for no text."""
    if not isinstance(value, str):
        return ""
    return scrub(tidy(value, limit))[:limit].strip()
