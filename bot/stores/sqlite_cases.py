"""The queue in SQLite: cases as they come in, and what staff do with them.

Every change is one function over a plain connection, run inside one transaction; those that the
session store calls inside its own transaction are `insert_case` and `insert_entry`.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from bot.domain.audit import NOBODY, Note
from bot.domain.case import DONE, State
from bot.ports.cases import CaseRow, Claim, Entry, Expiry, Letter, Move
from bot.ports.stores import Mailbox, NewCase, NewEntry
from bot.stores.sqlite import Database
from bot.stores.sqlite_casework import SqliteCasework
from bot.stores.sqlite_clocks import SqliteClocks
from bot.stores.sqlite_ledger import SqliteLedger, write_note
from bot.stores.sqlite_mailboxes import SqliteMailboxes
from bot.stores.sqlite_moves import take_step
from bot.stores.sqlite_rows import COLUMNS, WAITING, letters_of, list_of, to_row
from bot.stores.sqlite_tallies import SqliteTallies, add_tallies
from bot.stores.sqlite_work import consult, destroy, perform


def insert_case(connection: sqlite3.Connection, case: NewCase) -> None:
    """Put a new case into the queue, with clock, mailbox and audit, in the open transaction."""
    connection.execute(
        "INSERT INTO cases (id, state, urgency, language, hour, wants_woman, child_trained)"
        " VALUES (?, 'new', ?, ?, ?, ?, ?)",
        (
            case.case, case.urgency, case.language, case.hour, case.wants_woman,
            case.child_trained,
        ),
    )  # fmt: skip
    connection.execute(
        "INSERT INTO entries (case_id, number, hour, sealed, sealed_for) VALUES (?, 0, ?, ?, ?)",
        (case.case, case.hour, case.sealed, case.sealed_for),
    )
    connection.execute("INSERT INTO clocks VALUES (?, 0, ?)", (case.case, case.due))
    if case.mailbox is not None:
        connection.execute(
            "INSERT INTO mailboxes (tag, case_id, recipient) VALUES (?, ?, ?)",
            (case.mailbox.tag, case.case, case.mailbox.recipient),
        )
    if case.staged_code:
        connection.execute("INSERT INTO staged_codes VALUES (?, ?)", (case.case, case.staged_code))
    add_tallies(connection, case.tallies)
    write_note(connection, Note(case.hour, NOBODY, "submit", case.case))


def insert_entry(connection: sqlite3.Connection, entry: NewEntry) -> bool:
    """Add to a case in the open transaction; False, and nothing written, if it is done or gone."""
    marks, done = list_of(sorted(DONE))
    found = connection.execute(
        "UPDATE cases SET news = 1, entries = entries + 1"  # noqa: S608 - only question marks
        f" WHERE id = ? AND state NOT IN ({marks}) RETURNING entries",
        (entry.case, *done),
    ).fetchall()
    if not found:
        return False
    connection.execute(
        "INSERT INTO entries (case_id, number, hour, sealed, sealed_for) VALUES (?, ?, ?, ?, ?)",
        (entry.case, found[0][0] - 1, entry.hour, entry.sealed, entry.sealed_for),
    )
    write_note(connection, Note(entry.hour, NOBODY, "add", entry.case))
    return True


def _rows(
    connection: sqlite3.Connection, states: Sequence[State], limit: int | None
) -> tuple[CaseRow, ...]:
    marks, values = list_of(states)
    return tuple(
        to_row(row)
        for row in connection.execute(
            f"SELECT {COLUMNS} FROM cases WHERE state IN ({marks})"  # noqa: S608 - our own columns
            " ORDER BY urgency, hour, id LIMIT ?",
            (*values, -1 if limit is None else limit),
        )
    )


def _match(connection: sqlite3.Connection, prefix: str) -> tuple[CaseRow, ...]:
    if not prefix or set(prefix) - set("0123456789abcdef"):
        return ()
    found = connection.execute(
        f"SELECT {COLUMNS} FROM cases WHERE lower(hex(id)) GLOB ? ORDER BY id LIMIT 2",  # noqa: S608
        (prefix + "*",),
    )
    return tuple(map(to_row, found))


# The planner would sort every waiting case for each claim.
_NEXT: Final = f"INDEXED BY cases_waiting WHERE {WAITING}"
_CLAIM: Final = f"""
UPDATE cases
   SET state = 'claimed', owner = ?,
       lease = CASE urgency WHEN 0 THEN ? WHEN 1 THEN ? WHEN 2 THEN ? ELSE ? END
 WHERE id = (SELECT id FROM cases {{which}} AND state IN ({{states}})
               AND language IN ({{languages}})
               AND (? OR NOT wants_woman) AND (? OR NOT child_trained)
             ORDER BY urgency, hour, id LIMIT 1)
