"""`sanad flow`: what an author of conversations can do from the terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
TOPICS = {
    "danger_now",
    "self_harm",
    "dv",
    "sexual_violence",
    "trafficking_sexual",
    "trafficking_labour",
    "trafficking_organ",
    "trafficking_begging",
    "online_abuse",
    "child",
    "disability",
    "witness",
    "services",
    "police_question",
    "privacy",
    "report_start",
    "followup",
    "awareness",
    "feedback",
    "language",
    "exit",
    "about",
    "other",
}


def sanad(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli.main", *words],
        cwd=PROJECT, input=typed, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_lint_passes_and_says_so() -> None:
    """The project's own flows and texts have no fault."""
    done = sanad("flow", "lint")
    assert (done.returncode, done.stdout) == (0, "flows: no faults\n")


def test_route_reads_a_text_a_line_and_answers_one_json_a_line() -> None:
    """A file of texts becomes a file of routes, in order, with the three keys."""
    texts = ["he is going to kill me", "", "سيارات", "أريد أموت", "where is the nearest clinic"]
    done = sanad("flow", "route", "--json", "-", typed="\n".join(texts) + "\n")
    routes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(routes) == len(texts)
    assert all(set(route) == {"topic", "danger", "matched"} for route in routes)
    assert {route["topic"] for route in routes} <= TOPICS
    assert [route["danger"] for route in routes] == [True, False, False, True, False]


def test_one_text_can_be_routed() -> None:
    """A single text on the command line is answered too."""
    assert json.loads(sanad("flow", "route", "--json", "he has a knife").stdout)["danger"] is True


def test_a_talk_is_recorded_and_played_again(tmp_path: Path) -> None:
    """What was typed in the terminal becomes a test that passes as it stands."""
    record = tmp_path / "en_talk.yaml"
    done = sanad(
        "flow", "chat", "--language", "en", "--record", str(record), typed="1\n1\n911\n0\n"
    )
    assert "911" in done.stdout
    turns = yaml.safe_load(record.read_text(encoding="utf-8"))["turns"]
    assert [turn["write"] for turn in turns] == ["/start", "4", "1", "1", "911", "0"]
    assert sanad("flow", "test", str(record)).returncode == 0


@pytest.mark.parametrize("tag", ["ar", "ckb", "kmr", "en"])
def test_the_preview_holds_every_screen(tmp_path_factory: pytest.TempPathFactory, tag: str) -> None:
    """One file shows each screen in each language, as both channels show it."""
    page = tmp_path_factory.getbasetemp() / "preview.html"
    if not page.exists():
        assert sanad("flow", "preview", str(page)).returncode == 0
    html = page.read_text(encoding="utf-8")
    assert html.count("<section") > 150
    assert html.count("<section") == html.count(f'lang="{tag}"')


def test_the_schema_is_json() -> None:
    """Editors are given a schema they can read."""
    assert json.loads(sanad("flow", "schema").stdout)["title"] == "A Sanad flow"
