"""`sanad channel push`: prepare lists and buttons for WhatsApp."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from bot.channels.whatsapp import Pushed, push
from bot.channels.whatsapp.client import TwilioApi
from bot.domain.language import Tag
from bot.domain.message import Outgoing
from bot.errors import SanadError


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What a push needs: the account, every screen in every language, and where ids are kept.

    `openers` label, per language, the button that opens a list (at most 20 characters).
    `content` is the file that WhatsAppChannel reads.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    api_base: str
    screens: Iterable[Outgoing]
    openers: Mapping[Tag, str]
    content: Path


def channel_app(plan: Callable[[], PushPlan]) -> typer.Typer:
    """The `channel` commands; `plan` reads the settings and flows only when a command runs."""
    app = typer.Typer(help="Prepare the messaging channels.", no_args_is_help=True)

    @app.callback()
    def channel() -> None:
        """Prepare the messaging channels."""

    @app.command("push")
    def push_command() -> None:
        """Make the WhatsApp lists and buttons of every screen at Twilio; safe to repeat."""
        try:
            pushed = asyncio.run(run_push(plan()))
        except SanadError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        typer.echo(
            f"{pushed.created} made, {pushed.kept} there already, {pushed.as_text} shown as text, "
            f"{pushed.refused} refused by Twilio. Restart `sanad serve` to use them."
        )
        if pushed.refused:
            raise typer.Exit(1)

    return app


async def run_push(plan: PushPlan) -> Pushed:
    """Push, with a connection of its own. Raises PushError."""
    api = TwilioApi(plan.account_sid, plan.auth_token, plan.api_base)
    await api.open()
    try:
        return await push(api, plan.screens, plan.openers, plan.content)
    finally:
        await api.close()
