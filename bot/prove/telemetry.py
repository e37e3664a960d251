"""Logs: whatever is said or goes wrong, no word of a person comes out of the process."""

import asyncio
import re
import sys
from typing import Final

from bot.app.content import PROJECT
from bot.prove.bench import Bench
from bot.prove.known import of_people
from bot.prove.traces import found

PROMISE: Final = "Logs tell on nobody"
COUNTS: Final = re.compile(rb"said (\d+) raised (\d+)")


async def check(bench: Bench) -> None:
    """Every library's logger on every level, forty exceptions, and what nobody catches."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.prove.noisy", *(["open"] if bench.planted else []),
        cwd=bench.folder, env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await process.communicate()
    counted = COUNTS.search(out)
    faults = [f"{what} as {form}" for what, form in sorted(found(of_people(), out + errors))]
    if counted is None or process.returncode != 0:
        faults.append(f"the process ended with {process.returncode}")
    said = int(counted[1]) + int(counted[2]) if counted else 0
    lines = len(errors.splitlines())
    if lines < 40:
        faults.append(f"only {lines} lines came out: nothing was tried")
    bench.ledger.record(
        PROMISE, "forced exceptions and every library's logger, at DEBUG", said, faults,
        f"{lines} lines came out",
    )  # fmt: skip
