"""A whole installation on loopback: signed roster, secrets, the real program behind a real port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import uvicorn
from typer.testing import CliRunner

from bot.app import compose
from bot.app.compose import Running
from bot.app.content import DEMO, Content, read_content
from bot.app.library import Shelf
from bot.app.organisation import load_organisation
from bot.app.settings import Settings, load_settings
from bot.app.simulate import CHEAP
from bot.cli import case
from bot.ports.runtime import Clock
from bot.prove.installation import Installation, channels
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio
from bot.usecases.receipts import Receipts
from bot.web.direct import DirectProtocol


@cache
def _read(sample: bool) -> Content:  # noqa: FBT001 - a cache tells keyword calls apart
    return read_content(sample=sample)


def content(*, sample: bool = False) -> Content:
    """The project's flows, words and services, read once for the whole run of tests."""
    return _read(sample)


def _content_again(*, sample: bool, books: Path | None = None) -> Content:
    kept = content(sample=sample)
    return replace(kept, shelf=Shelf(kept.shelf.current, books))


# Reading takes two seconds and gives the same each time; only the folder of old books is its own.
compose.read_content = _content_again
# A mailbox is slow to derive on purpose; what is tested here is not how slow.
compose.Receipts = partial(Receipts, cost=CHEAP)


class House(Installation):
    """An installation whose program runs in this process."""

    def settings(self, **more: object) -> Settings:
        folders = {
            "data_dir": self.data, "secrets_dir": self.secrets, "runtime_dir": self.runtime,
        }  # fmt: skip
        return load_settings(**{**folders, **more})

    async def case(self, *words: str, text: str | None = None) -> str:
        """One `sanad case` command, on a thread of this process; what it printed."""
        places = ("--data-dir", str(self.data), "--secrets-dir", str(self.secrets))
        done = await asyncio.to_thread(
            CliRunner().invoke, case.app, [*self.words(words), *places], input=text
        )
        assert done.exit_code == 0, done.output
        return done.stdout


@asynccontextmanager
async def serving(
    house: House,
    telegram: FakeTelegram | None = None,
    twilio: FakeTwilio | None = None,
    *,
    mode: str = "webhook",
    clock: Clock | None = None,
) -> AsyncIterator[Running]:
    """The program, running and reachable; the fakes know where."""
    # Named as TCP, asyncio switches Nagle off; without it every answer waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = house.settings(**channels(base, telegram, twilio, mode))
        organisation = load_organisation(DEMO / "organisation.toml")
        if twilio is not None:
            twilio.webhook = twilio.signed_as = f"{base}/hooks/whatsapp"
        async with compose.running(settings, organisation, clock=clock) as program:
            server = uvicorn.Server(
                uvicorn.Config(
                    program.app, http=DirectProtocol, ws="none", lifespan="off", log_config=None,
                    access_log=False,
                )
            )  # fmt: skip
            listening = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield program
            finally:
                server.should_exit = True
                await listening
