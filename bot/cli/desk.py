"""A caseworker's desk in the terminal: the queue, the signed roster and who sits there."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.settings import Settings, load_settings
from bot.cli import identity_files
from bot.domain.roster import Member
from bot.errors import CaseError, ConfigurationError, RosterError, SanadError
from bot.ports.cases import CaseRow, Entry
from bot.sealing import keys
from bot.sealing.envelope import Document, Kind
from bot.sealing.opening import Expected, Identity, open_case
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.usecases.open_case import Opener
from bot.usecases.trust_roster import (
    Admins,
    TrustedRoster,
    known_rosters,
    parse_admins,
    trust_roster,
)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Durable data (SANAD_DATA_DIR, ./data).")
]
SecretsDir = Annotated[
    Path | None, typer.Option("--secrets-dir", help="Secrets (SANAD_SECRETS_DIR, ./secrets).")
]
IdentityFile = Annotated[
    Path | None,
    typer.Option("--identity", envvar="SANAD_IDENTITY", help="Your identity file."),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        envvar="SANAD_PASSPHRASE_FILE",
        help="Read the passphrase from this file, for scripts.",
    ),
]
CaseId = Annotated[str, typer.Argument(help="The case's number, or its beginning.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at the queue, with what they may open."""

    store: SqliteCases
    roster: TrustedRoster
    admins: Admins
    member: Member
    identity: Identity

    async def opener(self) -> Opener:
        """Opens what was sealed by any roster this installation has accepted."""
        rosters = await known_rosters(self.roster.version, self.admins, self.store)

        def opener(
            sealed: bytes, kind: Kind, case: bytes, seq: int, prev: bytes, *, origin: bytes = b""
        ) -> Document:
            expected = Expected(
                kind=kind, case=case, seq=seq, prev=prev, rosters=rosters, origin=origin
            )
            return open_case(sealed, self.identity.seeds, expected)

        return opener

    async def first_entry(self, row: CaseRow) -> Entry | None:
        """The sealed report of a case; None after it was withdrawn."""
        return next(iter(await self.store.entries(row.case)), None)


def settings_of(data_dir: Path | None, secrets_dir: Path | None) -> Settings:
    """The program's settings, with what was said on the command line on top."""
    named = {"data_dir": data_dir, "secrets_dir": secrets_dir}
    return load_settings(**{name: path for name, path in named.items() if path is not None})


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refusal into its sentence on stderr and exit code 1."""
    try:
        yield
    except SanadError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@asynccontextmanager
async def queue(settings: Settings) -> AsyncIterator[SqliteCases]:
    """The case database, which must exist already."""
    path = settings.database_path
    if not path.exists():
        raise ConfigurationError(
            f"there is no database {path.name} in SANAD_DATA_DIR; start the service once, or name "
            "its folder with --data-dir"
        )
    database = await Database.open(path)
    try:
        yield SqliteCases(database)
    finally:
        await database.close()


@asynccontextmanager
async def desk(
    settings: Settings, identity_file: Path | None, passphrase_file: Path | None
) -> AsyncIterator[Desk]:
    """The queue with somebody at it: their key opens their file and stands in the roster."""
    if identity_file is None:
        raise ConfigurationError("who are you? Name your file with --identity or SANAD_IDENTITY")
    admins = read_admins(settings)
    secret = identity_files.passphrase(passphrase_file)
    identity = identity_files.read_identity(identity_file, secret)
    async with queue(settings) as store:
        roster = await trust_roster(read_roster(settings), admins, store)
        member = roster.member_with(identity_files.recipient_text(identity))
        if keys.signing_public(identity.signing).hex() != member.verify:
            raise RosterError(
                "the signing key in this file is not the roster's; have it added again and signed"
            )
        yield Desk(store, roster, admins, member, identity)


async def find(store: SqliteCases, text: str) -> CaseRow:
    """The one case whose number begins so; CaseError if there is none, or more than one."""
    found = await store.match(text.strip().lower())
    if not found:
        raise CaseError("no case has a number that begins so; see `sanad case list`")
    if len(found) > 1:
        raise CaseError("more than one case begins so; give more of its number")
    return found[0]


def read_admins(settings: Settings) -> Admins:
    """The pinned administrators' keys; RosterError if there is none."""
    try:
        return parse_admins((settings.secrets_dir / ADMIN_FILE).read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(
            f"there is no {ADMIN_FILE} in SANAD_SECRETS_DIR; make it with `sanad roster init`, or "
            "copy it from the administrator"
        ) from error


def read_roster(settings: Settings) -> bytes:
    """The signed roster file; RosterError if there is none."""
    try:
        return (settings.data_dir / ROSTER_FILE).read_bytes()
    except OSError as error:
        raise RosterError(
            f"there is no {ROSTER_FILE} in SANAD_DATA_DIR; sign one with `sanad roster sign`"
        ) from error


def typed(file: Path | None, text: str) -> str:
    """What is to be sent: given, from a file, or typed until the end of input."""
    if text:
        return text
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{file.name} cannot be read as text") from error
    if sys.stdin.isatty():
        typer.echo("Write the reply; end with Ctrl-D on an empty line.", err=True)
    return sys.stdin.read()
