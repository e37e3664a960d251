"""The SQLite file: opening, pragmas, migrations and transactions, through aiosqlite."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import aiosqlite
import structlog

from bot.errors import StoreError
from bot.stores.ballast import Ballast
from bot.stores.sqlite_batches import BATCH, Waiting, alone, commit_batch

BUSY_MS: Final = 1_000
"""How long a write waits for another process (a caseworker's command) before it fails."""

WAL_LARGE: Final = 64 << 20
"""Bytes at which an operator should look who keeps the write-ahead log from being folded up."""

_log = structlog.get_logger()

PRAGMAS: Final = (
    "PRAGMA auto_vacuum=FULL",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    # `ON` overwrites what is deleted; the WAL keeps it until `checkpoint`, which runs every minute.
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
)

Result = TypeVar("Result")


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with one more verb: a whole unit of work in a single thread hop.

    aiosqlite hops to its thread once a statement; a turn has five. `_execute` is what each of its
    own methods calls, so this adds no second way into the connection (the version is pinned).
    """

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do `work` with the plain connection on the database thread."""
        fresh = _fresh_after_damage(work)
        # aiosqlite leaves this one untyped
        result: Result = await self._execute(lambda: fresh(self._conn))  # type: ignore[no-untyped-call]
        return result


class Database:
    """One SQLite file with one connection, whose transactions never interleave.

    `ballast` is room in reserve: on a full disk even a deletion cannot be written, and what must
    be forgotten has to be.
    """

    def __init__(self, connection: Connection, path: Path, ballast: Ballast | None = None) -> None:
        self._connection = connection
        self._wal = path.with_name(f"{path.name}-wal")
        self._ballast = ballast
        self._writing = asyncio.Lock()
        self._waiting: list[Waiting[Any]] = []
        self._committing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: Path, ballast: Ballast | None = None) -> Self:
        """Open or make the file, set the pragmas and bring the schema up to date."""

        def connect() -> sqlite3.Connection:
            # isolation_level=None: we write BEGIN and COMMIT ourselves, nothing is implicit.
            return sqlite3.connect(path, isolation_level=None, cached_statements=256)

        try:
            # One folder, before anything else runs on the loop.
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = Connection(connect, iter_chunk_size=64)
            await connection
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the database {path.name} cannot be opened: {error}") from error
        try:
            for pragma in PRAGMAS:
                await connection.execute_fetchall(pragma)
            database = cls(connection, path, ballast)
            await database._migrate()
        except BaseException:
            await connection.close()  # an open aiosqlite connection would hang the process at exit
            raise
        path.chmod(0o600)  # noqa: ASYNC240 - once, at the start
        return database

    async def close(self) -> None:
        """Fold the WAL back into the file and close; without it the process cannot exit."""
        try:
            await self.checkpoint()
        finally:
            await self._connection.close()

    async def checkpoint(self) -> None:
        """Move the WAL into the file and cut it to nothing: deleted rows are gone after this."""
        async with self._writing:
            await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        size = self._wal.stat().st_size if self._wal.exists() else 0
        if size > WAL_LARGE:
            # Somebody reads without end (a backup, a forgotten shell): deleted rows stay in it.
            _log.error("wal_large", count=size >> 20)

    async def wipe(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """`write` for what only takes away: on a full disk the ballast makes room for it."""
        try:
            return await self.write(work)
        except sqlite3.OperationalError as error:
            if not _full(error) or self._ballast is None or not self._ballast.release():
                raise
        return await self.write(work)

    def refill(self) -> None:
        """Take room in reserve again, when there is some."""
        if self._ballast is not None:
            self._ballast.fill()

    async def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """One immediate transaction in one hop: committed after `work`, undone if it raises.

        Works that wait at the same moment share one commit (group commit), each undone alone.
        """
        if self._committing is None and not self._writing.locked():
            async with self._writing:
                return await self._connection.run(lambda connection: alone(connection, work))
        waiting: Waiting[Result] = Waiting(work, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit(), name="group commit")
        return await waiting.done

    async def put(self, sql: str, parameters: Sequence[Any]) -> None:
        """One writing statement, which is a transaction by itself.

        Every step of SQLite lets go of the interpreter and waits to get it back: one step instead
        of BEGIN, statement and COMMIT is a commit that is done sooner.
        """

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(sql, parameters)

        async with self._writing:
            await self._connection.run(unit)

    async def query(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Read in one hop, outside a transaction."""
        return await self._connection.run(work)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """One immediate transaction: committed at the end of the block, undone if it raises."""
        async with self._writing:
            connection = self._connection
            await connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                await connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    await connection.execute("ROLLBACK")
                raise

    async def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of one query."""
        rows: Iterable[Any] = await self._connection.execute_fetchall(sql, parameters)
        return list(rows)

    async def _commit(self) -> None:
        """Work off what waits, batch by batch."""
        try:
            while self._waiting:
                async with self._writing:
                    batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                    await commit_batch(self._connection.run, batch)
                # Whoever was answered may write again at once, and then shares the next commit.
                await asyncio.sleep(0)
        finally:
            self._committing = None

    async def _migrate(self) -> None:
        await self._connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)"
        )
        done = dict(await self.read("SELECT name, checksum FROM migrations"))
        folder = resources.files("bot.stores") / "migrations"
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            text = file.read_text(encoding="utf-8")
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if file.name in done:
                if done[file.name] != checksum:
                    raise StoreError(
                        f"migration {file.name} was changed after this database had run it; "
                        "restore the file as it was and put the change into a new migration"
                    )
                continue
            async with self.transaction() as connection:
                for statement in filter(str.strip, statements(text)):
                    await connection.execute(statement)
                await connection.execute(
                    "INSERT INTO migrations VALUES (?, ?)", (file.name, checksum)
                )


def _fresh_after_damage(
    work: Callable[[sqlite3.Connection], Result],
) -> Callable[[sqlite3.Connection], Result]:
    """The same work; what SQLite keeps of a damaged file is dropped, and read again when mended."""

    def done(connection: sqlite3.Connection) -> Result:
        try:
            return work(connection)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
                connection.execute("PRAGMA shrink_memory")
            raise

    return done


def _full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def statements(script: str) -> list[str]:
    """The statements of a migration; they hold no semicolon but at their end."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).split(";")
