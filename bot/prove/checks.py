"""The checks by name, and how they are run one after the other."""

import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from bot.prove import attack, faults, forgetting, fuzz, kill, load, residue, telemetry
from bot.prove.bench import Bench, Scale
from bot.prove.ledger import Ledger

CHECKS: Final[dict[str, Callable[[Bench], Awaitable[None]]]] = {
    "residue": residue.check,
    "forgetting": forgetting.check,
    "kill": kill.check,
    "faults": faults.check,
    "attack": attack.check,
    "fuzz": fuzz.check,
    "telemetry": telemetry.check,
    "load": load.check,
}


async def prove(
    ledger: Ledger, names: Sequence[str], scale: Scale, *, plant: str = "", talks: int = 0
) -> None:
    """Run these checks, each in a folder that is taken away afterwards."""
    for name in names:
        ledger.check = name
        ledger.say(f"{name}: {CHECKS[name].__module__.rpartition('.')[2]} begins")
        folder = Path(tempfile.mkdtemp(prefix=f"sanad-prove-{name}-"))
        began = time.monotonic()
        try:
            await CHECKS[name](Bench(folder, ledger, scale, planted=plant == name, talks=talks))
        except Exception as error:  # noqa: BLE001 - a check that breaks off has not held
            told = f"the check broke off: {type(error).__name__}: {error}"
            ledger.record(f"{name}: the check itself", "runs to its end", 1, [told])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        ledger.say(f"{name}: {time.monotonic() - began:.0f} s")
