"""Runs the console's own JavaScript in node: jobs of tests/node/console.mjs."""

import base64
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NODE = Path(__file__).parent.parent / "node"
Job = dict[str, Any]


def run_jobs(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """The answers, each {"ok": …} or {"error": code}."""
    done = subprocess.run(
        ["node", "console.mjs"],
        cwd=NODE,
        input=json.dumps(list(jobs)),
        capture_output=True,
        check=True,
        timeout=100,
        encoding="utf-8",
    )
    return json.loads(done.stdout)


def run_job(job: str, **parameters: Any) -> Any:
    """The answer to one job; AssertionError with its code if it was refused."""
    answer = run_jobs([{"job": job, **parameters}])[0]
    assert "ok" in answer, answer
    return answer["ok"]


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def raw(letters: str) -> bytes:
    return base64.b64decode(letters)
