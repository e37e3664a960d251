"""Forgetting on schedule and on demand: keys die, rows go, and a person can clear everything."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import OpenError
from bot.prove.bench import Bench, House, house
from bot.prove.disk import fill, small_disk
from bot.prove.nursery import Nursery
from bot.prove.people import SHORT, OnTelegram, OnWhatsApp
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio
from bot.sealing import epochs

FIRST: Final = 4_503_599_627_000_500
DAY, HOUR, MINUTE = 86_400, 3_600, 60
CLEAR_SECONDS: Final = 2.0
TOMBSTONE_DAYS: Final = 30
RETENTION_DAYS: Final = 180
"""Of the sample organisation."""
PATIENCE_SECONDS: Final = 10.0
STEPS: Final = 6
STRANGERS: Final = 2_000
KEYS: Final = "Keys die on schedule"
CLEARED: Final = "6 Clearing works"
WITHDRAWN: Final = "A withdrawn report is gone"


async def check(bench: Bench) -> None:
    """Keys and rows by the clock, retention, leaving (on a full disk too), withdrawing."""
    async with bench.nursery() as nursery:
        await _stolen(bench, nursery, DAY - 30 * MINUTE)
        if bench.planted:
            return
        await _stolen(bench, nursery, 5 * MINUTE)
        await _retention(bench, nursery)
        await _leaving(bench, nursery)
        await _leaving_whatsapp(bench, nursery)
        await _on_a_full_disk(bench, nursery)


# ------------------------------------------------------------------ keys
@dataclass(frozen=True, slots=True)
class _Thief:
    """A copy of the database, and the server's keys whenever the thief comes for them."""

    copy: Path
    keys: Path
    people: tuple[int, ...]

    def opens(self) -> int:
        """How many people's sessions open now, for somebody who even knows the numbers."""
        keys = {int(file.name[6:]): file.read_bytes() for file in self.keys.glob("epoch-*")}
        connection = sqlite3.connect(self.copy)
        rows = connection.execute("SELECT slot, epoch, sealed FROM sessions").fetchall()
        connection.close()
        return sum(_opens(number, keys, rows) for number in self.people)


def _opens(number: int, keys: dict[int, bytes], rows: list[tuple[bytes, int, bytes]]) -> bool:
    vid = f"telegram\0{number}".encode()
    for key in keys.values():
        for slot, epoch, sealed in rows:
            if slot == epochs.slot(key, vid):
                try:
                    epochs.open_state(epochs.state_key(key, slot, vid), slot, epoch, sealed)
                except OpenError:
                    continue
                return True
    return False


async def _stolen(bench: Bench, nursery: Nursery, started: int) -> None:
    """Drafts are stolen at a time of day; hours pass; the thief tries with all keys there are."""
    clock_time = f"{started // HOUR:02}:{started % HOUR // MINUTE:02}"
    people = tuple(range(FIRST, FIRST + bench.amount(10, 200)))
    async with FakeTelegram() as telegram:
        told = house(
            bench.fresh("stolen"), nursery, telegram,
            plant="forgetting" if bench.planted else "",
        )  # fmt: skip
        told.clock.advance(DAY - told.clock.now() % DAY + started)
        await told.start()
        for number in people:
            person = OnTelegram(bench.book, telegram, number)
            await person.begin()
            await person.take(*SHORT)
        thief = _Thief(told.place.folder / "stolen.sqlite", told.place.runtime, people)
        _copied(told.place.database, thief.copy)
        at_once = thief.opens()
        controls = [] if at_once == len(people) else [f"only {at_once} open at once: no control"]
        await _pass(told, 31 * MINUTE)
        gone = await _until(lambda: told.place.rows("SELECT count(*) FROM sessions") == [(0,)])
        bench.ledger.record(
            "Idle drafts go", f"rows 31 minutes after the last word, {clock_time} UTC",
            len(people), controls if gone else ["rows are left"],
        )  # fmt: skip
        await _pass(told, 25 * HOUR - 31 * MINUTE)
        await _until(lambda: thief.opens() == 0, 2)
        after_25 = thief.opens()
        await _pass(told, 23 * HOUR)
        after_48 = len(people)
        if await _until(lambda: thief.opens() == 0):
            after_48 = 0
        rows = told.place.rows("SELECT count(*) FROM sessions")[0][0]
        faults = [f"{after_48} open"] if after_48 else []
        faults += [f"{rows} rows are left"] if rows else []
        faults += [f"{after_25} open after 25 h"] if after_25 else []
        bench.ledger.record(
            KEYS, f"a copy stolen at {clock_time} UTC, tried with every key 25 and 48 h later",
            len(people), faults, f"{after_25} open after 25 h, {after_48} after 48 h",
        )  # fmt: skip
        await nursery.kill()


