"""Strangers: forgeries, floods, guessers, hostile words, huge and slow callers, poison."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

from bot.app.logs import ALLOWED
from bot.prove import memory, plants
from bot.prove.bench import Bench, House, house
from bot.prove.helped import Helped
from bot.prove.nursery import Nursery
from bot.prove.people import LONG, SHORT, OnTelegram, OnWhatsApp, Person, plain
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio
from bot.sealing import receipt

FORGED: Final = "Forgeries are refused"
HELP: Final = "4 Help first"
GUESSED: Final = "A code cannot be guessed"
HOSTILE: Final = "Hostile words do nothing"
FIRST: Final = 4_503_599_630_000_000
REAL_SECONDS: Final = 2.0
WAKE_SECONDS: Final = 0.05
TIMER_SECONDS: Final = 0.25
"""A machine that wakes the bench itself later than this cannot measure anybody's speed."""
AT_ONCE: Final = 50
TRIES_EACH: Final = 5
SEPARABLE: Final = 0.05
"""How far from one half the area under the curve may be; the error of the sample comes on top."""

CORPUS: Final = (
    "<script>alert(1)</script>",
    "'); DROP TABLE cases; --",
    "{token} {0} %s %(name)s ${HOME} {{7*7}}",
    '\n{"event": "roster_in_force", "level": "info"}\n',
    "\r\nSet-Cookie: a=b\r\n\r\n",
    "\u202egnirts desrever\u202c \u2066\u2067\u2068 \u200b\u200d\ufeff",
    "a\u0300" * 300,
    "\x00\x01\x1b[2J\x1b]0;title\x07",
    "../../../../etc/passwd",
    '=HYPERLINK("http://127.0.0.1")',
    "\U0001f9d1\u200d\U0001f9d1\u200d\U0001f9d2" * 40,
    "\ufdfa" * 500,
    "x" * 4096,
    "\ud800 lone",
)  # fmt: skip


async def check(bench: Bench) -> None:
    """Everything a stranger with a connection can try."""
    async with bench.nursery() as nursery:
        await _forged(bench, nursery)
        if bench.planted:
            return
        await _floods(bench, nursery)
        await _guessing(bench, nursery)
        await _hostile(bench, nursery)
        await _large_and_slow(bench, nursery)
        await _poison(bench, nursery)


@asynccontextmanager
async def _serving(
    bench: Bench, nursery: Nursery, plant: str = "", **told: Any
) -> AsyncIterator[tuple[House, FakeTelegram, FakeTwilio]]:
    async with FakeTelegram() as telegram, FakeTwilio() as twilio:
        planted = "attack" if bench.planted else plant
        made = house(bench.fresh("attack"), nursery, telegram, twilio, plant=planted, **told)
        await made.start()
        try:
            yield made, telegram, twilio
        finally:
            await nursery.kill()