RETURNING {COLUMNS}
"""  # noqa: S608 - our own columns


def _claim(connection: sqlite3.Connection, claim: Claim) -> CaseRow | None:
    states, state_values = list_of(claim.states)
    languages, language_values = list_of(claim.languages)
    which, case_values = (_NEXT, ()) if claim.case is None else ("WHERE id = ?", (claim.case,))
    rows = connection.execute(
        _CLAIM.format(which=which, states=states, languages=languages),
        (
            claim.note.actor, *claim.leases, *case_values, *state_values, *language_values,
            claim.woman, claim.child_trained,
        ),
    ).fetchall()  # fmt: skip
    if not rows:
        return None
    row = to_row(rows[0])
    connection.execute("DELETE FROM clocks WHERE case_id = ?", (row.case,))
    note = claim.note
    write_note(connection, Note(note.hour, note.actor, note.act, row.case))
    return row


def _entries(connection: sqlite3.Connection, case: bytes) -> tuple[Entry, ...]:
    rows: Any = connection.execute(
        "SELECT number, hour, sealed, sealed_for, origin FROM entries"
        " WHERE case_id = ? ORDER BY number",
        (case,),
    )
    return tuple(Entry(*row) for row in rows)


def _opened(connection: sqlite3.Connection, row: CaseRow, note: Note) -> bool:
    seen = connection.execute(
        "UPDATE cases SET news = 0 WHERE id = ? AND owner = ? AND state = ? RETURNING id",
        (row.case, row.owner, row.state),
    ).fetchall()
    if seen:
        write_note(connection, note)
    return bool(seen)


def _mailbox(connection: sqlite3.Connection, case: bytes) -> Mailbox | None:
    row = connection.execute(
        "SELECT tag, recipient FROM mailboxes WHERE case_id = ?", (case,)
    ).fetchone()
    return Mailbox(*row) if row else None


def _withdraw_letter(connection: sqlite3.Connection, case: bytes, number: int, note: Note) -> bool:
    taken = connection.execute(
        "UPDATE letters SET state = 'withdrawn', sealed = x''"
        " WHERE case_id = ? AND number = ? AND state = 'waiting' RETURNING number",
        (case, number),
    ).fetchall()
    if taken:
        write_note(connection, note)
    return bool(taken)


_EXPIRED: Final = """
DELETE FROM cases
 WHERE (state IN ('closed', 'duplicate') AND done_hour < ?
        AND (done_hour < ? OR NOT EXISTS (
            SELECT 1 FROM letters WHERE case_id = id AND letters.state = 'waiting' AND safe)))
    OR (state = 'withdrawn' AND done_hour < ?)
RETURNING id
"""


def _purge(connection: sqlite3.Connection, expiry: Expiry, hour: int) -> int:
    gone = connection.execute(
        _EXPIRED, (expiry.closed_before, expiry.unread_before, expiry.withdrawn_before)
    ).fetchall()
    for (case,) in sorted(gone):
        write_note(connection, Note(hour, NOBODY, "destroyed", case))
    return len(gone)


class SqliteCases(SqliteMailboxes, SqliteClocks, SqliteLedger, SqliteCasework, SqliteTallies):
    """Every port of bot.ports.cases but Alarm, CaseworkStore and TallyStore, over one database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)

    async def add_entry(self, entry: NewEntry) -> bool:
        """Add something to a case; False if the case is closed or gone."""
        return await perform(self._database, insert_entry, entry)

    async def rows(self, states: Sequence[State], limit: int | None = None) -> tuple[CaseRow, ...]:
        """Cases in these states, the most urgent first, then the oldest."""
        return await consult(self._database, _rows, states, limit)

    async def match(self, prefix: str) -> tuple[CaseRow, ...]:
        """Up to two cases whose id in hex begins so."""
        return await consult(self._database, _match, prefix)

    async def claim(self, claim: Claim) -> CaseRow | None:
        """Give one case to one owner, or None."""
        return await perform(self._database, _claim, claim)

    async def move(self, move: Move) -> bool:
        """Take a step; False if the case is not as it was read."""
        return await perform(self._database, take_step, move)

    async def entries(self, case: bytes) -> tuple[Entry, ...]:
        """The sealed parts of a case, in order."""
        return await consult(self._database, _entries, case)

    async def opened(self, row: CaseRow, note: Note) -> bool:
        """Write down that the owner opened a case."""
        return await perform(self._database, _opened, row, note)

    async def mailbox(self, case: bytes) -> Mailbox | None:
        """Where replies go."""
        return await consult(self._database, _mailbox, case)

    async def letters(self, case: bytes) -> tuple[Letter, ...]:
        """All replies to a case, in order."""
        return await consult(self._database, letters_of, case)

    async def withdraw_letter(self, case: bytes, number: int, note: Note) -> bool:
        """Take back a reply that was not read yet."""
        return await perform(self._database, _withdraw_letter, case, number, note)

    async def purge(self, expiry: Expiry, hour: int) -> int:
        """Destroy what is past its time; how many cases went."""
        gone = await destroy(self._database, _purge, expiry, hour)
        if gone:
            await self._database.checkpoint()
        return gone
