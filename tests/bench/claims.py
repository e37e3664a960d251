"""How fast the queue is: claims of eight at once, and a page of fifty thousand waiting cases.

Run by hand, nothing else running:  .venv/bin/python -m tests.bench.claims
It fails if a case gets two owners, or if a figure is past its bar (2,000 claims/s, 300 ms a page).
"""

import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path

from bot.domain.audit import Note, first_broken
from bot.domain.case import CLAIM_LEASE, QUEUED
from bot.domain.language import TAGS
from bot.ports.cases import Claim
from bot.ports.casework import View, place_of
from bot.ports.stores import NewCase
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case

CLAIMERS, CLAIMED, WAITING = 8, 5_000, 50_000
CLAIMS_A_SECOND, PAGE_SECONDS = 2_000, 0.3
NOW = 1_795_424_400
REPORT = secrets.token_bytes(12_000)


def case_of(count):
    return NewCase(
        case=secrets.token_bytes(16),
        sealed=REPORT,
        urgency=count % 4,
        language=TAGS[count % 4],
        hour=NOW // 3600 - count % 700,
        wants_woman=count % 5 == 0,
        child_trained=count % 7 == 0,
        due=NOW,
        staged_code=b"x",
        sealed_for=1,
    )


async def filled(path, count):
    database = await Database.open(path)

    def fill(connection):
        for each in range(count):
            insert_case(connection, case_of(each))

    await database.write(fill)
    await database.checkpoint()
    return database


async def claims(folder):
    database = await filled(folder / "claims.sqlite", CLAIMED)
    store = SqliteCases(database)
    owners = {}

    async def work(handle):
        claim = Claim(
            states=tuple(sorted(QUEUED)),
            leases=tuple(NOW + lease for lease in CLAIM_LEASE),
            note=Note(NOW // 3600, handle, "claim", b""),
        )
        while (row := await store.claim(claim)) is not None:
            assert row.case not in owners, "a case has two owners"
            owners[row.case] = handle

    began = time.perf_counter()
    await asyncio.gather(*(work(f"bench-{count}") for count in range(CLAIMERS)))
    seconds = time.perf_counter() - began
    rows = await store.rows(("claimed",))
    assert {row.case: row.owner for row in rows} == owners, "the database says otherwise"
    assert len(owners) == CLAIMED
    assert first_broken(await store.audit()) is None
    await database.close()
    return CLAIMED / seconds


async def pages(folder):
    database = await filled(folder / "pages.sqlite", WAITING)
    store = SqliteCases(database)
    view, after, seconds = View("waiting"), None, []
    for _ in range(20):
        began = time.perf_counter()
        page = await store.queue_page(view, after)
        await store.counts()
        await store.loads()
        seconds.append(time.perf_counter() - began)
        after = place_of(view, page[-1].row)
    began = time.perf_counter()
    await store.stale([1])
    stale = time.perf_counter() - began
    await database.close()
    return max(seconds), stale


async def main():
    with tempfile.TemporaryDirectory() as name:
        rate = await claims(Path(name))
        slowest, stale = await pages(Path(name))
    print(f"{rate:,.0f} claims a second by {CLAIMERS} at once, every case one owner")
    print(f"{slowest * 1000:.0f} ms the slowest of 20 pages with {WAITING:,} waiting")
    print(f"{stale * 1000:.0f} ms to find what to seal again among {WAITING:,} (all of them)")
    return rate >= CLAIMS_A_SECOND and slowest < PAGE_SECONDS


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
