"""What a directory must not say: the rules that keep a visitor from a wrong or unsafe door."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from bot.domain.csv_rows import Problem, Row
from bot.domain.directory.columns import ABOUT, in_four
from bot.domain.directory.reading import Entry, Reading
from bot.domain.directory.values import SAMPLE_NUMBER, SHELTER
from bot.domain.wording import Wording

FRESH: Final = timedelta(days=90)
"""A contact nobody made sure of for this long is due for a call."""
SAMPLE_WORDS: Final = Wording(en="SAMPLE", ar="نموذج", ckb="نموونە", kmr="نموونە")
"""What every name of a sample directory begins with."""

_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}\Z|[1-9][0-9]{2,3}\Z")
_EMAIL: Final = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_URL: Final = re.compile(r"https://[A-Za-z0-9.-]+(/\S*)?\Z")
_ARABIC_LETTER: Final = re.compile("[\u0620-\u06d5]")
_RAW_CONTACT: Final = re.compile(
    r"@|https?:|www\.|\bt\.me\b|\bwa\.me\b|[a-z0-9-]+\.(?:com|org|net|iq|info|int)\b", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"\d(?:[\s./()-]*\d){2,}")
_YEAR: Final = re.compile(r"(?:19|20)\d\d\Z")
_SOURCE_DATE: Final = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\Z")
_TEXTS: Final = ("name", "description", "eligibility_description", "application_process")
_NEEDED_TEXTS: Final = frozenset({"name", "description"})


def check(reading: Reading) -> Iterator[Problem]:
    """Every fault that does not depend on the day."""
    for _, row in reading.organisations:
        yield from _texts(row, ("name", "description"), sample=reading.sample)
    for entry in reading.entries:
        yield from _texts(entry.row, _TEXTS, sample=reading.sample)
        yield from _shelter(entry)
        yield from _publishing(entry)
        yield from _reached_by(entry, sample=reading.sample)


def stale(reading: Reading, today: date) -> Iterator[Problem]:
    """What the passing of time has spoiled."""
    for entry in reading.entries:
        service, row = entry.service, entry.row
        if service.publish == "hidden":
            continue
        if service.expires and service.expires < today:
            text = "has passed: nobody sees this entry. Check it, or hide it."
            yield row.problem("expires", text, severity="stale")
        if service.assured_date is None or reading.sample:
            continue
        if service.assured_date > today:
            yield row.problem("assured_date", "lies in the future. Write the day of the check.")
        elif service.publish == "contact" and today - service.assured_date > FRESH:
            text = f"is more than {FRESH.days} days ago. Make sure again and write today's date."
            yield row.problem("assured_date", text, severity="stale")


def _texts(row: Row, names: tuple[str, ...], *, sample: bool) -> Iterator[Problem]:
    for name in names:
        english, *others = in_four(name)
        wanted = name in _NEEDED_TEXTS or any(row[column] for column in (english, *others))
        for column in (english, *others):
            if wanted and not row[column]:
                yield row.problem(column, "the text is missing. All four languages are equal.")
            elif row[column]:
                yield from _text(row, column, english=column == english)
    for column, word in zip(
        in_four("name"),
        (SAMPLE_WORDS.en, SAMPLE_WORDS.ar, SAMPLE_WORDS.ckb, SAMPLE_WORDS.kmr),
        strict=True,
    ):
        marked = row[column].startswith(word)
        if sample and not marked:
            yield row.problem(column, f"begins every name of a sample directory with {word!r}.")
        elif marked and not sample:
            yield row.problem(column, "a sample stands in a real directory. Remove the row.")


def _text(row: Row, column: str, *, english: bool) -> Iterator[Problem]:
    text = row[column]
    if len(text) > ABOUT:
        yield row.problem(column, f"is longer than {ABOUT} characters. Shorten it.")
    if not english and not _ARABIC_LETTER.search(text):
        yield row.problem(column, "is not in the Arabic script. Translate it.")
    numbers = (number for number in _DIGITS.findall(_ascii_digits(text)) if not _YEAR.match(number))
    if _RAW_CONTACT.search(text) or any(numbers):
        advice = "a number or address stands in a text, where nobody checks it. Use its column."
        yield row.problem(column, advice)


def _ascii_digits(text: str) -> str:
    """The text with every decimal digit in ASCII."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def _shelter(entry: Entry) -> Iterator[Problem]:
    service, row = entry.service, entry.row
    if SHELTER in service.needs and not service.hide_location:
        yield row.problem("hide_location", "a shelter's place is always hidden. Write `true`.")
    if entry.location_row and (service.hide_location or SHELTER in service.needs):
        text = "this service hides its place. Remove the row: an address here is a danger."
        yield entry.location_row.problem("service_id", text)


def _publishing(entry: Entry) -> Iterator[Problem]:
    service, row = entry.service, entry.row
    if not service.needs and service.publish == "contact":
        yield row.problem("needs", "is empty. Say what the service is for.")
    if not service.source:
        yield row.problem("source", "is missing. Nothing stands here without a source.")
    if service.source_date and not _SOURCE_DATE.match(service.source_date):
        yield row.problem("source_date", "is no date. Write 2025, 2025-11 or 2025-11-23.")
    if service.expires is None and service.publish != "hidden":
        yield row.problem("expires", "is missing. Directories rot; write when to look again.")
    if service.assured_date and service.expires and service.expires < service.assured_date:
        yield row.problem("expires", "lies before the day of the check.")
    if service.publish == "contact":
        yield from _contact(entry)
    elif service.publish == "name_only" and (service.contacts or entry.location_row):
        text = "an entry shown by name only holds a contact. Verify it, or remove the contact."
        yield row.problem("publish", text)


def _contact(entry: Entry) -> Iterator[Problem]:
    service, row = entry.service, entry.row
    for column in ("verified_by", "assured_date"):
        if not row[column]:
            text = "is missing: an unverified contact is shown to nobody. Verify it, or use"
            yield row.problem(column, f"{text} `name_only`.")
    if not (service.contacts or service.application_process):
        yield row.problem("publish", "there is no way to reach it. Add one, or use `name_only`.")
    if not (service.nationwide or service.governorates or service.remote):
        yield row.problem("governorates", "is empty. Write codes, or `all`.")


def _reached_by(entry: Entry, *, sample: bool) -> Iterator[Problem]:
    service, row = entry.service, entry.row
    for phone_row in entry.phone_rows:
        number = phone_row["number"]
        if sample != (number == SAMPLE_NUMBER):
            text = f"a sample's number is {SAMPLE_NUMBER!r}, and only a sample's."
            yield phone_row.problem("number", text)
        elif not sample and not _PHONE.match(number):
            text = "is no number. Write +, country code and digits, or a short code."
            yield phone_row.problem("number", text)
    if sample and (service.email or service.url):
        yield row.problem("email", "a sample has no address to write to. Leave it empty.")
    if service.email and not _EMAIL.match(service.email):
        yield row.problem("email", "is no e-mail address.")
    if service.url and not _URL.match(service.url):
        yield row.problem("url", "is no address that begins with https://.")
    if entry.location_row and not entry.location_row["address_1"]:
        yield entry.location_row.problem("address_1", "is missing.")
