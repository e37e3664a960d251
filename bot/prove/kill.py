"""kill -9, anywhere: nothing is lost, nothing happens twice."""

import asyncio
import itertools
import random
import signal
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from bot.prove.bench import Bench, House, house
from bot.prove.nursery import Nursery
from bot.prove.patient import Patient, PatientOnWhatsApp
from bot.prove.people import SHORT, OnTelegram
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio

PROMISE: Final = '3 "Sent" means safe'
FIRST: Final = 4_503_599_627_000_100
PEOPLE: Final = 6
LIVES: Final = 150
TALK_SECONDS: Final = 60.0
PLANTED_SECONDS: Final = 12.0
"""With the fault in place somebody waits in vain; there is no need to wait for long."""
DAY: Final = 86_400
BEFORE_MIDNIGHT: Final = 10

Mode = Literal["webhook", "polling"]
Side = tuple[int, bool]
"""(at the n-th commit, whether before it)."""
MODES: Final[tuple[Mode, ...]] = ("webhook", "polling")
SIDES: Final[tuple[tuple[Side, ...], ...]] = (((2, False),), ((2, True),), ((2, True), (2, False)))
"""The first commit of a life repeats what the life before it died of, so the second is new."""


async def check(bench: Bench) -> None:
    """Random moments, every commit, both channels, first start, rotation, staff's commands."""
    async with bench.nursery() as nursery:
        for mode in MODES:
            async with FakeTelegram() as telegram:
                told = house(
                    bench.fresh(mode), nursery, telegram, mode=mode, quick_codes=True,
                    plant="kill" if bench.planted else "",
                )  # fmt: skip
                await _at_random(bench, told, mode, bench.amount(16, 250))
                await nursery.kill()
            if bench.planted:
                return
        points = tuple(itertools.product(MODES, SIDES))
        for mode, sides in bench.amount(points[::2], points):
            async with FakeTelegram() as telegram:
                told = house(bench.fresh("commit"), nursery, telegram, mode=mode, quick_codes=True)
                await _at_commits(bench, told, mode, sides)
        await _on_whatsapp(bench, nursery, bench.amount(8, 100))
        await _first_start(bench, nursery)
        await _rotation(bench, nursery, bench.amount(2, 20))
        await _staff(bench, nursery)


# ------------------------------------------------------------------ random moments
@dataclass(slots=True)
class _Crowd:
    """People who report one after another until they are told to stop; what they went through."""

    bench: Bench
    telegram: FakeTelegram
    kills: int = 0
    over: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _next: int = 0

    async def member(self) -> None:
        """One place in the crowd: somebody new as soon as the one before is done."""
        while not self.over:
            self._next += 1
            number = self._next
            person = Patient(self.bench.book, self.telegram, FIRST + number)
            before = self.kills
            words = f"words of person {number}"
            try:
                patience = PLANTED_SECONDS if self.bench.planted else TALK_SECONDS
                code = await asyncio.wait_for(person.to_the_code(words), patience)
                await asyncio.wait_for(person.read_back(code), patience)
            except (AssertionError, TimeoutError) as error:
                self.faults.append(f"person {number}: {error or 'nobody answers'}")
                self.over = True
                return
            self.codes[words] = code
            lived = self.kills - before
            if person.repeats > lived + person.nudges:
                self.faults.append(
                    f"{person.repeats} repeated prompts for {lived} kills, {person.nudges} nudges"
                )


async def _at_random(bench: Bench, told: House, mode: Mode, kills: int) -> None:
    crowd = _Crowd(bench, _telegram_of(told))
    chance = random.Random(mode)
    began = time.monotonic()
    await told.start()
    starting = time.monotonic() - began
    members = [asyncio.create_task(crowd.member()) for _ in range(PEOPLE)]
    while crowd.kills < kills and not crowd.over:
        # Sometimes while it still starts, mostly later: else nobody would ever be answered.
        await asyncio.sleep(chance.uniform(0.03, 0.3 + 3 * starting))
        crowd.kills += 1
        await told.nursery.kill()
        await told.nursery.start(told.orders)
    crowd.over = True
    await asyncio.gather(*members)
    faults = [*crowd.faults, *await _wrong(told, crowd.codes)]
    people = f"{len(crowd.codes)} reports, {mode}"
    bench.ledger.record(PROMISE, f"kill -9 at random moments; {people}", crowd.kills, faults)


