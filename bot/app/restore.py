"""Bring a backup back: look at all of it, and only then let it become the database."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from bot.app.backup import FILES
from bot.app.roster_file import ADMIN_FILE
from bot.app.settings import Settings
from bot.domain.audit import first_broken
from bot.domain.case import STATES
from bot.errors import ConfigurationError, RosterError, StoreError
from bot.stores import snapshot_reading
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.usecases.trust_roster import check_roster, parse_admins

Unseal = Callable[[BinaryIO, BinaryIO], None]
"""Opens the sealed file into another; the caller holds the key, this module never does."""
SIDE_FILES: Final = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a backup that passed every check."""

    made: int
    states: Mapping[str, int]
    audited: int
    roster: int
    signed: bool
    rows: Mapping[str, int]
    files: Mapping[str, bytes] = field(repr=False)


@contextmanager
def unsealed(settings: Settings, file: Path, unseal: Unseal) -> Iterator[Path]:
    """The copy inside a backup, as a file beside the database that is gone afterwards."""
    folder = settings.database_path.parent
    copy = folder / f".restore-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target, file.open("rb") as source:
            unseal(source, target)
        yield copy
    except OSError as error:
        raise ConfigurationError(f"{file.name} cannot be restored ({error.strerror})") from None
    finally:
        for suffix in SIDE_FILES:
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


async def check_copy(settings: Settings, copy: Path) -> Checked:
    """Check the copy from schema to signatures and bring it up to this version; it stays a copy."""
    contents = snapshot_reading.check(copy)
    snapshot_reading.complete(copy)
    database = await Database.open(copy)
    try:
        cases = SqliteCases(database)
        audit = await cases.audit()
        broken = first_broken(audit)
        if broken is not None:
            raise StoreError(
                f"the audit chain in the backup breaks at entry {broken}: it was altered before it "
                "was sealed. Take an older backup and see deploy/runbooks/breach.md"
            )
        rows = await cases.rows(STATES)
        newest = await cases.newest_roster()
        version = newest[0] if newest else 0
        signed = _signed(settings, newest[1]) if newest else False
    finally:
        await database.close()
    states: dict[str, int] = {state: sum(row.state == state for row in rows) for state in STATES}
    found = {state: count for state, count in states.items() if count}
    return Checked(contents.made, found, len(audit), version, signed, contents.rows, contents.files)


def put_in_place(settings: Settings, copy: Path, files: Mapping[str, bytes]) -> None:
    """Make the checked copy the database, and put its files beside it; nothing is overwritten."""
    target = settings.database_path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in files.keys() & set(FILES):
        path = settings.data_dir / name
        if not path.exists():
            path.write_bytes(files[name])
            path.chmod(0o600)
    try:
        os.link(copy, target)  # unlike a rename, this never replaces
    except FileExistsError:
        refuse_to_overwrite(settings)
        raise


def refuse_to_overwrite(settings: Settings) -> None:
    """ConfigurationError if there is a database already."""
    for suffix in SIDE_FILES:
        path = settings.database_path.with_name(settings.database_path.name + suffix)
        if path.exists():
            raise ConfigurationError(
                f"{path.name} is there already and is never overwritten: stop the service and move "
                "it away, or name another folder with --data-dir"
            )


def _signed(settings: Settings, file: bytes) -> bool:
    """Whether the newest roster is signed by the administrator pinned here; False if none is."""
    try:
        admin = parse_admins((settings.secrets_dir / ADMIN_FILE).read_text(encoding="ascii"))
    except FileNotFoundError:
        return False
    try:
        check_roster(file, admin)
    except RosterError as error:
        raise RosterError(f"the newest roster in the backup: {error}") from error
    return True
