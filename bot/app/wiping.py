"""Overwrite what the process no longer needs but would carry along in its memory."""

import asyncio
import gc
import socket
from typing import Final

RECEIVE_BUFFER: Final = 256_000
"""Bytes; uvloop reads everything that arrives into one buffer of this size and never clears it."""


class _Counting(asyncio.Protocol):
    """Counts what it reads, and keeps nothing of it."""

    def __init__(self) -> None:
        self.read = 0
        self.done = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """More zeros."""
        self.read += len(data)
        if self.read >= RECEIVE_BUFFER and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Fewer came than were sent: nobody need wait for them."""
        if not self.done.done():
            self.done.set_result(None)


async def wipe_memory() -> None:
    """Free what hangs in circles, and overwrite the loop's receive buffer.

    An answer of a provider that lists messages is full of numbers. It hangs in circles which the
    collector, tuned for speed, leaves alone for hours, and the end of a long one stays in the
    buffer until a longer one comes (found by `sanad prove`, deploy/decisions/0011).
    """
    gc.collect()
    here, there = socket.socketpair()
    with here, there:
        _fill(there)
        transport, protocol = await asyncio.get_running_loop().connect_accepted_socket(
            _Counting, here
        )
        await protocol.done
        transport.close()


def _fill(pipe: socket.socket) -> None:
    """Everything is sent before anything is read, so that one read takes it all."""
    pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * RECEIVE_BUFFER)
    pipe.setblocking(False)
    left = RECEIVE_BUFFER
    try:
        while left > 0:
            left -= pipe.send(bytes(left))
    except BlockingIOError:
        pass  # a machine with small buffers: what fits has been sent
    pipe.shutdown(socket.SHUT_WR)
