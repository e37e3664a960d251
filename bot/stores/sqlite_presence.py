"""Who is signed in, with which passkeys and browsers, in SQLite."""

import sqlite3
from collections.abc import Collection
from typing import Final

from bot.domain.audit import Note
from bot.domain.roster import Handle
from bot.ports.staff import Account, ConsoleSession, Passkey
from bot.stores.sqlite import Database
from bot.stores.sqlite_accounts import lives
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_rows import list_of
from bot.stores.sqlite_work import consult, perform

DAY: Final = 86_400


def _add_passkey(connection: sqlite3.Connection, passkey: Passkey, note: Note) -> bool:
    if not lives(connection, passkey.handle):
        return False
    added = connection.execute(
        "INSERT INTO passkeys (credential_id, handle, public_key, sign_count, label)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (credential_id) DO NOTHING RETURNING handle",
        (
            passkey.credential_id, passkey.handle, passkey.public_key, passkey.sign_count,
            passkey.label,
        ),
    ).fetchall()  # fmt: skip
    if added:
        write_note(connection, note)
    return bool(added)


def _passkeys(connection: sqlite3.Connection, column: str, value: object) -> tuple[Passkey, ...]:
    rows = connection.execute(
        "SELECT credential_id, handle, public_key, sign_count, label FROM passkeys"  # noqa: S608
        f" WHERE {column} = ? ORDER BY credential_id",
        (value,),
    )
    return tuple(Passkey(*row) for row in rows)


def _use_passkey(connection: sqlite3.Connection, credential_id: bytes, sign_count: int) -> None:
    connection.execute(
        "UPDATE passkeys SET sign_count = ? WHERE credential_id = ?", (sign_count, credential_id)
    )


def _drop_passkey(
    connection: sqlite3.Connection, handle: Handle, credential_id: bytes, note: Note
) -> bool:
    gone = connection.execute(
        "DELETE FROM passkeys WHERE handle = ? AND credential_id = ? RETURNING handle",
        (handle, credential_id),
    ).fetchall()
    if gone:
        connection.execute(
            "DELETE FROM key_slots WHERE handle = ? AND kind = 'passkey' AND id = ?",
            (handle, credential_id.hex()),
        )
        write_note(connection, note)
    return bool(gone)


def _open_session(connection: sqlite3.Connection, session: ConsoleSession, note: Note) -> bool:
    if not lives(connection, session.handle):
        return False
    connection.execute(
        "INSERT INTO console_sessions (hash, handle, csrf, expires, idle_until)"
        " VALUES (?, ?, ?, ?, ?)",
        (session.hash, session.handle, session.csrf, session.expires, session.idle_until),
    )
    write_note(connection, note)
    return True


def _session(
    connection: sqlite3.Connection, hash_: bytes, now: int
) -> tuple[ConsoleSession, Account] | None:
    row = connection.execute(
        "SELECT hash, console_sessions.handle, csrf, expires, idle_until,"
        " accounts.handle, role, language, recipient, verify, salt, auth, recovery_auth, totp,"
        " hour, totp_step, revoked"
        " FROM console_sessions JOIN accounts ON accounts.handle = console_sessions.handle"
        " WHERE hash = ? AND expires > ? AND idle_until > ? AND revoked = 0",
        (hash_, now, now),
    ).fetchone()
    return (ConsoleSession(*row[:5]), Account(*row[5:])) if row else None


def _touch_session(connection: sqlite3.Connection, hash_: bytes, idle_until: int) -> None:
    connection.execute(
        "UPDATE console_sessions SET idle_until = ? WHERE hash = ?", (idle_until, hash_)
    )


def _end_session(connection: sqlite3.Connection, hash_: bytes) -> bool:
    return bool(
        connection.execute(
            "DELETE FROM console_sessions WHERE hash = ? RETURNING hash", (hash_,)
        ).fetchall()
    )


def _end_sessions(connection: sqlite3.Connection, handle: Handle, but: bytes) -> int:
    ended = connection.execute(
        "DELETE FROM console_sessions WHERE handle = ? AND hash <> ? RETURNING hash", (handle, but)
    ).fetchall()
    return len(ended)


def _know_device(connection: sqlite3.Connection, hash_: bytes, handle: Handle) -> None:
    if lives(connection, handle):
        connection.execute("INSERT OR REPLACE INTO devices VALUES (?, ?)", (hash_, handle))


