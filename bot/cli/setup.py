"""`sanad setup`: a few questions, and the settings are written. Asked again, it keeps them."""

import asyncio
import secrets as randomness
import shutil
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bot.app.content import DEMO
from bot.app.providers import questions
from bot.app.settings import Settings, load_settings
from bot.app.setup import TOML_FILE, has_secret, write_settings, written
from bot.cli.desk import refusals
from bot.errors import ConfigurationError

ORGANISATION: Final = "organisation.toml"
TELEGRAM: Final = ("telegram_token", "telegram_webhook_secret", "telegram_staff_chat")
TWILIO: Final = ("twilio_account_sid", "twilio_auth_token", "twilio_sender")
NEXT: Final = """
Next:
  1. {organisation}: put your organisation's own words in, and remove `sample = true`
  2. sanad roster init --admin-identity admin.age --break-glass-identity safe.age
  3. sanad roster add HANDLE … for each caseworker
     sanad roster sign --admin-identity admin.age
  4. sanad doctor, then sanad serve
"""


def setup(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask providers whether the tokens work.")
    ] = False,
) -> None:
    """Ask what is needed and write sanad.toml and credentials/ here; Enter keeps what was."""
    folder = Path()
    with refusals():
        before = written(folder)
        values, secrets = _folders(before), dict[str, str]()
        _telegram(folder, before, values, secrets)
        _whatsapp(folder, secrets)
        _public_url(folder, before, values, secrets)
        values["console_url"] = typer.prompt(
            "Address at which staff open the console (https://…), empty for none",
            before.get("console_url", ""),
        )
        values["metrics_port"] = typer.prompt(
            "Port for metrics on this machine, 0 for none", before.get("metrics_port", 0), type=int
        )
        write_settings(folder, values, secrets)
        settings = load_settings()
        if not Path(values["organisation_file"]).exists():
            shutil.copy(DEMO / ORGANISATION, values["organisation_file"])
    print(f"{TOML_FILE} written; secrets are in credentials/, readable by you alone")
    if not offline:
        asyncio.run(_try_tokens(settings))
    print(NEXT.format(organisation=values["organisation_file"]))


def _folders(before: dict[str, Any]) -> dict[str, Any]:
    asked = {
        "data_dir": ("Folder for the database", "data"),
        "secrets_dir": ("Folder for pepper, salt and the administrator's key", "secrets"),
        "organisation_file": ("File with your organisation's words", ORGANISATION),
    }
    return {
        name: typer.prompt(question, before.get(name, default))
        for name, (question, default) in asked.items()
    }


def _telegram(
    folder: Path, before: dict[str, Any], values: dict[str, Any], secrets: dict[str, str]
) -> None:
    known = has_secret(folder, "telegram_token")
    if not typer.confirm("Telegram?", default=known or "telegram_mode" not in before):
        secrets |= dict.fromkeys(TELEGRAM, "")
        return
    _secret(folder, "telegram_token", "Bot token from @BotFather", secrets)
    default = before.get("telegram_mode", "polling")
    mode = typer.prompt("How updates come: polling (needs no public address) or webhook", default)
    if mode not in {"polling", "webhook"}:
        raise ConfigurationError("the answer is polling or webhook; nothing was written")
    values["telegram_mode"] = mode
    if mode == "webhook" and not has_secret(folder, "telegram_webhook_secret"):
        secrets["telegram_webhook_secret"] = randomness.token_urlsafe(32)
    if typer.confirm("A Telegram chat where staff are called (how urgent, never what)?", False):
        _secret(folder, "telegram_staff_chat", "Number of that chat", secrets)


def _whatsapp(folder: Path, secrets: dict[str, str]) -> None:
    if not typer.confirm("WhatsApp through Twilio?", has_secret(folder, "twilio_auth_token")):
        secrets |= dict.fromkeys(TWILIO, "")
        return
    _secret(folder, "twilio_account_sid", "Account SID (AC…)", secrets)
    _secret(folder, "twilio_auth_token", "Auth token", secrets)
    _secret(folder, "twilio_sender", "Sender (whatsapp:+…)", secrets)


def _public_url(
    folder: Path, before: dict[str, Any], values: dict[str, Any], secrets: dict[str, str]
) -> None:
    whatsapp = secrets.get("twilio_sender", has_secret(folder, "twilio_sender"))
    if values.get("telegram_mode") == "webhook" or whatsapp:
        values["public_url"] = typer.prompt(
            "Address at which providers reach this machine (https://…)",
            before.get("public_url") or None,
        )


def _secret(folder: Path, name: str, question: str, secrets: dict[str, str]) -> None:
    """Typed unseen; an empty answer keeps what is there."""
    known = has_secret(folder, name)
    told = typer.prompt(
        f"{question}{' [keep]' if known else ''}",
        default="" if known else None,
        hide_input=True,
        show_default=False,
    )
    if told.strip():
        secrets[name] = told.strip()


async def _try_tokens(settings: Settings) -> None:
    for name, question in questions(settings).items():
        answer = await question()
        word = "works" if answer.ok else f"does not work ({answer.status or 'no connection'})"
        print(f"{name}: the token {word}")