# ------------------------------------------------------------------ forgeries
async def _forged(bench: Bench, nursery: Nursery) -> None:
    """Forged webhooks of both providers, first alone, then beside real people."""
    forgeries, people = bench.amount(600, 10_000), bench.amount(20, 100)
    async with _serving(bench, nursery, quick_codes=True) as (told, telegram, twilio):
        await told.place.until("SELECT count(*) FROM rosters", [(1,)])
        before = told.place.rows("SELECT count(*) FROM sessions")
        alone = await _forge(told, forgeries // 10)
        written = told.place.rows("SELECT count(*) FROM sessions") != before
        faults = ["a forged update was written"] if written else []
        late = list[float]()
        waking = asyncio.create_task(_wake(late))
        forging = asyncio.create_task(_forge(told, forgeries - forgeries // 10))
        times = list[float]()
        room = asyncio.Semaphore(10)

        async def real(number: int) -> None:
            async with room:
                person = _real(bench, telegram, twilio, number)
                times.extend(await _timed_talk(person))

        done = await asyncio.gather(*map(real, range(people)), return_exceptions=True)
        statuses = alone + await forging
        faults += [repr(one)[:80] for one in done if isinstance(one, BaseException)]
        accepted = statuses.total() - statuses[403]
        faults += [f"{accepted} were not refused: {dict(statuses)}"] if accepted else []
        rows = told.place.rows("SELECT count(*) FROM sessions")[0][0]
        faults += [f"{rows} sessions of {people} people"] if rows != people else []
        waking.cancel()
        slow, own = _p99(times), _p99(late)
        if slow > REAL_SECONDS and own > TIMER_SECONDS:
            bench.ledger.leave_out(
                FORGED, "speed of real people beside forgeries",
                f"machine too busy: p99 {slow:.2f} s, the bench's own timer {own:.2f} s late",
            )  # fmt: skip
        elif slow > REAL_SECONDS:
            faults.append(f"p99 {slow:.2f} s")
        bench.ledger.record(
            FORGED, f"webhooks of both providers, beside {people} real people", forgeries, faults,
            f"real p99 {slow * 1000:.0f} ms over {len(times)} turns, no write",
        )  # fmt: skip


def _real(bench: Bench, telegram: FakeTelegram, twilio: FakeTwilio, number: int) -> Person:
    if number % 2:
        return OnTelegram(bench.book, telegram, FIRST + number)
    return OnWhatsApp(bench.book, twilio, f"whatsapp:+1000000{number:04}")


async def _timed_talk(person: Person) -> list[float]:
    """A short talk, timed turn by turn."""
    times = list[float]()

    async def timed(work: Awaitable[object]) -> None:
        began = time.monotonic()
        await work
        times.append(time.monotonic() - began)

    await timed(person.write("hello"))
    await timed(person.choose("entry.language", "en"))
    person.tag = "en"
    for step in (("entry.safe", "yes"), ("entry.limits", "go"), *SHORT):
        await timed(person.take(step))
    await timed(person.write("in my own words"))
    return times


async def _forge(told: House, count: int) -> "Counter[int]":
    """Webhook calls without, or with a wrong, secret or signature; how they were answered."""
    statuses, room = Counter[int](), asyncio.Semaphore(AT_ONCE)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as http:

        async def one(number: int) -> None:
            async with room:
                statuses[await _forgery(http, told.base, number)] += 1

        await asyncio.gather(*map(one, range(count)))
    return statuses


async def _forgery(http: aiohttp.ClientSession, base: str, number: int) -> int:
    person = {"id": FIRST + 50_000 + number, "is_bot": False, "first_name": "Forged"}
    update = {"update_id": 7_000_000 + number, "message": {
        "message_id": number + 1, "date": 1, "from": person, "text": "hello",
        "chat": {"id": person["id"], "type": "private"},
    }}  # fmt: skip
    form = {"MessageSid": f"SM{number:032x}", "From": f"whatsapp:+1000{number:07}", "Body": "hello"}
    wrong = "x" * (number % 40)
    try:
        if number % 2:
            headers = {"X-Telegram-Bot-Api-Secret-Token": wrong} if number % 4 == 1 else {}
            answer = http.post(f"{base}/hooks/telegram", json=update, headers=headers)
        else:
            headers = {"X-Twilio-Signature": wrong} if number % 4 == 0 else {}
            answer = http.post(f"{base}/hooks/whatsapp", data=form, headers=headers)
        async with answer as response:
            return response.status
    except aiohttp.ClientError:
        return 0


async def _wake(late: list[float]) -> None:
    """Sleep a little again and again, and note how much too long that was."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(WAKE_SECONDS)
        late.append(time.monotonic() - began - WAKE_SECONDS)


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] if times else float("inf")


# ------------------------------------------------------------------ floods
async def _floods(bench: Bench, nursery: Nursery) -> None:
    """One address and thousands of addresses write as fast as they can; others ask for help."""
    count = bench.amount(500, 10_000)
    async with _serving(bench, nursery, quick_codes=True) as (told, telegram, _):
        flooder = FIRST + 900_000
        for tried, chats in (
            ("one address writes", [flooder] * count),
            ("as many addresses write", [flooder + number for number in range(1, count + 1)]),
        ):
            helped, room = Helped(bench.book, telegram), asyncio.Semaphore(AT_ONCE)

            async def write(chat: int, room: asyncio.Semaphore = room) -> None:
                async with room:
                    await telegram.write(chat, "hello again")

            flood = asyncio.gather(*map(write, chats))
            while not flood.done():
                await helped.ask(tried)
            await flood
            await helped.ask(f"after {tried}")
            last = OnTelegram(bench.book, telegram, chats[-1])
            try:
                await last.write("911")
            except TimeoutError:
                helped.faults.append("who flooded gets no 911")
            bench.ledger.record(
                HELP, f"{tried} {count:,} times as fast as possible", helped.asked, helped.faults,
                f"{helped.note}; {_memory_of(told)}",
            )  # fmt: skip


def _memory_of(told: House) -> str:
    """How much memory the program has in use."""
    return f"{memory.resident(told.nursery.child) >> 20} MiB resident"


# ------------------------------------------------------------------ guessing
async def _guessing(bench: Bench, nursery: Nursery) -> None:
    """Codes that exist with a wrong word against codes that do not: nothing tells them apart."""
    people = bench.amount(8, 100)
    async with _serving(bench, nursery) as (told, telegram, _):
        owner = OnTelegram(bench.book, telegram, FIRST + 700_000)
        await owner.begin()
        real = await owner.report("a report to be guessed", secret="walnut")
        await told.place.settled(60)
        times: tuple[list[float], list[float]] = ([], [])
        answers, allowed, faults = Counter[str](), Counter[str](), list[str]()
        for number in range(people):
            person = OnTelegram(bench.book, telegram, FIRST + 700_100 + number)
            await person.begin()
            for guess in range(TRIES_EACH + 1):
                exists = (number + guess) % 2 == 0
                await person.take(("menu.menu", "code"))
                await person.write(real if exists else _nobodys_code())
                began = time.monotonic()
                await person.write("not the word")
                taken = time.monotonic() - began
                if person.sees("code.too_many"):
                    allowed[f"limited at try {guess + 1}"] += 1
                    break
                times[exists].append(taken)
                answers[plain(person.text)] += 1
                await person.write("menu")
        wrong = allowed.total() - allowed[f"limited at try {TRIES_EACH + 1}"]
        faults += [f"limits differ: {dict(allowed)}"] if wrong or not allowed else []
        faults += [f"{len(answers)} different answers"] if len(answers) != 1 else []
        area, error = _area(*times)
        if abs(area - 0.5) > SEPARABLE + 2 * error:
            faults.append(f"the time tells: AUC {area:.3f}")
        bench.ledger.record(
            GUESSED, "wrong word for a code that exists, against codes that do not",
            answers.total(), faults, f"AUC {area:.3f} ± {error:.3f}; five tries an hour each",
        )  # fmt: skip


def _nobodys_code() -> str:
    """A code that is spelt right and opens nothing."""
    return receipt.grouped(receipt.new_code(os.urandom(receipt.ENTROPY_SIZE)))


def _area(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """How well times tell two kinds apart (0.5: not at all), and the standard error of that."""
    wins = sum((a < b) + 0.5 * (a == b) for a in one for b in other)
    count = len(one) * len(other)
    if not count:
        return 1.0, 0.0
    return wins / count, ((len(one) + len(other) + 1) / (12 * count)) ** 0.5


# ------------------------------------------------------------------ hostile words
async def _hostile(bench: Bench, nursery: Nursery) -> None:
    """The corpus on every question of the long form, as secret word, as code and as addition."""
    texts = CORPUS[:4] if bench.scale == "quick" else CORPUS
    sent = 0
    async with _serving(bench, nursery, quick_codes=True, debug=True) as (told, telegram, _):
        faults = list[str]()
        for number, text in enumerate(texts):
            person = OnTelegram(bench.book, telegram, FIRST + 600_000 + number)
            await person.begin()
            for screen, value in LONG:
                if screen not in {"menu.menu", "report.length"}:
                    sent += 1
                    await person.write(text)
                await _on_again(person, screen, value)
            await _finish(person, text)
            if not person.sees("report.read_back") and not person.sees("report.sent"):
                faults.append(f"text {number}: no code at the end: {plain(person.text)[:60]!r}")
        if len(told.place.told()) != len(texts):
            faults.append(f"{len(told.place.told())} reports of {len(texts)} people")
        faults += _forged_lines(told)
        bench.ledger.record(
            HOSTILE, f"{len(texts)} hostile texts in every field; logs at DEBUG hold none of it",
            sent, faults,
        )  # fmt: skip


async def _on_again(person: OnTelegram, screen: str, value: str) -> None:
    """Back on the way: what was written may have been an answer, or led to a repetition."""
    for _ in range(3):
        if person.sees(screen):
            await person.pick(screen, value)
            return
        if person.sees("danger.card"):
            await person.pick("", "misunderstood")
        else:
            break


async def _finish(person: OnTelegram, text: str) -> None:
    """Skip to the narrative, write the text there and as secret word, and send."""
    for _ in range(40):
        if person.sees("report.secret_word"):
            await person.pick("", "word")
            await person.write(text)
            continue
        if person.sees("report.narrative"):
            await person.write(text)
            continue
        if person.sees("report.review"):
            await person.pick("", "send")
            return
        for value in ("!skip", "no", "misunderstood", "keep", "!done"):
            try:
                person.button(value)
            except AssertionError:
                continue
            await person.pick("", value)
            break
        else:
            return


def _forged_lines(told: House) -> list[str]:
    """Lines of the log that are not ours, or hold what somebody wrote."""
    faults = list[str]()
    for line in told.log.read_text("utf-8", "replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            faults.append(f"a line that is no event: {line[:40]!r}")
            continue
        if not set(event) <= ALLOWED:
            faults.append(f"fields that may not be logged: {sorted(set(event) - ALLOWED)}")
    whole = told.log.read_text("utf-8", "replace")
    return faults + [f"the log holds {text[:20]!r}" for text in CORPUS[:4] if text.strip() in whole]


# ------------------------------------------------------------------ large and slow
async def _large_and_slow(bench: Bench, nursery: Nursery) -> None:
    """Bodies far too large, and callers that send a byte now and then, beside real people."""
    large, slow = bench.amount(10, 100), bench.amount(100, 900)
    async with _serving(bench, nursery, quick_codes=True) as (told, telegram, _):
        helped, faults = Helped(bench.book, telegram), list[str]()
        headers = {"X-Telegram-Bot-Api-Secret-Token": telegram.secret}
        async with aiohttp.ClientSession() as http:
            for number in range(large):
                hook = ("telegram", "whatsapp")[number % 2]
                try:
                    async with http.post(
                        f"{told.base}/hooks/{hook}", data=b"x" * (3 << 20), headers=headers
                    ) as answer:
                        if answer.status != 413:
                            faults.append(f"3 MiB to {hook}: {answer.status}")
                except aiohttp.ClientError:
                    continue  # it hung up, which is an answer too
        writers = [await _slow_caller(told.port) for _ in range(slow)]
        for _ in range(bench.amount(2, 10)):
            await helped.ask("slow callers")
            for writer in writers:
                writer.write(b"x")
        for writer in writers:
            writer.close()
        bench.ledger.record(
            HELP, f"{large} bodies of 3 MiB, {slow} callers that never finish", helped.asked,
            [*faults, *helped.faults], f"{helped.note}; {_memory_of(told)}",
        )  # fmt: skip


async def _slow_caller(port: int) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /hooks/telegram HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nX-A: ")
    return writer


# ------------------------------------------------------------------ poison
async def _poison(bench: Bench, nursery: Nursery) -> None:
    """A message that makes the program stumble: set aside, not stored, the rest flows."""
    async with _serving(
        bench, nursery, plant="poison", quick_codes=True, swift=True, debug=True
    ) as (told, telegram, twilio):  # fmt: skip
        faults = list[str]()
        poisoned = OnTelegram(bench.book, telegram, FIRST + 500_000)
        phone = OnWhatsApp(bench.book, twilio, "whatsapp:+10000000501")
        await poisoned.begin()
        await phone.begin()
        await telegram.write(poisoned.chat, f"a {plants.POISON}")
        await twilio.write(phone.number, f"a {plants.POISON}")
        try:
            await twilio.until(lambda: not twilio.messages, 20)
        except TimeoutError:
            faults.append("the message is still listed at Twilio: it would come again for ever")
        helped = Helped(bench.book, telegram)
        await helped.ask("a poison message before")
        await poisoned.write("911")
        await phone.write("911")
        files = [path for path in told.place.folder.rglob("*") if path.is_file()]
        word = plants.POISON.encode()
        faults += [f"it stands in {path.name}" for path in files if word in path.read_bytes()]
        bench.ledger.record(
            HOSTILE, "a poison message on each channel: set aside, stored nowhere", 2,
            [*faults, *helped.faults], helped.note,
        )  # fmt: skip
