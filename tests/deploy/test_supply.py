"""What comes from elsewhere is named, pinned by hash, and its licence was looked at."""

import importlib.util
import json
import re
import sys

import pytest
import yaml

from tests.deploy.tools import DEPLOY, PROJECT

LOCKS = sorted((PROJECT / "requirements").glob("*.txt"))


def tool(name):
    spec = importlib.util.spec_from_file_location(name, DEPLOY / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_package_is_pinned_with_hashes_and_no_address(lock):
    """`name==version` and at least one sha256 each; nothing says where it comes from."""
    text = lock.read_text("utf-8")
    pinned = re.findall(r"^[A-Za-z0-9_.-]+==\S+.*?(?=^[A-Za-z]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pinned) > 40
    assert all("--hash=sha256:" in entry for entry in pinned)
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(lines) == len(pinned)
    assert "://" not in text


def test_the_larger_locks_agree_with_what_the_program_runs_on():
    """What was tested is what is installed: the same versions in every lock."""
    versions = {
        lock.stem: dict(
            re.findall(r"^([\w.-]+)==([^ ;\\]+)", lock.read_text("utf-8"), re.MULTILINE)
        )
        for lock in LOCKS
    }
    for name, version in versions["core"].items():
        assert versions["dev"][name] == versions["supply"][name] == version


def test_every_licence_is_allowed_and_listed(monkeypatch, capsys):
    """deploy/LICENCES.md is that of the lock."""
    licences = tool("licences")
    monkeypatch.setattr(sys, "argv", ["licences.py", "--check"])
    assert licences.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "expression", "refused"),
    [
        ("a", "MIT", False), ("a", "AGPL-3.0-only", True), ("a", "unknown", True),
        ("a", "Apache-2.0 OR GPL-2.0-only", False), ("a", "MIT AND GPL-2.0-only", True),
        ("a", "LGPL-3.0-only", True), ("python-telegram-bot", "LGPL-3.0-only", False),
    ],
)  # fmt: skip
def test_a_licence_nobody_allowed_is_refused(name, expression, refused):
    """A choice is fine if one side is; a conjunction only if both are."""
    assert tool("licences").refused(name, expression) is refused


def test_an_audit_that_could_not_ask_is_no_pass():
    """Silence, a package the source does not know, and a vulnerability: three, three, one."""
    verdict = tool("audit").verdict
    clean = {"name": "a", "version": "1", "vulns": []}
    unknown = {"name": "b", "version": "1", "skip_reason": "not found"}
    hit = {"name": "c", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}
    assert verdict(None)[0] == verdict([])[0] == 3
    assert verdict([clean, unknown])[0] == 3
    assert "NOT AUDITED: 1" in verdict([clean, unknown])[1][-1]
    assert verdict([clean, unknown, hit])[0] == 1
    assert verdict([clean])[0] == 0


def test_the_image_installs_only_by_hash_and_runs_as_nobody():
    """Hashes required, wheels only, a user of its own, glibc, no secret built in."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    assert "--require-hashes" in text
    assert "--only-binary=:all:" in text
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "alpine" not in text.lower().replace("not alpine", "")
    assert ":latest" not in text
    assert "TOKEN" not in text
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((PROJECT / name).exists() for name in copied.split())
    left_out = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    assert left_out[1] == "*"


def test_containers_are_closed():
    """Read-only, no privileges, keys in memory, no swap, no core, and nothing but Caddy outside."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["mem_limit"] == service["memswap_limit"]
    assert services["sanad"]["user"] == services["backup"]["user"] == "10001:10001"
    assert any(line.startswith("/run/sanad:mode=0700") for line in services["sanad"]["tmpfs"])
    assert services["sanad"]["ulimits"]["core"] == 0
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert services["backup"]["network_mode"] == "none"
    assert "environment" not in services["backup"]
    assert "TOKEN" not in json.dumps(services["sanad"]["environment"])
