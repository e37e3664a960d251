"""Many people at once, for long: acknowledged soon, nothing lost, memory flat."""

import asyncio
import itertools
import json
import secrets
import sqlite3
import time
from collections import Counter
from typing import Final

import aiohttp

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.ports.cases import Claim
from bot.ports.stores import Mailbox, NewCase
from bot.prove import memory
from bot.prove.bench import Bench, House, house
from bot.prove.installation import HANDLE
from bot.prove.nursery import Nursery
from bot.prove.people import OnTelegram
from bot.prove.providers.telegram import FakeTelegram
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case

PROMISE: Final = "Load is borne"
FIRST: Final = 4_503_599_640_000_000
WORDS: Final = ("hello", "4", "1", "1", "help", "menu", "2", "menu", "3", "menu")
"""What each of them writes in turn: a greeting, the language, safe, go on, and around the menu."""
ACKNOWLEDGED_SECONDS: Final = 1.0
LARGEST_MIB: Final = 300
TIMER_SECONDS: Final = 0.25
"""A machine that wakes the bench itself later than this cannot measure anybody's speed."""
GROWTH_MIB: Final = 40
"""What the memory may grow by in the second half: the first fills caches that are bounded."""
QUEUE_SECONDS: Final = 0.3
BATCH: Final = 1_000
LANGUAGES: Final = ("ar", "ckb", "kmr", "en")


async def check(bench: Bench) -> None:
    """A steady stream, then many open talks, then a long queue."""
    async with bench.nursery(hardened=True) as nursery, FakeTelegram(keep_calls=False) as telegram:
        told = house(
            bench.fresh("load"), nursery, telegram, quick_codes=True,
            plant="load" if bench.planted else "",
        )  # fmt: skip
        await told.start()
        await _stream(bench, told, telegram)
        if not bench.planted:
            await _open_talks(bench, told, telegram)
            await nursery.kill()
            await _long_queue(bench, nursery, telegram)