async def _wrong(told: House, codes: dict[str, str]) -> list[str]:
    """What is lost or there twice."""
    faults = []
    queued = Counter(str(one["answers"].get("narrative")) for one in told.place.told())
    lost = [words for words in codes if words not in queued]
    twice = [words for words, times in queued.items() if times > 1]
    faults += [f"lost: {words}" for words in lost] + [f"twice: {words}" for words in twice]
    submitted = told.place.rows("SELECT count(*) FROM audit WHERE act = 'submit'")[0][0]
    if submitted != len(told.place.queue()):
        faults.append(f"{submitted} submissions written down, {len(told.place.queue())} cases")
    if len(set(codes.values())) != len(codes):
        faults.append("two people have the same code")
    if told.place.rows("PRAGMA integrity_check") != [("ok",)]:
        faults.append("the database is damaged")
    return faults


def _telegram_of(told: House) -> FakeTelegram:
    if told.telegram is None:
        raise LookupError("this installation has no Telegram")
    return told.telegram


# ------------------------------------------------------------------ commit points
async def _at_commits(bench: Bench, told: House, mode: Mode, sides: Sequence[Side]) -> None:
    """One talk during which the program dies at every single commit it makes."""
    person = Patient(bench.book, _telegram_of(told), FIRST)
    await told.start(doom=0)
    await told.again()
    talk = asyncio.create_task(_whole(person))
    lives = await _live(told, talk, sides)
    faults = []
    try:
        code = talk.result()
        faults += await _wrong(told, {"words at every commit": code})
    except (AssertionError, TimeoutError, asyncio.CancelledError) as error:
        faults.append(str(error) or f"no end: {type(error).__name__}")
    if person.repeats > lives + person.nudges:
        faults.append(f"{person.repeats} repeated prompts in {lives} lives")
    where = " and ".join("before" if before else "after" for _, before in sides)
    bench.ledger.record(PROMISE, f"kill -9 {where} every commit of a report, {mode}", lives, faults)


async def _whole(person: Patient) -> str:
    code = await person.to_the_code("words at every commit")
    await person.read_back(code)
    return code


