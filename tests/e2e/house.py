"""A whole installation on loopback: signed roster, secrets, the real program behind a real port."""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import uvicorn
from typer.testing import CliRunner

from bot.app import compose
from bot.app.compose import Running
from bot.app.content import DEMO, Content, read_content
from bot.app.library import Shelf
from bot.app.organisation import load_organisation
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.settings import Settings, load_settings
from bot.app.simulate import CHEAP
from bot.cli import case
from bot.domain.baghdad import WEEK
from bot.domain.language import TAGS
from bot.domain.roster import Member, Roster, Shift
from bot.ports.runtime import Clock
from bot.sealing import keys
from bot.sealing.opening import Expected, Identity, open_case, seal_identity
from bot.usecases.receipts import Receipts
from bot.usecases.trust_roster import check_roster, sign_roster
from bot.prove.providers.telegram import TOKEN, FakeTelegram
from bot.prove.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, FakeTwilio

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "an-invented-webhook-secret"
PASSPHRASE = "five short words for this"
HANDLE = "amal"
ADMIN_SEED = b"administrator's signing seed 32b"
WORKER = Identity((b"caseworker's sealing seed - 32 b",), b"caseworker's signing seed - 32 b")
WORK_FACTOR = 8
"""A real passphrase costs a second of scrypt each time; what is tested here is not its cost."""


@cache
def _read(sample: bool) -> Content:  # noqa: FBT001 - a cache tells keyword calls apart
    return read_content(sample=sample)


def content(*, sample: bool = False) -> Content:
    """The project's flows, words and services, read once for the whole run of tests."""
    return _read(sample)


def _content_again(*, sample: bool, books: Path | None = None) -> Content:
    kept = content(sample=sample)
    return replace(kept, shelf=Shelf(kept.shelf.current, books))


# Reading takes two seconds and gives the same each time; only the folder of old books is its own.
compose.read_content = _content_again
# A mailbox is slow to derive on purpose; what is tested here is not how slow.
compose.Receipts = partial(Receipts, cost=CHEAP)


