"""`sanad console`: let the first administrator in, and pin whose signatures count."""

import asyncio
import base64
import hashlib
import secrets
from typing import Annotated, Final

import typer

from bot.app.roster_file import ADMIN_FILE, replace_file
from bot.app.runtime import SystemClock
from bot.app.settings import Settings
from bot.cli.desk import DataDir, SecretsDir, read_roster, refusals, settings_of
from bot.console.static_files import wordlist
from bot.domain.audit import NOBODY, Note
from bot.domain.baghdad import hour_of
from bot.domain.language import TAGS, Tag
from bot.domain.roster import LONGEST_HANDLE, Role
from bot.errors import ConfigurationError
from bot.ports.staff import Account, Invitation
from bot.sealing import keys, spoken
from bot.stores.sqlite import Database
from bot.stores.sqlite_staff import SqliteStaff
from bot.usecases.trust_roster import (
    Admins,
    FormerAdmin,
    check_roster,
    parse_admins,
    write_admins,
)

app = typer.Typer(help="The caseworkers' console: invite, and pin who signs.", no_args_is_help=True)

ROLES: Final[tuple[Role, ...]] = ("caseworker", "supervisor", "manager", "admin")
HOURS_OPEN: Final = 72
TOKEN_BYTES: Final = 16
LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@app.command()
def invite(
    handle: Annotated[str, typer.Argument(help="A handle, never a name: a-z, 0-9, hyphen.")],
    *,
    role: Annotated[str, typer.Option(help=", ".join(ROLES))] = "caseworker",
    language: Annotated[str, typer.Option(help=", ".join(TAGS))] = "ar",
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Print a link that lets one person join, once, within three days."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        if not settings.console_url:
            raise ConfigurationError(
                "SANAD_CONSOLE_URL is not set: name the address at which staff reach the console"
            )
        token = base64.urlsafe_b64encode(secrets.token_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
        invitation = _invitation(handle, _role(role), _tag(language), token)
        if not asyncio.run(_invite(settings, invitation)):
            raise ConfigurationError(
                f"{handle} has an account or an open invitation already; choose another handle"
            )
        admins = [key.hex() for key in _pinned(settings)]
    fragment = ".".join([token, *admins])
    print(f"{settings.console_url}/console/join?lang={language}#{fragment}")


@app.command()
def pin(
    handle: str,
    *,
    more: Annotated[
        bool, typer.Option("--more", help="Beside the administrators pinned already.")
    ] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Trust an administrator's signatures here; compare the words with them by voice first."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        account = asyncio.run(_account(settings, handle))
        if account is None or account.revoked or account.role != "admin":
            raise ConfigurationError(f"{handle} is no administrator with an account here")
        public = bytes.fromhex(account.verify)
        before = _pinned(settings)
        _show(account)
        if any(key == public and not isinstance(key, FormerAdmin) for key in before):
            print("pinned already")
            return
        if before and not more:
            raise ConfigurationError(
                f"somebody else is pinned in {ADMIN_FILE}; add --more to let both sign"
            )
        _pin(settings, (*(key for key in before if key != public), public))
    print("pinned")


@app.command()
def unpin(
    handle: str,
    *,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Trust no roster that an administrator signs from now on; those in force before stay."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        account = asyncio.run(_account(settings, handle))
        public = bytes.fromhex(account.verify) if account else b""
        before = _pinned(settings)
        if public not in before:
            raise ConfigurationError(f"{handle} is not pinned in {ADMIN_FILE}")
        last = check_roster(read_roster(settings), before).version
        after = tuple(FormerAdmin.since(key, last) if key == public else key for key in before)
        if all(isinstance(key, FormerAdmin) for key in after):
            raise ConfigurationError("nobody could sign any more; pin another administrator first")
        _pin(settings, after)
    print(f"{handle} signs nothing after version {last}")


def _show(account: Account) -> None:
    recipient = keys.Recipient.parse(account.recipient)
    print(f"{account.handle}  {account.role}  {recipient.fingerprint}")
    places = spoken.places(recipient.public, bytes.fromhex(account.verify))
    for tag in dict.fromkeys((account.language, "en")):
        words = wordlist(tag)
        print("  " + " ".join(words[place] for place in places))


def _invitation(handle: str, role: Role, language: Tag, token: str) -> Invitation:
    if not (0 < len(handle) <= LONGEST_HANDLE and set(handle) <= LETTERS):
        raise ConfigurationError("a handle has 1 to 32 small letters, digits and hyphens")
    expires = SystemClock().now() + HOURS_OPEN * 3600
    token_hash = hashlib.sha256(token.encode()).digest()
    return Invitation(token_hash, handle, role, language, expires, NOBODY)


def _role(text: str) -> Role:
    for role in ROLES:
        if role == text:
            return role
    raise ConfigurationError(f"the role is one of {', '.join(ROLES)}")


def _tag(text: str) -> Tag:
    for tag in TAGS:
        if tag == text:
            return tag
    raise ConfigurationError(f"the language is one of {', '.join(TAGS)}")


def _pin(settings: Settings, admins: Admins) -> None:
    replace_file(settings.secrets_dir / ADMIN_FILE, write_admins(admins).encode())
    (settings.secrets_dir / ADMIN_FILE).chmod(0o600)


def _pinned(settings: Settings) -> Admins:
    try:
        return parse_admins((settings.secrets_dir / ADMIN_FILE).read_text(encoding="ascii"))
    except FileNotFoundError:
        return ()


async def _invite(settings: Settings, invitation: Invitation) -> bool:
    database = await _database(settings)
    try:
        note = Note(hour_of(SystemClock().now()), NOBODY, "invite", b"")
        return await SqliteStaff(database).invite(invitation, note)
    finally:
        await database.close()


async def _account(settings: Settings, handle: str) -> Account | None:
    database = await _database(settings)
    try:
        return await SqliteStaff(database).account(handle)
    finally:
        await database.close()


async def _database(settings: Settings) -> Database:
    # A new one would lack its secrets: the service makes both at its first start.
    if not settings.database_path.exists():
        raise ConfigurationError("there is no database yet; start `sanad serve` once, then invite")
    return await Database.open(settings.database_path)
