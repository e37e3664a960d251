"""`sanad doctor`: how the installation is, and what to do."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from bot.app.doctor import Finding, examine, fail
from bot.app.runtime import SystemClock
from bot.app.settings import Settings, load_settings
from bot.cli.desk import DataDir, SecretsDir
from bot.errors import ConfigurationError


def doctor(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody over the network.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Look at everything, change nothing; exit 1 when something does not hold."""
    named = {"data_dir": data_dir, "secrets_dir": secrets_dir}
    failed = False
    try:
        settings = load_settings(**{name: path for name, path in named.items() if path})
    except ConfigurationError as error:
        _tell(fail("settings", "cannot be used", str(error)), as_json=as_json)
        raise typer.Exit(1) from None
    for finding in asyncio.run(_findings(settings, network=not offline)):
        _tell(finding, as_json=as_json)
        failed = failed or finding.level == "fail"
    if failed:
        raise typer.Exit(1)


async def _findings(settings: Settings, *, network: bool) -> list[Finding]:
    return [found async for found in examine(settings, SystemClock().now(), network=network)]


def _tell(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(finding), ensure_ascii=False))
        return
    mark = finding.level if finding.level == "ok" else finding.level.upper()
    print(f"{mark:<5} {finding.name:<16} {finding.told}")
    if finding.remedy:
        for line in finding.remedy.splitlines():
            print(f"      {'':<16} → {line}")
