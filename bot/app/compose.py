"""The one place where everything is wired."""

import asyncio
import contextlib
import ctypes
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from bot.app.content import make_finder, make_presenter, read_content
from bot.app.jobs import Job, Jobs
from bot.app.organisation import Organisation
from bot.app.reach import Reach, start_telegram, start_whatsapp
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE, RosterFile
from bot.app.runtime import SystemClock, SystemEntropy
from bot.app.secrets import host_secrets
from bot.app.settings import Settings
from bot.channels.preview import PreviewChannel
from bot.domain.retention import Retention
from bot.ports.runtime import Clock, Entropy
from bot.stores.epoch_files import EpochFiles
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.stores.sqlite_sessions import SqliteSessions
from bot.usecases.converse import Converse
from bot.usecases.destroy_expired import destroy_expired
from bot.usecases.escalate import Escalate
from bot.usecases.perform import Desk, Perform
from bot.usecases.receipts import Receipts
from bot.web.server import make_app

PR_SET_DUMPABLE = 4
"""Linux: /proc/PID/mem, core dumps and ptrace are closed to everybody but root."""


@dataclass(frozen=True, slots=True)
class Running:
    """A program that runs: the web surface, and what to tell about its channels."""

    app: ASGIApp
    channels: tuple[str, ...]
    converse: Converse
    sessions: SqliteSessions
    jobs: Jobs
    database: Database


@asynccontextmanager
async def running(
    settings: Settings,
    organisation: Organisation,
    *,
    demo: bool = False,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
) -> AsyncIterator[Running]:
    """Open everything, start every channel that has settings, and close it all at the end."""
    clock, entropy = clock or SystemClock(), entropy or SystemEntropy()
    content = read_content(sample=demo, books=settings.data_dir / "books")
    fresh = not settings.database_path.exists()
    secrets = host_secrets(settings.secrets_dir, entropy, fresh=fresh)
    epochs = EpochFiles(settings.runtime_folder(), clock, entropy)
    async with contextlib.AsyncExitStack() as stack:
        database = await Database.open(settings.database_path)
        stack.push_async_callback(database.close)
        cases = SqliteCases(database)
        roster = RosterFile(
            settings.data_dir / ROSTER_FILE, settings.secrets_dir / ADMIN_FILE, cases
        )
        await roster.refresh()
        receipts = Receipts(
            salt=secrets.salt, pepper=secrets.pepper, entropy=entropy, epochs=epochs
        )
        stack.callback(receipts.close)
        sessions = SqliteSessions(database, clock)
        await sessions.start()
        stack.push_async_callback(sessions.stop)
        converse = Converse(
            library=content.shelf,
            understanding=content.lexicon,
            places=content.gazetteer,
            presenter=make_presenter(content, organisation),
            acts=Perform(
                Desk(
                    roster=roster,
                    receipts=receipts,
                    mailboxes=cases,
                    find=make_finder(content),
                    places=content.gazetteer,
                    catalogue=content.catalogue,
                    entropy=entropy,
                )
            ),
            store=sessions,
            epochs=epochs,
            clock=clock,
            entropy=entropy,
        )
        reach = Reach()
        await start_telegram(
            settings, converse, content.shelf.current, content.catalogue, reach, stack
        )
        await start_whatsapp(settings, converse, epochs, clock, reach, stack)
        pages = PreviewChannel(converse).routes() if demo else []
        escalate = Escalate(cases, reach.alarms)
        retention = Retention(organisation.retention_days)

        async def forget() -> None:
            oldest = epochs.rotate()
            await sessions.sweep(oldest)
            await database.checkpoint()

        jobs = Jobs(
            (
                Job("forget", 60, forget),
                Job("roster", 30, roster.refresh),
                Job("escalate", 5, lambda: _escalated(escalate, roster, clock)),
                Job("retention", 3600, lambda: destroy_expired(cases, retention, clock.now())),
            ),
            clock,
        )
        for work in (jobs.run(), receipts.work(cases)):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        app = make_app(reach.hooks, pages, ready=_ready(database))
        yield Running(app, tuple(reach.told), converse, sessions, jobs, database)


async def _escalated(escalate: Escalate, roster: RosterFile, clock: Clock) -> int:
    trusted = roster()
    return await escalate.step(trusted.roster if trusted else None, clock.now())


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _ready(database: Database) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        try:
            await database.read("SELECT 1")
        except (sqlite3.Error, ValueError):
            return False
        return True

    return ready


def harden() -> None:
    """Keep this process's memory out of dumps and debuggers; what is lacking is skipped."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
