"""What breaks around the program: help is given throughout, nothing is lost, it mends by itself."""

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from bot.prove import memory
from bot.prove.bench import Bench, House, house
from bot.prove.disk import fill, small_disk
from bot.prove.helped import Helped
from bot.prove.nursery import Nursery
from bot.prove.patient import PatientOnWhatsApp
from bot.prove.people import CODE, SHORT, OnTelegram, OnWhatsApp, plain
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio
from bot.usecases.converse import TRY_AGAIN

HELP: Final = "4 Help first"
PATIENT: Final = "Providers' faults are waited out"
KEYS: Final = "Keys die on schedule"
FIRST: Final = 4_503_599_629_000_000
DAY, MINUTE, MIB = 86_400, 60, 1 << 20
ALARM_SECONDS: Final = 60.0
WAL_MIB: Final = 65
AWAY_SECONDS: Final = 1.2
MOST_ASKED: Final = 300
CODES_SECONDS: Final = 3.0
IDLE_SHARE: Final = 0.05
PATIENCE_SECONDS: Final = 15.0


async def check(bench: Bench) -> None:
    """The disk, the database, both providers, the clock."""
    async with bench.nursery() as nursery:
        await _locked(bench, nursery)
        if bench.planted:
            return
        await _disk_full(bench, nursery)
        await _large_wal(bench, nursery)
        await _corrupt(bench, nursery)
        await _telegram_fails(bench, nursery)
        await _no_tls(bench, nursery)
        await _repeated_and_shuffled(bench, nursery)
        await _twilio_away(bench, nursery)
        await _clock_jumps(bench, nursery)


@asynccontextmanager
async def _serving(bench: Bench, nursery: Nursery, **told: Any) -> AsyncIterator[House]:
    """A fresh installation on Telegram, running; killed at the end."""
    async with FakeTelegram() as telegram:
        place = told.pop("place", None) or bench.fresh("faults")
        plant = "faults" if bench.planted else ""
        made = house(place, nursery, telegram, quick_codes=True, plant=plant, **told)
        if "log" not in told:
            made.orders.log = str(bench.folder / f"{place.folder.name}.log")
        await made.start()
        try:
            yield made
        finally:
            await nursery.kill()


def _telegram(told: House) -> FakeTelegram:
    if told.telegram is None:
        raise LookupError("this installation has no Telegram")
    return told.telegram


async def _until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        return False
    return True


async def _alarmed(told: House, event: str) -> list[str]:
    """Whether the log says so soon."""
    heard = await _until(lambda: event in told.log.read_text(), ALARM_SECONDS)
    return [] if heard else [f"no {event} in the log within {ALARM_SECONDS:.0f} s"]


async def _reports(bench: Bench, told: House, number: int) -> list[str]:
    """Whether a newcomer's report reaches the queue, without a restart."""
    person = OnTelegram(bench.book, _telegram(told), FIRST + number)
    before = len(told.place.queue())
    told.clock.advance(TRY_AGAIN + 1)
    try:
        await person.begin()
        await person.report("after it was over")
    except (AssertionError, TimeoutError) as error:
        return [f"no report afterwards: {str(error)[:80] or 'no answer'}"]
    return [] if len(told.place.queue()) == before + 1 else ["the report is not in the queue"]


async def _refused(person: OnTelegram) -> list[str]:
    """Somebody in the middle of a report sends it now: they must not be told that it was sent."""
    await person.write("in my own words")
    for value in ("!skip", "send"):
        await person.pick("", value)
    return ["a code was given for what is not stored"] if CODE.search(plain(person.text)) else []


async def _half_way(bench: Bench, told: House, number: int) -> OnTelegram:
    person = OnTelegram(bench.book, _telegram(told), FIRST + number)
    await person.begin()
    await person.take(*SHORT)
    return person