def _copied(database: Path, into: Path) -> None:
    source, target = sqlite3.connect(database), sqlite3.connect(into)
    source.backup(target)
    target.close()
    source.close()


async def _pass(told: House, seconds: float) -> None:
    """Time passes in steps, so that every job runs in between as it would."""
    for _ in range(STEPS):
        told.clock.advance(seconds / STEPS)
        await asyncio.sleep(0.6)


async def _until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it becomes true within this time."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        return False
    return True


# ------------------------------------------------------------------ retention, withdrawing
async def _retention(bench: Bench, nursery: Nursery) -> None:
    """A closed, an open and a withdrawn case, as months pass."""
    async with FakeTelegram() as telegram:
        told = house(bench.fresh("retention"), nursery, telegram, quick_codes=True)
        await told.start()
        place, reporters = told.place, list[tuple[OnTelegram, str]]()
        for number in range(3):
            person = OnTelegram(bench.book, telegram, FIRST + 1_000 + number)
            await person.begin()
            reporters.append((person, await person.report(f"report {number}")))
        await place.settled()
        by_words = {place.told(case)[0]["answers"]["narrative"]: case for case in place.queue()}
        closed, withdrawn = by_words["report 0"], by_words["report 1"]
        await place.case_apart("claim", closed)
        await place.case_apart("close", closed, "--reason", "needs_met")
        sealed = place.rows("SELECT sealed FROM entries WHERE case_id = x'" + withdrawn + "'")[0][0]
        person, code = reporters[1]
        await person.choose("report.goodbye", "menu")
        await person.come_back(code)
        await person.take(("code.nothing_new", "withdraw"), ("code.withdraw_ask", "yes"))
        bench.ledger.record(
            WITHDRAWN, "taken back with the code: only the tombstone stays, also in the WAL", 1,
            _tombstone_faults(told, withdrawn, sealed),
        )  # fmt: skip
        left = await _cases_after(told, (TOMBSTONE_DAYS + 1) * DAY, 2)
        later = await _cases_after(told, (RETENTION_DAYS - TOMBSTONE_DAYS + 1) * DAY, 1)
        faults = (
            [] if withdrawn not in left and len(left) == 2 else ["the tombstone is still there"]
        )
        if later != [by_words["report 2"]]:
            faults.append(f"{len(later)} cases after {RETENTION_DAYS + 2} days")
        bench.ledger.record(
            "Retention by outcome", "closed, open and withdrawn, 31 and 182 days later", 3, faults
        )
        await nursery.kill()


