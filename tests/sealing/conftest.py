"""Node with the npm age implementation and the public vectors, installed once if absent."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parent.parent / "node"

Job = dict[str, Any]


def _node(script: str, given: str) -> Any:
    done = subprocess.run(
        ["node", script],
        cwd=NODE,
        input=given,
        capture_output=True,
        check=True,
        timeout=60,
        encoding="utf-8",
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def installed() -> None:
    """The packages of tests/node, by their locked hashes and without running their scripts."""
    # npm writes this file last: an installation that was cut off is done again.
    if not (NODE / "node_modules" / ".package-lock.json").is_file():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=NODE, check=True, capture_output=True, timeout=100)


@pytest.fixture(scope="session")
def run_node(installed: None) -> Callable[[list[Job]], list[Any]]:
    """Run jobs of tests/node/age.mjs: their answers, None for a job that was refused."""

    def run(jobs: list[Job]) -> list[Any]:
        return [answer.get("ok") for answer in _node("age.mjs", json.dumps(jobs))]

    return run


@pytest.fixture(scope="session")
def vector_files(installed: None) -> dict[str, str]:
    """The public vectors: name to base64."""
    return _node("vectors.mjs", "")
