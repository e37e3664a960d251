"""Nothing left behind: after thousands of talks, nobody is found in any byte that is kept."""

import asyncio
import base64
import hashlib
import hmac
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bot.app.roster_file import ROSTER_FILE
from bot.prove import memory
from bot.prove.bench import Bench, House, house
from bot.prove.installation import SECRET, WORKER, Installation
from bot.prove.known import (
    ARABIC,
    CHATS,
    SECRET_WORD,
    WORD,
    KnownTelegram,
    KnownTwilio,
    of_messages,
    of_people,
    of_secrets,
    phone,
)  # fmt: skip
from bot.prove.nursery import Nursery
from bot.prove.orders import SWIFT_ADDRESSES
from bot.prove.people import OnTelegram, OnWhatsApp, Person
from bot.prove.providers.telegram import TOKEN
from bot.prove.providers.twilio import AUTH_TOKEN
from bot.prove.talks import KINDS, REPORTING
from bot.prove.traces import Trace, count_in, found_in_files
from bot.sealing import keys
from bot.sealing.opening import open_backup
from bot.stores.sqlite import PRAGMAS

PROMISE: Final = "1 No identity at rest"
AT_ONCE: Final = 12
CODES_SOUGHT: Final = 20
PASSER_BY: Final = 4_000_000_000_000_777
"""Somebody outside the numbers that are looked for, whose coming lets old addresses go."""
SETTLE_SECONDS: Final = 2.5
FORGET_SECONDS: Final = 61.0
"""On the steered clock: the job that forgets runs once a minute."""


async def check(bench: Bench) -> None:
    """Talks, then the search: running, dumped, killed, vacuumed, migrated."""
    count = bench.talks or bench.amount(120, 10_000)
    place = bench.fresh("residue")
    async with (
        KnownTelegram(keep_calls=False) as telegram,
        KnownTwilio(keep_calls=False) as twilio,
        bench.nursery(hardened=True) as nursery,
    ):
        told = house(
            place, nursery, telegram, twilio, mode="polling", debug=True, swift=True,
            quick_codes=bench.scale == "quick", plant="residue" if bench.planted else "",
        )  # fmt: skip
        await told.start()
        search = _Search(bench, place, nursery)
        await _talk(bench, told, search, count)
        await search.files(f"{count:,} talks; files while it runs, logs at DEBUG", count)
        if bench.planted:
            return
        await _dumped(bench, told, count, "hardened allocator")
        await _killed(bench, told, search)
        await nursery.stop()
        await search.files("after a clean stop", 1)
        await _rewritten(search)
        await _backed_up(bench, search)
        _controls(bench, search)
        _guessed(bench, place)
    if bench.scale == "long":
        await _compared(bench, count)


