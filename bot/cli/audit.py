"""`sanad audit`: the chain of acts, verified and pinned from outside."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.app.runtime import SystemClock
from bot.app.secrets import audit_seed
from bot.app.settings import Settings
from bot.cli.desk import DataDir, SecretsDir, queue, refusals, settings_of
from bot.domain.baghdad import day_of
from bot.errors import AuditError, ConfigurationError
from bot.sealing import checkpoint, keys
from bot.sealing.checkpoint import Checkpoint
from bot.usecases.verify_audit import Verified
from bot.usecases.verify_audit import verify_audit as verified

app = typer.Typer(help="Who did what to which case: verify that nothing was altered.")

HeadFiles = Annotated[
    list[Path] | None,
    typer.Option("--head", help="A head kept outside (what `sanad audit head` wrote)."),
]


@app.command()
def head(*, data_dir: DataDir = None, secrets_dir: SecretsDir = None) -> None:
    """Print the chain's newest entry as a signed note, to keep somewhere else."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        seed = audit_seed(settings.secrets_dir)
        found = asyncio.run(_newest(settings, day_of(SystemClock().now())))
        signature = checkpoint.sign_checkpoint(seed, found)
        note = checkpoint.write_note(found, keys.signing_public(seed), signature)
    typer.echo(note, nl=False)


@app.command()
def verify(
    *, head: HeadFiles = None, data_dir: DataDir = None, secrets_dir: SecretsDir = None
) -> None:
    """Go through every entry; exit code 1 names the first place that does not hold."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        public = keys.signing_public(audit_seed(settings.secrets_dir))
        pinned = [checkpoint.read_note(_read(path), public) for path in head or ()]
        found = asyncio.run(_verified(settings, public, pinned))
    typer.echo(f"holds: {found.entries} entries, {found.heads} signed heads, {len(pinned)} given")


@app.command()
def key(*, data_dir: DataDir = None, secrets_dir: SecretsDir = None) -> None:
    """Print the public key heads are signed with, for whoever keeps them."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        public = keys.signing_public(audit_seed(settings.secrets_dir))
    typer.echo(checkpoint.verifier(public))


async def _newest(settings: Settings, day: date) -> Checkpoint:
    async with queue(settings) as store:
        last = await store.audit_head()
    if last is None:
        raise AuditError("nothing was done yet, so there is no head")
    return Checkpoint(last.seq, last.hash, day)


async def _verified(settings: Settings, public: bytes, pinned: list[Checkpoint]) -> Verified:
    async with queue(settings) as store:
        return await verified(store, public, pinned)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} cannot be read") from error
