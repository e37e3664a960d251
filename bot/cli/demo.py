"""`sanad demo`: everything on this machine, nothing to configure."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import typer

from bot.app import logs
from bot.app.compose import Running
from bot.app.content import DEMO
from bot.app.organisation import load_organisation
from bot.app.roster_file import ROSTER_FILE
from bot.app.settings import Settings, load_settings
from bot.cli.demo_people import make_people
from bot.cli.serve import run
from bot.errors import SanadError

FOLDER: Final = Path("data") / "demo"


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
    folders = {"data_dir": data, "secrets_dir": data / "secrets", "runtime_dir": data / "keys"}
    settings = load_settings(**folders)
    if settings.console_url:
        return settings
    return load_settings(**folders, console_url=f"http://localhost:{settings.port}")


def prepare(settings: Settings) -> None:
    """Make the sample people and a signed roster, once."""
    data = settings.data_dir
    if (data / ROSTER_FILE).exists():
        return
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_people(settings)


def _tell(settings: Settings) -> Callable[[Running], None]:
    def tell(program: Running) -> None:
        channels = ", ".join(program.channels) or (
            "none; set SANAD_TELEGRAM_TOKEN, or the SANAD_TWILIO_… settings, to add them"
        )
        print(
            f"""
Sanad demo. Sample organisation and services; do not use it for real people.

  The phone         http://{settings.host}:{settings.port}/preview
  The console       {settings.console_url}/console/demo
  Real channels     {channels}

The caseworkers' console signs in with one click. Or as the caseworker in another terminal:

  ./run case list                 what waits, the most urgent first
  ./run case claim NUMBER         take it
  ./run case open NUMBER          open it, here and nowhere else
  ./run case reply NUMBER --safe-to-show --text "…"
  ./run case close NUMBER --reason needs_met

Stop with Ctrl-C. Everything lies in {settings.data_dir}; delete that folder to begin anew.
""",
            flush=True,
        )

    return tell
