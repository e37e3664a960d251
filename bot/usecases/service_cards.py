"""What is told of a service: parts a caller may lay out, and one plain text of them."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from bot.domain.directory import LANGUAGE_NAMES, Phone, Service
from bot.domain.directory.values import SAMPLE_NUMBER, Cost
from bot.domain.language import Tag
from bot.i18n import phrases, rendering
from bot.i18n.catalogues import Catalogue
from bot.i18n.marking import Phrase
from bot.i18n.rendering import Param

# TRANSLATORS: on a service card: for whom the service is
FOR_WHOM: Final = Phrase("program.card.for_whom", "For: {people}")
# TRANSLATORS: on a service card
FREE: Final = Phrase("program.card.free", "It costs nothing.")
# TRANSLATORS: on a service card
PAID: Final = Phrase("program.card.paid", "It costs money. Ask how much before you go.")
# TRANSLATORS: on a service card: languages spoken there, by their own names
LANGUAGES: Final = Phrase("program.card.languages", "Languages: {languages}")
# TRANSLATORS: on a service card: hours of today, e.g. 08:00 to 14:00
OPEN_TODAY: Final = Phrase("program.card.open_today", "Open today from {opens} to {closes}.")
# TRANSLATORS: on a service card
CLOSED_TODAY: Final = Phrase("program.card.closed_today", "Closed today.")
# TRANSLATORS: on a service card, before a telephone number
CALL: Final = Phrase("program.card.call", "Call: {number}")
# TRANSLATORS: on a service card, before a number that takes written messages
WRITE: Final = Phrase("program.card.write", "Send a message: {number}")
# TRANSLATORS: on a service card, before a number for video calls (sign language)
VIDEO: Final = Phrase("program.card.video", "Video call: {number}")
# TRANSLATORS: instead of a number, in the demonstration only
NO_NUMBER: Final = Phrase("program.card.no_number", "SAMPLE: no real number.")
# TRANSLATORS: on a service card, before an e-mail address
EMAIL: Final = Phrase("program.card.email", "E-mail: {email}")
# TRANSLATORS: on a service card, before a web address
WEB: Final = Phrase("program.card.web", "Web page: {url}")
# TRANSLATORS: on a service card, before a street address
ADDRESS: Final = Phrase("program.card.address", "Where: {address}")
# TRANSLATORS: on a service card: what a call leaves behind
CALL_TRACE: Final = Phrase(
    "program.card.call_trace", "A call stays in the phone's list of calls until you delete it."
)
# TRANSLATORS: on a service card: what an e-mail gives away
EMAIL_TRACE: Final = Phrase(
    "program.card.email_trace",
    "An e-mail is not anonymous: they see your address, and a copy stays in Sent.",
)
# TRANSLATORS: on a service card without a contact
CASEWORKER: Final = Phrase(
    "program.card.caseworker", "A caseworker can put you in touch. Ask for it in a report."
)
# TRANSLATORS: on a service card whose place is secret
HIDDEN_PLACE: Final = Phrase("program.card.hidden_place", "The place is kept secret.")
# TRANSLATORS: on a service card: help by phone or online
REMOTE: Final = Phrase("program.card.remote", "Help from a distance, wherever you are.")
# TRANSLATORS: on a service card
WOMEN_STAFF: Final = Phrase("program.card.women_staff", "Women work there.")
# TRANSLATORS: on a service card of the police or one that works with them
POLICE: Final = Phrase(
    "program.card.police",
    "The police run this or take part in it. You can get help here without them.",
)
# TRANSLATORS: below a service nobody has confirmed
NOT_CONFIRMED: Final = Phrase(
    "program.card.not_confirmed", "Named in a published report, not confirmed with them."
)
# TRANSLATORS: below a service nobody has confirmed; {date} is a year, a month or a day
NOT_CONFIRMED_SINCE: Final = Phrase(
    "program.card.not_confirmed_since",
    "Named in a published report of {date}, not confirmed with them.",
)

PHRASES: Final = (
    FOR_WHOM, FREE, PAID, LANGUAGES, OPEN_TODAY, CLOSED_TODAY, CALL, WRITE, VIDEO, NO_NUMBER,
    EMAIL, WEB, ADDRESS, CALL_TRACE, EMAIL_TRACE, CASEWORKER, HIDDEN_PLACE, REMOTE, WOMEN_STAFF,
    POLICE, NOT_CONFIRMED, NOT_CONFIRMED_SINCE,
)  # fmt: skip
"""Every template of a card, beside `phrases.CHECKED`."""

_BY_TYPE: Final = {"voice": CALL, "text": WRITE, "video": VIDEO}
_BY_COST: Final[dict[Cost, tuple[Phrase, ...]]] = {"free": (FREE,), "paid": (PAID,), "unknown": ()}
_AND: Final = " · "


@dataclass(frozen=True, slots=True)
class Line:
    """One template and its values: `phrases.say(catalogue, tag, line.phrase, line.params)`."""

    phrase: Phrase
    params: dict[str, Param]


@dataclass(frozen=True, slots=True)
class Copyable:
    """A contact worth a copy button, exactly as it is dialled or written."""

    kind: Literal["number", "email"]
    value: str


@dataclass(frozen=True, slots=True)
class Card:
    """A service in one language. `name`, `what` and `how` are the directory's own words."""

    service: str
    name: str
    what: str
    for_whom: tuple[Line, ...]
    cost: tuple[Line, ...]
    languages: tuple[Line, ...]
    hours: tuple[Line, ...]
    contact: tuple[Line, ...]
    how: str
    """How to turn to them safely; may be empty."""
    notes: tuple[Line, ...]
    """Women on the staff, help from a distance, hidden place, police."""
    checked: tuple[Line, ...]
    women_staff: bool
    name_only: bool
    copies: tuple[Copyable, ...]