def _device_of(connection: sqlite3.Connection, hash_: bytes) -> Handle | None:
    row = connection.execute("SELECT handle FROM devices WHERE hash = ?", (hash_,)).fetchone()
    return str(row[0]) if row else None


def _sweep(connection: sqlite3.Connection, now: int) -> int:
    over = connection.execute(
        "DELETE FROM console_sessions WHERE expires <= ? OR idle_until <= ? RETURNING hash",
        (now, now),
    ).fetchall()
    late = connection.execute(
        "DELETE FROM invitations WHERE expires <= ? RETURNING handle", (now - DAY,)
    ).fetchall()
    return len(over) + len(late)


def _add_push(connection: sqlite3.Connection, endpoint: str, handle: Handle) -> bool:
    if not lives(connection, handle):
        return False
    connection.execute("INSERT OR REPLACE INTO pushes VALUES (?, ?)", (endpoint, handle))
    return True


def _drop_push(connection: sqlite3.Connection, endpoint: str) -> bool:
    gone = connection.execute(
        "DELETE FROM pushes WHERE endpoint = ? RETURNING handle", (endpoint,)
    ).fetchall()
    return bool(gone)


def _pushes(connection: sqlite3.Connection, handles: Collection[Handle]) -> tuple[str, ...]:
    marks, values = list_of(sorted(handles))
    rows = connection.execute(
        f"SELECT endpoint FROM pushes WHERE handle IN ({marks}) ORDER BY endpoint",  # noqa: S608
        values,
    )
    return tuple(row[0] for row in rows)


class SqlitePresence:
    """The part of StaffStore about passkeys, sessions, browsers and notices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_passkey(self, passkey: Passkey, note: Note) -> bool:
        """Remember a credential."""
        return await perform(self._database, _add_passkey, passkey, note)

    async def passkey(self, credential_id: bytes) -> Passkey | None:
        """The credential, if its account lives."""
        found = await consult(self._database, _passkeys, "credential_id", credential_id)
        return found[0] if found else None

    async def passkeys(self, handle: Handle) -> tuple[Passkey, ...]:
        """All credentials of a living account."""
        return await consult(self._database, _passkeys, "handle", handle)

    async def use_passkey(self, credential_id: bytes, sign_count: int) -> None:
        """Remember the counter of its last use."""
        await perform(self._database, _use_passkey, credential_id, sign_count)

    async def drop_passkey(self, handle: Handle, credential_id: bytes, note: Note) -> bool:
        """Forget a credential and its slot."""
        return await perform(self._database, _drop_passkey, handle, credential_id, note)

    async def open_session(self, session: ConsoleSession, note: Note) -> bool:
        """Sign somebody in."""
        return await perform(self._database, _open_session, session, note)

    async def session(self, hash_: bytes, now: int) -> tuple[ConsoleSession, Account] | None:
        """Who holds this cookie."""
        return await consult(self._database, _session, hash_, now)

    async def touch_session(self, hash_: bytes, idle_until: int) -> None:
        """Somebody was active."""
        await perform(self._database, _touch_session, hash_, idle_until)

    async def end_session(self, hash_: bytes) -> bool:
        """Sign out."""
        return await perform(self._database, _end_session, hash_)

    async def end_sessions(self, handle: Handle, but: bytes = b"") -> int:
        """Sign somebody out everywhere."""
        return await perform(self._database, _end_sessions, handle, but)

    async def know_device(self, hash_: bytes, handle: Handle) -> None:
        """Remember that this browser signed in as `handle`."""
        await perform(self._database, _know_device, hash_, handle)

    async def device_of(self, hash_: bytes) -> Handle | None:
        """Who signed in with this browser before."""
        return await consult(self._database, _device_of, hash_)

    async def sweep(self, now: int) -> int:
        """Remove sessions that are over and invitations that are a day past."""
        return await perform(self._database, _sweep, now)

    async def add_push(self, endpoint: str, handle: Handle) -> bool:
        """Let this browser be woken."""
        return await perform(self._database, _add_push, endpoint, handle)

    async def drop_push(self, endpoint: str) -> bool:
        """Never wake this browser again."""
        return await perform(self._database, _drop_push, endpoint)

    async def pushes(self, handles: Collection[Handle]) -> tuple[str, ...]:
        """The browsers of these members that may be woken."""
        return await consult(self._database, _pushes, handles)
