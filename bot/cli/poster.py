"""`sanad poster`: one HTML file to print."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app.content import FLOWS, LOCALES
from bot.app.library import read_book
from bot.app.poster import poster as make_poster
from bot.app.poster import ways
from bot.app.providers import telegram as ask_telegram
from bot.app.settings import Settings, load_settings
from bot.cli.desk import refusals
from bot.errors import ConfigurationError
from bot.i18n import catalogues


def poster(
    file: Annotated[Path, typer.Argument(help="The HTML file to write; print it from a browser.")],
    *,
    telegram: Annotated[
        str, typer.Option(help="The bot's name; without it Telegram is asked.")
    ] = "",
) -> None:
    """Write a poster in four languages with a square to scan for each channel that is set up."""
    with refusals():
        settings = load_settings()
        links = ways(telegram or asyncio.run(_name(settings)), _number(settings))
        if not links:
            raise ConfigurationError("no channel is set up; see `sanad setup`, or name --telegram")
        page = make_poster(read_book(FLOWS, catalogues.load(LOCALES)), links)
        file.write_text(page, encoding="utf-8")
    print(f"{file.name}: {', '.join(links)}")


async def _name(settings: Settings) -> str:
    if settings.telegram_token is None:
        return ""
    result = (await ask_telegram(settings, "getMe")).body.get("result")
    name = result.get("username") if isinstance(result, dict) else None
    if not isinstance(name, str):
        raise ConfigurationError("Telegram does not tell the bot's name now; name it: --telegram")
    return name


def _number(settings: Settings) -> str:
    return settings.twilio_sender.get_secret_value() if settings.twilio_sender else ""
