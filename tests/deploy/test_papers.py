"""What an operator reads at two in the morning is true: commands exist, files are there."""

import re
import shlex
from functools import cache

import pytest
from typer.main import get_command

from bot.cli import main
from tests.deploy.tools import DEPLOY, PROJECT

PAPERS = sorted([DEPLOY / "README.md", DEPLOY / "THREAT-MODEL.md", *DEPLOY.glob("runbooks/*.md")])
NEEDED = {
    "key-ceremony", "breach", "restore", "lost-caseworker-key", "provider-down", "new-language",
    "upgrade", "full-disk",
}  # fmt: skip


@cache
def program():
    main._add_rest()
    return get_command(main.app)


def commands(text):
    """Every `sanad …` of a paper: in shell blocks, in backticks, after `./run`."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    lines = [line.strip() for line in blocks.splitlines()]
    prose = re.sub(r"```sh\n.*?```", "", text, flags=re.DOTALL)
    lines += [" ".join(words.split()) for words in re.findall(r"`([^`]+)`", prose)]
    for line in lines:
        for part in re.split(r"&&|;|\|", line):
            words = part.strip().removeprefix("./run ")
            if words.startswith("sanad ") and not words.startswith("sanad restore-"):
                yield words


def fault(words):
    """What is wrong with one command, "" if nothing is."""
    here, rest = program(), shlex.split(words)[1:]
    while rest and hasattr(here, "commands"):
        if rest[0] == "--help":
            return ""
        if rest[0] not in here.commands:
            return f"no command {rest[0]}"
        here, rest = here.commands[rest[0]], rest[1:]
    known = {name for parameter in here.params for name in parameter.opts}
    given = [word for word in rest if word.startswith("--")]
    missing = [word for word in given if word not in known | {"--help"}]
    return f"no option {missing[0]}" if missing else ""


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_command_of_a_paper_exists(paper):
    """Each `sanad …` names a command and options that the program has."""
    faults = {words: fault(words) for words in commands(paper.read_text("utf-8"))}
    assert not {words: told for words, told in faults.items() if told}


def test_a_command_that_does_not_exist_is_noticed():
    """The control: a slip in a name or an option is found."""
    assert fault("sanad roster sing")
    assert fault("sanad backup --keep-day 3 x")
    assert not fault("sanad backup --keep-days 3 x")
    assert list(commands("```sh\nsanad doctor\n```\nand `sanad serve`")) == [
        "sanad doctor", "sanad serve",
    ]  # fmt: skip


def test_the_runbooks_that_are_needed_are_there_and_short():
    """Eight of them, each read in a minute or two."""
    found = {path.stem: path.read_text("utf-8") for path in DEPLOY.glob("runbooks/*.md")}
    assert found.keys() >= NEEDED
    assert all(len(text.splitlines()) < 100 for text in found.values())
    assert sum(len(list(commands(text))) for text in found.values()) > 30


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_file_a_paper_names_exists(paper):
    """Runbooks, decisions, tests and sources that are named can be opened."""
    text = paper.read_text("utf-8")
    named = set(re.findall(r"\b(?:bot|deploy|tests|flows|locales|requirements)/[\w./-]*\w", text))
    named |= {
        f"deploy/{name}" for name in re.findall(r"`(runbooks/[\w.-]+|decisions/[\w.-]+)", text)
    }
    named |= {f"deploy/runbooks/{name}" for name in re.findall(r"`([a-z-]+\.md)`", text)}
    missing = [name for name in named if not (PROJECT / name).exists() and "/site" not in name]
    assert not missing


def test_each_row_of_the_threat_model_is_tested_or_says_that_it_is_a_limit():
    """Seventeen adversaries; the last column names test files, or that there is a limit."""
    text = (DEPLOY / "THREAT-MODEL.md").read_text("utf-8")
    rows = re.findall(r"^\| (T\d+) \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    assert len(rows) >= 15
    for number, tested in rows:
        assert "tests/" in tested or "(limit)" in tested, number


def test_what_the_doctor_points_to_exists():
    """Each runbook that a remedy or an alert names."""
    sources = [*(PROJECT / "bot").rglob("*.py"), DEPLOY / "alerts.yaml"]
    named = {
        name
        for path in sources
        for name in re.findall(r"deploy/(?:runbooks|decisions)/[\w-]+\.md", path.read_text("utf-8"))
    }
    assert len(named) >= 4
    assert all((PROJECT / name).exists() for name in named)
