"""`sanad backup` and `sanad restore`: a sealed copy of what may be copied, and the way back."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app import backup as backups
from bot.app import restore as restoring
from bot.app.runtime import SystemClock
from bot.app.settings import Settings
from bot.cli import identity_files
from bot.cli.desk import DataDir, IdentityFile, PassphraseFile, SecretsDir, refusals, settings_of
from bot.domain.baghdad import local
from bot.domain.rota import clock_time
from bot.errors import ConfigurationError
from bot.sealing.opening import Identity, open_backup


def backup(
    file: Annotated[Path, typer.Argument(help="A new file ….age, or a folder for a dated one.")],
    *,
    keep_days: Annotated[
        int, typer.Option(help="Then delete the folder's dated backups older than this; 0: none.")
    ] = 0,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Seal cases, replies, roster and audit to the key in the safe; never sessions, never keys."""
    with refusals():
        now = SystemClock().now()
        settings = settings_of(data_dir, secrets_dir)
        target = file if file.suffix == backups.SUFFIX else _dated(file, now)
        made = backups.make_backup(settings, target, now)
        gone = backups.remove_older(target.parent, keep_days, now) if keep_days else 0
    print(f"{target.name}  {made.size} bytes, {made.cases} cases")
    if gone:
        print(f"{gone} older than {keep_days} days deleted")


def restore(
    file: Annotated[Path, typer.Argument(help="The sealed backup.", exists=True, dir_okay=False)],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only look: open it, check everything, keep nothing.")
    ] = False,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Open a backup, check all of it, and make it the database if there is none."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        if not check:
            restoring.refuse_to_overwrite(settings)
        who = _identity(identity, passphrase_file)
        checked = _restored(settings, file, who, check=check)
    _tell(checked)
    print("nothing was changed" if check else f"restored to {settings.database_path}")
    if not check:
        print(
            "Before the service starts: put pepper, salt and admin.pub of the escrow into "
            "SANAD_SECRETS_DIR, and read deploy/runbooks/restore.md"
        )


def _restored(settings: Settings, file: Path, who: Identity, *, check: bool) -> restoring.Checked:
    with restoring.unsealed(
        settings, file, lambda source, target: open_backup(source, target, who.seeds)
    ) as copy:
        checked = asyncio.run(restoring.check_copy(settings, copy))
        if not check:
            restoring.put_in_place(settings, copy, checked.files)
    return checked


def _identity(file: Path | None, passphrase_file: Path | None) -> Identity:
    if file is None:
        raise ConfigurationError(
            "name the identity file the backup was sealed to with --identity (the break-glass "
            "file from the safe)"
        )
    secret = identity_files.passphrase(passphrase_file)
    return identity_files.read_identity(file, secret)


def _dated(folder: Path, now: int) -> Path:
    return folder / f"sanad-{local(now):%Y-%m-%d-%H%M}{backups.SUFFIX}"


def _tell(checked: restoring.Checked) -> None:
    states = ", ".join(f"{count} {state}" for state, count in checked.states.items()) or "none"
    trust = "signed by the pinned administrator" if checked.signed else "NO admin.pub TO CHECK WITH"
    print(f"made      {clock_time(checked.made)}")
    print("database  whole, and its tables are ours")
    print(f"cases     {states}")
    print(f"audit     the chain holds, {checked.audited} entries")
    print(f"roster    version {checked.roster}, {trust}" if checked.roster else "roster    none")
    print(f"rows      {', '.join(f'{name} {count}' for name, count in checked.rows.items())}")
