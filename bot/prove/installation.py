"""One organisation in a folder of its own: settings, signed roster, a caseworker with a key."""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bot.app.content import DEMO, PROJECT
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.domain.baghdad import WEEK
from bot.domain.language import TAGS
from bot.domain.roster import Member, Roster, Shift
from bot.prove.providers import telegram, twilio
from bot.sealing import keys
from bot.sealing.opening import Expected, Identity, open_case, seal_identity
from bot.usecases.trust_roster import check_roster, sign_roster

SECRET: Final = "an-invented-webhook-secret"
PASSPHRASE: Final = "five short words for this"
HANDLE: Final = "amal"
ADMIN_SEED: Final = b"administrator's signing seed 32b"
WORKER: Final = Identity(
    (b"caseworker's sealing seed - 32 b",), b"caseworker's signing seed - 32 b"
)
WORK_FACTOR: Final = 8
"""A real passphrase costs a second of scrypt each time; what is tried here is not its cost."""
PATIENCE_SECONDS: Final = 30.0


class Installation:
    """A fresh installation; every key in it is a sample and opens nothing else."""

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
        """The SQLite file."""
        return self.data / "sanad.sqlite"

    def sign_roster(self, version: int = 1) -> None:
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
        roster = Roster(version=version, members=(member,), shifts=(shift,))
        (self.secrets / ADMIN_FILE).write_text(keys.signing_public(ADMIN_SEED).hex())
        (self.data / ROSTER_FILE).write_bytes(sign_roster(roster, ADMIN_SEED))

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
    def words(self, words: tuple[str, ...]) -> list[str]:
        """A `case` command with what says who one is."""
        if words[0] in {"list", "withdrawn"}:
            return list(words)
        return [*words, *self.who()]

    def who(self) -> list[str]:
        """What says that one is the caseworker."""
        identity = ("--identity", self.folder / "worker.age")
        passphrase = ("--passphrase-file", self.folder / "passphrase")
        return list(map(str, (*identity, *passphrase)))

    def command(self, *words: str, doom: str = "") -> list[str]:
        """Any command of the program; with `doom` ("2 before") it dies at that commit."""
        if doom:
            return [sys.executable, "-m", "bot.prove.doomed", *doom.split(), *words]
        return [sys.executable, "-m", "bot.cli.main", *words]

    async def case_apart(self, *words: str, text: str | None = None) -> str:
        """One `sanad case` command in a process of its own, as caseworkers run it; its output."""
        return await self.run("case", *self.words(words), text=text)

    async def run(self, *words: str, text: str | None = None, **settings: object) -> str:
        """Any command in a process of its own; its output."""
        done = await asyncio.to_thread(
            subprocess.run,
            self.command(*words),
            env=self.environment(**settings),
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"sanad {' '.join(words[:2])} failed: {done.stderr}")
        return str(done.stdout)

    # -- what lies in the database ------------------------------------------------------------
    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What another process reads."""
        with self.connected() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """The database as another process has it open."""
        connection = sqlite3.connect(self.database)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While another process writes, turns wait."""
        with self.connected() as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def queue(self) -> list[str]:
        """The cases' numbers."""
        return [case.hex() for (case,) in self.rows("SELECT id FROM cases ORDER BY id")]

    async def until(
        self, sql: str, rows: list[tuple[Any, ...]], seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Wait until a query gives these rows: for what the program does in its own time."""
        async with asyncio.timeout(seconds):
            while self.rows(sql) != rows:
                await asyncio.sleep(0.02)

    async def settled(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every code's slow derivation is done."""
        await self.until("SELECT count(*) FROM staged_codes", [(0,)], seconds)

    def told(self, only: str = "") -> list[dict[str, Any]]:
        """What each sealed report (or one case's) says, opened with the caseworker's key."""
        admins = (keys.signing_public(ADMIN_SEED),)
        trusted = check_roster((self.data / ROSTER_FILE).read_bytes(), admins)
        rosters = {trusted.version: trusted}
        return [
            dict(
                open_case(
                    sealed,
                    WORKER.seeds,
                    Expected(kind="report", case=number, seq=0, prev=b"", rosters=rosters),
                ).body
            )
            for number, sealed in self.rows("SELECT case_id, sealed FROM entries WHERE number = 0")
            if number.hex().startswith(only)
        ]

    def destroy(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def channels(
    base: str,
    messenger: telegram.FakeTelegram | None,
    carrier: twilio.FakeTwilio | None,
    mode: str = "webhook",
) -> dict[str, object]:
    """The settings that lead to these fakes."""
    told: dict[str, object] = {"public_url": base}
    if messenger is not None:
        told |= {
            "telegram_token": telegram.TOKEN,
            "telegram_api_base": messenger.api_base,
            "telegram_mode": mode,
            "telegram_webhook_secret": SECRET,
        }
    if carrier is not None:
        told |= {
            "twilio_account_sid": twilio.ACCOUNT_SID,
            "twilio_auth_token": twilio.AUTH_TOKEN,
            "twilio_sender": twilio.SENDER,
            "twilio_api_base": carrier.url,
        }
    return told


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def listening(port: int, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
