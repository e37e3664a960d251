"""Mailboxes in SQLite: what a person with a code can see, add and take back."""

import hashlib
import sqlite3
from typing import Final

from bot.domain.audit import NOBODY, Note
from bot.ports.cases import MailboxView, Staged
from bot.ports.stores import Mailbox
from bot.stores.sqlite import Database
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_rows import letters_of
from bot.stores.sqlite_work import consult, destroy, perform

HOLDING: Final = (
    "entries", "letters", "notes", "lowerings", "clocks", "staged_codes", "mailboxes",
)  # fmt: skip
"""Everything a withdrawal empties."""


def _look(connection: sqlite3.Connection, tag: bytes) -> MailboxView | None:
    row = connection.execute(
        "SELECT id, state, cases.entries, sealed, origin"
        " FROM mailboxes JOIN cases ON id = mailboxes.case_id"
        " JOIN entries ON entries.case_id = id AND number = 0 WHERE tag = ?",
        (tag,),
    ).fetchone()
    if row is None:
        return None
    case, state, entries, report, origin = row
    letters = letters_of(connection, case, only_safe=True)
    shown = tuple(letter for letter in letters if letter.state != "withdrawn")
    anchor = origin or hashlib.sha256(report).digest()
    return MailboxView(case, state, entries, shown, anchor)


def _mark_read(connection: sqlite3.Connection, tag: bytes, number: int) -> bool:
    return bool(
        connection.execute(
            "UPDATE letters SET state = 'read' WHERE number = ? AND state = 'waiting' AND safe"
            " AND case_id = (SELECT case_id FROM mailboxes WHERE tag = ?) RETURNING number",
            (number, tag),
        ).fetchall()
    )


def _withdraw(connection: sqlite3.Connection, tag: bytes, hour: int) -> bool:
    row = connection.execute("SELECT case_id FROM mailboxes WHERE tag = ?", (tag,)).fetchone()
    if row is None:
        return False
    case = row[0]
    for table in HOLDING:
        connection.execute(f"DELETE FROM {table} WHERE case_id = ?", (case,))  # noqa: S608 - above
    # The owner stays: somebody who was helping must learn that the case is withdrawn.
    connection.execute(
        "UPDATE cases SET state = 'withdrawn', lease = 0, entries = 0, news = 0, closing = '',"
        " wants_woman = 0, child_trained = 0, done_hour = ? WHERE id = ?",
        (hour, case),
    )
    write_note(connection, Note(hour, NOBODY, "withdraw", case))
    return True


def _staged(connection: sqlite3.Connection) -> tuple[Staged, ...]:
    rows = connection.execute("SELECT case_id, code FROM staged_codes ORDER BY case_id")
    return tuple(Staged(case, code) for case, code in rows)


def _settle(connection: sqlite3.Connection, case: bytes, mailbox: Mailbox) -> bool:
    if not _abandon(connection, case):
        return False
    connection.execute(
        "INSERT INTO mailboxes (tag, case_id, recipient) VALUES (?, ?, ?)",
        (mailbox.tag, case, mailbox.recipient),
    )
    return True


def _abandon(connection: sqlite3.Connection, case: bytes) -> bool:
    return bool(
        connection.execute(
            "DELETE FROM staged_codes WHERE case_id = ? RETURNING case_id", (case,)
        ).fetchall()
    )


class SqliteMailboxes:
    """MailboxStore over one database, but for `add_entry`, which is in bot.stores.sqlite_cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, tag: bytes) -> MailboxView | None:
        """The mailbox of this tag, or None."""
        return await consult(self._database, _look, tag)

    async def mark_read(self, tag: bytes, number: int) -> bool:
        """A waiting letter was shown."""
        return await perform(self._database, _mark_read, tag, number)

    async def withdraw(self, tag: bytes, hour: int) -> bool:
        """Destroy everything but a tombstone, in the WAL too before this returns."""
        withdrawn = await destroy(self._database, _withdraw, tag, hour)
        if withdrawn:
            await self._database.checkpoint()
        return withdrawn

    async def staged(self) -> tuple[Staged, ...]:
        """All cases that wait for their mailbox."""
        return await consult(self._database, _staged)

    async def settle(self, case: bytes, mailbox: Mailbox) -> bool:
        """Put the derived mailbox in the place of the staged code."""
        return await perform(self._database, _settle, case, mailbox)

    async def abandon(self, case: bytes) -> bool:
        """Give up a staged code that no living key opens."""
        return await perform(self._database, _abandon, case)
