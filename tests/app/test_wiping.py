"""What is no longer needed is overwritten, also where the event loop keeps it."""

import asyncio
import os
import socket
import subprocess
import sys

import pytest

from bot.app.content import PROJECT
from bot.app.wiping import wipe_memory
from bot.prove import memory


async def heard_and_wiped(wipe):
    """Read 100 KiB of a word through the loop, and count the copies that are left."""
    here, there = socket.socketpair()
    heard = asyncio.get_running_loop().create_future()

    class Reading(asyncio.Protocol):
        def data_received(self, data):
            if not heard.done():
                heard.set_result(None)

    transport, _ = await asyncio.get_running_loop().connect_accepted_socket(Reading, here)
    there.setblocking(False)
    there.send(bytes(byte ^ 0x20 for byte in b"QUIBZANOR") * 10_000)
    await heard
    transport.close()
    there.close()
    if wipe:
        await wipe_memory()


def left(wipe):
    """Copies in a process of its own, where nothing else has happened."""
    script = (
        "import os, signal, uvloop\n"
        "from tests.app.test_wiping import heard_and_wiped\n"
        f"uvloop.run(heard_and_wiped({wipe}))\n"
        "print('done', flush=True)\n"
        "signal.pause()\n"
    )
    environment = {
        **os.environ, "PYTHONPATH": str(PROJECT), "PYTHONMALLOC": "malloc",
        "GLIBC_TUNABLES": "glibc.malloc.perturb=85:glibc.malloc.tcache_count=0",
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"done\n"
        found = sum(piece.count(b"quibzanor" * 3) for piece in memory.pieces(process.pid))
        process.kill()
    return found


@pytest.mark.skipif(
    not memory.readable(os.getpid()) or sys.platform != "linux", reason="reads /proc"
)
async def test_the_loops_buffer_holds_nothing_of_what_was_read():
    """A word that was read stands in the loop's buffer, until memory is wiped."""
    pytest.importorskip("uvloop")
    assert left(wipe=False) > 1000
    assert left(wipe=True) < 100  # what Python made on the way there: one read, at most


async def test_wiping_works_on_any_loop():
    """It ends, and leaves nothing open (warnings are errors here)."""
    await asyncio.wait_for(wipe_memory(), 5)
