"""What happens by the clock: keys die, idle drafts go, alarms ring. Each job is one step a call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.ports.runtime import Clock

_log = structlog.get_logger()
Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Job:
    """One step, done every so many seconds."""

    name: str
    seconds: float
    step: Step


class Jobs:
    """Runs jobs until it is cancelled; a step that fails is logged and tried again next time."""

    def __init__(self, jobs: Sequence[Job], clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._due = {job.name: 0.0 for job in jobs}

    async def step(self) -> None:
        """Do every job that is due now (tests call this with a clock of their own)."""
        now = self._clock.monotonic()
        for job in self._jobs:
            if now < self._due[job.name]:
                continue
            self._due[job.name] = now + job.seconds
            try:
                await job.step()
            except Exception as error:  # noqa: BLE001 - the other jobs, key rotation first, go on
                _log.error("job_failed", name=job.name, kind=type(error).__name__)

    async def run(self) -> None:
        """For ever, twice a second."""
        while True:
            await self.step()
            await asyncio.sleep(0.5)
