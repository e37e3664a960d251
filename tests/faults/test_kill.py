"""`kill -9` in the middle of reports, and the clean stop: nothing is lost and nothing twice."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import IO

import pytest

from bot.app.content import PROJECT
from bot.prove.installation import channels, free_port, listening
from bot.prove.patient import Patient
from bot.prove.people import BEGIN, SHORT, OnTelegram, plain
from bot.prove.providers.telegram import FakeTelegram
from tests.e2e.house import House, content

PEOPLE = 6
KILLS = 4
STEPS = len(BEGIN) + len(SHORT) + 5
"""Answers each person gets up to the code."""
STOP_SECONDS = 5.0
ROSE = 4_503_599_627_000_100


class Nursery:
    """The process that starts the service, and the service it started last."""

    def __init__(self, errors: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        self._child = 0
        assert self._line() == "ready"

    async def start(self, settings: dict[str, str]) -> None:
        self._child = int(await self._asked(f"start {json.dumps(settings)}"))

    async def kill(self) -> None:
        """The hard way, at once; returns when the process is gone."""
        os.kill(self._child, signal.SIGKILL)
        assert int(await self._asked("wait")) == signal.SIGKILL
        self._child = 0

    async def _asked(self, command: str) -> str:
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()
        return await asyncio.to_thread(self._line)

    def _line(self) -> str:
        return self._process.stdout.readline().decode().strip()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Flows and words, read once for all tests here."""
    with (tmp_path_factory.mktemp("nursery") / "errors").open("wb") as errors:
        nursery = Nursery(errors)
        yield nursery
        nursery.close()


@pytest.fixture
async def nursery(reader):
    yield reader
    if reader._child:
        await reader.kill()


@pytest.fixture
async def telegram():
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def settings_for(house, telegram, mode, port):
    """The installation's settings as texts."""
    told = channels(f"http://127.0.0.1:{port}", telegram, None, mode)
    return {name: str(value) for name, value in house.named(port=port, **told).items()}


def answers(telegram: FakeTelegram) -> int:
    return len(telegram.called("sendMessage")) + len(telegram.called("editMessageText"))


@pytest.mark.parametrize(("mode", "seed"), [("webhook", 1), ("polling", 3)])
async def test_killed_again_and_again_nothing_is_lost_and_nothing_twice(
    house, telegram, nursery, mode, seed
):
    """Six people report while the process is killed four times at random moments.

    Nobody has to do anything about it but write on: everybody gets an answer to everything and a
    code; every report is in the queue exactly once, with its words; every talk goes on.
    """
    chance = random.Random(seed)
    port = free_port()
    settings = settings_for(house, telegram, mode, port)
    book = content().shelf.current
    people = [Patient(book, telegram, ROSE + count) for count in range(PEOPLE)]
    await nursery.start(settings)
    await listening(port)
    talks = [
        asyncio.create_task(person.to_the_code(f"words of person {count}"))
        for count, person in enumerate(people)
    ]
    try:
        for moment in sorted(chance.sample(range(3, PEOPLE * STEPS - 10), KILLS)):
            failed = [talk for talk in talks if talk.done() and talk.exception()]
            assert not failed, failed[0].exception()
            await telegram.until(lambda after=moment: answers(telegram) >= after, 15)
            await asyncio.sleep(chance.random() * 0.004)
            await nursery.kill()
            await nursery.start(settings)
        codes = await asyncio.wait_for(asyncio.gather(*talks), 40)
        await listening(port)
        for person, code in zip(people, codes, strict=True):
            await telegram.write(person.chat, code)
            await person.until("report.goodbye")
        assert len(set(codes)) == PEOPLE
        told = sorted(one["answers"]["narrative"] for one in house.told())
        assert told == sorted(f"words of person {count}" for count in range(PEOPLE))
        assert house.rows("SELECT count(*) FROM audit WHERE act = 'submit'") == [(PEOPLE,)]
        await house.settled()
        await people[0].pick("", "menu")
        await people[0].come_back(codes[0])
        people[0].at("code.nothing_new")
    finally:
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_a_code_whose_message_was_lost_comes_with_the_next_one(
    house, telegram, nursery, mode
):
    """Killed after the commit and before the answer: the report is there, and so is its code."""
    port = free_port()
    settings = settings_for(house, telegram, mode, port)
    rose = OnTelegram(content().shelf.current, telegram, ROSE)
    await nursery.start(settings)
    await listening(port)
    await rose.begin()
    await rose.take(*SHORT)
    await rose.write("in my own words")
    await rose.choose("report.secret_word", "!skip")
    for method in ("sendMessage", "editMessageText"):
        telegram.fail(method, "drop", times=1000)
    await rose.press("send")
    await house.until("SELECT count(*) FROM cases", [(1,)])
    await nursery.kill()
    telegram.mend()
    await nursery.start(settings)
    await listening(port)
    await rose.write("what now?")
    rose.at("report.read_back")
    code = rose.code()
    await rose.write(code)
    rose.at("report.goodbye")
    await house.settled()
    await rose.choose("report.goodbye", "menu")
    await rose.come_back(code)
    rose.at("code.nothing_new")
    assert len(house.queue()) == 1


