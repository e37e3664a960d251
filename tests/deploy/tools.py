"""The programs that read what lies in deploy/."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"


def program(name: str) -> str:
    """Where a program is; without it a test is left out with a word, but never in CI."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs {name}")
        pytest.skip(f"no {name} here: install it to check what it would read")
    return found


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, **environment}, cwd=PROJECT,
    )  # fmt: skip
