"""A WhatsApp channel on loopback, between the fake Twilio and a small conversation."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn

from bot.channels.whatsapp import Pace, WhatsAppChannel
from bot.domain.message import Button, Inbound, Outgoing, Reply
from bot.domain.visitor import Visitor
from bot.prove.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, FakeTwilio

AMAL = "whatsapp:+10000000001"
BERI = "whatsapp:+10000000002"
PUBLIC_URL = "https://sanad.example"
QUICK = Pace(
    request_timeout=0.3,
    first_wait=0.01,
    longest_wait=0.04,
    give_up=5.0,
    erase_inbound_after=0.0,
    erase_outbound_after=0.0,
    erase_waits=(0.01,) * 20,
    reconcile_every=60.0,
    reconcile_soon=0.02,
    settle=0.0,
    stop_grace=1.0,
)


def mark(sid: str) -> int:
    return int.from_bytes(hashlib.sha256(sid.encode()).digest()[:8]) >> 1


def echo(inbound: Inbound) -> tuple[Outgoing, ...]:
    return (Outgoing(text=f"You said {inbound.text or inbound.press}", language="en"),)


class Talk:
    """A conversation that remembers what it took; shared between two channels it is a database."""

    def __init__(self, say: Callable[[Inbound], tuple[Outgoing, ...]] = echo) -> None:
        self.say = say
        self.asked = 0
        self.taken: list[Inbound] = []
        self.visitors: set[Visitor] = set()
        self.told: list[int] = []
        self.trouble: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._answers: dict[int, Reply] = {}

    async def answer(self, visitor: Visitor, inbound: Inbound) -> Reply:
        self.asked += 1
        await self.gate.wait()
        if self.trouble:
            raise self.trouble.pop(0)
        if inbound.mark in self._answers:
            return Reply() if inbound.mark in self.told else self._answers[inbound.mark]
        self.taken.append(inbound)
        self.visitors.add(visitor)
        self._answers[inbound.mark] = Reply(messages=self.say(inbound))
        return self._answers[inbound.mark]

    def delivered(self, visitor: Visitor, mark: int, references: Sequence[int]) -> None:
        assert visitor in self.visitors
        assert not references
        self.told.append(mark)

    @property
    def texts(self) -> list[str]:
        return [inbound.text for inbound in self.taken]


def channel(
    talk: Talk,
    api_base: str,
    *,
    pace: Pace = QUICK,
    content: Path | None = None,
    mark: Callable[[str], int] = mark,
    since: float = 0.0,
) -> WhatsAppChannel:
    return WhatsAppChannel(
        ACCOUNT_SID,
        AUTH_TOKEN,
        SENDER,
        PUBLIC_URL,
        api_base,
        talk,
        mark=mark,
        since=since,
        content=content,
        pace=pace,
    )


@asynccontextmanager
async def running(
    twilio: FakeTwilio,
    talk: Talk,
    *,
    content: Path | None = None,
    mark: Callable[[str], int] = mark,
    since: float = 0.0,
    **pace: object,
) -> AsyncIterator[WhatsAppChannel]:
    """The channel, started, its webhook served on loopback and known to the fake."""
    quick = replace(QUICK, **pace)  # type: ignore[arg-type]
    whatsapp = channel(talk, twilio.url, pace=quick, content=content, mark=mark, since=since)
    config = uvicorn.Config(
        whatsapp.webhook, log_config=None, access_log=False, lifespan="off", ws="none"
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Named as TCP, asyncio switches Nagle off; without it every answer waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        await server.startup(sockets=[listening])
        twilio.webhook = f"http://127.0.0.1:{listening.getsockname()[1]}/hooks/whatsapp"
        await whatsapp.start()
        try:
            yield whatsapp
        finally:
            await whatsapp.stop()
            # uvicorn's own shutdown sleeps; nothing is under way here any more.
            for connection in list(server.server_state.connections):
                connection.shutdown()
            for part in server.servers:
                part.close()


def screen(*, choices: int = 2, moves: int = 2, text: str = "Is it so?") -> Outgoing:
    """A question of flow `sample` with so many choices and moves."""
    standing = (("exit", "Leave", "0"), ("back", "Back", "00"), ("emergency", "Police", "911"))
    return Outgoing(
        text=text,
        language="en",
        choices=tuple(Button(f"7:value{n}", f"Choice {n}", str(n)) for n in range(1, choices + 1)),
        moves=tuple(Button(f"7:!{name}", label, n) for name, label, n in standing[:moves]),
        screen="sample.question",
    )
