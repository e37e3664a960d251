"""The columns of the directory's files: HSDS 3.0 names, then ours."""

from typing import Final

ABOUT: Final = 900
"""Most characters of one text: a card has to fit WhatsApp's 1,024 with two others' beginnings."""


def in_four(name: str) -> tuple[str, ...]:
    """The columns of a text in English, Arabic, Sorani and Badini."""
    return (name, f"{name}_ar", f"{name}_ckb", f"{name}_kmr")


ORGANISATION_COLUMNS: Final = ("id", *in_four("name"), *in_four("description"))
SERVICE_COLUMNS: Final = (
    "id", "organization_id", *in_four("name"), *in_four("description"),
    *in_four("eligibility_description"), *in_four("application_process"),
    "status", "email", "url", "languages", "needs", "governorates", "cost", "publish",
    "hide_location", "remote", "women_staff", "police_linked", "source", "source_quote",
    "source_date", "verified_by", "assured_date", "expires",
)  # fmt: skip
PHONE_COLUMNS: Final = ("id", "service_id", "number", "type")
SCHEDULE_COLUMNS: Final = (
    "id", "service_id", "byday", "opens_at", "closes_at", "valid_from", "valid_to",
)  # fmt: skip
LOCATION_COLUMNS: Final = ("id", "service_id", "location_type", *in_four("address_1"))
