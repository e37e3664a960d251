"""The units are as closed as they claim, by the judgement of systemd itself."""

import re

import pytest

from tests.deploy.tools import DEPLOY, program, run

UNITS = DEPLOY / "systemd"
SERVICES = ("sanad.service", "sanad-backup.service")
MOST = 2.0


def exposure(path):
    told = run(program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(path))
    found = re.search(r"exposure level for \S+ (\d+\.\d+)", told.stdout)
    assert found, told.stdout + told.stderr
    return float(found[1])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_exposed_at_most_two(name):
    """`systemd-analyze security --offline=true` rates it 2.0 or better."""
    assert exposure(UNITS / name) <= MOST


def test_an_open_unit_is_rated_worse(tmp_path):
    """The control: without the restrictions the same judgement is far above the bar."""
    text = (UNITS / "sanad.service").read_text("utf-8")
    cut, _, _ = text.partition("UMask=0077")
    (tmp_path / "sanad.service").write_text(cut)
    assert exposure(tmp_path / "sanad.service") > 5


@pytest.mark.parametrize("name", [*SERVICES, "sanad-backup.timer"])
def test_systemd_understands_every_line(name, tmp_path):
    """Nothing is ignored as unknown; only the program itself is not installed here."""
    for unit in UNITS.iterdir():
        text = unit.read_text("utf-8").replace("/opt/sanad/.venv/bin/sanad", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    told = run(program("systemd-analyze"), "verify", "--no-pager", str(tmp_path / name))
    ours = [line for line in told.stderr.splitlines() if "sanad" in line]
    assert not ours, told.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_memory_reaches_no_disk(name):
    """No core file, no swap, no cache of byte code beside the program."""
    lines = (UNITS / name).read_text("utf-8").splitlines()
    for line in ("LimitCORE=0", "MemorySwapMax=0", "UMask=0077", "PrivateTmp=yes"):
        assert line in lines


def test_keys_lie_in_memory_and_freed_memory_is_overwritten():
    """The runtime folder, and the allocator settings the residue tests were made with."""
    lines = (UNITS / "sanad.service").read_text("utf-8").splitlines()
    for line in (
        "RuntimeDirectory=sanad",
        "SystemCallFilter=setpriority",  # without it codes are derived at everybody's cost
        "RuntimeDirectoryMode=0700",
        "LoadCredential=sanad:/etc/sanad/credentials",
        "Environment=PYTHONMALLOC=malloc",
        "Environment=GLIBC_TUNABLES=glibc.malloc.perturb=85:glibc.malloc.tcache_count=0",
    ):
        assert line in lines
    assert not any(line.startswith("Environment=SANAD_TELEGRAM") for line in lines)