# ------------------------------------------------------------------ disk and database
async def _disk_full(bench: Bench, nursery: Nursery) -> None:
    tried = "disk full: 911, services, way out; a report is refused; then room again"
    with small_disk(bench.folder) as disk:
        if disk is None:
            bench.ledger.leave_out(HELP, tried, "only root can mount a small disk")
            return
        async with _serving(bench, nursery, place=bench.fresh("full", disk)) as told:
            writer = await _half_way(bench, told, 1)
            helped = Helped(bench.book, _telegram(told))
            filler = fill(disk)
            while "store_unavailable" not in told.log.read_text() and helped.asked < MOST_ASKED:
                await helped.ask("disk nearly full")  # until the log has no room of its own left
            for _ in range(bench.amount(2, 10)):
                await helped.ask("disk full")
            faults = [*helped.faults]
            if not bench.planted:
                faults += [
                    *await _attempt(_refused(writer)),
                    *await _alarmed(told, "store_unavail"),
                ]
            filler.unlink()
            faults += await _reports(bench, told, 2)
            bench.ledger.record(HELP, tried, helped.asked, faults, helped.note)


async def _attempt(work: Awaitable[list[str]]) -> list[str]:
    try:
        return await work
    except (AssertionError, TimeoutError) as error:
        return [str(error)[:80] or "no answer"]


async def _locked(bench: Bench, nursery: Nursery) -> None:
    seconds = bench.amount(5, 30)
    async with _serving(bench, nursery) as told:
        helped = Helped(bench.book, _telegram(told))
        until = time.monotonic() + seconds
        with told.place.locked():
            while time.monotonic() < until:
                await helped.ask("database locked")
                if helped.faults:
                    break
        faults = [*helped.faults]
        if not bench.planted:
            faults += await _alarmed(told, "store_unavailable")
            faults += await _reports(bench, told, 3)
        bench.ledger.record(
            HELP, f"database locked for {seconds} s, then free", helped.asked, faults, helped.note
        )


async def _large_wal(bench: Bench, nursery: Nursery) -> None:
    """Somebody reads without end, so the log grows; it is told, and folded up afterwards."""
    async with _serving(bench, nursery) as told:
        helped = Helped(bench.book, _telegram(told))
        with told.place.connected() as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sessions").fetchone()
            await asyncio.to_thread(_grow, told)
            for _ in range(bench.amount(2, 10)):
                await helped.ask("WAL over 64 MiB")
            told.clock.advance(MINUTE + 1)
            faults = [*helped.faults, *await _alarmed(told, "wal_large")]
            reader.execute("ROLLBACK")
        told.clock.advance(MINUTE + 1)
        wal = told.place.database.with_name("sanad.sqlite-wal")
        if not await _until(lambda: wal.stat().st_size < MIB):
            faults.append(f"the WAL still has {wal.stat().st_size >> 20} MiB")
        faults += await _reports(bench, told, 4)
        bench.ledger.record(
            HELP, f"WAL of {WAL_MIB} MiB held open, then free", helped.asked, faults, helped.note
        )


def _grow(told: House) -> None:
    with told.place.connected() as writer:
        writer.execute("CREATE TABLE filler (data BLOB)")
        for _ in range(WAL_MIB):
            writer.execute("INSERT INTO filler VALUES (zeroblob(?))", (MIB,))
        writer.commit()
        writer.execute("DROP TABLE filler")
        writer.commit()


async def _corrupt(bench: Bench, nursery: Nursery) -> None:
    """The page under the sessions is broken; help goes on, and all is well when it is mended."""
    async with FakeTelegram() as telegram:
        told = house(bench.fresh("corrupt"), nursery, telegram, quick_codes=True)
        await told.start()
        await nursery.stop()
        good = _break_page(told)
        await told.start()
        helped = Helped(bench.book, telegram)
        for _ in range(bench.amount(2, 10)):
            await helped.ask("a corrupt page")
        faults = [*helped.faults, *await _alarmed(told, "store_unavailable")]
        with told.place.database.open("r+b") as file:
            file.seek(good[0])
            file.write(good[1])
        faults += await _reports(bench, told, 5)
        await nursery.kill()
        bench.ledger.record(
            HELP,
            "a corrupt page under the sessions, then mended",
            helped.asked,
            faults,
            helped.note,
        )


def _break_page(told: House) -> tuple[int, bytes]:
    """Overwrite the root page of the sessions; where it is and what stood there."""
    with told.place.connected() as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sessions'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with told.place.database.open("r+b") as file:
        file.seek((root - 1) * size)
        before = file.read(size)
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)
    return (root - 1) * size, before