def _tombstone_faults(told: House, case: str, sealed: bytes) -> list[str]:
    place = told.place
    faults = [
        f"{table} has a row of it"
        for table in ("entries", "letters", "mailboxes", "clocks", "staged_codes")
        if place.rows(f"SELECT 1 FROM {table} WHERE case_id = x'{case}'")
    ]
    if place.rows(f"SELECT state FROM cases WHERE id = x'{case}'") != [("withdrawn",)]:
        faults.append("no tombstone")
    # A piece from the middle of the ciphertext: it stands nowhere else in the world.
    piece = sealed[len(sealed) // 2 :][:24]
    files = [file for file in place.data.iterdir() if file.is_file()]
    still = [file.name for file in files if piece in file.read_bytes()]
    return faults + [f"its ciphertext is still in {name}" for name in still]


async def _cases_after(told: House, seconds: float, wanted: int) -> list[str]:
    told.clock.advance(seconds)
    await _until(lambda: len(told.place.queue()) == wanted)
    return told.place.queue()


# ------------------------------------------------------------------ leaving
async def _leaving(bench: Bench, nursery: Nursery) -> None:
    """The way out in the middle of a report: messages of both sides and the row are gone."""
    async with FakeTelegram() as telegram:
        told = house(bench.fresh("leaving"), nursery, telegram)
        await told.start()
        times, faults = list[float](), list[str]()
        for number in range(bench.amount(10, 200)):
            person = OnTelegram(bench.book, telegram, FIRST + 2_000 + number)
            taken, fault = await _left(told, person)
            times.append(taken)
            faults += [fault] if fault else []
        await nursery.kill()
        bench.ledger.record(
            CLEARED, "the way out on Telegram, in the middle of a report", len(times), faults,
            f"{max(times) * 1000:.0f} ms at most",
        )  # fmt: skip


async def _left(told: House, person: OnTelegram) -> tuple[float, str]:
    """Seconds until everything was gone, and what was not."""
    telegram = person.telegram
    await person.begin()
    await person.take(*SHORT)
    await person.write("words that must go")
    before = {shown.reference for shown in telegram.screen(person.chat)}
    rows = told.place.rows("SELECT count(*) FROM sessions")[0][0]
    began = time.monotonic()
    await person.leave()
    cleared = await _until(
        lambda: not before & {shown.reference for shown in telegram.screen(person.chat)},
        CLEAR_SECONDS,
    )
    taken = time.monotonic() - began
    if not cleared:
        return taken, "messages still stand in the chat"
    if taken > CLEAR_SECONDS:
        return taken, f"took {taken:.1f} s"
    gone = told.place.rows("SELECT count(*) FROM sessions")[0][0]
    return taken, "" if gone == rows - 1 else "the row is still there"


async def _leaving_whatsapp(bench: Bench, nursery: Nursery) -> None:
    """Everything Twilio has on record of a talk is erased."""
    async with FakeTwilio() as twilio:
        told = house(bench.fresh("leaving"), nursery, twilio=twilio, swift=True)
        await told.start()
        people = bench.amount(5, 50)
        for number in range(people):
            person = OnWhatsApp(bench.book, twilio, f"whatsapp:+1000000{number:04}")
            await person.begin()
            await person.take(*SHORT)
            await person.leave()
        erased = await _until(lambda: not twilio.messages)
        left = [] if erased else [f"{len(twilio.messages)} messages are left at Twilio"]
        rows = told.place.rows("SELECT count(*) FROM sessions")[0][0]
        left += [f"{rows} rows are left"] if rows else []
        await nursery.kill()
        bench.ledger.record(CLEARED, "the way out on WhatsApp; Twilio's record", people, left)


async def _on_a_full_disk(bench: Bench, nursery: Nursery) -> None:
    """A disk without a free byte: leaving still clears, a report is refused, later all is well."""
    tried = "the way out on a full disk (ballast)"
    with small_disk(bench.folder) as disk:
        if disk is None:
            bench.ledger.leave_out(CLEARED, tried, "only root can mount a small disk")
            return
        async with FakeTelegram() as telegram:
            told = house(bench.fresh("full", disk), nursery, telegram, quick_codes=True)
            told.orders.log = str(bench.folder / "full.log")
            await told.start()
            faults, times = list[str](), list[float]()
            people = [
                OnTelegram(bench.book, telegram, FIRST + 3_000 + number)
                for number in range(bench.amount(3, 20))
            ]
            for person in people:
                await person.begin()
                await person.take(*SHORT)
            filler = fill(disk)
            await _use_up(bench, told, telegram)
            rows = told.place.rows("SELECT count(*) FROM sessions")[0][0]
            for number, person in enumerate(people):
                began = time.monotonic()
                await person.leave()
                times.append(time.monotonic() - began)
                left = told.place.rows("SELECT count(*) FROM sessions")[0][0]
                if left != rows - number - 1 or times[-1] > CLEAR_SECONDS:
                    faults.append(f"{left} rows left after {times[-1]:.1f} s")
            if "ballast_released" not in told.log.read_text():
                faults.append("the disk was not full: nothing was tried")
            filler.unlink()
            told.clock.advance(2 * MINUTE)
            newcomer = OnTelegram(bench.book, telegram, FIRST + 3_900)
            await newcomer.begin()
            await newcomer.report("after the flood")
            if len(told.place.queue()) != 1:
                faults.append("no report was possible when there was room again")
            await nursery.kill()
            bench.ledger.record(
                CLEARED, tried, len(people), faults, f"{max(times) * 1000:.0f} ms at most"
            )


async def _use_up(bench: Bench, told: House, telegram: FakeTelegram) -> None:
    """Newcomers write until nothing more can be stored: the log has some room of its own."""
    for number in range(STRANGERS):
        if "store_unavailable" in told.log.read_text():
            return
        await OnTelegram(bench.book, telegram, FIRST + 5_000 + number).write("hello")
