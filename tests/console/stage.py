"""A console on loopback with invented people in it, and a real Chromium in front of it."""

import asyncio
import hashlib
import os
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from playwright.async_api import TimeoutError as TooLate

from bot.app.content import FACTS
from bot.app.facts import read_facts
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE, RosterFile
from bot.app.runtime import SystemClock, SystemEntropy
from bot.console.app import console_app
from bot.console.desk import ConsoleDesk, Cost
from bot.domain.audit import Note
from bot.domain.baghdad import WEEK, hour_of
from bot.domain.language import TAGS, Tag
from bot.domain.report import CHANNELS
from bot.domain.retention import Retention
from bot.domain.roster import Member, Role, Roster, Shift
from bot.i18n.catalogues import Catalogue
from bot.ports.runtime import Clock
from bot.ports.staff import Account, Invitation, KeySlot
from bot.ports.stores import Change, Mailbox
from bot.sealing import canonical, keys
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.stores.sqlite_sessions import SqliteSessions
from bot.stores.sqlite_staff import SqliteStaff
from bot.usecases.hand_off import prepare_addition, prepare_case
from bot.usecases.trust_roster import sign_roster

ADMIN_SEED = hashlib.sha256(b"administrator of the stage").digest()
ADMIN = keys.signing_public(ADMIN_SEED)
PASSPHRASE = "1234 5678 9012 3456 7890"
SALT = bytes(range(16))
COST = Cost(memory=256, passes=1)
"""A real passphrase costs a second or two each time; what is tested here is not its cost."""
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-default-apps",
]  # fmt: skip

# A busy machine is slow, not wrong.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Person:
    handle: str
    role: Role = "caseworker"
    languages: tuple[Tag, ...] = TAGS
    gender: str = "female"
    child_trained: bool = True
    conflicts: tuple[str, ...] = ()
    reads: Tag = "en"

    @property
    def seed(self) -> bytes:
        return hashlib.sha256(b"seed of " + self.handle.encode()).digest()

    @property
    def signing(self) -> bytes:
        return hashlib.sha256(b"signing of " + self.handle.encode()).digest()

    @property
    def totp(self) -> bytes:
        return hashlib.sha256(b"codes of " + self.handle.encode()).digest()[:20]

    def member(self) -> Member:
        return Member(
            handle=self.handle,
            role=self.role,
            recipient=str(keys.recipient_of(self.seed)),
            verify=keys.signing_public(self.signing).hex(),
            languages=self.languages,
            gender=self.gender,
            child_trained=self.child_trained,
            conflicts=self.conflicts,
        )

    def code(self, now: int) -> str:
        import base64

        import pyotp

        return pyotp.TOTP(base64.b32encode(self.totp).decode()).at(now)


AMAL = Person("amal")
BAHAR = Person("bahar", gender="male", child_trained=False)
ZANA = Person("zana", role="supervisor")
PEOPLE = (AMAL, BAHAR, ZANA)


def derived(passphrase: str) -> tuple[bytes, bytes]:
    argon = Argon2id(salt=SALT, length=64, iterations=COST.passes, lanes=1, memory_cost=COST.memory)
    made = argon.derive(passphrase.encode())
    return made[:32], made[32:]


WRAP_KEY, AUTH = derived(PASSPHRASE)


def slot_of(person: Person) -> KeySlot:
    """The person's keys wrapped under the passphrase, as the browser would have."""
    held = {"v": 1, "seeds": [person.seed.hex()], "signing": person.signing.hex()}
    nonce = hashlib.sha256(person.handle.encode()).digest()[:12]
    context = f"sanad/slot/v1|{person.handle}|passphrase".encode()
    wrapped = nonce + AESGCM(WRAP_KEY).encrypt(nonce, canonical.dump(held), context)
    return KeySlot(person.handle, "passphrase", "", "{}", wrapped)


def roster_of(people: Sequence[Person], version: int = 1) -> bytes:
    shifts = tuple(
        Shift(handle=person.handle, days=WEEK, start="00:00", end="00:00") for person in people
    )
    members = tuple(person.member() for person in people)
    return sign_roster(Roster(version=version, members=members, shifts=shifts), ADMIN_SEED)