# ------------------------------------------------------------------ Telegram
async def _telegram_fails(bench: Bench, nursery: Nursery) -> None:
    """429, 500, a reset and silence for one person; the others never notice."""
    slow = bench.amount(3.0, 15.0)
    async with _serving(bench, nursery) as told:
        telegram, faults, helped = _telegram(told), list[str](), Helped(bench.book, _telegram(told))
        kinds: tuple[tuple[str, dict[str, Any], float, float], ...] = (
            ("429", {"retry_after": 2}, 2.0, 3.5),
            ("500", {"times": 2}, 0.0, 4.0),
            ("drop", {"times": 2}, 0.0, 4.0),
            ("slow", {"seconds": slow}, slow - 0.5, slow + 3.0),
        )
        for number, (kind, more, least, most) in enumerate(kinds):
            person = OnTelegram(bench.book, telegram, FIRST + 100 + number)
            await person.begin()
            telegram.fail("sendMessage", kind, chat=person.chat, **more)  # type: ignore[arg-type]
            before, began = len(telegram.bot_texts(person.chat)), time.monotonic()
            waiting = asyncio.create_task(telegram.write(person.chat, "what is this?"))
            await helped.ask(f"Telegram answers {kind} to somebody else")
            count, chat = before, person.chat
            came = await _until(lambda c=chat, n=count: len(telegram.bot_texts(c)) > n, slow + 10)  # type: ignore[misc]
            taken = time.monotonic() - began
            await waiting
            if not came or not least <= taken <= most:
                faults.append(f"{kind}: answered after {taken:.1f} s")
        await _reports(bench, told, 6)
        bench.ledger.record(
            PATIENT, f"Telegram: 429 obeyed, 500, reset, {slow:.0f} s silent; others unaffected",
            len(kinds), [*faults, *helped.faults], helped.note,
        )  # fmt: skip


async def _no_tls(bench: Bench, nursery: Nursery) -> None:
    """Telegram cannot be reached at all: no busy loop, and WhatsApp works."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        async with FakeTelegram() as telegram, FakeTwilio() as twilio:
            telegram.api_base = f"https://127.0.0.1:{nobody.getsockname()[1]}"
            told = house(
                bench.fresh("tls"), nursery, telegram, twilio, mode="polling", swift=True,
                quick_codes=True,
            )  # fmt: skip
            closing = asyncio.create_task(_hang_up(nobody))
            await told.start()
            seconds = bench.amount(4.0, 20.0)
            person = OnWhatsApp(bench.book, twilio, "whatsapp:+10000000301")
            faults = await _attempt(_begins(person))
            await asyncio.sleep(CODES_SECONDS)  # until the codes are ready
            before = memory.busy_seconds(nursery.child)
            await asyncio.sleep(seconds)
            share = (memory.busy_seconds(nursery.child) - before) / seconds
            if share > IDLE_SHARE:
                faults.append(f"{share:.0%} of a processor while waiting")
            closing.cancel()
            await nursery.kill()
    bench.ledger.record(
        PATIENT, "TLS to Telegram fails for good; WhatsApp goes on, no busy loop", 1, faults,
        f"{share:.1%} of a processor",
    )  # fmt: skip


async def _hang_up(server: socket.socket) -> None:
    server.setblocking(False)
    while True:
        connection, _ = await asyncio.get_running_loop().sock_accept(server)
        connection.close()


async def _begins(person: OnWhatsApp) -> list[str]:
    await person.begin()
    return []


async def _repeated_and_shuffled(bench: Bench, nursery: Nursery) -> None:
    """Each update five times at once, in a window of twenty people's in any order, a day late."""
    async with _serving(bench, nursery) as told:
        telegram, chance, faults = _telegram(told), random.Random(20), list[str]()
        people = [
            OnTelegram(bench.book, telegram, FIRST + 200 + number)
            for number in range(bench.amount(20, 200))
        ]
        for person in people:
            await person.begin()
            await person.take(*SHORT)
        updates = [
            {"update_id": 900_000 + number, "message": {
                "message_id": 800_000 + number, "date": int(time.time()) - 23 * 3600,
                **telegram._who(person.chat), "text": "in my own words, five times over",
            }}
            for number, person in enumerate(people)
        ]  # fmt: skip
        for first in range(0, len(updates), 20):
            window = [update for update in updates[first : first + 20] for _ in range(5)]
            chance.shuffle(window)
            await asyncio.gather(*map(telegram.push, window))
        for person in people:
            if not await person.arrives("report.secret_word"):
                faults.append("somebody is not one step further")
                break
        for person in people[: bench.amount(5, 50)]:
            old = telegram.shown_to(person.chat)[2].params["reply_markup"]["inline_keyboard"]
            shown = len(telegram.shown_to(person.chat))
            await telegram.press_token(person.chat, 1, old[0][0]["callback_data"])
            await _until(lambda one=person, n=shown: len(telegram.shown_to(one.chat)) > n, 5)  # type: ignore[misc]
            if not await person.arrives("report.secret_word", 5):
                faults.append("a button of an old screen led away")
                break
        bench.ledger.record(
            PATIENT, "updates five times, shuffled among twenty people, 23 h late; old buttons",
            len(updates) * 5, faults,
        )  # fmt: skip


