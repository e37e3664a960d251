"""How quick the queue page is with 50,000 cases waiting: server time, and first contentful paint.

    flock /tmp/bench.lock .venv/bin/python -m tests.bench.queue_50000

Needs Chromium (/usr/bin/chromium or $CHROMIUM). Prints milliseconds, and the same page with 50
cases beside it: read them as ratios, the machine decides the rest. Goal: under 300 ms.
"""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from bot.console.guard import COOKIE, token_hash
from bot.domain.audit import Note
from bot.ports.staff import ConsoleSession
from bot.ports.stores import Mailbox, NewCase
from bot.stores.sqlite_cases import insert_case
from tests.console.stage import PEOPLE, Person, Stage, chromium, staged, window
from tests.console.visits import signed_in

CASES = (50, 50_000)
ASKED = 30
VISITS = 7
PAGES = ("/console/queue", "/console/queue/rows", "/console/overview", "/console/audit")
ZANA: Person = PEOPLE[2]


def fill(stage: Stage, count: int):
    """So many waiting cases, of every urgency and language, over the past days."""
    hour = stage.clock.now() // 3600

    def insert(connection) -> None:
        for number in range(count):
            case = os.urandom(16)
            insert_case(
                connection,
                NewCase(
                    case=case,
                    sealed=os.urandom(4_000),
                    urgency=number % 4,
                    language=("ar", "ckb", "kmr", "en")[number % 4],
                    hour=hour - number % 500,
                    wants_woman=number % 3 == 0,
                    child_trained=number % 5 == 0,
                    due=stage.clock.now() + 3600 + number,
                    mailbox=Mailbox(os.urandom(16), b"recipient"),
                ),
            )

    return stage.database.write(insert)


async def cookie(stage: Stage) -> str:
    now, token = stage.clock.now(), os.urandom(16).hex()
    session = ConsoleSession(token_hash(token), ZANA.handle, "csrf", now + 3600, now + 1800)
    await stage.desk.staff.open_session(session, Note(now // 3600, ZANA.handle, "sign_in", b""))
    return token


async def server_times(stage: Stage) -> dict[str, list[float]]:
    """Milliseconds until the whole answer is there, over loopback."""
    headers = {"Cookie": f"{COOKIE}={await cookie(stage)}"}
    found: dict[str, list[float]] = {}
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in PAGES:
            for _ in range(ASKED):
                begun = time.perf_counter()
                async with session.get(stage.url + path) as answer:
                    await answer.read()
                    assert answer.status == 200, path
                found.setdefault(path, []).append(1000 * (time.perf_counter() - begun))
                await asyncio.sleep(0.06)  # within the console's own pace
    return found


async def paints(stage: Stage) -> list[float]:
    """Milliseconds from the start of the visit to the first contentful paint."""
    async with chromium() as browser:
        page = await signed_in(await window(browser), stage, ZANA)
        found = []
        for _ in range(VISITS):
            await page.goto(stage.url + "/console/queue")
            await page.wait_for_selector("#rows")
            await page.wait_for_timeout(300)
            found.append(
                await page.evaluate(
                    "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                )
            )
    return found


async def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            begun = time.perf_counter()
            await fill(stage, count)
            print(f"\n{count:,} waiting cases (put in within {time.perf_counter() - begun:.1f} s)")
            for path, times in (await server_times(stage)).items():
                worst = statistics.quantiles(times, n=20)[-1]
                print(f"  {path:24} median {statistics.median(times):6.1f} ms, p95 {worst:6.1f}")
            painted = await paints(stage)
            print(
                f"  first contentful paint   median {statistics.median(painted):6.1f} ms,"
                f" worst {max(painted):6.1f}"
            )


async def main() -> None:
    for count in CASES:
        await measure(count)


if __name__ == "__main__":
    asyncio.run(main())
