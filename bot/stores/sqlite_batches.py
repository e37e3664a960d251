"""Group commit: works that wait for the SQLite file at the same moment share one transaction.

Waiting for the disk is what a commit costs; the works themselves take a fraction of it.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

BATCH: Final = 128
"""Most works that share one commit; more wait for the next."""

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
Run = Callable[[Callable[[sqlite3.Connection], list["Outcome"]]], Awaitable[list["Outcome"]]]


@dataclass(slots=True)
class Waiting(Generic[Result]):
    """A piece of work and who waits for it."""

    work: Work[Result]
    done: asyncio.Future[Result]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a work answered, or the error that undid it."""

    result: Any = None
    error: Exception | None = None


def alone(connection: sqlite3.Connection, work: Work[Result]) -> Result:
    """One immediate transaction: committed after `work`, undone if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def together(connection: sqlite3.Connection, works: Sequence[Work[Any]]) -> list[Outcome]:
    """One transaction for all; a work that raises is undone, the others are committed."""
    return alone(connection, lambda inside: [_one(inside, work) for work in works])


async def commit_batch(run: Run, batch: Sequence[Waiting[Any]]) -> None:
    """Do a batch in one transaction and answer everybody who waits, after the commit."""
    wanted = [waiting for waiting in batch if not waiting.done.done()]
    works = [waiting.work for waiting in wanted]
    try:
        outcomes = await run(lambda connection: together(connection, works))
    except Exception as error:  # noqa: BLE001 - nothing was committed: all who wait are told
        outcomes = [Outcome(error=error)] * len(wanted)
    for waiting, outcome in zip(wanted, outcomes, strict=True):
        if waiting.done.done():
            continue
        if outcome.error is None:
            waiting.done.set_result(outcome.result)
        else:
            waiting.done.set_exception(outcome.error)


def _one(connection: sqlite3.Connection, work: Work[Any]) -> Outcome:
    connection.execute("SAVEPOINT work")
    try:
        outcome = Outcome(work(connection))
    except Exception as error:
        if not connection.in_transaction:
            raise  # SQLite gave up the whole transaction: nobody's work is there
        connection.execute("ROLLBACK TO work")
        outcome = Outcome(error=error)
    connection.execute("RELEASE work")
    return outcome
