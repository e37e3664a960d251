import csv
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.directory import DirectoryError, combine, is_sample, lint, load
from bot.domain.directory.reading import read

ROOT = Path(__file__).parents[2]
REAL = ROOT / "flows" / "directory"
SAMPLE = ROOT / "deploy" / "demo" / "directory"
TODAY = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path):
    """A copy of the sample directory, to be spoiled."""
    copy = tmp_path / "directory"
    shutil.copytree(SAMPLE, copy)
    return copy


@pytest.fixture
def real(tmp_path):
    """A copy of the shipped directory, to be spoiled."""
    copy = tmp_path / "real"
    shutil.copytree(REAL, copy)
    return copy


def edit(folder, key, column, value, file="services.csv"):
    """Write one cell; returns the line it stands in."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    line = next(number for number, row in enumerate(rows, 2) if row["id"] == key)
    rows[line - 2][column] = value
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return line


def add(folder, file, **cells):
    with (folder / file).open("a", encoding="utf-8") as target:
        csv.writer(target, lineterminator="\n").writerow(cells.values())


def by_id(directory, key):
    return next(service for service in directory.services if service.id == key)


def test_the_shipped_directory_has_no_fault():
    """What is shipped passes its own linter on the day it was made."""
    assert [str(problem) for problem in lint(REAL, TODAY)] == []


def test_the_sample_has_no_fault():
    """What the demo shows passes the same linter."""
    assert [str(problem) for problem in lint(SAMPLE, TODAY)] == []


def test_only_the_emergency_number_and_the_directorate_are_shipped_as_contacts():
    """No other number or address is anywhere in the shipped files."""
    directory = load(REAL)
    contacts = [service for service in directory.services if service.publish == "contact"]
    assert {service.id for service in contacts} == {"emergency", "anti-trafficking-directorate"}
    reached = [phone.number for service in directory.services for phone in service.phones]
    assert reached == ["911"]
    assert {service.email for service in directory.services} == {"", "human-ts@moi.gov.iq"}
    assert not any(service.url or service.location for service in directory.services)
    written = "".join(path.read_text(encoding="utf-8") for path in REAL.glob("[!p]*.csv"))
    assert "+" not in written
    assert written.count("@") == written.count("human-ts@moi.gov.iq")


def test_what_is_old_or_over_is_hidden():
    """Organisations named in 2015 and an initiative that ended in 2025 are shown to nobody."""
    directory = load(REAL)
    for key in ("iom-iraq-programme", "al-amal-programme", "pax-programme", "al-firdaws-programme"):
        assert not by_id(directory, key).may_be_shown(TODAY)


def test_every_shelter_hides_its_place():
    """No shelter has a location, in the real directory and in the sample."""
    directory = combine(load(REAL), load(SAMPLE, allow_sample=True))
    shelters = directory.offering("safe_place")
    assert len(shelters) == 3
    assert all(service.hide_location and service.location is None for service in shelters)


def test_a_sample_is_refused_unless_asked_for():
    """A directory marked as a sample does not load by accident, and marks what it is put into."""
    assert is_sample(SAMPLE)
    assert not is_sample(REAL)
    with pytest.raises(DirectoryError, match="sample"):
        load(SAMPLE)
    assert combine(load(REAL), load(SAMPLE, allow_sample=True)).sample
    assert not load(REAL).sample


def test_removing_the_mark_does_not_make_a_sample_real(folder):
    """Without its mark a sample's names and numbers still give it away."""
    (folder / "SAMPLE").unlink()
    with pytest.raises(DirectoryError, match="a sample stands in a real directory"):
        load(folder)


def test_the_sample_covers_every_need_in_five_governorates():
    """A newcomer finds something for every need."""
    directory = load(SAMPLE, allow_sample=True)
    assert len(directory.services) == 12
    areas = {area for service in directory.services for area in service.governorates}
    assert areas == {"BG", "BA", "NI", "AR", "SU"}
    missing = {need for need in ("safe_place", "health", "legal") if not directory.offering(need)}
    assert not missing


