"""`sanad demo`: everything on this machine, nothing to configure."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import typer

from bot.app import logs
from bot.app.compose import Running
from bot.app.content import DEMO
from bot.app.organisation import load_organisation
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.settings import Settings, load_settings
from bot.cli import identity_files
from bot.cli.serve import run
from bot.domain.baghdad import WEEK
from bot.domain.language import TAGS
from bot.domain.roster import Member, Roster, Shift
from bot.errors import SanadError
from bot.usecases.trust_roster import sign_roster

FOLDER: Final = Path("data") / "demo"
HANDLE: Final = "sample-caseworker"


def demo() -> None:
    """Bring up a preview phone and a sample caseworker; real channels too when they are set."""
    logs.configure()
    try:
        settings = demo_settings()
        prepare(settings)
        run(
            settings, load_organisation(DEMO / "organisation.toml"), demo=True, tell=_tell(settings)
        )
    except SanadError as error:
        typer.echo(f"the demo cannot start:\n{error}", err=True)
        raise typer.Exit(2) from None


def demo_settings() -> Settings:
    """The environment's settings, with the demo's own folders where none are named."""
    data = Path(os.environ.get("SANAD_DATA_DIR", FOLDER))
    return load_settings(data_dir=data, secrets_dir=data / "secrets", runtime_dir=data / "keys")


def prepare(settings: Settings) -> None:
    """Make the sample caseworker and a signed roster, once."""
    data = settings.data_dir
    if (data / ROSTER_FILE).exists():
        return
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    passphrase = "-".join(secrets.token_hex(2) for _ in range(4))
    identity_files.write_private(data / "passphrase", f"{passphrase}\n".encode())
    admin = identity_files.make_identity(data / "admin.age", passphrase)
    worker = identity_files.make_identity(data / "caseworker.age", passphrase)
    public = identity_files.verify_text(admin)
    identity_files.write_private(settings.secrets_dir / ADMIN_FILE, f"{public}\n".encode())
    member = Member(
        handle=HANDLE,
        role="caseworker",
        recipient=identity_files.recipient_text(worker),
        verify=identity_files.verify_text(worker),
        languages=TAGS,
        gender="female",
        child_trained=True,
    )
    always = Shift(handle=HANDLE, days=WEEK, start="00:00", end="00:00")
    roster = Roster(version=1, members=(member,), shifts=(always,))
    (data / ROSTER_FILE).write_bytes(sign_roster(roster, admin.signing))


def _tell(settings: Settings) -> Callable[[Running], None]:
    def tell(program: Running) -> None:
        channels = ", ".join(program.channels) or (
            "none; set SANAD_TELEGRAM_TOKEN, or the SANAD_TWILIO_… settings, to add them"
        )
        print(
            f"""
Sanad demo. Sample organisation and services; do not use it for real people.

  The phone         http://{settings.host}:{settings.port}/preview
  Real channels     {channels}

As the caseworker, in another terminal:

  ./run case list                 what waits, the most urgent first
  ./run case claim --next         take the most urgent
  ./run case open NUMBER          open it, here and nowhere else
  ./run case reply NUMBER --safe-to-show --text "…"
  ./run case close NUMBER --reason needs_met

Stop with Ctrl-C. Everything lies in {settings.data_dir}; delete that folder to begin anew.
""",
            flush=True,
        )

    return tell
