"""A Telegram channel on loopback, between the fake Telegram and a small conversation."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

import uvicorn

from bot.channels.telegram import TelegramChannel
from bot.prove.providers.telegram import FakeTelegram
from tests.fakes.echo import Echo

SECRET = "an-invented-secret"
REFUSAL = "This assistant works in private chats only."
ROSE, SARA = 7_100_000_001, 7_100_000_002
GROUP = -4_100_000_001

Message = MutableMapping[str, Any]


class Stage:
    """Everything that plays together in one test."""

    def __init__(self, telegram: FakeTelegram, echo: Echo, channel: TelegramChannel) -> None:
        self.telegram = telegram
        self.echo = echo
        self.channel = channel

    async def said(self, chat: int, count: int) -> list[str]:
        """Wait until the bot has said so much in a chat and knows that it has; what it says."""
        await self.telegram.until(lambda: len(self.telegram.bot_texts(chat)) >= count)
        await self.channel.idle(5.0)
        return self.telegram.bot_texts(chat)


@asynccontextmanager
async def polling(
    echo: Echo | None = None, telegram: FakeTelegram | None = None
) -> AsyncIterator[Stage]:
    """A channel that fetches, from a Telegram of its own or from one that runs already."""
    async with AsyncExitStack() as stack:
        fake = telegram or await stack.enter_async_context(FakeTelegram())
        stage = Stage(fake, echo := echo or Echo(), _channel(fake, echo, "polling", ""))
        await stage.channel.start()
        try:
            yield stage
        finally:
            await stage.channel.stop()


@asynccontextmanager
async def webhook(echo: Echo | None = None) -> AsyncIterator[Stage]:
    """The same behind a real server on loopback."""
    echo = echo or Echo()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with FakeTelegram() as fake:
            channel = _channel(fake, echo, "webhook", address)
            assert channel.webhook is not None
            server = uvicorn.Server(
                uvicorn.Config(channel.webhook, log_config=None, lifespan="off", access_log=False)
            )
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            await channel.start()
            try:
                yield Stage(fake, echo, channel)
            finally:
                await channel.stop()
                server.should_exit = True
                await serving


async def call(channel: TelegramChannel, body: bytes, **changes: Any) -> tuple[int, bytes, int]:
    """Knock at the webhook without a server: status, body, and how often the body was read."""
    headers = {b"x-telegram-bot-api-secret-token": SECRET.encode(), **changes.pop("headers", {})}
    size = changes.pop("chunk", 65_536)
    scope = {"type": "http", "method": "POST", "headers": list(headers.items()), **changes}
    sent: list[Message] = []
    chunks = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    reads = 0

    async def receive() -> Message:
        nonlocal reads
        reads += 1
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message: Message) -> None:
        sent.append(message)

    assert channel.webhook is not None
    await channel.webhook(scope, receive, send)
    return sent[0]["status"], sent[1]["body"], reads


def text_update(mark: int, chat: int, text: str) -> bytes:
    message = {"message_id": mark, "date": 1, "chat": {"id": chat, "type": "private"}, "text": text}
    return json.dumps({"update_id": mark, "message": message}).encode()


def make_channel(
    fake: FakeTelegram, echo: Echo, url: str = "https://sanad.example"
) -> TelegramChannel:
    """A channel in webhook mode that nothing serves."""
    return _channel(fake, echo, "webhook", url)


def _channel(
    fake: FakeTelegram, echo: Echo, mode: Literal["polling", "webhook"], address: str
) -> TelegramChannel:
    return TelegramChannel(
        fake.token,
        fake.api_base,
        echo,
        group_refusal=lambda: REFUSAL,
        mode=mode,
        secret=SECRET,
        public_url=address,
        poll_seconds=5.0,
    )