# What the linter must see: (id, column, value, the column it points at, words of the message)
FAULTS = [
    ("sample-baghdad-clinic", "description_ckb", "", "description_ckb", "missing"),
    ("sample-baghdad-clinic", "name_kmr", "SAMPLE clinic", "name_kmr", "Arabic script"),
    (
        "sample-baghdad-clinic",
        "eligibility_description_ar",
        "",
        "eligibility_description_ar",
        "mis",
    ),
    ("sample-baghdad-clinic", "name", "Clinic", "name", "SAMPLE"),
    ("sample-baghdad-clinic", "governorates", "BX", "governorates", "'BX' is unknown"),
    ("sample-baghdad-clinic", "needs", "helth", "needs", "Did you mean 'health'"),
    ("sample-baghdad-clinic", "languages", "ku", "languages", "unknown"),
    ("sample-baghdad-clinic", "publish", "public", "publish", "unknown"),
    ("sample-baghdad-clinic", "organization_id", "sample-clinic", "organization_id", "-clinics'"),
    ("sample-baghdad-clinic", "assured_date", "23.11.2026", "assured_date", "2026-11-23"),
    ("sample-baghdad-clinic", "assured_date", "", "assured_date", "missing"),
    ("sample-baghdad-clinic", "verified_by", "", "verified_by", "unverified"),
    ("sample-baghdad-clinic", "source", "", "source", "missing"),
    ("sample-baghdad-clinic", "expires", "", "expires", "missing"),
    ("sample-baghdad-clinic", "expires", "2026-01-01", "expires", "before the day"),
    ("sample-baghdad-clinic", "description", "Call 0 7 7 0 1", "description", "number or address"),
    ("sample-baghdad-clinic", "description_ar", "اتصلوا ٠٧٧٠", "description_ar", "number or addr"),
    ("sample-baghdad-clinic", "description", "Write to a@b", "description", "number or address"),
    ("sample-baghdad-clinic", "description", "See example.org", "description", "number or address"),
    ("sample-baghdad-clinic", "email", "a@b.example", "email", "sample"),
    ("sample-baghdad-clinic", "status", "open", "status", "unknown"),
    ("sample-baghdad-clinic", "cost", "cheap", "cost", "unknown"),
    ("sample-baghdad-clinic", "remote", "maybe", "remote", "unknown"),
    ("sample-baghdad-clinic", "id", "Not An Id", "id", "small letters"),
    ("sample-baghdad-shelter", "hide_location", "false", "hide_location", "always hidden"),
    ("sample-erbil-shelter", "publish", "contact", "verified_by", "unverified"),
    ("sample-baghdad-centre", "publish", "name_only", "publish", "holds a contact"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_line_and_column(folder, fault):
    """Each fault is named in its own cell, and the directory is refused."""
    key, column, value, where, words = fault
    line = edit(folder, key, column, value)
    text = (folder / "services.csv").read_text(encoding="utf-8").splitlines()[line - 1]
    told = [problem for problem in lint(folder, TODAY) if problem.text.startswith(f"{where}:")]
    assert [problem for problem in told if words in str(problem)], lint(folder, TODAY)
    problem = told[0]
    assert (problem.file, problem.line, problem.severity) == ("services.csv", line, "error")
    if value:
        cell = value if where == column else ""
        assert text[problem.column - 1 :].lstrip('"').startswith(cell)
    with pytest.raises(DirectoryError, match=r"services\.csv:"):
        load(folder, allow_sample=True)


@pytest.mark.parametrize(
    "number", ["0770 123", "+0770123456", "++10000000001", "12", "call us", "SAMPLE", "+1", ""]
)
def test_a_number_that_cannot_be_dialled_is_a_fault(real, number):
    """A number needs + and country code, or is a short code; a sample's stands in a sample."""
    edit(real, "emergency-911", "number", number, "phones.csv")
    assert any(problem.text.startswith("number:") for problem in lint(real, TODAY))


@pytest.mark.parametrize("number", ["+10000000001", "911"])
def test_a_number_that_can_be_dialled_is_none(real, number):
    """International numbers and short codes pass."""
    edit(real, "emergency-911", "number", number, "phones.csv")
    assert lint(real, TODAY) == []


def test_a_real_number_in_a_sample_is_a_fault(folder):
    """Nobody trying the demo can call a stranger."""
    edit(folder, "sample-baghdad-clinic-phone", "number", "+10000000001", "phones.csv")
    assert "sample's number" in str(lint(folder, TODAY)[0])


def test_an_address_of_a_shelter_is_refused_and_never_attached(folder):
    """A row that would tell where a shelter is stops the program."""
    add(
        folder, "locations.csv", id="leak", service_id="sample-baghdad-shelter",
        location_type="physical", en="Here", ar="هنا", ckb="لێرە", kmr="ل ڤێرێ",
    )  # fmt: skip
    problems = lint(folder, TODAY)
    assert [problem.file for problem in problems] == ["locations.csv"]
    assert "hides its place" in problems[0].text
    with pytest.raises(DirectoryError):
        load(folder, allow_sample=True)
    entries = {entry.service.id: entry.service for entry in read(folder).entries}
    assert entries["sample-baghdad-shelter"].location is None
    assert entries["sample-baghdad-clinic"].location is not None


def test_services_csv_has_no_column_for_an_address():
    """By construction there is nowhere to write where a shelter is."""
    header = (REAL / "services.csv").read_text(encoding="utf-8").splitlines()[0]
    assert not any(word in header for word in ("address", "latitude", "longitude", "street"))


def test_time_makes_entries_stale_and_not_wrong():
    """An expired or long unchecked entry is told as stale, and the directory still loads."""
    problems = lint(REAL, date(2028, 1, 1))
    assert problems
    assert {problem.severity for problem in problems} == {"stale"}
    assert any("90 days" in problem.text for problem in lint(REAL, date(2027, 3, 1)))
    assert not any(problem.text.startswith("expires") for problem in lint(REAL, date(2027, 3, 1)))


def test_a_check_in_the_future_is_a_fault(real):
    """Nobody has made sure of anything tomorrow."""
    edit(real, "emergency", "assured_date", "2026-12-31")
    assert "future" in str(lint(real, TODAY)[0])


def test_an_unverified_contact_may_not_be_shown():
    """The gate of a look-up does not rely on the linter alone."""
    service = by_id(load(REAL), "emergency")
    assert service.may_be_shown(TODAY)
    for change in (
        {"verified_by": ""},
        {"assured_date": None},
        {"source": ""},
        {"expires": None},
        {"expires": date(2026, 11, 23)},
        {"status": "defunct"},
        {"publish": "hidden"},
    ):
        assert not _changed(service, change).may_be_shown(TODAY), change
    assert _changed(service, {"expires": TODAY}).may_be_shown(TODAY)


def _changed(service, change):
    from dataclasses import replace

    return replace(service, **change)


@pytest.mark.parametrize("file", ["organizations.csv", "services.csv"])
def test_a_missing_file_is_told(folder, file):
    """The two files that must be there are asked for by name."""
    (folder / file).unlink()
    assert any(problem.file == file for problem in lint(folder, TODAY))


def test_columns_are_checked_with_a_suggestion(folder):
    """A column misspelt in the header is told once, with the right name."""
    path = folder / "services.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("expires", "expiry", 1), "utf-8")
    told = [str(problem) for problem in lint(folder, TODAY) if problem.line == 1]
    assert any("Did you mean 'expires'?" in text for text in told)
    assert any("'expires' is missing" in text for text in told)


def test_a_row_with_too_many_cells_is_told(folder):
    """A comma that was not quoted is told with its line, and nothing is guessed."""
    with (folder / "phones.csv").open("a", encoding="utf-8") as target:
        target.write('one,sample-baghdad-clinic,SAMPLE,voice,more\n"open,row\n')
    told = [str(problem) for problem in lint(folder, TODAY)]
    assert "5 cells" in told[0]
    assert "quotation mark" in told[1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_any_bytes_in_a_file_become_problems(tmp_path, content):
    """Whatever stands in the files, the linter answers with problems and never raises."""
    for file in ("organizations.csv", "services.csv", "phones.csv", "schedules.csv"):
        (tmp_path / file).write_bytes(content)
    assert all(str(problem) for problem in lint(tmp_path, TODAY))
    with pytest.raises(DirectoryError):
        load(tmp_path)