# ------------------------------------------------------------------ Twilio and the clock
async def _twilio_away(bench: Bench, nursery: Nursery) -> None:
    """We are down, then Twilio is: everything is answered once and erased afterwards."""
    people, faults = bench.amount(5, 50), list[str]()
    async with FakeTwilio() as twilio:
        told = house(bench.fresh("away"), nursery, twilio=twilio, quick_codes=True, swift=True)
        # What came before the very first start is not ours; so it starts, and is away again.
        await told.start()
        await asyncio.sleep(AWAY_SECONDS)
        await nursery.kill()
        for number in range(people):
            twilio.record(f"whatsapp:+1000000{number:04}", "hello")
        await asyncio.sleep(AWAY_SECONDS)
        await told.start()
        if not await _until(lambda: not twilio.messages):
            faults.append(f"{len(twilio.messages)} messages are left after we were away")
        numbers = [f"whatsapp:+1000000{number:04}" for number in range(people)]
        silent = [number for number in numbers if not twilio.screen(number).texts]
        faults += [f"{len(silent)} people got no answer"] if silent else []
        twilio.trouble("create", status=503, times=people * 3)
        twilio.trouble("list", reset=True, times=5)
        writers = [PatientOnWhatsApp(bench.book, twilio, number) for number in numbers]
        waiting = [asyncio.create_task(one.to_the_code("after all")) for one in writers]
        done = await asyncio.gather(*waiting, return_exceptions=True)
        faults += [repr(one)[:80] for one in done if isinstance(one, BaseException)]
        if len(told.place.queue()) != people:
            faults.append(f"{len(told.place.queue())} reports of {people} people")
        if not await _until(lambda: not twilio.messages, 30):
            faults.append(f"{len(twilio.messages)} messages are left at Twilio")
        await nursery.kill()
    bench.ledger.record(
        PATIENT, "we are away while people write, then Twilio answers 503, resets (waits scaled)",
        people * 2, faults,
    )  # fmt: skip


async def _clock_jumps(bench: Bench, nursery: Nursery) -> None:
    """Somebody sets the clock a day forth or back: no key dies, no draft is lost."""
    faults = list[str]()
    for days in (1, -1):
        async with _serving(bench, nursery) as told:
            writer = await _half_way(bench, told, 300 + days)
            keys = {file.name for file in told.place.runtime.glob("epoch-*")}
            told.clock.jump(days * DAY)
            await asyncio.sleep(1.2)
            told.clock.advance(MINUTE + 1)
            await asyncio.sleep(1.2)
            left = {file.name for file in told.place.runtime.glob("epoch-*")}
            if not keys <= left:
                faults.append(f"{days:+} day: a key was destroyed at once")
            await writer.write("still in my own words")
            if writer.sees("resume.gate"):  # a day has passed, for all it knows: who is there?
                await writer.choose("resume.gate", "on")
                await writer.write("still in my own words")
            if not writer.sees("report.secret_word"):
                faults.append(f"{days:+} day: the draft was lost: {plain(writer.text)[:60]!r}")
    bench.ledger.record(KEYS, "the wall clock jumps by a day, either way", 2, faults)
