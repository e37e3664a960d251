"""The fast client keeps what HTTP promises, and its failures are answers, not exceptions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.channels.telegram import connection as connection_module
from bot.channels.telegram import wire as wire_module
from bot.channels.telegram.wire import Wire
from bot.errors import ConfigurationError

TOKEN = "1000001:fake-token"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Script = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Reads whole requests and lets a script answer them."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                await self.script(self.requests[-1], reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def saying(answer: bytes, *, close: bool = False) -> Script:
    async def script(
        _request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(answer)
        await writer.drain()
        if close:
            writer.close()

    return script


@asynccontextmanager
async def line(script: Script, **settings: float) -> AsyncIterator[tuple[Wire, Server]]:
    server = Server(script)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    wire = Wire(f"http://127.0.0.1:{port}/api", TOKEN, **settings)  # type: ignore[arg-type]
    try:
        yield wire, server
    finally:
        await wire.close()
        listener.close()
        await server.end()
        await listener.wait_closed()


async def call(wire: Wire, body: bytes = b"{}") -> tuple[int, bytes]:
    answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
    wire.post("sendMessage", body, lambda status, got: answered.set_result((status, got)))
    return await asyncio.wait_for(answered, 10)


async def test_request_is_proper_http():
    """A call is a POST of JSON to the bot's method, with host and length, and nothing else."""
    async with line(saying(OK)) as (wire, server):
        assert await call(wire, '{"text":"سؤال"}'.encode()) == (200, b"{}")
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
    assert lines[0] == f"POST /api/bot{TOKEN}/sendMessage HTTP/1.1"
    assert sorted(line.split(":")[0] for line in lines[1:]) == [
        "Content-Length",
        "Content-Type",
        "Host",
    ]
    assert body.decode() == '{"text":"سؤال"}'


async def test_connection_is_used_again():
    """Calls one after another share a connection."""
    async with line(saying(OK)) as (wire, server):
        for _ in range(5):
            await call(wire)
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\ncontent-length:2\r\nX-More: y\r\n\r\n{}",
    ],
)
async def test_answers_are_understood(answer):
    """Chunked bodies, interim answers and other spellings of headers are read."""
    async with line(saying(answer)) as (wire, _server):
        assert await call(wire) == (200, b"{}")
        assert await call(wire) == (200, b"{}")


async def test_calls_at_once_have_connections_of_their_own():
    """No call waits for the answer to another."""
    gate = asyncio.Event()

    async def script(
        request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if b"slow" in request:
            await gate.wait()
        writer.write(OK)

    async with line(script) as (wire, _server):
        slow = [asyncio.create_task(call(wire, b'"slow"')) for _ in range(20)]
        await asyncio.sleep(0)
        assert await call(wire) == (200, b"{}")
        assert not any(task.done() for task in slow)
        gate.set()
        assert await asyncio.gather(*slow) == [(200, b"{}")] * 20


async def test_calls_beyond_the_connections_wait_in_order():
    """With few connections the rest of the calls wait, and all are answered in order."""
    async with line(saying(OK), connections=2) as (wire, server):
        done: list[int] = []
        ended = asyncio.Event()

        def note(at: int) -> None:
            done.append(at)
            if len(done) == 50:
                ended.set()

        for at in range(50):
            wire.post("sendMessage", b"%d" % at, lambda _status, _body, at=at: note(at))
        await asyncio.wait_for(ended.wait(), 10)
        assert server.connections <= 2
        assert sorted(done) == list(range(50))


async def test_closed_idle_connection_costs_nothing():
    """When the server closed the connection in between, the call goes out on another."""
    async with line(saying(OK, close=True)) as (wire, server):
        for _ in range(3):
            assert await call(wire) == (200, b"{}")
        assert server.connections == 3


async def test_connection_that_closes_under_the_call_is_replaced():
    """When an idle connection turns out to be closed as the call is written, it is made again."""

    async def script(
        request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if server.connections == 1 and b"second" in request:
            writer.close()
        else:
            writer.write(OK)

    async with line(script) as (wire, server):
        await call(wire, b"first")
        assert await call(wire, b"second") == (200, b"{}")
        assert server.connections == 2


async def test_dropped_call_is_no_answer():
    """A connection dropped instead of an answer is status 0."""
    async with line(saying(b"", close=True)) as (wire, _server):
        assert await call(wire) == (0, b"")


async def test_no_server_is_no_answer():
    """A server that cannot be reached is status 0 for every call that waits."""
    wire = Wire("http://127.0.0.1:9", TOKEN)
    assert await asyncio.gather(*(call(wire) for _ in range(5))) == [(0, b"")] * 5
    await wire.close()


@pytest.mark.parametrize(
    "answer", [b"NOT HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
async def test_nonsense_is_no_answer(answer):
    """An answer that is no HTTP is status 0."""
    async with line(saying(answer)) as (wire, _server):
        assert await call(wire) == (0, b"")


async def test_endless_answer_is_cut(monkeypatch):
    """An answer larger than any of Telegram's is given up."""
    monkeypatch.setattr(connection_module, "ANSWER_MOST", 1000)
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    async with line(saying(huge)) as (wire, _server):
        assert await call(wire) == (0, b"")


async def test_slow_call_is_ended(monkeypatch):
    """A call without an answer ends after its time, on a fresh connection and on a used one."""
    monkeypatch.setattr(wire_module, "SWEEP_SECONDS", 0.01)

    async def script(
        request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if b"silent" not in request:
            writer.write(OK)

    async with line(script, call_seconds=0.05) as (wire, server):
        assert await call(wire, b"silent") == (0, b"")
        assert await call(wire) == (200, b"{}")
        assert await call(wire, b"silent") == (0, b"")
        assert len(server.requests) == 3


async def test_close_ends_everything():
    """Closing answers every call with status 0, those under way and those that come later."""
    reached = asyncio.Event()

    async def script(*_parts: object) -> None:
        reached.set()
        await asyncio.sleep(3600)

    async with line(script, connections=1) as (wire, _server):
        calls = [asyncio.create_task(call(wire)) for _ in range(3)]
        await reached.wait()
        await wire.close()
        assert await asyncio.gather(*calls) == [(0, b"")] * 3
        assert await call(wire) == (0, b"")


def test_address_must_be_one():
    """An API address without scheme or host is refused with the setting's name."""
    for wrong in ("api.telegram.org", "ftp://x", "https://"):
        with pytest.raises(ConfigurationError, match="SANAD_TELEGRAM_API_BASE"):
            Wire(wrong, TOKEN)


def test_wire_does_not_show_the_token():
    """Printing the wire shows no token."""
    assert TOKEN not in repr(Wire("https://api.telegram.org", TOKEN))
