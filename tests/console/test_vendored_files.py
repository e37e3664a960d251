"""What the console serves of others is what the lock file builds, and little enough."""

import gzip
import hashlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
TOOLS = PROJECT / "deploy" / "tools" / "vendor"
STATIC = PROJECT / "bot" / "console" / "static"
SERVED = {".js", ".css", ".json", ".svg", ".webmanifest"}
MOST = 150 * 1024


@pytest.mark.node
def test_the_vendored_files_are_built_from_the_lock(tmp_path: Path) -> None:
    """A build from the locked packages gives the very bytes that are served."""
    folder = tmp_path / "vendor"
    shutil.copytree(TOOLS, folder, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=100)
    out = tmp_path / "built"
    build = ["node", "build.mjs", str(out)]
    subprocess.run(build, cwd=folder, check=True, capture_output=True, timeout=60)
    kept = {file.name: file.read_bytes() for file in (STATIC / "vendor").iterdir()}
    assert {file.name: file.read_bytes() for file in out.iterdir()} == kept


def test_every_vendored_file_has_its_hash_and_licence() -> None:
    """VENDOR.toml names each file of others with version, licence and the hash of its bytes."""
    listed = tomllib.loads((STATIC / "vendor" / "VENDOR.toml").read_text())["file"]
    texts = {"VENDOR.toml", "LICENCES.txt"}
    assert {each["name"] for each in listed} | texts == {
        file.name for file in (STATIC / "vendor").iterdir()
    }
    for each in listed:
        content = (STATIC / "vendor" / each["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
        assert all(package["version"] and package["licence"] for package in each["package"])


def test_everything_served_is_small() -> None:
    """All scripts and styles together stay under 150 KB compressed: a phone loads them once."""
    served = [file for file in STATIC.rglob("*") if file.suffix in SERVED]
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in served) < MOST


def test_no_form_of_the_console_sends_itself() -> None:
    """Forms are sent by scripts only: htmx or a browser would put what is typed into an address."""
    for template in (STATIC.parent / "templates").rglob("*.html"):
        for form in re.findall(r"<form\b[^>]*>", template.read_text(encoding="utf-8")):
            kept = 'hx-boost="false"' in form and 'method="post"' in form
            assert kept or 'method="get"' in form, f"{template.name}: {form}"
