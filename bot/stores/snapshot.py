"""What a backup holds: a copy of every table that may leave the machine, at one moment.

Two closed lists say what is copied and what never is. A table in neither stops the backup: whoever
adds one must decide, not this module.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from bot.errors import StoreError

COPIED: Final = frozenset(
    {
        "migrations", "counters", "cases", "entries", "clocks", "mailboxes", "letters", "audit",
        "rosters", "notes", "lowerings", "accounts", "key_slots", "passkeys", "heads", "tallies",
    }
)  # fmt: skip
"""Sealed, or clear by design (deploy/THREAT-MODEL.md lists every column)."""
LEFT_OUT: Final = frozenset(
    {"sessions", "staged_codes", "invitations", "console_sessions", "devices", "pushes"}
)
"""Talks and codes, sealed under keys that are destroyed within a day: a copy would outlive the
promise. And what lets a browser in or calls it: after a restore staff sign in again."""
FORMAT: Final = 1
ABOUT: Final = "CREATE TABLE backup_about (format INTEGER NOT NULL, made INTEGER NOT NULL)"
FILES: Final = "CREATE TABLE backup_files (name TEXT PRIMARY KEY, content BLOB NOT NULL)"
OWN: Final = frozenset({"backup_about", "backup_files"})
_OBJECTS: Final = (
    "SELECT type, name, tbl_name, sql FROM live.sqlite_master"
    " WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
)


def take(live: Path, target: Path, made: int, files: Mapping[str, bytes]) -> int:
    """Copy the database and `files` into the new file `target`; how many cases there were.

    One read transaction over the living database: the service goes on writing meanwhile. StoreError
    when the database holds something this module was never told about.
    """
    try:
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}", uri=True)) as connection:
            connection.isolation_level = None
            for pragma in ("auto_vacuum=FULL", "secure_delete=ON", "journal_mode=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("ATTACH ? AS live", (f"{live.absolute().as_uri()}?mode=ro",))
            connection.execute("BEGIN")
            _copy(connection)
            _describe(connection, made, files)
            (cases,) = connection.execute("SELECT count(*) FROM main.cases").fetchone()
            connection.execute("COMMIT")
            return int(cases)
    except sqlite3.Error as error:
        raise StoreError(f"the database cannot be copied: {error}") from error


def _copy(connection: sqlite3.Connection) -> None:
    for kind, name, table, sql in connection.execute(_OBJECTS).fetchall():
        if table in LEFT_OUT and kind in {"table", "index"}:
            continue
        if table not in COPIED or kind not in {"table", "index"}:
            raise StoreError(
                f"the {kind} {name} is in neither list of bot/stores/snapshot.py: nobody has "
                "decided whether it may leave this machine, so nothing was backed up"
            )
        connection.execute(sql)
        if kind == "table":
            connection.execute(f'INSERT INTO main."{name}" SELECT * FROM live."{name}"')  # noqa: S608 - a name of COPIED


def _describe(connection: sqlite3.Connection, made: int, files: Mapping[str, bytes]) -> None:
    connection.execute(ABOUT)
    connection.execute(FILES)
    connection.execute("INSERT INTO backup_about VALUES (?, ?)", (FORMAT, made))
    connection.executemany("INSERT INTO backup_files VALUES (?, ?)", files.items())
