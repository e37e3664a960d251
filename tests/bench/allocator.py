"""What the hardened allocator costs: the same talks in both kinds of process, turn about.

Turns in memory, without network and disk, so that nothing hides the price: this is the worst case.
`.venv/bin/python tests/bench/allocator.py` prints the ratios of one run.
"""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time

from bot.app.simulate import Talk, simulate
from bot.domain.visitor import Visitor

HARDENED = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=85:glibc.malloc.tcache_count=0",
}
TALKS, ROUNDS = 300, 5
WORDS = "he keeps my papers and I am afraid"
PRESSED = ("en", "yes", "go", "service", "health", "!menu", "learn", "!menu", "about", "!menu")


async def talks() -> int:
    simulation, turns = simulate(), 0
    for number in range(TALKS):
        talk = Talk(simulation, Visitor("terminal", str(number)))
        await talk.write("/start")
        for value in PRESSED:
            try:
                await talk.press(value)
            except LookupError:
                await talk.write(WORDS)
        for _ in range(10):
            await talk.write(WORDS)
        turns += talk.turns
    return turns


def once(hardened: bool) -> tuple[float, float]:
    environment = {**os.environ, **(HARDENED if hardened else {})}
    done = subprocess.run(
        [sys.executable, __file__, "child"], env=environment, capture_output=True, text=True,
        check=True,
    )
    speed, memory = done.stdout.split()[-2:]
    return float(speed), float(memory)


def child() -> None:
    began = time.perf_counter()
    turns = asyncio.run(talks())
    seconds = time.perf_counter() - began
    print(turns / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    runs = [(once(False), once(True)) for _ in range(ROUNDS)]
    slower = [plain[0] / hard[0] for plain, hard in runs]
    larger = [hard[1] / plain[1] for plain, hard in runs]
    print(f"time a turn   x {statistics.median(slower):.2f}  ({min(slower):.2f} to {max(slower):.2f})")
    print(f"memory        x {statistics.median(larger):.2f}")
    print(f"turns/s plain {statistics.median(plain[0] for plain, _ in runs):.0f}, "
          f"peak {statistics.median(plain[1] for plain, _ in runs):.0f} MiB")


if __name__ == "__main__":
    child() if sys.argv[1:] == ["child"] else main()
