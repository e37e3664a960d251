"""`kill -9` in the middle of reports, and the clean stop: nothing is lost and nothing twice."""

import asyncio
import random
import signal
import socket
import sys
import time

import pytest

from tests.e2e.house import House, channels, content
from tests.e2e.people import BEGIN, SHORT, OnTelegram, plain
from tests.fakes.telegram import FakeTelegram

PEOPLE = 8
STOP_SECONDS = 5.0
FIRST_CHAT = 4_503_599_627_000_100


class Service:
    """`sanad serve` in a process of its own, on one port, to be killed and started again."""

    def __init__(self, house: House, telegram: FakeTelegram, mode: str) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        base = f"http://127.0.0.1:{self.port}"
        self.mode = mode
        self.telegram = telegram
        self.environment = house.environment(
            port=self.port, **channels(base, telegram, None, mode)
        )
        self.folder = house.folder
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it is reachable and Telegram knows how."""
        told = len(self.telegram.called("setWebhook")) + len(self.telegram.called("deleteWebhook"))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli.main", "serve",
            env=self.environment, cwd=self.folder, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        telling = ("setWebhook", "deleteWebhook")
        await self.telegram.until(
            lambda: sum(len(self.telegram.called(method)) for method in telling) > told, 60
        )
        async with asyncio.timeout(60):
            while not await self._listens():
                await asyncio.sleep(0.05)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def end(self, how: int) -> tuple[int, float, str]:
        """Send a signal; exit code, seconds it took, what stood on stderr."""
        began = time.monotonic()
        self.process.send_signal(how)
        _, errors = await asyncio.wait_for(self.process.communicate(), 60)
        return self.process.returncode, time.monotonic() - began, errors.decode()

    async def close(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.communicate()


@pytest.fixture
async def telegram():
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


async def served(house, telegram, mode):
    service = Service(house, telegram, mode)
    await service.start()
    return service


async def handed_in(person, words):
    """A report up to its code, which the person then knows, whatever happens on the way."""
    await person.write("hello")
    await person.choose("entry.language", "en")
    await person.take(*BEGIN, *SHORT)
    await person.write(words)
    await person.take(("report.secret_word", "!skip"), ("report.review", "send"))
    person.at("report.read_back")
    return person.code()


async def finished(person, code):
    """Reading the code back and going on to the menu: the talk is whole after all of it."""
    await person.write(code)
    person.at("report.goodbye")
    await person.choose("report.goodbye", "menu")
    person.at("menu.menu")


@pytest.mark.parametrize(("mode", "seed"), [("polling", 11), ("webhook", 12)])
async def test_killed_again_and_again_nothing_is_lost_and_nothing_twice(
    house, telegram, mode, seed
):
    """Eight people report while the process is killed at random moments and started again.

    Everybody gets an answer to everything they sent, and a code; every report is in the queue
    exactly once with the words that were written; every talk goes on.
    """
    chance = random.Random(seed)
    service = await served(house, telegram, mode)
    book = content().shelf.current
    people = [OnTelegram(book, telegram, FIRST_CHAT + count) for count in range(PEOPLE)]

    async def report(count, person):
        code = await handed_in(person, f"words of person {count}")
        return code

    talks = [asyncio.create_task(report(*each)) for each in enumerate(people)]
    kills = 0
    try:
        for moment in sorted(chance.sample(range(20, PEOPLE * 14), 2)):
            done = len(telegram.called("sendMessage")) + len(telegram.called("editMessageText"))
            await telegram.until(lambda target=moment: _answers(telegram) >= target, 60)
            assert done >= 0
            await asyncio.sleep(chance.random() * 0.01)
            if all(talk.done() for talk in talks):
                break
            await service.end(signal.SIGKILL)
            kills += 1
            await service.start()
        codes = await asyncio.wait_for(asyncio.gather(*talks), 60)
        await asyncio.gather(*(finished(*each) for each in zip(people, codes, strict=True)))
        await house.settled()
        assert kills == 2
        assert len(set(codes)) == PEOPLE
        told = sorted(one["answers"]["narrative"] for one in house.told())
        assert told == sorted(f"words of person {count}" for count in range(PEOPLE))
        await people[0].come_back(codes[0])
        people[0].at("code.nothing_new")
    finally:
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await service.close()


def _answers(telegram):
    return len(telegram.called("sendMessage")) + len(telegram.called("editMessageText"))
