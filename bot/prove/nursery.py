"""The process that starts the program, and the program it started last."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from bot.app.content import PROJECT
from bot.prove import orders
from bot.prove.orders import Orders

HARDENED: Final = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=85:glibc.malloc.tcache_count=0",
}
"""An allocator that overwrites what is freed (glibc only)."""


class Nursery:
    """One starter process; `start` and `kill` as often as wanted, `close` at the end."""

    def __init__(self, folder: Path, *, hardened: bool = False) -> None:
        self.scratch = folder / "scratch"
        """Where everything goes that the program might leave outside its own folders."""
        self.scratch.mkdir(exist_ok=True)
        scratch = dict.fromkeys(("TMPDIR", "SQLITE_TMPDIR", "XDG_CACHE_HOME"), str(self.scratch))
        environment = {
            **os.environ, **(HARDENED if hardened else {}), **scratch, "PYTHONPATH": str(PROJECT),
        }  # fmt: skip
        with (folder / "nursery.log").open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.prove.child"],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.child = 0
        """The number of the program's process, 0 when there is none."""
        if self._line() != "ready":
            raise RuntimeError("the program cannot be started; see nursery.log")

    async def start(self, told: Orders) -> None:
        """Start the program."""
        self.child = int(await self._asked(f"start {orders.encode(told)}"))

    async def kill(self) -> None:
        """The hard way, at once; returns when the process is gone."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def stop(self) -> int:
        """The orderly way; how it ended."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    def signal(self, number: int) -> None:
        """Send a signal to the program, without waiting for what it does."""
        if not self.child:
            raise RuntimeError("no program runs")  # 0 would be our own whole group
        os.kill(self.child, number)

    async def ended(self) -> int:
        """Wait until the program has ended by itself or was killed; its status."""
        status = int(await self._asked("wait"))
        self.child = 0
        return status

    async def close(self) -> None:
        """Kill what runs and end."""
        if self.child:
            await self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await asyncio.to_thread(self._process.wait)
        if self._process.stdout is not None:
            self._process.stdout.close()

    async def _asked(self, command: str) -> str:
        if self._process.stdin is None:
            raise RuntimeError("the nursery is closed")
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()
        return await asyncio.to_thread(self._line)

    def _line(self) -> str:
        if self._process.stdout is None:
            return ""
        return self._process.stdout.readline().decode().strip()
