"""The machine: versions, room, memory that never reaches a disk."""

import os
import shutil
import sqlite3
import ssl
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from bot.app.doctor.finding import Finding, fail, ok, warn
from bot.app.settings import OWN_CREDENTIALS, Settings
from bot.errors import SanadError
from bot.sealing import age, keys, reading
from bot.stores.epoch_files import EPOCH_SECONDS, LIVING_EPOCHS

ROOM: Final = 512 << 20
TIGHT: Final = 2 << 30
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
OPEN_TO_OTHERS: Final = 0o077
MOUNTS: Final = Path("/proc/self/mounts")
SWAPS: Final = Path("/proc/swaps")


def machine(settings: Settings, now: int) -> Iterator[Finding]:
    """Everything that needs no network and no database."""
    yield versions()
    yield sealing()
    yield room(settings)
    yield from folders(settings)
    yield runtime_folder(settings)
    yield epochs(settings, now)
    yield swap()


def versions() -> Finding:
    """Python and what it was built on; for the report to whoever is asked for help."""
    found = (
        f"Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION.rsplit(' ', 3)[0]}, "
        f"SQLite {sqlite3.sqlite_version}, cryptography {metadata.version('cryptography')}"
    )
    return ok("versions", found)


def sealing() -> Finding:
    """Seal and open something with a key made for it: wheels differ in what they can do."""
    seed = os.urandom(keys.SEED_SIZE)
    try:
        blob = age.seal(b"a test", [keys.recipient_of(seed)])
        works = reading.open_sealed(blob, [seed]) == b"a test"
    except Exception as error:  # noqa: BLE001 - whatever it is, no report could be sealed
        works = False
        told = type(error).__name__
    else:
        told = "a sealed test opens again, post-quantum"
    if works:
        return ok("sealing", told)
    return fail("sealing", told, "install the locked packages again: delete .venv, then ./run demo")


def room(settings: Settings) -> Finding:
    """Room for reports, and for the overwriting of what is deleted."""
    folder = settings.data_dir if settings.data_dir.exists() else Path()
    free = shutil.disk_usage(folder).free
    told = f"{free >> 20} MiB free"
    if free < ROOM:
        return fail("disk", told, "make room: deploy/runbooks/full-disk.md")
    if free < TIGHT:
        return warn("disk", told, "plan for more room: deploy/runbooks/full-disk.md")
    return ok("disk", told)


def folders(settings: Settings) -> Iterator[Finding]:
    """The folders nobody else may read."""
    named = {"data folder": settings.data_dir, "secrets folder": settings.secrets_dir}
    for name, folder in named.items():
        if not folder.is_dir():
            yield warn(name, f"{folder} is not there", "start the service once, or sanad setup")
        elif folder.stat().st_mode & OPEN_TO_OTHERS:
            yield fail(name, f"{folder} is open to others", f"chmod 700 {folder}")
        else:
            yield ok(name, f"{folder}, closed to others")
    if OWN_CREDENTIALS.is_dir() and OWN_CREDENTIALS.stat().st_mode & OPEN_TO_OTHERS:
        yield fail("credentials", f"{OWN_CREDENTIALS} is open to others", "chmod 700 credentials")


def runtime_folder(settings: Settings) -> Finding:
    """Epoch keys on a disk would outlive their deletion."""
    try:
        folder = settings.runtime_folder()
    except SanadError as error:
        return fail("key folder", "there is none", str(error))
    kind = file_system(folder)
    if kind in IN_MEMORY:
        return ok("key folder", f"{folder}, in memory ({kind})")
    return fail(
        "key folder",
        f"{folder} lies on {kind or 'an unknown file system'}: deleted keys may be read there",
        "set SANAD_RUNTIME_DIR to a folder on tmpfs, such as /run/sanad or /dev/shm/sanad",
    )


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system a path lies on, also if the path is not there yet; "" if unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found = {fields[1]: fields[2] for fields in map(str.split, lines) if len(fields) > 2}
    for path in (folder.resolve(), *folder.resolve().parents):
        if str(path) in found:
            return found[str(path)]
    return ""


def epochs(settings: Settings, now: int) -> Finding:
    """Whether a key lives longer than it may."""
    try:
        numbers = [
            int(path.name.removeprefix("epoch-"))
            for path in settings.runtime_folder().glob("epoch-*")
            if path.name.removeprefix("epoch-").isdecimal()
        ]
    except (SanadError, OSError):
        numbers = []
    present = now // EPOCH_SECONDS
    late = [number for number in numbers if present - number > LIVING_EPOCHS]
    if late:
        return fail(
            "epoch keys",
            f"{len(late)} keys outlived their time",
            "is the service running, and the clock right? It destroys them two hours after a start",
        )
    if present not in numbers:
        return warn("epoch keys", "none for now", "the service makes one when it starts")
    return ok("epoch keys", f"{len(numbers)} alive, none too old")


def swap(swaps: Path = SWAPS) -> Finding:
    """Memory that is written to a disk keeps what a person wrote."""
    try:
        lines = swaps.read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        lines = []
    disks = [line.split()[0] for line in lines if not line.startswith("/dev/zram")]
    if disks:
        return warn(
            "swap",
            "memory may be written to a disk",
            "swapoff -a, or run under deploy/systemd/sanad.service (MemorySwapMax=0)",
        )
    return ok("swap", "memory stays in memory")
