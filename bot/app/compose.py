"""The one place where everything is wired."""

import asyncio
import contextlib
import ctypes
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp

from bot.app.content import FACTS, make_finder, make_presenter, read_content
from bot.app.demo_sheet import read_demo_sheet
from bot.app.facts import read_facts
from bot.app.heads import daily_head
from bot.app.health import Health
from bot.app.jobs import Job, Jobs
from bot.app.organisation import Organisation
from bot.app.reach import Reach, start_telegram, start_whatsapp
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE, RosterFile
from bot.app.runtime import SystemClock, SystemEntropy
from bot.app.sample_cases import insert_samples
from bot.app.secrets import host_secrets
from bot.app.settings import Settings
from bot.app.wiping import wipe_memory
from bot.channels.preview import PreviewChannel
from bot.console.desk import ConsoleDesk
from bot.domain.retention import Retention
from bot.i18n.catalogues import Catalogue
from bot.ports.conversation import Conversation
from bot.ports.runtime import Clock, Entropy
from bot.sealing.vapid import push_public
from bot.stores.ballast import Ballast
from bot.stores.epoch_files import EpochFiles
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.stores.sqlite_sessions import SqliteSessions
from bot.stores.sqlite_staff import SqliteStaff
from bot.stores.steady_clock import SteadyClock
from bot.usecases.converse import Converse
from bot.usecases.destroy_expired import destroy_expired
from bot.usecases.escalate import Escalate
from bot.usecases.perform import Desk, Perform
from bot.usecases.receipts import Receipts
from bot.web.private import private_surface
from bot.web.server import make_app

CONSOLE_PURPOSE: Final = b"sanad/console/v1"
BALLAST_FILE: Final = "ballast"
PR_SET_DUMPABLE: Final = 4
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
        ballast = Ballast(settings.data_dir / BALLAST_FILE)
        database = await Database.open(settings.database_path, ballast)
        database.refill()
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
            # To a talk, a clock that jumps by a day would be a day of silence.
            clock=SteadyClock(clock),
            entropy=entropy,
        )
        health = Health(settings, database, epochs, lambda: roster() is not None, clock)
        conversation = await _watched(settings, health, converse, clock, stack)
        reach = Reach()
        await start_telegram(
            settings,
            conversation,
            reach,
            stack,
            book=content.shelf.current,
            catalogue=content.catalogue,
        )
        await start_whatsapp(settings, conversation, reach, stack, epochs=epochs, clock=clock)
        pages = PreviewChannel(converse).routes() if demo else []
        trusted = roster()
        if demo and trusted is not None:
            await insert_samples(database, receipts, trusted, clock, entropy)
        staff = SqliteStaff(database)
        _call_staff(
            settings, organisation, roster, reach,
            texts=content.console, staff=staff, push=secrets.push, clock=clock,
        )  # fmt: skip
        escalate = Escalate(cases, reach.alarms)
        retention = Retention(organisation.retention_days)

        async def forget() -> None:
            oldest = epochs.rotate()
            await sessions.sweep(oldest)
            await database.checkpoint()
            database.refill()
            await wipe_memory()

        sign_head = daily_head(cases, settings, organisation, seed=secrets.audit, clock=clock)
        jobs = Jobs(
            (
                Job("forget", 60, forget),
                Job("roster", 30, roster.refresh),
                Job("escalate", 5, lambda: _escalated(escalate, roster, clock)),
                Job("head", 3600, sign_head),
                Job("sessions", 600, lambda: staff.sweep(clock.now())),
                Job("retention", 3600, lambda: destroy_expired(cases, retention, clock.now())),
            ),
            clock,
        )
        for work in (jobs.run(), receipts.work(cases)):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        desk = None
        if settings.console_url:
            desk = ConsoleDesk(
                url=settings.console_url,
                name=organisation.name,
                texts=content.console,
                clock=clock,
                entropy=entropy,
                rosters=roster,
                history=cases,
                staff=staff,
                cases=cases,
                casework=cases,
                tallies=cases,
                audit=cases,
                retention=retention,
                seed=hmac.digest(secrets.pepper, CONSOLE_PURPOSE, "sha256"),
                primero=settings.primero_url,
                facts=read_facts(FACTS),
                push_key=push_public(secrets.push),
                demo=read_demo_sheet(settings.data_dir) if demo else None,
            )
        app = make_app(reach.hooks, pages, ready=health.ready, console=_console(desk))
        yield Running(app, tuple(reach.told), converse, sessions, jobs, database)


def _call_staff(
    settings: Settings,
    organisation: Organisation,
    roster: RosterFile,
    reach: Reach,
    *,
    texts: Catalogue,
    staff: SqliteStaff,
    push: bytes,
    clock: Clock,
) -> None:
    """E-mail and browsers, where they are set; their libraries cost a tenth of a start."""
    if not settings.smtp_url and not settings.console_url:
        return
    from bot.app.notices import start_mail, start_push  # noqa: PLC0415 - only if wanted

    start_mail(settings, organisation, roster, texts, reach)
    if settings.console_url:
        start_push(staff, push, settings.console_url, clock, reach)


def _console(desk: ConsoleDesk | None) -> ASGIApp | None:
    """The console, where there is one; passkeys and templates cost a tenth of a start."""
    if desk is None:
        return None
    from bot.console.app import console_app  # noqa: PLC0415 - only if wanted

    return console_app(desk)


async def _escalated(escalate: Escalate, roster: RosterFile, clock: Clock) -> int:
    trusted = roster()
    return await escalate.step(trusted.roster if trusted else None, clock.now())


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _watched(
    settings: Settings,
    health: Health,
    converse: Converse,
    clock: Clock,
    stack: contextlib.AsyncExitStack,
) -> Conversation:
    """The conversation, counted, and metrics on their private port, if one is named."""
    if not settings.metrics_port:
        return converse
    # Only where they are wanted: they cost a tenth of a second at the start.
    from bot.app.counted import Counted  # noqa: PLC0415
    from bot.app.metrics import Metrics  # noqa: PLC0415
    from bot.app.providers import watch  # noqa: PLC0415

    metrics = Metrics()

    async def page() -> bytes:
        return metrics.page(await health.vitals())

    await stack.enter_async_context(private_surface(settings.metrics_port, page))
    # Not among the jobs: a provider that hangs must not hold up keys and alarms.
    stack.push_async_callback(_ended, asyncio.create_task(watch(settings, metrics.provider)))
    return Counted(converse, metrics, clock)


def harden() -> None:
    """Keep this process's memory out of dumps and debuggers; what is lacking is skipped."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