@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_nothing_is_acknowledged_before_it_is_stored(house, telegram, nursery, mode):
    """Killed while the commit waits: Telegram was told nothing, delivers again, and all is well."""
    port = free_port()
    settings = settings_for(house, telegram, mode, port)
    rose = OnTelegram(content().shelf.current, telegram, ROSE)
    await nursery.start(settings)
    await listening(port)
    await rose.begin()
    await rose.take(*SHORT)
    before = len(rose._shown())
    with house.locked():
        sending = asyncio.create_task(telegram.write(ROSE, "in my own words"))
        # Less than the second for which a turn waits for the lock; too short only shows less.
        await asyncio.sleep(0.3)
        await nursery.kill()
    await sending
    if mode == "webhook":
        assert telegram.statuses[-1] == 0
    else:
        assert len(telegram.unconfirmed) == 1
    await nursery.start(settings)
    await telegram.until(lambda: len(rose._shown()) > before, 15)
    rose._seen = before
    rose.at("report.secret_word")


async def test_a_code_that_was_staged_when_the_process_died_still_opens(house, telegram, nursery):
    """Killed right after the code was shown, before its mailbox was derived: it opens later."""
    port = free_port()
    settings = settings_for(house, telegram, "webhook", port)
    rose = OnTelegram(content().shelf.current, telegram, ROSE)
    await nursery.start(settings)
    await listening(port)
    await rose.begin()
    await rose.take(*SHORT)
    await rose.write("in my own words")
    await rose.choose("report.secret_word", "word")
    await rose.write("walnut")
    await rose.take(("report.review", "send"))
    code = rose.code()
    await nursery.kill()
    assert house.rows("SELECT count(*) FROM mailboxes") == [(0,)]
    await nursery.start(settings)
    await listening(port)
    await house.settled()
    await rose.write(code)
    await rose.choose("report.goodbye", "menu")
    await rose.come_back(code, "walnut")
    rose.at("code.nothing_new")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
async def test_a_stop_signal_ends_the_process_soon_and_cleanly(house, telegram, how):
    """`sanad serve` in the middle of talks: exit within five seconds, database folded, no words.

    An aiosqlite connection left open would keep the process alive for ever.
    """
    port = free_port()
    told = channels(f"http://127.0.0.1:{port}", telegram, None, "polling")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli.main", "serve",
        env=house.environment(port=port, **told), cwd=house.folder,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        rose = OnTelegram(content().shelf.current, telegram, ROSE)
        await telegram.until(lambda: telegram.called("getUpdates"), 60)
        await listening(port)
        await rose.begin()
        await rose.take(*SHORT)
        await rose.write("a word nobody may read")
        began = time.monotonic()
        process.send_signal(how)
        out, errors = await asyncio.wait_for(process.communicate(), 30)
        assert time.monotonic() - began < STOP_SECONDS
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode in {0, -how, 128 + how}
    assert b"Traceback" not in errors
    assert b"word nobody" not in out + errors
    assert not [path for path in house.data.iterdir() if path.name.endswith(("-wal", "-journal"))]
    assert not telegram.unconfirmed
    assert plain(rose.text)
