"""Invented cases, and one store under the contracts with the doors that sessions use."""

import hashlib
from dataclasses import dataclass

from bot.domain.audit import Note
from bot.domain.case import CLAIM_LEASE, QUEUED
from bot.ports.cases import Claim
from bot.ports.stores import Mailbox, NewCase
from bot.stores.memory_cases import MemoryCases
from bot.stores.memory_staff import MemoryStaff
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case, insert_entry
from bot.stores.sqlite_staff import SqliteStaff
from tests.fakes.caseworkers import MONDAY_NOON as NOW

HOUR = NOW // 3600
ANYBODY = tuple(sorted(QUEUED))
LEASES = tuple(NOW + seconds for seconds in CLAIM_LEASE)
DUES = (NOW + 1, NOW + 2, NOW + 3, NOW + 4)


def number(count):
    return hashlib.sha256(str(count).encode()).digest()[:16]


def tag_of(count):
    return b"tag of %09d" % count


def case_of(count=1, **named):
    defaults = {
        "case": number(count),
        "sealed": b"sealed report %d" % count,
        "urgency": 2,
        "language": "ar",
        "hour": HOUR,
        "wants_woman": False,
        "child_trained": False,
        "due": NOW,
    }
    if "staged_code" not in named:
        defaults["mailbox"] = Mailbox(tag_of(count), b"recipient %d" % count)
    return NewCase(**{**defaults, **named})


def note(actor="amal", act="claim", case=b""):
    return Note(HOUR, actor, act, case)


def claim(actor="amal", **named):
    return Claim(states=ANYBODY, leases=LEASES, note=note(actor), **named)


@dataclass
class Shelf:
    """One store under the contract, with the two doors the session store uses."""

    store: MemoryCases | SqliteCases
    staff: MemoryStaff | SqliteStaff
    database: Database | None

    async def put(self, case):
        if self.database is None:
            self.store.insert_case(case)
        else:
            await self.database.write(lambda connection: insert_case(connection, case))

    async def add(self, entry):
        if self.database is None:
            return self.store.insert_entry(entry)
        return await self.database.write(lambda connection: insert_entry(connection, entry))

    async def row(self, case):
        (row,) = await self.store.match(case.hex())
        return row
