"""The order in which everything is looked at."""

from collections.abc import AsyncIterator

from bot.app.doctor.finding import Finding
from bot.app.doctor.holdings import holdings
from bot.app.doctor.machine import machine
from bot.app.doctor.reachable import reachable
from bot.app.settings import Settings


async def examine(settings: Settings, now: int, *, network: bool = True) -> AsyncIterator[Finding]:
    """Every finding, the machine first; changes nothing anywhere."""
    for finding in machine(settings, now):
        yield finding
    for finding in holdings(settings, now):
        yield finding
    if network:
        async for finding in reachable(settings, now):
            yield finding
