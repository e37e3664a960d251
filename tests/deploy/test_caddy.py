"""Caddy with our file, really running on loopback in front of something that listens."""

import io
import socket
import subprocess
import time

import aiohttp
import pytest
from aiohttp import web

from tests.deploy.tools import DEPLOY, program, run

FILE = DEPLOY / "Caddyfile"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Behind:
    """The program's place; remembers what reached it."""

    def __init__(self):
        self.heard = []

    async def __aenter__(self):
        async def answer(request):
            await request.read()
            self.heard.append((request.method, request.path, dict(request.headers)))
            kept = {"Cache-Control": "max-age=60"} if "static" in request.path else {}
            return web.Response(text="from behind", headers=kept)

        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{path:.*}", answer)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.address = f"127.0.0.1:{self.runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()


@pytest.fixture
async def proxy(tmp_path):
    """(address of the public name, of the console's, what is behind, what Caddy printed)."""
    caddy = program("caddy")
    public, console = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    async with Behind() as behind:
        with (tmp_path / "printed").open("w") as printed:
            process = subprocess.Popen(  # noqa: ASYNC220 - it runs beside the test
                [caddy, "run", "--config", str(FILE), "--adapter", "caddyfile"],
                stdout=printed, stderr=printed,
                env={
                    "SANAD_PUBLIC_HOST": public, "SANAD_CONSOLE_HOST": console,
                    "SANAD_UPSTREAM": behind.address, "HOME": str(tmp_path), "PATH": "/usr/bin",
                    "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path),
                },
            )  # fmt: skip
        try:
            await listens(public, process)
            yield public, console, behind, tmp_path / "printed"
        finally:
            process.terminate()
            process.wait(10)


async def listens(address, process):
    for _ in range(200):
        try:
            await ask("GET", address)
        except aiohttp.ClientConnectionError:
            assert process.poll() is None, "caddy stopped"
            time.sleep(0.05)  # noqa: ASYNC251 - nothing else runs yet
        else:
            return
    raise AssertionError("caddy never listened")


async def ask(method, address, **more):
    async with aiohttp.ClientSession() as http, http.request(method, address, **more) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_only_the_hooks_are_let_through(proxy):
    """Both hooks by POST; health, preview, metrics, console and everything else is not there."""
    public, _, behind, _ = proxy
    for path in ("/hooks/telegram", "/hooks/whatsapp"):
        status, text, _ = await ask("POST", public + path, data=b"{}")
        assert (status, text) == (200, "from behind")
    assert len(behind.heard) == 2
    for method, path in (
        ("GET", "/hooks/telegram"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
        ("GET", "/preview"), ("POST", "/preview/say"), ("GET", "/console"), ("GET", "/"),
        ("POST", "/hooks/telegram/x"), ("POST", "/hooks/../healthz"),
    ):  # fmt: skip
        status, text, _ = await ask(method, public + path)
        assert (status, text) == (404, ""), path
    assert len(behind.heard) == 2


async def test_the_console_has_a_name_of_its_own(proxy):
    """There the console is let through, and the providers' hooks are not."""
    _, console, behind, _ = proxy
    assert (await ask("GET", f"{console}/console/login"))[0] == 200
    assert (await ask("POST", f"{console}/hooks/telegram"))[0] == 404
    assert (await ask("GET", f"{console}/readyz"))[0] == 404
    assert [path for _, path, _ in behind.heard] == ["/console/login"]


async def test_nobodys_address_is_passed_on_or_written_down(proxy):
    """No forwarding header reaches the program; Caddy prints nothing about any call."""
    public, _, behind, printed = proxy
    for number in range(20):
        await ask("POST", f"{public}/hooks/whatsapp?canary={number}quibzanor", data=b"x")
        await ask("GET", f"{public}/quibzanor")
    told = {name.lower() for _, _, headers in behind.heard for name in headers}
    assert not {"x-forwarded-for", "x-real-ip", "forwarded"} & told
    text = printed.read_text("utf-8")
    assert "quibzanor" not in text
    assert "request" not in [line.partition('"logger":"')[2][:12] for line in text.splitlines()]


async def test_every_answer_has_the_security_headers(proxy):
    """HSTS, no sniffing, no referrer, no store; nothing says which server this is."""
    public, console, _, _ = proxy
    for address in (f"{public}/", f"{console}/console"):
        _, _, headers = await ask("GET", address)
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Server" not in headers
    _, _, headers = await ask("GET", f"{console}/console/static/vault.js")
    assert headers["Cache-Control"] == "max-age=60"


async def test_a_body_too_large_is_refused(proxy):
    """More than a megabyte never reaches the program whole."""
    public, _, behind, _ = proxy
    status, _, _ = await ask("POST", f"{public}/hooks/telegram", data=io.BytesIO(b"x" * (2 << 20)))
    assert status in {413, 502}
    assert not behind.heard


def test_the_file_is_written_as_caddy_writes_it():
    """`caddy fmt` would change nothing."""
    told = run(program("caddy"), "fmt", str(FILE))
    assert told.stdout == FILE.read_text("utf-8")
