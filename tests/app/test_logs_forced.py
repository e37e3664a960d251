"""Forced to fail in every way at DEBUG, nothing that is printed tells on anybody."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.app.forced_exceptions import CANARIES

PROJECT = Path(__file__).resolve().parents[2]
PLACES = ("logger", "hook", "own", "asyncio", "library")


@cache
def heard(*arguments: str) -> tuple[list[str], str]:
    """What was forced, and everything that came out beside it."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.app.forced_exceptions", *arguments],
        cwd=PROJECT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert "everything" in done.stdout, done.stderr[-3000:]
    return done.stdout.splitlines(), done.stderr


def test_forty_ways_to_fail_say_nothing_about_a_person():
    """Libraries, threads, tasks, finalisers, warnings: no number, token or word in any output."""
    forced, said = heard()
    for place in PLACES:
        assert [line for line in forced if line.startswith(place)], place
    assert len(forced) >= 40
    assert not [canary for canary in CANARIES if canary in said or canary in "\n".join(forced)]


def test_what_is_said_is_ours():
    """Every line is an event of ours in JSON or the bare type of an error, never a traceback."""
    _, said = heard()
    assert "Traceback" not in said
    assert "خايفة" not in said
    for line in said.splitlines():
        if line.startswith("{"):
            assert json.loads(line)["event"] in {"library_message", "job_failed", "other"}
        else:
            assert line.rsplit(": ", 1)[0] in {"sanad stopped", "a thread stopped", "ignored"}, line


@pytest.mark.parametrize("canary", CANARIES)
def test_without_our_logging_the_same_failures_tell_everything(canary):
    """The control: the forcing does reach the output, and the search does find."""
    assert canary in heard("bare")[1]
