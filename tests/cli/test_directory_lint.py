import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.directory import app

REAL = Path(__file__).parents[2] / "flows" / "directory"
DAY = ("--today", "2026-11-24")


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "directory"
    shutil.copytree(REAL, copy)
    return copy


def run(*arguments):
    return CliRunner().invoke(app, ["lint", *map(str, arguments)])


def test_the_shipped_directory_passes_without_naming_it():
    """`sanad directory lint` checks what is shipped and leaves with 0."""
    result = run(*DAY)
    assert (result.exit_code, result.output) == (0, "0 found.\n")


def test_a_fault_is_printed_with_its_place_and_leaves_with_1(folder):
    """A row spoiled by hand makes the command fail and says where."""
    path = folder / "services.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",legal,", ",legl,", 1), "utf-8")
    result = run(folder, *DAY)
    assert result.exit_code == 1
    assert "services.csv:" in result.output
    assert "Did you mean 'legal'?" in result.output


def test_stale_entries_fail_only_when_asked(folder):
    """The passing of a day is told; only --strict makes it a failure."""
    late = ("--today", "2028-01-01")
    assert run(folder, *late).exit_code == 0
    assert "(stale)" in run(folder, *late).output
    assert run(folder, *late, "--strict").exit_code == 1


def test_json_is_for_editors(folder):
    """--json prints one list with file, line, column, text and suggestion."""
    path = folder / "phones.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("911,voice", "91,voice"), "utf-8")
    told = json.loads(run(folder, *DAY, "--json").output)
    assert [(entry["file"], entry["line"], entry["severity"]) for entry in told] == [
        ("phones.csv", 2, "error")
    ]


def test_a_fault_in_the_places_fails_too(folder):
    """The list of places is checked with the directory it lies in."""
    path = folder / "places.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("32.79", "3279", 1), "utf-8")
    result = run(folder, *DAY)
    assert result.exit_code == 1
    assert "places.csv:2:" in result.output


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """A wrong path leaves with 2 and the remedy."""
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "Give the folder" in result.output