async def _live(told: House, talk: "asyncio.Task[str]", sides: Sequence[Side]) -> int:
    """Start, die, start, until the talk is over; how often it died."""
    await told.nursery.kill()
    for lives, (doom, before) in zip(range(LIVES), itertools.cycle(sides), strict=False):
        told.orders.doom, told.orders.before = doom, before
        await told.nursery.start(told.orders)
        ended = asyncio.create_task(told.nursery.ended())
        await asyncio.wait({ended, talk}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            # Nothing is left to commit: the talk is over.
            told.nursery.signal(signal.SIGKILL)
            await ended
            return lives
    talk.cancel()
    await asyncio.gather(talk, return_exceptions=True)
    return LIVES


# ------------------------------------------------------------------ the other channel
async def _on_whatsapp(bench: Bench, nursery: Nursery, kills: int) -> None:
    async with FakeTwilio() as twilio:
        told = house(bench.fresh("whatsapp"), nursery, twilio=twilio, quick_codes=True, swift=True)
        await told.start()
        chance, codes, faults = random.Random("whatsapp"), dict[str, str](), list[str]()
        done = 0

        async def one(number: int) -> None:
            person = PatientOnWhatsApp(bench.book, twilio, f"whatsapp:+1000000{number:04}")
            words = f"words of person {number}"
            codes[words] = await asyncio.wait_for(person.to_the_code(words), TALK_SECONDS)

        for wave in range(1, kills + 1):
            talks = [asyncio.create_task(one(wave * 4 + who)) for who in range(4)]
            while not all(talk.done() for talk in talks):
                await asyncio.sleep(chance.uniform(0.2, 1.5))
                if done < kills:
                    done += 1
                    await told.again()
            faults += [f"{talk.exception()!r}" for talk in talks if talk.exception()]
            if done >= kills or faults:
                break
        faults += await _wrong(told, codes)
        left = [message for message in twilio.messages.values() if message.inbound]
        await _quietly(twilio.until(lambda: not twilio.messages, 20))
        if twilio.messages:
            faults.append(f"{len(twilio.messages)} messages are left at Twilio ({len(left)} in)")
        await nursery.kill()
        bench.ledger.record(
            PROMISE, f"kill -9 at random moments; {len(codes)} reports, WhatsApp", done, faults
        )


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except TimeoutError:
        return


# ------------------------------------------------------------------ first start, rotation
async def _first_start(bench: Bench, nursery: Nursery) -> None:
    """Killed at each commit of the very first start: the next start finds or makes everything."""
    faults, died = list[str](), 0
    async with FakeTelegram() as telegram:
        for number, before in itertools.product(range(1, LIVES), (True, False)):
            told = house(bench.fresh("first"), nursery, telegram)
            told.orders.doom, told.orders.before = number, before
            await nursery.start(told.orders)
            ended = asyncio.create_task(nursery.ended())
            up = asyncio.create_task(told.up())
            await asyncio.wait({ended, up}, return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
            if not ended.done():
                nursery.signal(signal.SIGKILL)
                await ended
                break
            died += 1
            await told.start(doom=0)
            person = OnTelegram(bench.book, telegram, FIRST + died)
            try:
                await person.begin()
            except (AssertionError, TimeoutError) as error:
                faults.append(f"commit {number}: {error}")
            await nursery.kill()
    bench.ledger.record(
        PROMISE, "kill -9 before and after every commit of the first start (migrations)", died,
        faults,
    )  # fmt: skip


async def _rotation(bench: Bench, nursery: Nursery, kills: int) -> None:
    """Killed while the day's key changes: talks go on, drafts are not lost."""
    faults = list[str]()
    async with FakeTelegram() as telegram:
        told = house(bench.fresh("rotation"), nursery, telegram, mode="polling", quick_codes=True)
        await told.start()
        chance = random.Random("rotation")
        for kill in range(kills):
            told.clock.advance(DAY - told.clock.now() % DAY - BEFORE_MIDNIGHT)
            people = [OnTelegram(bench.book, telegram, FIRST + 2 * kill + who) for who in (0, 1)]
            for person in people:
                await person.begin()
                await person.take(*SHORT)
            told.clock.advance(2 * BEFORE_MIDNIGHT)
            writing = [
                asyncio.create_task(person.write("words over midnight")) for person in people
            ]
            await asyncio.sleep(chance.random() * 0.02)
            await told.again()
            await asyncio.gather(*writing)
            for person in people:
                # The screen before may come again first: the kill may have cost its confirmation.
                if not await person.arrives("report.secret_word"):
                    faults.append(f"the draft was lost: {person.text[:60]}")
        await nursery.kill()
    bench.ledger.record(
        PROMISE, "kill -9 while the epoch key rotates, with drafts open", kills, faults
    )


# ------------------------------------------------------------------ staff
async def _staff(bench: Bench, nursery: Nursery) -> None:
    """claim, reply and close, killed before and after each of their commits, then done again."""
    async with FakeTelegram() as telegram:
        told = house(bench.fresh("staff"), nursery, telegram, quick_codes=True)
        await told.start()
        person = OnTelegram(bench.book, telegram, FIRST)
        await person.begin()
        await person.report("words for staff")
        await told.place.settled()
        (number,) = told.place.queue()
        acts = {
            "claim": ("claim", number),
            "contact": ("reply", number, "--safe-to-show"),
            "close": ("close", number, "--reason", "needs_met"),
        }
        faults, died = list[str](), 0
        for act, words in acts.items():
            died += await _killed_command(told, act, words)
            entries = told.place.rows("SELECT count(*) FROM audit WHERE act = ?", act)[0][0]
            if entries != 1:
                faults.append(f"{entries} entries of {act} in the audit")
        state = told.place.rows("SELECT state FROM cases")
        letters = told.place.rows("SELECT count(*) FROM letters")
        if state != [("closed",)] or letters != [(1,)]:
            faults.append(f"state {state}, letters {letters}")
        await nursery.kill()
    bench.ledger.record(
        PROMISE, "kill -9 before and after every commit of claim, reply, close", died, faults
    )


async def _killed_command(told: House, act: str, words: tuple[str, ...]) -> int:
    """Run a command that dies at each commit in turn, until its act is done; how often it died.

    Staff look whether it is done before they type it again: a second reply would be a second one.
    """
    died = 0
    for number, side in itertools.product(range(1, LIVES), ("before", "after")):
        process = await asyncio.create_subprocess_exec(
            *told.place.command("case", *told.place.words(words), doom=f"{number} {side}"),
            env=told.place.environment(), cwd=told.place.folder,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await process.communicate(b"come on Sunday")
        if process.returncode != -signal.SIGKILL:
            break
        died += 1
        if told.place.rows("SELECT 1 FROM audit WHERE act = ?", act):
            break
    return died
