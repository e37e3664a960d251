"""`sanad prove`: the promises, tried on fresh installations on this machine."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bot.prove.checks import CHECKS, prove
from bot.prove.ledger import Ledger

Names = Annotated[list[str] | None, typer.Option("--only", help="Only this check (repeatable).")]


def prove_command(
    *,
    only: Names = None,
    long: Annotated[bool, typer.Option("--long", help="Hours instead of minutes.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Minutes; the default.")] = False,
    plant: Annotated[
        str, typer.Option("--plant", help="Put this check's own fault in; it has to fail.")
    ] = "",
    talks: Annotated[int, typer.Option("--talks", help="Talks of the residue check.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the results to this file too.")
    ] = None,
) -> None:
    """Try what Sanad promises, on fresh installations; exit code 1 when something does not hold."""
    names = [plant] if plant else (only or list(CHECKS))
    unknown = [name for name in names if name not in CHECKS]
    if unknown or (long and quick):
        raise typer.BadParameter(f"the checks are {', '.join(CHECKS)}; --quick or --long")
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    ledger = Ledger(lambda text: print(text, file=sys.stderr, flush=True))
    asyncio.run(prove(ledger, names, "long" if long else "quick", plant=plant, talks=talks))
    if json_file is not None:
        json_file.write_text(ledger.as_json(), encoding="utf-8")
    print(ledger.table())
    raise typer.Exit(1 if ledger.failed else 0)
