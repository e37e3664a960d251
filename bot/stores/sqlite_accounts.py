"""Accounts of staff and the ways to their keys, in SQLite."""

import sqlite3
from typing import Final

from bot.domain.audit import Note
from bot.domain.language import Tag
from bot.domain.roster import Handle
from bot.ports.staff import Account, Keys, KeySlot, SlotKind
from bot.stores.sqlite import Database
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_work import consult, perform

ACCOUNT: Final = (
    "handle, role, language, recipient, verify, salt, auth, recovery_auth, totp, hour, totp_step,"
    " revoked"
)
"""What an `Account` is made of, in order, of a row of `accounts`."""


def lives(connection: sqlite3.Connection, handle: Handle) -> bool:
    """Whether there is such an account and nobody revoked it."""
    row = connection.execute(
        "SELECT 1 FROM accounts WHERE handle = ? AND revoked = 0", (handle,)
    ).fetchone()
    return row is not None


def _account(connection: sqlite3.Connection, handle: Handle) -> Account | None:
    row = connection.execute(
        f"SELECT {ACCOUNT} FROM accounts WHERE handle = ?",  # noqa: S608 - our own columns
        (handle,),
    ).fetchone()
    return Account(*row) if row else None


def _accounts(connection: sqlite3.Connection) -> tuple[Account, ...]:
    rows = connection.execute(f"SELECT {ACCOUNT} FROM accounts ORDER BY handle")  # noqa: S608
    return tuple(Account(*row) for row in rows)


def _set_language(connection: sqlite3.Connection, handle: Handle, language: Tag) -> bool:
    return bool(
        connection.execute(
            "UPDATE accounts SET language = ? WHERE handle = ? AND revoked = 0 RETURNING handle",
            (language, handle),
        ).fetchall()
    )


def _use_step(connection: sqlite3.Connection, handle: Handle, step: int) -> bool:
    return bool(
        connection.execute(
            "UPDATE accounts SET totp_step = ? WHERE handle = ? AND revoked = 0 AND totp_step < ?"
            " RETURNING handle",
            (step, handle, step),
        ).fetchall()
    )


def _slots(connection: sqlite3.Connection, handle: Handle) -> tuple[KeySlot, ...]:
    rows = connection.execute(
        "SELECT handle, kind, id, params, wrapped FROM key_slots WHERE handle = ?"
        " ORDER BY kind, id",
        (handle,),
    )
    return tuple(KeySlot(*row) for row in rows)


def put_slot(connection: sqlite3.Connection, slot: KeySlot) -> bool:
    """Add or replace a slot in the open transaction; False if the account does not live."""
    if not lives(connection, slot.handle):
        return False
    connection.execute(
        "INSERT OR REPLACE INTO key_slots (handle, kind, id, params, wrapped)"
        " VALUES (?, ?, ?, ?, ?)",
        (slot.handle, slot.kind, slot.id, slot.params, slot.wrapped),
    )
    return True


def _drop_slot(connection: sqlite3.Connection, handle: Handle, kind: SlotKind, slot: str) -> bool:
    return bool(
        connection.execute(
            "DELETE FROM key_slots WHERE handle = ? AND kind = ? AND id = ? RETURNING handle",
            (handle, kind, slot),
        ).fetchall()
    )


def _replace_keys(
    connection: sqlite3.Connection,
    handle: Handle,
    before: str,
    keys: Keys,
    *,
    but: bytes,
    note: Note,
) -> bool:
    done = connection.execute(
        "UPDATE accounts SET recipient = ?, verify = ?, salt = ?, auth = ?, recovery_auth = ?"
        " WHERE handle = ? AND recipient = ? AND revoked = 0 RETURNING handle",
        (
            keys.recipient, keys.verify, keys.salt, keys.auth, keys.recovery_auth, handle, before,
        ),
    ).fetchall()  # fmt: skip
    if not done:
        return False
    connection.execute("DELETE FROM key_slots WHERE handle = ?", (handle,))
    for slot in keys.slots:
        put_slot(connection, slot)
    connection.execute("DELETE FROM console_sessions WHERE handle = ? AND hash <> ?", (handle, but))
    write_note(connection, note)
    return True


class SqliteAccounts:
    """The part of StaffStore about accounts and keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, handle: Handle) -> Account | None:
        """The account of that handle, revoked ones too."""
        return await consult(self._database, _account, handle)

    async def accounts(self) -> tuple[Account, ...]:
        """Every account, by handle."""
        return await consult(self._database, _accounts)

    async def set_language(self, handle: Handle, language: Tag) -> bool:
        """The language somebody reads the console in."""
        return await perform(self._database, _set_language, handle, language)

    async def use_step(self, handle: Handle, step: int) -> bool:
        """Use up a one-time code."""
        return await perform(self._database, _use_step, handle, step)

    async def slots(self, handle: Handle) -> tuple[KeySlot, ...]:
        """Every way to the private keys of a living account."""
        return await consult(self._database, _slots, handle)

    async def put_slot(self, slot: KeySlot) -> bool:
        """Add or replace a slot."""
        return await perform(self._database, put_slot, slot)

    async def drop_slot(self, handle: Handle, kind: SlotKind, slot: str) -> bool:
        """Remove a slot."""
        return await perform(self._database, _drop_slot, handle, kind, slot)

    async def replace_keys(
        self, handle: Handle, before: str, keys: Keys, note: Note, but: bytes = b""
    ) -> bool:
        """Put new keys and all their slots in the place of the old ones."""
        return await perform(
            self._database, _replace_keys, handle, before, keys, but=but, note=note
        )
