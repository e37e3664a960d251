"""What happens by itself: content goes when its time is over, heads are signed, counts are kept."""

import asyncio
import time
from pathlib import Path

from bot.app.simulate import StillClock
from bot.domain.baghdad import day_of
from bot.prove.people import LONG, OnTelegram, plain
from tests.e2e.house import serving

ROSE, SARA = 4_503_599_627_000_001, 4_503_599_627_000_002
WORDS = "they keep my papers and pay me nothing for my work"
REPLY = "Come on Sunday at ten, ask for the tailor."
DAY = 86_400
RETENTION = 180
OF_A_CASE = ("entries", "letters", "notes", "mailboxes", "clocks", "cases")


class Counted(OnTelegram):
    """Somebody who agrees to be counted."""

    async def pick(self, screen, value):
        return await super().pick(screen, "yes" if self.sees("report.statistics") else value)


async def answered_and_closed(house, telegram, book):
    """A report, a reply that is safe to show, and a closed case; the code."""
    rose = OnTelegram(book, telegram, ROSE)
    await rose.begin()
    code = await rose.report(WORDS)
    await house.settled()
    (number,) = house.queue()
    await house.case("claim", "--next")
    await house.case("reply", number[:8], "--safe-to-show", text=REPLY)
    await house.case("close", number[:8], "--reason", "needs_met")
    return code


async def later(program, clock, days):
    """Days pass; everything that is due is done."""
    clock.seconds += days * DAY
    await program.jobs.step()
    await asyncio.sleep(0.2)  # the program's own round may be at it


def left(house):
    return {name: house.rows(f"SELECT count(*) FROM {name}")[0][0] for name in OF_A_CASE}


def sealed_bytes(house):
    return [sealed for (sealed,) in house.rows("SELECT sealed FROM entries")]


async def test_an_unread_reply_waits_for_its_reader(house, telegram, book):
    """Past the retention a reply is still there to be read; then content goes, a trace stays."""
    clock = StillClock(int(time.time()))
    async with serving(house, telegram, clock=clock) as program:
        code = await answered_and_closed(house, telegram, book)
        await later(program, clock, RETENTION + 2)
        assert left(house)["letters"] == 1
        rose = OnTelegram(book, telegram, SARA)  # another phone, the same code
        await rose.begin()
        await rose.come_back(code)
        await rose.take(("code.reply_waits", "yes"))
        assert REPLY in plain(rose.text)
        sealed = sealed_bytes(house)
        await later(program, clock, 1)
        assert set(left(house).values()) == {0}
        assert house.rows("SELECT act, actor FROM audit ORDER BY seq DESC LIMIT 1") == [
            ("destroyed", "-")
        ]
        # The program's own round may have done it, and empty the write-ahead log a moment later.
        async with asyncio.timeout(10):
            while any(found_on_disk(house, part[-64:]) for part in sealed):
                await asyncio.sleep(0.05)


async def test_a_reply_nobody_ever_reads_goes_in_the_end(house, telegram, book):
    """It waits one whole period more, and no longer."""
    clock = StillClock(int(time.time()))
    async with serving(house, telegram, clock=clock) as program:
        await answered_and_closed(house, telegram, book)
        for _ in range(11):
            await later(program, clock, 30)
        assert left(house)["letters"] == 1
        await later(program, clock, 2 * RETENTION - 11 * 30 + 1)
        assert set(left(house).values()) == {0}


async def test_a_read_case_goes_on_time(house, telegram, book):
    """Not a day before the end of its time, and on the day after."""
    clock = StillClock(int(time.time()))
    async with serving(house, telegram, clock=clock) as program:
        code = await answered_and_closed(house, telegram, book)
        rose = OnTelegram(book, telegram, SARA)
        await rose.begin()
        await rose.come_back(code)
        await rose.take(("code.reply_waits", "yes"))
        await later(program, clock, RETENTION - 1)
        assert left(house)["cases"] == 1
        await later(program, clock, 2)
        assert set(left(house).values()) == {0}


def found_on_disk(house, part):
    return any(part in Path(path).read_bytes() for path in house.data.glob("sanad.sqlite*"))


async def test_a_head_is_signed_every_day(house, telegram, book):
    """Whoever looks at the chain later finds one signed entry for each day it grew."""
    clock = StillClock(int(time.time()))
    async with serving(house, telegram, clock=clock) as program:
        await answered_and_closed(house, telegram, book)
        for _ in range(3):
            await later(program, clock, 1)
    days = [day for (day,) in house.rows("SELECT day FROM heads ORDER BY day")]
    assert days == list(range(days[0], days[0] + len(days)))
    assert len(days) >= 3


async def test_only_who_agrees_is_counted(house, telegram, book):
    """Two report, one agrees: one is counted, once in every table, with nothing finer."""
    clock = StillClock(int(time.time()))
    async with serving(house, telegram, clock=clock):
        for person in (OnTelegram(book, telegram, ROSE), Counted(book, telegram, SARA)):
            await person.begin()
            await person.report(WORDS, route=LONG)
        month = day_of(clock.now()).isoformat()[:7]
        counted = house.rows("SELECT name, period, count FROM tallies ORDER BY name")
        assert counted == [
            ("age_topic", month[:4], 1),
            ("governorate", month, 1),
            ("topic", month, 1),
            ("topic_governorate", month[:4], 1),
            ("urgency", month, 1),
        ]


async def test_coming_back_is_counted_and_nothing_else_of_it(house, telegram, book):
    """One more in this month; no code, no case, nobody."""
    clock = StillClock(int(time.time()))
    async with serving(house, telegram, clock=clock):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin()
        code = await rose.report(WORDS)
        await house.settled()
        await rose.choose("report.goodbye", "menu")
        await rose.come_back(code)
        rose.at("code.nothing_new")
        month = day_of(clock.now()).isoformat()[:7]
        assert house.rows("SELECT name, period, row, col, count FROM tallies") == [
            ("returns", month, "returns", "", 1)
        ]
