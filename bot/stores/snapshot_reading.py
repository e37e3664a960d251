"""Check a copy that came out of a backup, and make a database of it that the service can run on."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final

from bot.errors import StoreError
from bot.stores.snapshot import FORMAT, LEFT_OUT, OWN
from bot.stores.sqlite import statements

_CAREFUL: Final = ("trusted_schema=OFF", "cell_size_check=ON", "secure_delete=ON")
_OBJECTS: Final = (
    "SELECT name, tbl_name, sql FROM sqlite_master"
    " WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
)
_MIGRATIONS: Final = (
    "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself: when it was made, its files, how many rows each table has."""

    made: int
    files: Mapping[str, bytes] = field(repr=False)
    rows: Mapping[str, int]


def check(copy: Path) -> Contents:
    """Look at everything in the copy; StoreError names the first thing that is not as it must be.

    The schema has to be ours to the letter: a trigger or view that somebody smuggled in would run
    inside the service.
    """
    with _opened(copy) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise StoreError("the copy in the backup is damaged; take an older backup")
        if connection.execute("PRAGMA foreign_key_check").fetchall():
            raise StoreError("the copy in the backup does not hang together; take an older backup")
        _check_schema(connection)
        formats = connection.execute("SELECT format, made FROM backup_about").fetchall()
        if len(formats) != 1 or formats[0][0] != FORMAT:
            raise StoreError("the backup has a format this version does not know; upgrade first")
        files = dict(connection.execute("SELECT name, content FROM backup_files").fetchall())
        return Contents(int(formats[0][1]), files, _counted(connection))


def complete(copy: Path) -> None:
    """Give the copy the empty tables that were left out, and take out what only a backup has."""
    with _opened(copy) as connection:
        reference = _reference(connection)
        present = {name for name, _, _ in connection.execute(_OBJECTS)}
        connection.execute("BEGIN")
        for name, (table, sql) in reference.items():
            if table in LEFT_OUT and name not in present:
                connection.execute(sql)
        for name in sorted(OWN):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("COMMIT")


@contextmanager
def _opened(copy: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            for pragma in _CAREFUL:
                connection.execute(f"PRAGMA {pragma}")
            yield connection
    except sqlite3.Error as error:
        raise StoreError(f"what is in the backup is no database of ours: {error}") from error


def _check_schema(connection: sqlite3.Connection) -> None:
    found = {name: (table, sql) for name, table, sql in connection.execute(_OBJECTS)}
    wanted = {
        name: entry for name, entry in _reference(connection).items() if entry[0] not in LEFT_OUT
    }
    ours = {name: entry for name, entry in found.items() if name not in OWN}
    strange = sorted(
        name for name in ours.keys() | wanted.keys() if ours.get(name) != wanted.get(name)
    )
    if strange or not found.keys() >= OWN:
        named = ", ".join(strange) or "its own description"
        raise StoreError(
            f"the backup's tables are not those of its version ({named}); do not use it"
        )


def _reference(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """What the migrations this copy has run make: object name to table and statement."""
    done = dict(connection.execute("SELECT name, checksum FROM migrations").fetchall())
    folder = resources.files("bot.stores") / "migrations"
    known = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir()}
    for name, checksum in sorted(done.items()):
        if name not in known or hashlib.sha256(known[name].encode()).hexdigest() != checksum:
            raise StoreError(
                f"the backup was made by a version with another {name}; restore with that version, "
                "then upgrade"
            )
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.execute(_MIGRATIONS)
        for name in sorted(done):
            for statement in filter(str.strip, statements(known[name])):
                empty.execute(statement)
        return {name: (table, sql) for name, table, sql in empty.execute(_OBJECTS)}


def _counted(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for name, table, _ in connection.execute(_OBJECTS) if name == table]
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - checked names
        for name in names
        if name not in OWN
    }
