"""`sanad serve`: the installation of an organisation."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Final

import typer
import uvicorn

from bot.app import logs
from bot.app.compose import Running, harden, running
from bot.app.organisation import Organisation, load_organisation
from bot.app.settings import Settings, load_settings
from bot.errors import ConfigurationError, SanadError
from bot.web.direct import DirectProtocol

BACKLOG: Final = 2048
STOP_SECONDS: Final = 5
SWITCH_SECONDS: Final = 0.0005
"""A commit that is done waits half a millisecond for the interpreter, not five."""
COLLECT: Final = (20_000, 20, 50)
"""Turns make few circles: the collector runs a tenth as often as it would by itself."""


class _Server(uvicorn.Server):
    """The web server, ended by us.

    Its own handling raises the signal again after serving: the process would die before the
    database is folded up and the channels have said their last.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the loop."""
        yield

    def stop(self) -> None:
        """Stop accepting, finish what runs; a second signal does not wait for connections."""
        self.force_exit = self.should_exit
        self.should_exit = True


def serve() -> None:
    """Run the bot with the settings of the environment and sanad.toml."""
    logs.configure()
    try:
        settings = load_settings()
        organisation = load_organisation(settings.organisation_file)
        if organisation.sample:
            raise ConfigurationError(
                "SANAD_ORGANISATION_FILE is the sample of the demo: people would consent to words "
                "nobody stands by. Copy it, write your own, and remove `sample = true`"
            )
        if settings.telegram_token is None and not settings.whatsapp_on:
            raise ConfigurationError(
                "SANAD_TELEGRAM_TOKEN and SANAD_TWILIO_… are not set: nobody could reach the bot"
            )
        run(settings, organisation)
    except SanadError as error:
        typer.echo(f"sanad cannot start:\n{error}", err=True)
        raise typer.Exit(2) from None


def run(
    settings: Settings,
    organisation: Organisation,
    *,
    demo: bool = False,
    tell: Callable[[Running], None] | None = None,
) -> None:
    """Open everything, listen, and end in order on a signal."""
    harden()
    gc.disable()  # what is loaded stays; looking through it ten times makes a start a fifth longer

    async def main() -> None:
        async with running(settings, organisation, demo=demo) as program:
            server = _Server(
                uvicorn.Config(
                    program.app,
                    host=settings.host,
                    port=settings.port,
                    http=DirectProtocol,
                    ws="none",
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    date_header=False,
                    proxy_headers=False,
                    backlog=BACKLOG,
                    timeout_graceful_shutdown=STOP_SECONDS,
                )
            )
            if tell is not None:
                tell(program)
            # What is loaded now stays: the collector need not look at it again and again.
            gc.freeze()
            gc.set_threshold(*COLLECT)
            gc.enable()
            sys.setswitchinterval(SWITCH_SECONDS)
            loop = asyncio.get_running_loop()
            for stop in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(stop, server.stop)
            await server.serve()

    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(main())


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
