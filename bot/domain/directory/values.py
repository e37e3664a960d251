"""What a directory holds: organisations, their services and how these are reached.

Names follow HSDS 3.0 where it has one; `publish`, `needs`, `hide_location`, `women_staff`,
`remote`, `police_linked`, `verified_by`, `expires`, `source…` are ours.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Final, Literal

from bot.domain.wording import Wording

Need = Literal[
    "safe_place", "health", "counselling", "legal", "police", "livelihood", "child_protection",
    "food_items", "documents", "repatriation", "disability_support", "just_talk",
    "trafficking_desk",
]  # fmt: skip
Publish = Literal["contact", "name_only", "hidden"]
"""`contact`: verified, shown with its contact. `name_only`: named, a caseworker puts in touch.
`hidden`: kept for the record, shown to nobody."""
Status = Literal["active", "inactive", "defunct", "temporarily closed"]
Cost = Literal["free", "paid", "unknown"]
Known = Literal["yes", "no", "unknown"]
Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
PhoneType = Literal["voice", "text", "video"]
LocationType = Literal["physical", "postal", "virtual"]

NEEDS: Final[tuple[Need, ...]] = (
    "safe_place", "health", "counselling", "legal", "police", "livelihood", "child_protection",
    "food_items", "documents", "repatriation", "disability_support", "just_talk",
    "trafficking_desk",
)  # fmt: skip
WEEK: Final[tuple[Weekday, ...]] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""RFC 5545 names in the order of `date.weekday()`."""
LANGUAGE_NAMES: Final = {
    "ar": "العربية", "ckb": "کوردی (سۆرانی)", "kmr": "کوردی (بادینی)", "en": "English",
    "aii": "ܣܘܪܝܬ", "am": "አማርኛ", "bn": "বাংলা", "fa": "فارسی", "fr": "Français", "hi": "हिन्दी",
    "ne": "नेपाली", "tl": "Filipino", "tr": "Türkçe", "ur": "اردو",
}  # fmt: skip
"""Own names, so that a card needs no translation of them: codes of ISO 639."""
NATIONWIDE: Final = "all"
SHELTER: Final = "safe_place"
SAMPLE_NUMBER: Final = "SAMPLE"
"""Stands for a number in a sample directory: nobody can be called by trying the demo."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who offers a service."""

    id: str
    name: Wording
    description: Wording


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it is dialled: +… or a short code; SAMPLE_NUMBER in a sample directory."""

    number: str
    type: PhoneType


@dataclass(frozen=True, slots=True)
class Schedule:
    """Opening hours on some days of the week, within a period if one is given."""

    byday: tuple[Weekday, ...]
    opens_at: time
    closes_at: time
    valid_from: date | None
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Whether these are the hours of a day."""
        return (
            WEEK[day.weekday()] in self.byday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Location:
    """Where a service that does not hide its place is found."""

    location_type: LocationType
    address: Wording


@dataclass(frozen=True, slots=True)
class Service:
    """One service; made by the loader, which refuses what must not be shown.

    `governorates` are served in person, `nationwide` everywhere. Both empty: the source does not
    say where (name_only alone may do that).
    """

    id: str
    organisation: Organisation
    name: Wording
    description: Wording
    eligibility: Wording
    application_process: Wording
    status: Status
    publish: Publish
    needs: frozenset[str]
    governorates: tuple[str, ...]
    nationwide: bool
    remote: bool
    languages: tuple[str, ...]
    cost: Cost
    women_staff: Known
    police_linked: bool
    hide_location: bool
    email: str
    url: str
    source: str
    source_quote: str
    source_date: str
    verified_by: str
    assured_date: date | None
    expires: date | None
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    location: Location | None = None

    @property
    def verified(self) -> bool:
        """Whether somebody made sure of it, on a day, against a source."""
        return bool(self.verified_by and self.assured_date and self.source)

    @property
    def contacts(self) -> bool:
        """Whether it holds anything a person could be reached by."""
        return bool(self.phones or self.email or self.url or self.location)

    def may_be_shown(self, today: date) -> bool:
        """The one gate between the files and a visitor: checked again at every look-up."""
        if self.status != "active" or self.expires is None or self.expires < today:
            return False
        return self.publish == "name_only" or (self.publish == "contact" and self.verified)


class Directory:
    """All services of an installation, indexed by need; immutable after it is made."""

    def __init__(self, services: tuple[Service, ...], *, sample: bool = False) -> None:
        self.services = services
        self.sample = sample
        """Whether any of it is invented."""
        self._by_need: dict[str, tuple[Service, ...]] = {
            need: tuple(service for service in services if need in service.needs) for need in NEEDS
        }

    def offering(self, need: str | None) -> tuple[Service, ...]:
        """Services for a need, in file order; all of them without one, none for an unknown one."""
        return self.services if need is None else self._by_need.get(need, ())
