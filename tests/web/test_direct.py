"""The short cut from the parser to a hook: same answers as the long way, whatever arrives how."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from bot.web.direct import LARGEST, DirectProtocol
from bot.web.server import make_app

SECRET = b"an-invented-secret"
HEAD = b"POST /hook HTTP/1.1\r\nHost: sanad.example\r\nX-Secret: %b\r\n"
"""Answers carry `direct` or `round`, the way they came."""


class Hook:
    """Answers with the way it was asked and the body; `bug` makes it fail, `wait` makes it wait."""

    def __init__(self):
        self.go_on = asyncio.Event()
        self.begun = asyncio.Event()

    def admits(self, headers):
        return (b"x-secret", SECRET) in headers

    async def answer(self, body):
        if body == b"bug":
            raise ZeroDivisionError
        if body == b"wait":
            self.begun.set()
            await self.go_on.wait()
        return 200, b"direct " + body

    async def __call__(self, scope, receive, send):
        status, body = 403, b""
        if self.admits(scope["headers"]):
            status = 200 if scope["method"] == "POST" else 405
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
        said = b"round " + body
        headers = [(b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": said})


class Stage:
    def __init__(self, hook, port, server):
        self.hook = hook
        self.port = port
        self.server = server

    async def open(self):
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *pieces):
        """Status and body of one request on a connection of its own."""
        reader, writer = await self.open()
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        answer = await read(reader)
        writer.close()
        return answer


@asynccontextmanager
async def serving() -> AsyncIterator[Stage]:
    hook = Hook()

    async def ready():
        return True

    app = make_app({"/hook": hook}, [], ready=ready)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=DirectProtocol, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Stage(hook, listener.getsockname()[1], server)
        finally:
            hook.go_on.set()
            server.should_exit = True
            await task


async def read(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))
    return int(head.split()[1]), await reader.readexactly(length)


def post(body, secret=SECRET, more=b""):
    return (HEAD % secret) + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def test_an_ordinary_update_takes_the_short_cut():
    """The hook is asked with the whole body, again and again on one connection."""
    async with serving() as stage:
        reader, writer = await stage.open()
        for number in range(3):
            writer.write(post(b"update %d" % number))
            assert await read(reader) == (200, b"direct update %d" % number)
        writer.close()


async def test_pieces_make_no_difference():
    """A request that arrives byte by byte is the same request."""
    async with serving() as stage:
        whole = post(b"slowly")
        assert await stage.ask(*(whole[at : at + 1] for at in range(len(whole)))) == (
            200,
            b"direct slowly",
        )


@pytest.mark.parametrize(
    ("request_bytes", "answer"),
    [
        (post(b"x", secret=b"wrong"), (403, b"round ")),
        (post(b"x", secret=b""), (403, b"round ")),
        ((HEAD % SECRET).replace(b"POST", b"GET") + b"\r\n", (405, b"round ")),
        (post(b"y" * (LARGEST + 1)), (200, b"round " + b"y" * (LARGEST + 1))),
        (post(b"z" * LARGEST), (200, b"direct " + b"z" * LARGEST)),
        (post(b"w" * 200_000), (200, b"round " + b"w" * 200_000)),
        (
            (HEAD % SECRET) + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            (200, b"round abc"),
        ),
        (post(b"q").replace(b"/hook", b"/hook?a=b"), (200, b"round q")),
        (post(b"o").replace(b"HTTP/1.1", b"HTTP/1.0"), (200, b"round o")),
        (post(b""), (200, b"direct ")),
        (post(b"bug"), (500, b"")),
    ],
)
async def test_what_is_not_ordinary_goes_the_long_way(request_bytes, answer):
    """Wrong secret, other method, large, chunked, old or with a query: answered as ever."""
    async with serving() as stage:
        assert await stage.ask(request_bytes) == answer
        assert (await stage.ask(post(b"next")))[1] == b"direct next"


async def test_other_paths_are_untouched():
    """Health is served by the framework on the same connection as updates."""
    async with serving() as stage:
        reader, writer = await stage.open()
        for _ in range(2):
            writer.write(post(b"update"))
            assert await read(reader) == (200, b"direct update")
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: sanad.example\r\n\r\n")
            assert await read(reader) == (200, b'{"alive":true}')
        writer.close()


async def test_a_pipeline_is_answered_in_order():
    """Requests sent without waiting get their answers in the order they were sent."""
    async with serving() as stage:
        reader, writer = await stage.open()
        bodies = [b"wait", b"1", b"2", b"3"]
        writer.write(b"".join(map(post, bodies)))
        await stage.hook.begun.wait()
        await asyncio.sleep(0.05)
        stage.hook.go_on.set()
        answers = [await read(reader) for _ in bodies]
        assert [body.split()[1] for _, body in answers] == bodies
        writer.close()


async def test_close_is_obeyed():
    """Who asks for the end of the connection gets the answer and then the end."""
    async with serving() as stage:
        reader, writer = await stage.open()
        writer.write(post(b"last", more=b"Connection: close\r\n"))
        assert await read(reader) == (200, b"direct last")
        assert await reader.read() == b""
        writer.close()


async def test_who_hangs_up_harms_nobody():
    """A provider that goes away before its answer: the turn ends, the next update is answered."""
    async with serving() as stage:
        _, writer = await stage.open()
        writer.write(post(b"wait"))
        await stage.hook.begun.wait()
        writer.transport.abort()
        await asyncio.sleep(0.05)
        stage.hook.go_on.set()
        assert await stage.ask(post(b"next")) == (200, b"direct next")
        assert not stage.server.server_state.tasks


async def test_a_stop_waits_for_an_update_under_way():
    """A server that ends answers first what it has begun."""
    async with serving() as stage:
        reader, writer = await stage.open()
        writer.write(post(b"wait"))
        await stage.hook.begun.wait()
        stage.server.should_exit = True
        await asyncio.sleep(0.3)
        stage.hook.go_on.set()
        assert await read(reader) == (200, b"direct wait")
        writer.close()