class House:
    """One organisation in a folder: settings, roster, and a caseworker whose key the test holds."""

    def __init__(self, folder: Path, *, roster: bool = True) -> None:
        self.folder = folder
        self.data, self.secrets, self.runtime = (
            folder / name for name in ("data", "secrets", "keys")
        )
        self.data.mkdir(parents=True, mode=0o700)
        self.secrets.mkdir(mode=0o700)
        (folder / "passphrase").write_text(f"{PASSPHRASE}\n")
        (folder / "worker.age").write_bytes(seal_identity(WORKER, PASSPHRASE, WORK_FACTOR))
        if roster:
            self.sign_roster()

    @property
    def database(self) -> Path:
        return self.data / "sanad.sqlite"

    def sign_roster(self) -> None:
        """Put a roster in force: one caseworker, always on duty."""
        member = Member(
            handle=HANDLE,
            role="caseworker",
            recipient=str(keys.recipient_of(WORKER.seeds[0])),
            verify=keys.signing_public(WORKER.signing).hex(),
            languages=TAGS,
            gender="female",
            child_trained=True,
        )
        shift = Shift(handle=HANDLE, days=WEEK, start="00:00", end="00:00")
        roster = Roster(version=1, members=(member,), shifts=(shift,))
        (self.secrets / ADMIN_FILE).write_text(keys.signing_public(ADMIN_SEED).hex())
        (self.data / ROSTER_FILE).write_bytes(sign_roster(roster, ADMIN_SEED))

    def settings(self, **more: object) -> Settings:
        folders = {
            "data_dir": self.data, "secrets_dir": self.secrets, "runtime_dir": self.runtime,
        }  # fmt: skip
        return load_settings(**{**folders, **more})

    def named(self, **more: object) -> dict[str, object]:
        """The settings of a process of its own, with an organisation file it accepts."""
        own = self.folder / "organisation.toml"
        text = (DEMO / "organisation.toml").read_text(encoding="utf-8")
        own.write_text(text.replace("sample = true", ""), "utf-8")
        return {
            "data_dir": self.data, "secrets_dir": self.secrets, "runtime_dir": self.runtime,
            "organisation_file": own, **more,
        }  # fmt: skip

    def environment(self, **more: object) -> dict[str, str]:
        """The same as environment variables, beside what is set but for our own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SANAD_")}
        named = self.named(**more).items()
        told = {f"SANAD_{name.upper()}": str(value) for name, value in named}
        return {**kept, **told, "PYTHONPATH": str(PROJECT)}

    # -- the caseworker ---------------------------------------------------------------------
    def _words(self, words: tuple[str, ...]) -> list[str]:
        """A `case` command with what says who one is."""
        if words[0] in {"list", "withdrawn"}:
            return list(words)
        identity = ("--identity", self.folder / "worker.age")
        passphrase = ("--passphrase-file", self.folder / "passphrase")
        return [*words, *map(str, (*identity, *passphrase))]

    async def case(self, *words: str, text: str | None = None) -> str:
        """One `sanad case` command, on a thread of this process; what it printed."""
        places = ("--data-dir", str(self.data), "--secrets-dir", str(self.secrets))
        done = await asyncio.to_thread(
            CliRunner().invoke, case.app, [*self._words(words), *places], input=text
        )
        assert done.exit_code == 0, done.output
        return done.stdout

    async def case_apart(self, *words: str, text: str | None = None) -> str:
        """The same in a process of its own, as caseworkers run it."""
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot.cli.main", "case", *self._words(words)],
            env=self.environment(),
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    # -- what lies in the database ------------------------------------------------------------
    def rows(self, sql: str, *values: object) -> list[tuple]:
        """What another process reads."""
        with self._connected() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.database)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While another process writes, turns wait."""
        with self._connected() as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def queue(self) -> list[str]:
        """The cases' numbers."""
        return [case.hex() for (case,) in self.rows("SELECT id FROM cases ORDER BY id")]

    async def until(self, sql: str, rows: list[tuple]) -> None:
        """Wait until a query gives these rows: for what the program does in its own time."""
        async with asyncio.timeout(30):
            while self.rows(sql) != rows:
                await asyncio.sleep(0.02)

    async def settled(self) -> None:
        """Wait until every code's slow derivation is done."""
        await self.until("SELECT count(*) FROM staged_codes", [(0,)])

    def told(self, only: str = "") -> list[dict]:
        """What each sealed report (or one case's) says, opened with the caseworker's key."""
        admin = keys.signing_public(ADMIN_SEED)
        trusted = check_roster((self.data / ROSTER_FILE).read_bytes(), admin)
        rosters = {trusted.version: trusted.fingerprints}
        return [
            open_case(
                sealed,
                WORKER.seeds,
                Expected(kind="report", case=number, seq=0, prev=b"", rosters=rosters),
            ).body
            for number, sealed in self.rows("SELECT case_id, sealed FROM entries WHERE number = 0")
            if number.hex().startswith(only)
        ]


@asynccontextmanager
async def serving(
    house: House,
    telegram: FakeTelegram | None = None,
    twilio: FakeTwilio | None = None,
    *,
    mode: str = "webhook",
    clock: Clock | None = None,
) -> AsyncIterator[Running]:
    """The program, running and reachable; the fakes know where."""
    # Named as TCP, asyncio switches Nagle off; without it every answer waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = house.settings(**channels(base, telegram, twilio, mode))
        organisation = load_organisation(DEMO / "organisation.toml")
        if twilio is not None:
            twilio.webhook = twilio.signed_as = f"{base}/hooks/whatsapp"
        async with compose.running(settings, organisation, clock=clock) as program:
            server = uvicorn.Server(
                uvicorn.Config(
                    program.app, http="httptools", ws="none", lifespan="off", log_config=None,
                    access_log=False,
                )
            )  # fmt: skip
            listening = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield program
            finally:
                server.should_exit = True
                await listening


def channels(
    base: str, telegram: FakeTelegram | None, twilio: FakeTwilio | None, mode: str = "webhook"
) -> dict[str, object]:
    """The settings that lead to these fakes."""
    told: dict[str, object] = {"public_url": base}
    if telegram is not None:
        told |= {
            "telegram_token": TOKEN,
            "telegram_api_base": telegram.api_base,
            "telegram_mode": mode,
            "telegram_webhook_secret": SECRET,
        }
    if twilio is not None:
        told |= {
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_sender": SENDER,
            "twilio_api_base": twilio.url,
        }
    return told
