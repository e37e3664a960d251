"""A report in the column names and codes of GBVIMS and Primero's Iraqi configuration.

Used by who exports an opened case, in the browser: the table is served as JSON and filled in
there. What the two systems do not have stands in columns of our own (`sanad_…`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.language import LANGUAGES, TAGS
from bot.domain.report import SHARES


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name there, the field of the report it is filled from, and the codes.

    `codes` maps our values to theirs; a value without a code is left out, never guessed. Empty
    `codes` mean that the value goes over as it is. Several values are joined by "; ".
    """

    name: str
    field: str
    codes: Mapping[str, str]


SAME: Final[Mapping[str, str]] = {}
YES_NO: Final[Mapping[str, str]] = {"yes": "true", "no": "false"}
_CONSENTS: Final = {
    "security": "consent_to_share_info_by_security",
    "psychosocial": "consent_to_share_info_by_psychosocial",
    "health": "consent_to_share_info_by_health",
    "safehouse": "consent_to_share_info_by_safehouse",
    "legal": "consent_to_share_info_by_legal",
    "protection": "consent_to_share_info_by_protection",
    "livelihoods": "consent_to_share_info_by_livelihoods",
    "other": "consent_to_share_info_by_other",
}

COLUMNS: Final[tuple[Column, ...]] = (
    Column("date_of_first_report", "day", SAME),
    Column("language", "language", {tag: LANGUAGES[tag].primero for tag in TAGS}),
    Column(
        "service_referred_from",
        "reporter_role",
        {
            "self": "self_referral_first_point_of_contact",
            "child_self": "self_referral_first_point_of_contact",
            "witness": "community_or_camp_leader",
        },
    ),
    Column("sex", "sex", {"female": "female", "male": "male"}),
    Column(
        "disability_type",
        "disability",
        {
            "none": "no",
            "physical": "physical_disability",
            "mental": "mental_disability",
            "both": "both",
        },
    ),
    Column("displacement_status", "displacement", SAME),
    Column("harmful_traditional_practice", "htp", SAME),
    Column("goods_money_exchanged", "exchange", YES_NO),
    Column("abduction_status_time_of_incident", "abduction", SAME),
    Column(
        "elapsed_reporting_time",
        "when",
        {
            "today": "0_3_days",
            "3d": "0_3_days",
            "5d": "4_5_days",
            "2w": "6_14_days",
            "1m": "2_weeks_1_month",
            "older": "over_1_month",
        },
    ),
    Column("incident_location", "governorate", SAME),
    Column(
        "perpetrator_relationship",
        "relation",
        {
            "partner": "intimate_partner_former_partner",
            "caregiver": "primary_caregiver",
            "family": "family_other_than_spouse_or_caregiver",
            "employer": "supervisor_employer",
            "teacher": "teacher_school_official",
            "service_provider": "service_provider",
            "housemate": "cotenant_housemate",
            "neighbour_friend": "family_friend_neighbor",
            "stranger": "no_relation",
            "unknown": "unknown",
        },
    ),
    Column("gbv_previous_incidents", "repeat", YES_NO),
    Column("gbv_reported_elsewhere_organization_type", "told_elsewhere", SAME),
    Column(
        "service_type",
        "needs",
        {
            "safe_place": "safehouse_service",
            "health": "health_medical_service",
            "counselling": "psychosocial_service",
            "legal": "legal_assistance_service",
            "police": "police_other_service",
            "livelihood": "livelihoods_service",
            "child_protection": "child_protection_service",
        },
    ),
    Column("withhold_from_details", "withhold_from", SAME),
    Column("consent_for_services", "consent_services", YES_NO),
    Column("consent_reporting", "consent_reporting", YES_NO),
    *(Column(_CONSENTS[service], f"share_{service}", YES_NO) for service in SHARES),
    Column("sanad_age_band", "age_band", SAME),
    Column("sanad_topics", "topics", SAME),
    Column("sanad_place_type", "place_type", SAME),
    Column("sanad_relation", "relation", SAME),
    Column("sanad_needs", "needs", SAME),
    Column("sanad_signs", "signs", SAME),
    Column("sanad_danger_signs", "danger_signs", SAME),
)
"""In the order of the columns. The place is an ISO 3166-2:IQ code without its "IQ-".

The kind of place is ours alone: the Iraqi configuration's own ids for it are not what they say.
"""

NARRATIVE: Final = "incident_description"
"""Exported only where the caseworker ticks it: the person's own words."""


def primero_fields(report: Mapping[str, object]) -> dict[str, object]:
    """What goes to Primero of a report's values: its columns, lists where several values are."""
    found: dict[str, object] = {}
    for column in COLUMNS:
        values = _coded(column, report.get(column.field))
        if values:
            many = not isinstance(report.get(column.field), str)
            found[column.name] = list(values) if many else _typed(column, values[0])
    return found


def row(report: Mapping[str, object]) -> tuple[str, ...]:
    """The cells of one report, in the order of COLUMNS."""
    return tuple("; ".join(_coded(column, report.get(column.field))) for column in COLUMNS)


def _coded(column: Column, value: object) -> tuple[str, ...]:
    several = value if isinstance(value, (list, tuple)) else (value,)
    texts = [each for each in several if isinstance(each, str) and each]
    coded = (column.codes.get(text, "") if column.codes else text for text in texts)
    return tuple(dict.fromkeys(code for code in coded if code))


def _typed(column: Column, code: str) -> str | bool:
    return code == "true" if column.codes == YES_NO else code
