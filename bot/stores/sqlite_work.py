"""How a piece of work on the case tables reaches the database: one function, one transaction."""

import sqlite3
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from bot.errors import StoreError
from bot.stores.sqlite import Database

Parts = ParamSpec("Parts")
Outcome = TypeVar("Outcome")
Work = Callable[Concatenate[sqlite3.Connection, Parts], Outcome]


async def perform(
    database: Database, work: Work[Parts, Outcome], *parts: Parts.args, **named: Parts.kwargs
) -> Outcome:
    """Run `work` as a transaction of its own; StoreError, and nothing is changed, if it fails."""
    try:
        return await database.write(lambda connection: work(connection, *parts, **named))
    except sqlite3.Error as error:
        # sqlite's own words name tables and columns, never values.
        raise StoreError(f"the case database did not take the change: {error}") from error


async def destroy(
    database: Database, work: Work[Parts, Outcome], *parts: Parts.args, **named: Parts.kwargs
) -> Outcome:
    """`perform` for what only takes away: works on a full disk too."""
    try:
        return await database.wipe(lambda connection: work(connection, *parts, **named))
    except sqlite3.Error as error:
        raise StoreError(f"the case database did not take the change: {error}") from error


async def consult(
    database: Database, work: Work[Parts, Outcome], *parts: Parts.args, **named: Parts.kwargs
) -> Outcome:
    """Run `work`, which is one query and changes nothing, outside a transaction."""
    try:
        return await database.query(lambda connection: work(connection, *parts, **named))
    except sqlite3.Error as error:
        raise StoreError(f"the case database could not be read: {error}") from error