@dataclass
class Stage:
    """The parts of a running console, and ways to put things in it."""

    url: str
    desk: ConsoleDesk
    database: Database
    sessions: SqliteSessions
    path: Path
    clock: Clock
    sent: list[bytes] = field(default_factory=list)

    async def put_case(self, answers: Mapping[str, Any], language: Tag = "en", *,
                       mailbox_seed: bytes = b"m" * 32) -> str:  # fmt: skip
        """A report in the queue; its id in hex."""
        given = {"consent_services": "yes", "reporter_role": "self", **answers}
        new = prepare_case(
            given,
            language=language,
            channel=CHANNELS[0],
            now=self.clock.now(),
            roster=self.desk.rosters(),
            entropy=self.desk.entropy,
            mailbox=Mailbox(os.urandom(16), keys.recipient_of(mailbox_seed).public),
        )
        await self.sessions.turn((os.urandom(16),), lambda _: (Change(case=new), None))
        return new.case.hex()

    async def add(self, case: str, text: str) -> None:
        """Something the person adds with the code."""
        mailbox = await self.desk.cases.mailbox(bytes.fromhex(case))
        view = await self.desk.cases.look(mailbox.tag)
        entry = prepare_addition(
            text, view=view, language="en", now=self.clock.now(), roster=self.desk.rosters()
        )
        assert await self.desk.cases.add_entry(entry)

    async def hire(self, person: Person) -> None:
        """An account for one more person; the roster does not know them yet."""
        await join(self.desk.staff, person, self.clock.now())

    async def sealed_for(self, case: str) -> set[int]:
        """The roster versions that the parts of a case are sealed for."""
        return set(await self.desk.casework.sealed_for(bytes.fromhex(case)))

    async def publish(self, people: Sequence[Person], version: int) -> None:
        await self.desk.rosters.publish(roster_of(people, version))


@asynccontextmanager
async def staged(
    folder: Path,
    people: Sequence[Person] = PEOPLE,
    clock: Clock | None = None,
    primero: str = "",
    *,
    signed: bool = True,
) -> AsyncIterator[Stage]:
    """A console with these people's accounts and a signed roster, served on a free port."""
    clock = clock or SystemClock()
    port = free_port()
    url = f"http://localhost:{port}"
    path = folder / "sanad.sqlite"
    database = await Database.open(path)
    cases = SqliteCases(database)
    pinned = (
        ADMIN,
        *(keys.signing_public(each.signing) for each in people if each.role == "admin"),
    )
    (folder / ADMIN_FILE).write_text("".join(f"{key.hex()}\n" for key in pinned))
    book = RosterFile(folder / ROSTER_FILE, folder / ADMIN_FILE, cases)
    if signed:
        await book.publish(roster_of(people))
    staff = SqliteStaff(database)
    sessions = SqliteSessions(database, clock)
    await sessions.start()
    desk = ConsoleDesk(
        url=url,
        name=dict.fromkeys(TAGS, "SAMPLE"),
        texts=Catalogue({tag: {} for tag in TAGS}),
        clock=clock,
        entropy=SystemEntropy(),
        rosters=book,
        history=cases,
        staff=staff,
        cases=cases,
        casework=cases,
        tallies=cases,
        audit=cases,
        retention=Retention(30),
        seed=b"s" * 32,
        primero=primero,
        cost=COST,
        facts=read_facts(FACTS),
    )
    for person in people:
        await join(staff, person, clock.now())
    app = console_app(desk)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield Stage(url, desk, database, sessions, path, clock)
    finally:
        server.should_exit = True
        await serving
        await sessions.stop()
        await database.close()


async def join(staff: SqliteStaff, person: Person, now: int) -> None:
    token = hashlib.sha256(person.handle.encode()).digest()
    member = person.member()
    note = Note(hour_of(now), "-", "invite", b"")
    await staff.invite(
        Invitation(token, person.handle, person.role, person.reads, now + 3600, "-"), note
    )
    account = Account(
        handle=person.handle,
        role=person.role,
        language=person.reads,
        recipient=member.recipient,
        verify=member.verify,
        salt=SALT,
        auth=hashlib.sha256(AUTH).digest(),
        recovery_auth=bytes(32),
        totp=person.totp,
        hour=hour_of(now),
    )
    assert await staff.join(token, account, [slot_of(person)], now, note)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=15_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


async def window(browser: Browser, **options: Any) -> BrowserContext:
    """A browser of one's own: cookies and storage apart from the others."""
    context = await browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.set_default_timeout(PATIENCE)
    return context


async def sign_in(
    context: BrowserContext, stage: Stage, person: Person, shows: str = "#rows"
) -> Page:
    """Through the sign-in page, with passphrase and one-time code, until its first page `shows`."""
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else None
    )
    page.faults = faults
    await page.goto(f"{stage.url}/console/login?lang={person.reads}")
    form = page.locator("#passphrase-way")
    await form.locator("[name=handle]").fill(person.handle)
    await form.locator("[name=passphrase]").fill(PASSPHRASE)
    await form.locator("[name=code]").fill(person.code(stage.clock.now()))
    await form.locator("[type=submit]").click()
    try:
        await page.wait_for_selector(shows)
    except TooLate:
        raise AssertionError(f"{page.url}: {await page.inner_text('body')} {faults}") from None
    return page
