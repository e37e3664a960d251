"""The import contract is alive: an import upward turns it red."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")


def test_an_import_upward_is_refused(tmp_path: Path) -> None:
    """A domain module that imports a channel breaks the contract."""
    import shutil

    shutil.copytree(PROJECT / "bot", tmp_path / "bot")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    planted = tmp_path / "bot" / "domain" / "planted.py"
    planted.write_text("from bot.channels import telegram\n")
    done = subprocess.run(
        [LINTER, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "bot.domain.planted" in done.stdout
