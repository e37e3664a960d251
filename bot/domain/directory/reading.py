"""From CSV files to services, each beside the row it came from, and every fault of form."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, get_args

from bot.domain.csv_rows import Problem, Row, Table, read_table
from bot.domain.directory.cells import Cells
from bot.domain.directory.columns import (
    LOCATION_COLUMNS,
    ORGANISATION_COLUMNS,
    PHONE_COLUMNS,
    SCHEDULE_COLUMNS,
    SERVICE_COLUMNS,
    in_four,
)
from bot.domain.directory.values import (
    LANGUAGE_NAMES,
    NATIONWIDE,
    NEEDS,
    WEEK,
    Cost,
    Known,
    Location,
    LocationType,
    Organisation,
    Phone,
    PhoneType,
    Publish,
    Schedule,
    Service,
    Status,
)
from bot.domain.places import GOVERNORATES
from bot.domain.wording import Wording

SAMPLE_MARK: Final = "SAMPLE"
"""A file of this name marks a directory as invented."""
_CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """A service and the rows that made it: its own, then those of phones and of the place."""

    service: Service
    row: Row
    phone_rows: tuple[Row, ...] = ()
    location_row: Row | None = None


@dataclass(slots=True)
class Reading:
    """Everything found in a folder."""

    sample: bool
    organisations: list[tuple[Organisation, Row]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_sample(folder: Path) -> bool:
    """Whether a directory is invented and only fit for the demo."""
    return (folder / SAMPLE_MARK).exists()


def read(folder: Path) -> Reading:
    """Read a folder of directory files; faults of form are in `problems`, nothing is raised."""
    return _Reader(folder).read()


class _Reader:
    """Reads the tables of one folder in the order they refer to one another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reading = Reading(sample=is_sample(folder))
        self.cells = Cells(self.reading.problems)

    def read(self) -> Reading:
        organisations = self._organisations()
        for row in self._rows("services.csv", SERVICE_COLUMNS):
            self._service(row, organisations)
        known = {entry.service.id for entry in self.reading.entries}
        phones = self._of_services("phones.csv", PHONE_COLUMNS, known)
        schedules = self._of_services("schedules.csv", SCHEDULE_COLUMNS, known)
        locations = self._of_services("locations.csv", LOCATION_COLUMNS, known)
        self.reading.entries = [
            self._complete(
                entry,
                phones.get(entry.service.id, []),
                schedules.get(entry.service.id, []),
                locations.get(entry.service.id, []),
            )
            for entry in self.reading.entries
        ]
        return self.reading

    # ------------------------------------------------------------------ tables
    def _rows(self, file: str, columns: Collection[str], *, needed: bool = True) -> list[Row]:
        path = self.folder / file
        table = read_table(path, columns) if needed or path.exists() else Table()
        self.reading.problems += table.problems
        seen: set[str] = set()
        for row in table.rows:
            if row["id"] in seen or not _CODE.match(row["id"]):
                text = "needs small letters, digits and hyphens, each id once in a file."
                self.cells.fault(row, "id", text)
            seen.add(row["id"])
        return table.rows

    def _organisations(self) -> dict[str, Organisation]:
        found = {}
        for row in self._rows("organizations.csv", ORGANISATION_COLUMNS):
            organisation = Organisation(
                row["id"], _wording(row, "name"), _wording(row, "description")
            )
            found[organisation.id] = organisation
            self.reading.organisations.append((organisation, row))
        return found

    def _of_services(
        self, file: str, columns: Collection[str], known: Collection[str]
    ) -> dict[str, list[Row]]:
        grouped: dict[str, list[Row]] = {}
        for row in self._rows(file, columns, needed=False):
            service = self.cells.one_of(row, "service_id", known)
            if service:
                grouped.setdefault(service, []).append(row)
        return grouped

    # ------------------------------------------------------------------ records
    def _service(self, row: Row, organisations: dict[str, Organisation]) -> None:
        before = len(self.reading.problems)
        organisation = self.cells.one_of(row, "organization_id", organisations)
        areas = self.cells.some_of(row, "governorates", (*GOVERNORATES, NATIONWIDE))
        publish: Publish | None = self.cells.one_of(row, "publish", get_args(Publish))
        status: Status | None = self.cells.one_of(row, "status", get_args(Status))
        cost: Cost | None = self.cells.one_of(row, "cost", get_args(Cost))
        women_staff: Known | None = self.cells.one_of(row, "women_staff", get_args(Known))
        needs = self.cells.some_of(row, "needs", NEEDS)
        languages = self.cells.some_of(row, "languages", LANGUAGE_NAMES)
        hide, remote, police = (
            self.cells.one_of(row, name, ("true", "false")) == "true"
            for name in ("hide_location", "remote", "police_linked")
        )
        assured, expires = self.cells.day(row, "assured_date"), self.cells.day(row, "expires")
        if len(self.reading.problems) > before:
            return
        if not (organisation and publish and status and cost and women_staff):
            return
        service = Service(
            id=row["id"],
            organisation=organisations[organisation],
            name=_wording(row, "name"),
            description=_wording(row, "description"),
            eligibility=_wording(row, "eligibility_description"),
            application_process=_wording(row, "application_process"),
            status=status,
            publish=publish,
            needs=frozenset(needs),
            governorates=tuple(area for area in areas if area != NATIONWIDE),
            nationwide=NATIONWIDE in areas,
            remote=remote,
            languages=languages,
            cost=cost,
            women_staff=women_staff,
            police_linked=police,
            hide_location=hide,
            email=row["email"],
            url=row["url"],
            source=row["source"],
            source_quote=row["source_quote"],
            source_date=row["source_date"],
            verified_by=row["verified_by"],
            assured_date=assured,
            expires=expires,
        )
        self.reading.entries.append(Entry(service, row))

    def _complete(
        self, entry: Entry, phones: list[Row], schedules: list[Row], locations: list[Row]
    ) -> Entry:
        for row in locations[1:]:
            self.cells.fault(row, "service_id", "a service has one place. Make a second service.")
        place = locations[0] if locations else None
        service = replace(
            entry.service,
            phones=tuple(phone for row in phones if (phone := self._phone(row))),
            schedules=tuple(hours for row in schedules if (hours := self._schedule(row))),
            # A hidden place is not even attached, whatever a checker says later.
            location=self._location(place) if place and not entry.service.hide_location else None,
        )
        return Entry(service, entry.row, tuple(phones), place)

    def _phone(self, row: Row) -> Phone | None:
        kind: PhoneType | None = self.cells.one_of(row, "type", get_args(PhoneType))
        return Phone(row["number"], kind) if kind else None

    def _location(self, row: Row) -> Location | None:
        kind: LocationType | None = self.cells.one_of(row, "location_type", get_args(LocationType))
        return Location(kind, _wording(row, "address_1")) if kind else None

    def _schedule(self, row: Row) -> Schedule | None:
        days = self.cells.some_of(row, "byday", WEEK)
        opens, closes = self.cells.time(row, "opens_at"), self.cells.time(row, "closes_at")
        start, end = self.cells.day(row, "valid_from"), self.cells.day(row, "valid_to")
        if not days or opens is None or closes is None:
            return None
        return Schedule(days, opens, closes, start, end)


def _wording(row: Row, name: str) -> Wording:
    english, arabic, sorani, badini = (row[column] for column in in_four(name))
    return Wording(en=english, ar=arabic, ckb=sorani, kmr=badini)
