"""Room in reserve: on a full disk nothing new is written, but what must be forgotten is."""

import sqlite3

import pytest

from bot.app.simulate import StillClock
from bot.errors import StoreError
from bot.ports.stores import Change, StoredSession
from bot.stores.ballast import Ballast
from bot.stores.sqlite import Database
from bot.stores.sqlite_sessions import SqliteSessions

SLOTS = tuple(bytes([count]) * 16 for count in range(3))


class FullDisk(sqlite3.Connection):
    """A disk that is full for as long as the ballast lies on it."""

    ballast = None

    def execute(self, sql, *values):
        # A statement outside a transaction is one by itself.
        commits = sql == "COMMIT" or (sql.startswith("INSERT") and not self.in_transaction)
        if commits and self.ballast is not None and self.ballast.exists():
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(sql, *values)


@pytest.fixture
async def store(tmp_path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=FullDisk, **k))
    monkeypatch.setattr(FullDisk, "ballast", None)
    reserve = Ballast(tmp_path / "ballast", 1 << 16)
    database = await Database.open(tmp_path / "some.sqlite", reserve)
    sessions = SqliteSessions(database, StillClock())
    await sessions.start()
    for slot in SLOTS:
        await put(sessions, slot)
    assert reserve.fill()
    monkeypatch.setattr(FullDisk, "ballast", tmp_path / "ballast")
    yield sessions
    monkeypatch.setattr(FullDisk, "ballast", None)
    await sessions.stop()
    await database.close()


async def put(sessions, slot):
    await sessions.turn((slot,), lambda _: (Change(put=StoredSession(slot, 1, b"sealed")), None))


async def test_on_a_full_disk_a_draft_is_refused_and_a_leaving_is_carried_out(store, tmp_path):
    """Nothing new takes the reserve; who leaves gets it, and the row is gone."""
    with pytest.raises(StoreError):
        await put(store, SLOTS[0])
    assert (tmp_path / "ballast").exists()
    await store.turn((SLOTS[1],), lambda _: (Change(drop=(SLOTS[1],)), None))
    assert not (tmp_path / "ballast").exists()
    rows = await store._database.read("SELECT slot FROM sessions ORDER BY slot")
    assert [row[0] for row in rows] == [SLOTS[0], SLOTS[2]]
    store._database.refill()
    assert (tmp_path / "ballast").stat().st_blocks * 512 >= 1 << 16


async def test_a_reserve_that_cannot_be_taken_is_told_and_stops_nothing(tmp_path):
    """No room for the ballast: an event, and the program goes on."""
    assert not Ballast(tmp_path / "missing" / "ballast").fill()
    assert not Ballast(tmp_path / "missing" / "ballast").release()