# ------------------------------------------------------------------ a steady stream
async def _stream(bench: Bench, told: House, telegram: FakeTelegram) -> None:
    rate, seconds = bench.amount(50, 100), bench.amount(5, 600)
    people = bench.amount(50, 2_000)
    times, statuses, sizes = list[float](), Counter[int](), list[int]()
    late, busy = list[float](), memory.busy_seconds(told.nursery.child)
    headers = {"X-Telegram-Bot-Api-Secret-Token": telegram.secret}
    async with aiohttp.ClientSession(headers=headers) as http:
        sending, began = set[asyncio.Task[None]](), time.monotonic()

        async def send(number: int) -> None:
            started = time.monotonic()
            async with http.post(telegram.webhook, data=_update(number, people)) as answer:
                statuses[answer.status] += 1
            times.append(time.monotonic() - started)

        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            late.append(time.monotonic() - began - number / rate)
            task = asyncio.create_task(send(number))
            sending.add(task)
            task.add_done_callback(sending.discard)
            if number % (rate * max(1, seconds // 20)) == 0:
                sizes.append(memory.resident(told.nursery.child) >> 20)
                for chat in range(people):
                    telegram.forget(FIRST + chat)
        await asyncio.gather(*sending)
        took = time.monotonic() - began
    p99, own = (sorted(each)[int(len(each) * 0.99)] for each in (times, late))
    share = (memory.busy_seconds(told.nursery.child) - busy) / took
    largest, growth = max(sizes), sizes[-1] - sizes[len(sizes) // 2]
    rows = told.place.rows("SELECT count(*) FROM sessions")[0][0]
    answers = telegram.asked["sendMessage"] + telegram.asked["editMessageText"]
    # Of a machine that cannot even keep the bench's own time nothing is measured; it is told.
    whose = (
        f"the program used {share:.0%} of a processor, the bench's own timer was {own:.2f} s late"
    )
    tried = f"{rate} messages a second for {seconds} s, hardened allocator"
    slow = p99 > ACKNOWLEDGED_SECONDS
    if slow and own > TIMER_SECONDS and not bench.planted:
        bench.ledger.leave_out(
            PROMISE, f"speed: {tried}", f"machine too busy: {p99:.2f} s ({whose})"
        )
        slow = False
    checks = (
        (slow, f"p99 {p99:.2f} s"),
        (statuses[200] != rate * seconds, f"answered {dict(statuses)}"),
        (rows != people, f"{rows} sessions of {people} people"),
        (answers < rate * seconds, f"{answers} replies to {rate * seconds} messages"),
        (largest > LARGEST_MIB, f"{largest} MiB"),
        (growth > GROWTH_MIB, f"grew by {growth} MiB in the second half"),
    )
    bench.ledger.record(
        PROMISE, tried, rate * seconds,
        [f"{fault} ({whose})" for failed, fault in checks if failed],
        f"acknowledged p99 {p99 * 1000:.0f} ms at {rate * seconds / took:.0f}/s; memory {sizes[0]} "
        f"MiB at first, {largest} at most, {growth:+} in the second half",
    )  # fmt: skip


def _update(number: int, people: int) -> bytes:
    chat, turn = FIRST + number % people, number // people
    person = {"id": chat, "is_bot": False, "first_name": "Invented"}
    message = {
        "message_id": number + 1, "date": 1, "from": person, "text": WORDS[turn % len(WORDS)],
        "chat": {"id": chat, "type": "private"},
    }  # fmt: skip
    return json.dumps({"update_id": 5_000_000 + number, "message": message}).encode()


# ------------------------------------------------------------------ open talks
async def _open_talks(bench: Bench, told: House, telegram: FakeTelegram) -> None:
    """Thousands in the middle of a talk; then somebody more comes."""
    count = bench.amount(300, 10_000)
    room = asyncio.Semaphore(30)

    async def begin(number: int) -> None:
        async with room:
            chat = FIRST + 1_000_000 + number
            await telegram.write(chat, "hello")
            telegram.forget(chat)

    before = told.place.rows("SELECT count(*) FROM sessions")[0][0]
    await asyncio.gather(*map(begin, range(count)))
    faults = list[str]()
    rows = told.place.rows("SELECT count(*) FROM sessions")[0][0] - before
    faults += [f"{rows} sessions of {count} people"] if rows != count else []
    times = list[float]()
    for number in range(bench.amount(3, 20)):
        person = OnTelegram(bench.book, telegram, FIRST + 2_000_000 + number)
        began = time.monotonic()
        await person.begin()
        times.append((time.monotonic() - began) / 4)
    faults += [f"{max(times):.2f} s a turn"] if max(times) > ACKNOWLEDGED_SECONDS else []
    size = memory.resident(told.nursery.child) >> 20
    faults += [f"{size} MiB"] if size > LARGEST_MIB else []
    bench.ledger.record(
        PROMISE, "talks open at the same time", count, faults,
        f"a turn meanwhile {max(times) * 1000:.0f} ms at most; {size} MiB resident",
    )  # fmt: skip


# ------------------------------------------------------------------ a long queue
async def _long_queue(bench: Bench, nursery: Nursery, telegram: FakeTelegram) -> None:
    """So many cases wait that the queue has to be looked up, not read."""
    count, faults = bench.amount(2_000, 50_000), list[str]()
    told = house(bench.fresh("queue"), nursery, telegram, quick_codes=True)
    await told.start()
    person = OnTelegram(bench.book, telegram, FIRST + 3_000_000)
    await person.begin()
    await person.report("one of many")
    await told.place.settled()
    await nursery.stop()
    await asyncio.to_thread(_queue_up, told, count)
    await told.start()
    page, claimed = await _worked(told)
    faults += [f"a page takes {page:.2f} s"] if page > QUEUE_SECONDS else []
    faults += [f"a claim takes {claimed:.2f} s"] if claimed > QUEUE_SECONDS else []
    person = OnTelegram(bench.book, telegram, FIRST + 3_000_001)
    began = time.monotonic()
    await person.begin()
    await person.report("one more")
    report = time.monotonic() - began
    cases = told.place.rows("SELECT count(*) FROM cases")[0][0]
    faults += [f"{cases} cases of {count + 2}"] if cases != count + 2 else []
    await nursery.kill()
    bench.ledger.record(
        PROMISE, "cases waiting in the queue", count, faults,
        f"a page of fifty {page * 1000:.0f} ms, a claim {claimed * 1000:.0f} ms, a whole report "
        f"{report:.1f} s",
    )  # fmt: skip


def _queue_up(told: House, count: int) -> None:
    """Copies of one sealed report under new numbers: nobody opens them, they only wait."""
    (sealed,) = told.place.rows("SELECT sealed FROM entries LIMIT 1")[0]
    now = int(time.time())
    connection = sqlite3.connect(told.place.database, isolation_level=None)
    for first in range(0, count, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for number in range(first, min(first + BATCH, count)):
            box = Mailbox(secrets.token_bytes(16), secrets.token_bytes(1216))
            case = NewCase(
                case=secrets.token_bytes(16), sealed=sealed, urgency=number % 4,
                language=LANGUAGES[number % 4], hour=hour_of(now) - number % 500,
                wants_woman=number % 3 == 0, child_trained=number % 5 == 0, due=now + 86_400,
                mailbox=box,
            )  # fmt: skip
            insert_case(connection, case)
        connection.execute("COMMIT")
    connection.close()


async def _worked(told: House) -> tuple[float, float]:
    """Seconds for a page of the queue and for a claim, as a caseworker's program does them."""
    database = await Database.open(told.place.database)
    try:
        cases, pages, claims = SqliteCases(database), list[float](), list[float]()
        now = int(time.time())
        for _ in itertools.repeat(None, 5):
            began = time.monotonic()
            await cases.rows(("new", "returned"), 50)
            pages.append(time.monotonic() - began)
            note = Note(hour_of(now), HANDLE, "claim", b"")
            began = time.monotonic()
            await cases.claim(Claim(states=("new",), leases=(now + 60,) * 4, note=note))
            claims.append(time.monotonic() - began)
    finally:
        await database.close()
    return max(pages), max(claims)
