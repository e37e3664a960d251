"""Make a backup: the tables that may leave the machine, sealed to a key that is not on it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.settings import Settings
from bot.errors import ConfigurationError, RosterError, StoreError
from bot.sealing import age
from bot.sealing.keys import Recipient
from bot.stores import snapshot
from bot.usecases.trust_roster import check_roster, parse_admins

DRAFT_FILE: Final = "roster.draft.json"
FILES: Final = (ROSTER_FILE, DRAFT_FILE)
"""What travels beside the tables. The administrator's pinned key does not: it is what a restored
roster is judged by, so it has to come from somewhere else."""
STAMP_FILE: Final = "backup.json"
WORKING: Final = ".backup-working"
SUFFIX: Final = ".age"


@dataclass(frozen=True, slots=True)
class Made:
    """The newest backup: when, how large, how many cases. Where it lies now is not our business."""

    made: int
    size: int
    cases: int


def make_backup(settings: Settings, target: Path, now: int) -> Made:
    """Write a sealed backup to the new file `target`; refuses to write over anything."""
    live = settings.database_path
    if not live.exists():
        raise ConfigurationError(
            f"there is no database {live.name} in SANAD_DATA_DIR yet: nothing to back up"
        )
    recipient = backup_recipient(settings)
    try:
        with _working_copy(live.parent) as copy:
            cases = snapshot.take(live, copy, now, _files(settings.data_dir))
            size = _seal(copy, target, recipient)
        made = Made(now, size, cases)
        _stamp(settings.data_dir, made)
    except FileExistsError:
        raise ConfigurationError(f"{target.name} is there already; name a new file") from None
    except OSError as error:
        raise StoreError(
            f"the backup could not be written ({error.strerror}): is there room?"
        ) from None
    return made


def backup_recipient(settings: Settings) -> Recipient:
    """Whom backups are sealed to: the setting's key, else the signed roster's break-glass key."""
    if settings.backup_recipient:
        return Recipient.parse(settings.backup_recipient)
    break_glass = _break_glass(settings)
    if not break_glass:
        raise ConfigurationError(
            "nobody could open a backup: the roster has no break-glass key. Set "
            "SANAD_BACKUP_RECIPIENT to a public key whose file is kept in a safe (`sanad roster "
            "key --identity backup.age` makes both)"
        )
    return Recipient.parse(break_glass)


def newest_backup(data_dir: Path) -> Made | None:
    """What the stamp of the last backup says; None when there was none, or it cannot be read."""
    try:
        return Made(**json.loads((data_dir / STAMP_FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def _working_copy(folder: Path) -> Iterator[Path]:
    """A file beside the database: what it holds for a moment lies there unsealed anyway."""
    copy = folder / WORKING
    try:
        _remove(copy)  # one that a crash left behind
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield copy
    finally:
        _remove(copy)


def _remove(copy: Path) -> None:
    for path in (copy, copy.with_name(copy.name + "-journal")):
        path.unlink(missing_ok=True)


def _seal(copy: Path, target: Path, recipient: Recipient) -> int:
    """Seal under another name first: a file called `target` is always a whole one."""
    if target.exists():
        raise FileExistsError
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(target.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as sealed, copy.open("rb") as source:
            age.seal_file(source, sealed, [recipient])
            sealed.flush()
            os.fsync(sealed.fileno())
        os.link(part, target)  # unlike a rename, this never replaces
        return target.stat().st_size
    finally:
        part.unlink(missing_ok=True)


def _files(folder: Path) -> dict[str, bytes]:
    found = {}
    for name in FILES:
        with suppress(FileNotFoundError):
            found[name] = (folder / name).read_bytes()
    return found


def _break_glass(settings: Settings) -> str:
    try:
        admin = parse_admins((settings.secrets_dir / ADMIN_FILE).read_text(encoding="ascii"))
        trusted = check_roster((settings.data_dir / ROSTER_FILE).read_bytes(), admin)
    except (OSError, UnicodeDecodeError):
        return ""
    except RosterError as error:
        raise RosterError(f"the break-glass key cannot be trusted: {error}") from error
    return trusted.roster.break_glass


def _stamp(folder: Path, made: Made) -> None:
    beside = folder / (STAMP_FILE + ".new")
    beside.write_text(json.dumps(asdict(made)), encoding="ascii")
    beside.replace(folder / STAMP_FILE)


def remove_older(folder: Path, days: int, now: int) -> int:
    """Delete the backups in a folder that are more than `days` old; how many went.

    What somebody withdrew after a backup is gone for good only with the last backup that holds it.
    """
    gone = 0
    for path in folder.glob(f"sanad-*{SUFFIX}"):
        if path.is_file() and path.stat().st_mtime < now - days * 86_400:
            path.unlink()
            gone += 1
    return gone