class _Search:
    """Looks through everything a process may have written, its own starter's folders too."""

    def __init__(self, bench: Bench, place: Installation, nursery: Nursery) -> None:
        self.bench, self.place, self.nursery = bench, place, nursery
        self.codes: list[str] = []
        self.reports = 0

    @property
    def traces(self) -> list[Trace]:
        """Everything that must be nowhere."""
        step = max(1, len(self.codes) // CODES_SOUGHT)
        forms = [form for code in self.codes[::step] for form in (code, code.replace(" ", ""))]
        secrets = of_secrets(TOKEN, SECRET, AUTH_TOKEN, *forms)
        return [*of_people(), *of_messages(), *secrets]

    async def found(self) -> set[tuple[str, str, str]]:
        """What lies in data, keys, secrets, logs, temporary and cache folders."""
        places = (self.place.folder, self.nursery.scratch)
        return await asyncio.to_thread(found_in_files, self.traces, *places)

    async def files(self, tried: str, count: int) -> None:
        """One row of the table."""
        faults = [f"{what} as {form} in {file}" for file, what, form in sorted(await self.found())]
        self.bench.ledger.record(PROMISE, tried, count, faults)


# ------------------------------------------------------------------ talking
async def _talk(bench: Bench, told: House, search: _Search, count: int) -> None:
    room = asyncio.Semaphore(AT_ONCE)
    lost: Counter[str] = Counter()

    async def one(number: int) -> None:
        async with room:
            person = _person(bench, told, number)
            kind = KINDS[number // 2 % len(KINDS)]
            try:
                code = await kind(person, number)
            except (AssertionError, TimeoutError) as error:
                lost[f"{kind.__name__}: {type(error).__name__}"] += 1
            else:
                search.reports += kind in REPORTING
                search.codes.extend([code] if code else [])
            _forget(person)

    for first in range(0, count, 500):
        await asyncio.gather(*map(one, range(first, min(first + 500, count))))
        bench.ledger.say(f"  {min(first + 500, count):,} of {count:,} talks")
    faults = [f"{times} talks went astray ({what})" for what, times in lost.items()]
    bench.ledger.record("all promises", "talks on both channels end as they should", count, faults)


def _person(bench: Bench, told: House, number: int) -> Person:
    if number % 2 and told.telegram is not None:
        return OnTelegram(bench.book, told.telegram, CHATS + number)
    if told.twilio is None:
        raise LookupError("nobody to talk over")
    return OnWhatsApp(bench.book, told.twilio, phone(number))


def _forget(person: Person) -> None:
    if isinstance(person, OnTelegram):
        person.telegram.forget(person.chat)
    elif isinstance(person, OnWhatsApp):
        person.twilio.forget(person.number)


# ------------------------------------------------------------------ memory
async def _dumped(bench: Bench, told: House, count: int, how: str) -> int | None:
    """What a core dump would show of people whose talks are over; how many copies."""
    process = told.nursery.child
    tried = f"every byte of the process after {count:,} talks, {how}"
    if not memory.readable(process):
        bench.ledger.leave_out(PROMISE, tried, "only root can read a process that is not dumpable")
        return None
    # Addresses are kept for a second here, 300 in earnest; Twilio's record is erased at leisure.
    if (twilio := told.twilio) is not None:
        await twilio.until(lambda: not twilio.messages, 60)
    await asyncio.sleep(2 * SWIFT_ADDRESSES)
    if told.telegram is not None:
        passer_by = OnTelegram(bench.book, told.telegram, PASSER_BY)
        await passer_by.write("hello")
        await passer_by.leave()
    told.clock.advance(FORGET_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    counted = await asyncio.to_thread(_in_memory, process)
    total = sum(counted.values())
    kinds = Counter[str]()
    for (what, _), copies in counted.items():
        kinds[what] += copies
    seen = ", ".join(f"{copies} × {what}" for what, copies in kinds.most_common())
    note = f"{memory.resident(process) >> 20} MiB resident; {seen or 'nothing'}"
    if how.startswith("hardened"):
        bench.ledger.record(PROMISE, tried, count, [note] if total else [], note)
    else:
        bench.ledger.leave_out(PROMISE, tried, f"for comparison: {note}")
    return total


MEMORY_FORMS: Final = frozenset(
    {"utf-8", "utf-16-le", "Python integer", "little-endian", "double", "url", "json"}
)


def _in_memory(process: int) -> dict[tuple[str, str], int]:
    traces = [trace for trace in of_people() if trace.form in MEMORY_FORMS]
    total: Counter[tuple[str, str]] = Counter()
    for piece in memory.pieces(process):
        total.update(count_in(traces, piece))
    return dict(total)


async def _compared(bench: Bench, count: int) -> None:
    """The same talks with the allocator as it is, to know what hardening is worth."""
    count = min(count, 2_000)
    for hardened in (False, True):
        place = bench.fresh("compared")
        async with (
            KnownTelegram(keep_calls=False) as telegram,
            KnownTwilio(keep_calls=False) as twilio,
            bench.nursery(hardened=hardened) as nursery,
        ):
            told = house(place, nursery, telegram, twilio, mode="polling", swift=True)
            await told.start()
            before = memory.busy_seconds(nursery.child)
            await _talk(bench, told, _Search(bench, place, nursery), count)
            spent = memory.busy_seconds(nursery.child) - before
            how = "hardened allocator again" if hardened else "allocator as it is"
            await _dumped(bench, told, count, how)
            bench.ledger.record(
                "price of hardening", f"processor time of the program, {how}", count,
                note=f"{spent * 1000 / count:.1f} ms a talk",
            )  # fmt: skip
        place.destroy()


# ------------------------------------------------------------------ again, after
async def _killed(bench: Bench, told: House, search: _Search) -> None:
    """People in the middle of talks, kill -9, search; again and again."""
    kills, chance, faults = bench.amount(5, 100), random.Random(5), set[str]()
    for kill in range(kills):
        people = [_person(bench, told, 20_000 + 4 * kill + who) for who in range(4)]
        talks = [
            asyncio.create_task(KINDS[(kill + who) % 5](person, who))
            for who, person in enumerate(people)
        ]
        await asyncio.sleep(0.05 + chance.random() * 0.6)
        await told.again()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        if kill % bench.amount(2, 10) == 0 or kill == kills - 1:
            faults |= {f"{what} as {form} in {file}" for file, what, form in await search.found()}
    bench.ledger.record(PROMISE, "kill -9 in the middle of talks, then the search", kills, faults)


async def _rewritten(search: _Search) -> None:
    """VACUUM, and tables rebuilt as a migration would."""
    await asyncio.to_thread(_vacuum, search.place.database)
    await search.files("after VACUUM", 1)
    await asyncio.to_thread(_rebuild, search.place.database)
    await search.files("after a migration that rebuilds the tables", 1)
    copy = search.place.folder / "copy.sqlite"
    await asyncio.to_thread(_vacuum, search.place.database, copy)
    await search.files("in a copy made with VACUUM INTO, as a backup is", 1)
    copy.unlink()


async def _backed_up(bench: Bench, search: _Search) -> None:
    """A backup opened with the key in the safe, and what a restore makes of it."""
    place, other = search.place, bench.fresh("restored")
    (other.data / ROSTER_FILE).unlink()
    for file in place.secrets.iterdir():
        shutil.copy(file, other.secrets)
    sealed, opened = place.folder / "sealed.age", place.folder / "opened.sqlite"
    safe: dict[str, Any] = {"backup_recipient": keys.recipient_of(WORKER.seeds[0])}
    await place.run("backup", str(sealed), **safe)
    with sealed.open("rb") as source, opened.open("wb") as target:
        open_backup(source, target, WORKER.seeds)
    await search.files("in a backup, opened with the key in the safe", 1)
    opened.unlink()
    await other.run("restore", str(sealed), *place.who(), **safe)
    restored = _Search(bench, other, search.nursery)
    restored.codes = search.codes
    faults = [f"{what} as {form} in {file}" for file, what, form in await restored.found()]
    if other.queue() != place.queue():
        faults.append(f"{len(other.queue())} cases of {len(place.queue())}")
    faults += ["it has sessions"] if other.rows("SELECT 1 FROM sessions") else []
    bench.ledger.record(PROMISE, "after a restore on another machine", 1, faults)


def _vacuum(path: Path, into: Path | None = None) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("VACUUM" if into is None else f"VACUUM INTO '{into}'")
    connection.close()


def _rebuild(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    connection.execute("BEGIN IMMEDIATE")
    for table in ("sessions", "entries"):
        connection.execute(f"CREATE TABLE rebuilt AS SELECT * FROM {table}")
        connection.execute("DROP TABLE rebuilt")
    connection.execute("COMMIT")
    connection.close()


# ------------------------------------------------------------------ controls
def _controls(bench: Bench, search: _Search) -> None:
    """What was looked for is in the sealed reports; what is planted is found."""
    told = search.place.told()
    words = sum(WORD in str(one) and ARABIC in str(one) for one in told)
    written = sum("narrative" in one["answers"] for one in told)
    faults = [] if told and words == written else [f"only {words} of {written} hold the word"]
    if len(told) < search.reports:
        faults.append(f"{len(told)} reports for {search.reports} people")
    if SECRET_WORD in str(told):
        faults.append("a secret word was sealed into a report")
    bench.ledger.record(
        "positive control", "sealed reports opened with the caseworker's key", len(told), faults
    )
    hidden = {
        "as text": f"note about {CHATS + 7} ",
        "in base64": base64.b64encode(f"chat {CHATS + 9}".encode()).decode(),
        "in hex": f"{phone(5)}".encode().hex(),
        "a word in UTF-16": WORD.encode("utf-16-le").decode("latin-1"),
    }
    missed = [form for form, text in hidden.items() if not _seen(search, text.encode("latin-1"))]
    bench.ledger.record("negative control", "planted traces are found", len(hidden), missed)


def _seen(search: _Search, data: bytes) -> bool:
    planted = search.place.data / "planted"
    planted.write_bytes(b"\0before " + data + b" after")
    try:
        return bool(found_in_files(search.traces, search.place.data))
    finally:
        planted.unlink()


def _guessed(bench: Bench, place: Installation) -> None:
    """A thief of database and secrets, without the epoch keys, tries the right numbers."""
    slots = {slot for (slot,) in place.rows("SELECT slot FROM sessions")}
    people = [f"telegram\0{CHATS + number}" for number in range(1, 40, 2)]
    people += [f"whatsapp\0{phone(number)}" for number in range(0, 40, 2)]
    secrets = [b"", *(file.read_bytes() for file in place.secrets.iterdir())]
    tries = [
        digest for who in people for digest in _guesses(who.encode(), secrets)
        if digest[:16] in slots
    ]  # fmt: skip
    faults = [f"{len(tries)} guesses hit a row"] if tries else []
    bench.ledger.record(
        "1 A thief cannot test a number", "right numbers tried on the database, without epoch keys",
        len(people), faults, note=f"{len(slots):,} rows",
    )  # fmt: skip


def _guesses(who: bytes, secrets: Iterable[bytes]) -> Iterable[bytes]:
    yield hashlib.sha256(who).digest()
    yield hashlib.blake2b(who, digest_size=16).digest()
    for secret in secrets:
        for label in (b"", b"slot/v1\0"):
            yield hmac.digest(secret, label + who, "sha256")
            yield hmac.digest(secret, label + who + b"\1", "sha256")
