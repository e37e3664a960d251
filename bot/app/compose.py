"""The one place where everything is wired."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import structlog
from starlette.types import ASGIApp

from bot.app.facts import read_facts, standing
from bot.app.jobs import Job, Jobs
from bot.app.library import Shelf, read_book
from bot.app.organisation import Organisation
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE, RosterFile
from bot.app.runtime import SystemClock, SystemEntropy
from bot.app.secrets import host_secrets
from bot.app.settings import Settings
from bot.channels.preview import PreviewChannel
from bot.domain.baghdad import day_of
from bot.domain.directory import Directory, combine
from bot.domain.directory import load as load_directory
from bot.domain.places import Gazetteer
from bot.domain.retention import Retention
from bot.engine.routing import Lexicon
from bot.errors import ConfigurationError
from bot.i18n import catalogues
from bot.i18n.catalogues import Catalogue
from bot.ports.acts import Request
from bot.ports.cases import Alarm, Call
from bot.ports.runtime import Clock, Entropy
from bot.sealing import epochs as pseudonyms
from bot.stores.epoch_files import EpochFiles
from bot.stores.memory_sessions import MemorySessions
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.stores.sqlite_sessions import SqliteSessions
from bot.usecases import find_services, service_cards
from bot.usecases.converse import Converse
from bot.usecases.destroy_expired import destroy_expired
from bot.usecases.escalate import Escalate, LogAlarm
from bot.usecases.perform import Desk, Finder, Perform
from bot.usecases.present import Presenter
from bot.usecases.receipts import Receipts
from bot.web.server import make_app

_log = structlog.get_logger()

PROJECT: Final = Path(__file__).resolve().parents[2]
FLOWS: Final = PROJECT / "flows"
LOCALES: Final = PROJECT / "locales"
DEMO: Final = PROJECT / "deploy" / "demo"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is read once and never changes: flows, texts, words, places, services."""

    catalogue: Catalogue
    shelf: Shelf
    lexicon: Lexicon
    gazetteer: Gazetteer
    directory: Directory


def read_content(*, sample: bool, books: Path | None = None) -> Content:
    """Read flows, catalogues, lexicon, gazetteer and directory; `sample` adds the demo's services.

    A fault in any of them stops the start, with file and line.
    """
    catalogue = catalogues.load(LOCALES)
    directory = load_directory(FLOWS / "directory")
    if sample:
        directory = combine(load_directory(DEMO / "directory", allow_sample=True), directory)
    return Content(
        catalogue=catalogue,
        shelf=Shelf(read_book(FLOWS, catalogue), books),
        lexicon=Lexicon.load(FLOWS / "lexicon"),
        gazetteer=Gazetteer.load(FLOWS / "directory" / "places.csv"),
        directory=directory,
    )


def make_presenter(content: Content, organisation: Organisation) -> Presenter:
    """Renders screens in the organisation's words."""
    return Presenter(
        content.catalogue,
        standing(read_facts(FLOWS / "facts.yaml"), organisation),
        content.gazetteer,
    )


def make_finder(content: Content) -> Finder:
    """Rendered cards of the nearest services, from memory."""

    def find(request: Request) -> tuple[str, ...]:
        today: date = day_of(request.now)
        found = find_services.find(
            content.directory,
            content.gazetteer,
            _one(request, "governorate"),
            _one(request, "need"),
            today,
            women_only=_one(request, "pref_gender") == "female" and _one(request, "need") is None,
        )
        cards = service_cards.cards(found, request.language, today)
        return tuple(
            service_cards.text(content.catalogue, request.language, card) for card in cards
        )

    return find


def _one(request: Request, name: str) -> str | None:
    answer = request.answers.get(name)
    return answer if isinstance(answer, str) and answer else None


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
        refuge = MemorySessions(clock)
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
            refuge=refuge,
            epochs=epochs,
            clock=clock,
            entropy=entropy,
        )
        hooks: dict[str, ASGIApp] = {}
        told: list[str] = []
        alarms: list[Alarm] = [LogAlarm()]
        await _start_telegram(settings, converse, stack, hooks, told, alarms, content)
        await _start_whatsapp(settings, converse, stack, hooks, told, epochs)
        pages = PreviewChannel(converse).routes() if demo else []
        escalate = Escalate(cases, alarms)
        retention = Retention(organisation.retention_days)

        async def forget() -> None:
            oldest = epochs.rotate()
            await sessions.sweep(oldest)
            await refuge.sweep(oldest)
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
        app = make_app(hooks, pages, ready=_ready(database))
        yield Running(app, tuple(told), converse, sessions, jobs, database)


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


async def _start_telegram(
    settings: Settings,
    converse: Converse,
    stack: contextlib.AsyncExitStack,
    hooks: dict[str, ASGIApp],
    told: list[str],
    alarms: list[Alarm],
    content: Content,
) -> None:
    if settings.telegram_token is None:
        return
    from bot.channels.telegram import TelegramChannel  # noqa: PLC0415 - half a second, if wanted

    secret = settings.telegram_webhook_secret
    channel = TelegramChannel(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api_base,
        converse,
        secret=secret.get_secret_value() if secret else None,
        public_url=settings.public_url,
        mode=settings.telegram_mode,
        group_refusal=lambda: group_refusal(content),
    )
    if channel.webhook is not None:
        hooks["/hooks/telegram"] = channel.webhook
    if settings.telegram_staff_chat is not None:
        alarms.append(StaffChat(channel.notify, settings.telegram_staff_chat.get_secret_value()))
    stack.push_async_callback(channel.stop)
    await channel.start()
    told.append(f"Telegram ({channel.describe()})")


def group_refusal(content: Content) -> str:
    """What is said once in a group, in all four languages."""
    book = content.shelf.current
    return "\n".join(dict.fromkeys(book.text(tag, "odd.group") for tag in book.texts))


async def _start_whatsapp(
    settings: Settings,
    converse: Converse,
    stack: contextlib.AsyncExitStack,
    hooks: dict[str, ASGIApp],
    told: list[str],
    epochs: EpochFiles,
) -> None:
    sid, token, sender = (
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_sender,
    )  # fmt: skip
    if sid is None or token is None or sender is None:
        return
    from bot.channels.whatsapp import WhatsAppChannel  # noqa: PLC0415 - only if it is wanted

    channel = WhatsAppChannel(
        sid.get_secret_value(),
        token.get_secret_value(),
        sender.get_secret_value(),
        settings.public_url,
        settings.twilio_api_base,
        converse,
        mark=lambda message: pseudonyms.mark(epochs.current()[1], message.encode()),
        content=settings.data_dir / "content.json",
    )
    hooks["/hooks/whatsapp"] = channel.webhook
    stack.push_async_callback(channel.stop)
    await channel.start()
    told.append(f"WhatsApp ({channel.describe()})")


class StaffChat:
    """An alarm in a Telegram chat of the staff: how urgent, how many; never what."""

    def __init__(self, notify: Callable[[int, str], Awaitable[None]], chat: str) -> None:
        try:
            self._chat = int(chat)
        except ValueError as error:
            raise ConfigurationError(
                "SANAD_TELEGRAM_STAFF_CHAT must be the number of a chat the bot is in"
            ) from error
        self._notify = notify

    async def ring(self, call: Call) -> None:
        """See Alarm.ring."""
        who = ", ".join(call.handles) or "everybody"
        await self._notify(self._chat, f"T{call.urgency} · {call.cases} · {call.watch}: {who}")


def harden() -> None:
    """Keep this process's memory out of core dumps; what the platform lacks is skipped."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