def cards(services: tuple[Service, ...], tag: Tag, today: date) -> tuple[Card, ...]:
    """The cards of found services, in their order."""
    return tuple(_card(service, tag, today) for service in services)


def text(catalogue: Catalogue, tag: Tag, card: Card) -> str:
    """A card as lines of text, isolates in place; no empty line inside."""

    def said(*lines: Line) -> list[str]:
        return [phrases.say(catalogue, tag, line.phrase, line.params) for line in lines]

    def own(words: str) -> list[str]:
        shown = rendering.render("{words}", {"words": rendering.prose(words)}, tag)
        return [shown] if words else []

    return "\n".join(
        [
            *own(card.name),
            *own(card.what),
            *said(*card.for_whom, *card.cost, *card.languages, *card.hours, *card.contact),
            *own(card.how),
            *said(*card.notes, *card.checked),
        ]
    )


def _card(service: Service, tag: Tag, today: date) -> Card:
    people = service.eligibility.of(tag)
    spoken = _AND.join(LANGUAGE_NAMES[code] for code in service.languages)
    name_only = service.publish != "contact"
    return Card(
        service=service.id,
        name=service.name.of(tag),
        what=service.description.of(tag),
        for_whom=(Line(FOR_WHOM, {"people": rendering.prose(people)}),) if people else (),
        cost=tuple(Line(phrase, {}) for phrase in _BY_COST[service.cost]),
        languages=(Line(LANGUAGES, {"languages": rendering.prose(spoken)}),) if spoken else (),
        hours=_hours(service, today),
        contact=(Line(CASEWORKER, {}),) if name_only else _contact(service, tag),
        how=service.application_process.of(tag),
        notes=_notes(service),
        checked=_checked(service),
        women_staff=service.women_staff == "yes",
        name_only=name_only,
        copies=() if name_only else _copies(service),
    )


def _hours(service: Service, today: date) -> tuple[Line, ...]:
    if not service.schedules:
        return ()
    open_today = tuple(
        Line(
            OPEN_TODAY,
            {
                "opens": rendering.date(hours.opens_at.strftime("%H:%M")),
                "closes": rendering.date(hours.closes_at.strftime("%H:%M")),
            },
        )
        for hours in service.schedules
        if hours.covers(today)
    )
    return open_today or (Line(CLOSED_TODAY, {}),)


def _contact(service: Service, tag: Tag) -> tuple[Line, ...]:
    lines = [_phone(phone) for phone in service.phones]
    if service.phones:
        lines.append(Line(CALL_TRACE, {}))
    if service.email:
        lines.append(Line(EMAIL, {"email": rendering.email(service.email)}))
        lines.append(Line(EMAIL_TRACE, {}))
    if service.url:
        lines.append(Line(WEB, {"url": rendering.email(service.url)}))
    if service.location:
        address = rendering.name(service.location.address.of(tag))
        lines.append(Line(ADDRESS, {"address": address}))
    return tuple(lines)


def _phone(phone: Phone) -> Line:
    if phone.number == SAMPLE_NUMBER:
        return Line(NO_NUMBER, {})
    return Line(_BY_TYPE[phone.type], {"number": rendering.number(phone.number)})


def _notes(service: Service) -> tuple[Line, ...]:
    said = {
        WOMEN_STAFF: service.women_staff == "yes",
        REMOTE: service.remote and not service.police_linked,
        HIDDEN_PLACE: service.hide_location,
        POLICE: service.police_linked,
    }
    return tuple(Line(phrase, {}) for phrase, holds in said.items() if holds)


def _checked(service: Service) -> tuple[Line, ...]:
    if service.publish == "contact" and service.assured_date:
        return (Line(phrases.CHECKED, {"date": rendering.date(service.assured_date)}),)
    if service.source_date:
        return (Line(NOT_CONFIRMED_SINCE, {"date": rendering.date(service.source_date)}),)
    return (Line(NOT_CONFIRMED, {}),)


def _copies(service: Service) -> tuple[Copyable, ...]:
    numbers = [
        Copyable("number", phone.number)
        for phone in service.phones
        if phone.number != SAMPLE_NUMBER
    ]
    emails = [Copyable("email", service.email)] if service.email else []
    return (*numbers, *emails)
