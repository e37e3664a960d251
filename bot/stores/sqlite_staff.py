"""Staff in SQLite: who is invited, joins and is sent away."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.roster import Handle
from bot.ports.cases import CaseRow
from bot.ports.staff import Account, Invitation, KeySlot
from bot.stores.sqlite import Database
from bot.stores.sqlite_accounts import ACCOUNT, SqliteAccounts, put_slot
from bot.stores.sqlite_clocks import give_back_all
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_presence import SqlitePresence
from bot.stores.sqlite_work import consult, perform

_INVITATION: Final = "token_hash, handle, role, language, expires, by, used"
_LEFT_BEHIND: Final = ("key_slots", "passkeys", "console_sessions", "devices", "pushes")
"""What goes when an account is revoked; the row itself stays, so that a handle is never reused."""


def _invite(connection: sqlite3.Connection, invitation: Invitation, note: Note) -> bool:
    taken = connection.execute(
        "SELECT 1 FROM accounts WHERE handle = ?"
        " UNION SELECT 1 FROM invitations WHERE handle = ? AND used = 0 AND expires > ?",
        (invitation.handle, invitation.handle, note.hour * 3_600),
    ).fetchone()
    if taken:
        return False
    # One that is over makes room for the next.
    connection.execute(
        "DELETE FROM invitations WHERE handle = ? AND used = 0", (invitation.handle,)
    )
    connection.execute(
        f"INSERT INTO invitations ({_INVITATION}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            invitation.token_hash, invitation.handle, invitation.role, invitation.language,
            invitation.expires, invitation.by, invitation.used,
        ),
    )  # fmt: skip
    write_note(connection, note)
    return True


def _invitation(connection: sqlite3.Connection, token_hash: bytes) -> Invitation | None:
    row = connection.execute(
        f"SELECT {_INVITATION} FROM invitations WHERE token_hash = ?",  # noqa: S608
        (token_hash,),
    ).fetchone()
    return Invitation(*row) if row else None


def _invitations(connection: sqlite3.Connection) -> tuple[Invitation, ...]:
    rows = connection.execute(
        f"SELECT {_INVITATION} FROM invitations WHERE used = 0 ORDER BY handle"  # noqa: S608
    )
    return tuple(Invitation(*row) for row in rows)


def _withdraw_invitation(connection: sqlite3.Connection, token_hash: bytes, note: Note) -> bool:
    gone = connection.execute(
        "DELETE FROM invitations WHERE token_hash = ? AND used = 0 RETURNING handle", (token_hash,)
    ).fetchall()
    if gone:
        write_note(connection, note)
    return bool(gone)


def _join(
    connection: sqlite3.Connection,
    token_hash: bytes,
    account: Account,
    slots: Sequence[KeySlot],
    *,
    now: int,
    note: Note,
) -> bool:
    used = connection.execute(
        "UPDATE invitations SET used = ? WHERE token_hash = ? AND used = 0 AND expires > ?"
        " AND handle = ? AND role = ?"
        " AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.handle = invitations.handle)"
        " RETURNING handle",
        (hour_of(now), token_hash, now, account.handle, account.role),
    ).fetchall()
    if not used:
        return False
    connection.execute(
        f"INSERT INTO accounts ({ACCOUNT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            account.handle, account.role, account.language, account.recipient, account.verify,
            account.salt, account.auth, account.recovery_auth, account.totp, account.hour,
            account.totp_step, account.revoked,
        ),
    )  # fmt: skip
    for slot in slots:
        put_slot(connection, slot)
    write_note(connection, note)
    return True


def _revoke(
    connection: sqlite3.Connection,
    handle: Handle,
    now: int,
    dues: tuple[int, int, int, int],
    note: Note,
) -> tuple[CaseRow, ...] | None:
    ended = connection.execute(
        "UPDATE accounts SET revoked = ?, salt = x'', auth = x'', recovery_auth = x'', totp = x''"
        " WHERE handle = ? AND revoked = 0 RETURNING handle",
        (hour_of(now), handle),
    ).fetchall()
    if not ended:
        return None
    for table in _LEFT_BEHIND:
        connection.execute(f"DELETE FROM {table} WHERE handle = ?", (handle,))  # noqa: S608
    write_note(connection, note)
    return give_back_all(connection, "owner = ?", (handle,), now, dues)


class SqliteStaff(SqliteAccounts, SqlitePresence):
    """StaffStore over one database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)

    async def invite(self, invitation: Invitation, note: Note) -> bool:
        """Open a door."""
        return await perform(self._database, _invite, invitation, note)

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        """The invitation of this token."""
        return await consult(self._database, _invitation, token_hash)

    async def invitations(self) -> tuple[Invitation, ...]:
        """Every invitation not used yet."""
        return await consult(self._database, _invitations)

    async def withdraw_invitation(self, token_hash: bytes, note: Note) -> bool:
        """Close a door nobody went through."""
        return await perform(self._database, _withdraw_invitation, token_hash, note)

    async def join(
        self, token_hash: bytes, account: Account, slots: Sequence[KeySlot], now: int, note: Note
    ) -> bool:
        """Make the account an invitation is for, once."""
        return await perform(self._database, _join, token_hash, account, slots, now=now, note=note)

    async def revoke(
        self, handle: Handle, now: int, dues: tuple[int, int, int, int], note: Note
    ) -> tuple[CaseRow, ...] | None:
        """End an account and give its cases back, in one transaction."""
        return await perform(self._database, _revoke, handle, now, dues, note)
