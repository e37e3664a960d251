import asyncio
import sqlite3

import pytest

from bot.stores.sqlite import Database


@pytest.fixture
async def database(tmp_path):
    database = await Database.open(tmp_path / "works.sqlite")
    await database.write(lambda connection: connection.execute("CREATE TABLE kept (n PRIMARY KEY)"))
    yield database
    await database.close()


def keep(count):
    def work(connection):
        connection.execute("INSERT INTO kept VALUES (?)", (count,))
        return count

    return work


async def kept(database):
    return [row[0] for row in await database.read("SELECT n FROM kept ORDER BY n")]


async def test_works_that_wait_together_share_a_commit(database):
    """Fifty writers at once cost a handful of commits, and each gets its own answer."""
    said = []
    await database.query(lambda connection: connection.set_trace_callback(said.append))
    answers = await asyncio.gather(*(database.write(keep(count)) for count in range(50)))
    await database.query(lambda connection: connection.set_trace_callback(None))
    assert answers == list(range(50))
    assert await kept(database) == list(range(50))
    assert said.count("COMMIT") <= 3


async def test_a_work_that_fails_is_undone_alone(database):
    """One writer's mistake, even half written, takes no other's work down."""

    def half(connection):
        connection.execute("INSERT INTO kept VALUES (100)")
        connection.execute("INSERT INTO kept VALUES (1)")

    works = [keep(0), keep(1), half, keep(2), keep(1), keep(3)]
    answers = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert [type(answer) for answer in answers] == [
        int, int, sqlite3.IntegrityError, int, sqlite3.IntegrityError, int,
    ]  # fmt: skip
    assert await kept(database) == [0, 1, 2, 3]


async def test_nobody_is_told_of_success_before_the_commit(database):
    """If the commit itself fails, every writer of the batch hears it and nothing is kept."""

    def give_up(connection):
        connection.execute("ROLLBACK")  # as SQLite does on its own when the disk is full
        raise sqlite3.OperationalError("database or disk is full")

    works = [keep(0), keep(1), give_up, keep(2)]
    answers = await asyncio.gather(*map(database.write, works), return_exceptions=True)
    assert answers[0] == 0  # it ran before the others had to wait
    assert all(isinstance(answer, sqlite3.OperationalError) for answer in answers[1:])
    assert await kept(database) == [0]
    assert await database.write(keep(5)) == 5


async def test_a_locked_file_is_told_to_everybody_who_waits(database, tmp_path):
    """When another process holds the file, all hear it at once, not one after the other."""
    other = sqlite3.connect(tmp_path / "works.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await database.read("PRAGMA busy_timeout=10")
    answers = await asyncio.gather(
        *(database.write(keep(count)) for count in range(20)), return_exceptions=True
    )
    other.execute("ROLLBACK")
    other.close()
    assert {type(answer) for answer in answers} == {sqlite3.OperationalError}
    assert await database.write(keep(1)) == 1


async def test_who_stops_waiting_stops_only_their_own_work(database):
    """A request that was cancelled before its turn is not done, the others are."""
    tasks = [asyncio.create_task(database.write(keep(count))) for count in range(5)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[3], asyncio.CancelledError)
    assert await kept(database) == [0, 1, 2, 4]


async def test_a_work_never_sees_another_half_done(database):
    """Works of one batch follow each other; each reads what those before it wrote."""

    def next_number(connection):
        last = connection.execute("SELECT coalesce(max(n), 0) FROM kept").fetchone()[0]
        connection.execute("INSERT INTO kept VALUES (?)", (last + 1,))
        return last + 1

    answers = await asyncio.gather(*(database.write(next_number) for _ in range(40)))
    assert sorted(answers) == list(range(1, 41))
