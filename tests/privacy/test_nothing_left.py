"""Fifty talks, and then a search: nobody's number, name, words or place is anywhere."""

import asyncio
import io
import logging
import sys
import tempfile
import threading
import traceback

import aiohttp
import pytest
import structlog

from bot.app import logs
from bot.app.simulate import StillClock
from bot.errors import SanadError
from bot.prove.installation import SECRET
from bot.prove.known import (
    ARABIC,
    CHATS,
    NAME,
    REPLY,
    SECRET_WORD,
    UPDATES,
    WORD,
    KnownTelegram,
    KnownTwilio,
    of_messages,
    of_people,
    of_secrets,
    phone,
)
from bot.prove.people import OnTelegram, OnWhatsApp, plain
from bot.prove.providers.telegram import TOKEN
from bot.prove.providers.twilio import AUTH_TOKEN
from bot.prove.talks import KINDS
from bot.prove.traces import found, found_in_files
from tests.e2e.house import House, content, serving

TALKS = 50
AT_ONCE = 5


class Witness(logging.Handler):
    """Remembers everything that is logged by anybody, whole: message, arguments, traceback."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.heard = io.StringIO()

    def emit(self, record):
        told = {name: repr(value) for name, value in record.__dict__.items()}
        print(record.getMessage(), told, file=self.heard)
        if record.exc_info and record.exc_info[0]:
            print(*traceback.format_exception(*record.exc_info), file=self.heard)

    def overhear(self, _logger, _name, event):
        """A structlog processor in front of all others: before anything is dropped."""
        print(repr(dict(event)), file=self.heard)
        error = sys.exc_info()[1]
        if isinstance(error, SanadError):  # a sentence of ours, which somebody may print
            print(repr(error), repr(error.__cause__), file=self.heard)
        return event

    def loop_error(self, _loop, context):
        """What asyncio could tell nobody."""
        print({name: repr(value) for name, value in context.items()}, file=self.heard)


@pytest.fixture
def witness(monkeypatch, capfd):
    """The program's own logging, at DEBUG, with somebody who writes down what comes before it."""
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    kept = [(one, one.level, one.handlers[:], one.propagate) for one in (root, *loggers)]
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    logs.configure(logging.DEBUG)
    heard = Witness()
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    for logger in loggers:
        logger.setLevel(logging.NOTSET)  # so all follow the root, but for what the program pins
    processors = structlog.get_config()["processors"]
    structlog.configure(processors=[heard.overhear, *processors])
    yield heard
    for one, level, handlers, propagate in kept:
        one.level, one.handlers[:], one.propagate = level, handlers, propagate
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def personal(codes):
    """Everything that must be nowhere."""
    secrets = (TOKEN, SECRET, AUTH_TOKEN)
    forms = [form for code in codes for form in (code, code.replace(" ", ""))]
    return [*of_people(), *of_messages(), *of_secrets(*secrets, *forms)]


async def test_fifty_talks_leave_nothing_behind(tmp_path, witness, monkeypatch, capfd):
    """No identifier, name, place, word or code in files, logs or errors; only sealed, all is there.

    Talks of five kinds on both channels, with faults in between; searched while it runs, with the
    write-ahead log as it is, and after it stopped. Two controls: a number that is planted is found,
    and the caseworker's key does open the words.
    """
    house, scratch = House(tmp_path / "house"), tmp_path / "scratch"
    scratch.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    asyncio.get_running_loop().set_exception_handler(witness.loop_error)
    book = content().shelf.current
    room, clock = asyncio.Semaphore(AT_ONCE), StillClock()
    folders = (house.data, house.secrets, house.runtime, scratch)

    async with KnownTelegram() as telegram, KnownTwilio() as twilio:
        async with serving(house, telegram, twilio, clock=clock) as program:

            async def talk(number):
                person = (
                    OnTelegram(book, telegram, CHATS + number)
                    if number % 2
                    else OnWhatsApp(book, twilio, phone(number // 2))
                )
                async with room:
                    return await KINDS[number // 2 % len(KINDS)](person, number)

            codes = [code for code in await asyncio.gather(*map(talk, range(TALKS))) if code]
            assert len(codes) == 20
            await go_wrong(program, telegram, twilio)
            clock.seconds += 3  # for so long a database that failed is left alone
            await telegram.write(-(CHATS + 300), f"{WORD} in a group")
            await telegram.until(lambda: telegram.left)
            assert len(twilio.sids) > 300
            traces = personal(codes)
            assert (house.data / "sanad.sqlite-wal").stat().st_size > 100_000
            assert found_in_files(traces, *folders) == set()
            assert await planted(program, house, traces) == {"a chat", "a word"}
            await answered_and_read(house, OnTelegram(book, telegram, CHATS + 200))
            assert house.rows("SELECT count(*) > 10 FROM sessions") == [(1,)]
        assert found_in_files(traces, *folders) == set()

    printed = "".join(capfd.readouterr())
    heard = witness.heard.getvalue()
    assert "store_unavailable" in heard
    assert "turn_failed" in heard
    assert len(heard) > 10_000
    assert found(traces, heard.encode()) == set()
    assert found(traces, printed.encode()) == set()
    assert_opens_with_the_key(house)


async def go_wrong(program, telegram, twilio):
    """Errors of every layer, with personal data at hand when they happen."""
    book = content().shelf.current
    rose = OnTelegram(book, telegram, CHATS + 100)
    other = OnWhatsApp(book, twilio, phone(25))
    await rose.begin("en")
    telegram.fail("sendMessage", "500", times=1, chat=rose.chat)
    telegram.fail("editMessageText", "400", chat=rose.chat, description=f"bad {NAME}")
    await rose.choose("menu.menu", "report")
    twilio.trouble("create", status=500, code=20500)
    twilio.trouble("create", reset=True)
    await other.write(f"hello {WORD}")

    await program.database.read("PRAGMA query_only=ON")
    await rose.write(f"{WORD} while the database is down")
    await other.write(f"{WORD} while the database is down")
    await program.database.read("PRAGMA query_only=OFF")

    kept = program.converse._understanding
    program.converse._understanding = Poisoned()
    await telegram.write(rose.chat, f"{WORD} makes it stumble")
    assert await twilio.write(other.number, f"{WORD} makes it stumble") == 500
    program.converse._understanding = kept
    async with aiohttp.ClientSession() as http:
        for body in (f'{{"update_id": {UPDATES}, "message": "{WORD}"}}', f"{WORD} {CHATS}"):
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            await http.post(telegram.webhook, data=body, headers=headers)
            await http.post(twilio.webhook, data=body)
            await http.get(f"{telegram.webhook}/{CHATS}?word={WORD}")


class Poisoned:
    """A bug that quotes what somebody wrote."""

    def command(self, text):
        raise ValueError(f"cannot understand {text!r}")

    route = command


async def answered_and_read(house, person):
    """A reply is written, sealed, and read with the code."""
    await person.begin("en")
    code = await person.report(f"{WORD} for an answer")
    await house.settled()
    (number,) = {
        case.hex() for (case,) in house.rows("SELECT id FROM cases WHERE language = 'en'")
    } & {case for case in house.queue() if f"{WORD} for an answer" in str(house.told(case))}
    await house.case("claim", number)
    await house.case("reply", number, "--safe-to-show", text=f"{REPLY}: come on Sunday")
    await person.choose("report.goodbye", "menu")
    await person.come_back(code)
    await person.choose("code.reply_waits", "yes")
    assert REPLY in plain(person.text)


async def planted(program, house, traces):
    """What the search finds after a careless programmer was at work; taken out again."""
    row = ("careless", f"{WORD} of {CHATS + 7}")

    def write(connection):
        connection.execute("CREATE TABLE careless (name TEXT, note TEXT, chat INTEGER)")
        connection.execute("INSERT INTO careless VALUES (?, ?, ?)", (*row, CHATS + 7))

    await program.database.write(write)
    traces = [trace for trace in traces if trace.what in {"a chat", "a word"}]
    seen = found_in_files(traces, house.data)
    assert {form for _, what, form in seen if what == "a chat"} >= {"utf-8", "big-endian"}
    await program.database.write(lambda connection: connection.execute("DROP TABLE careless"))
    return {what for _, what, _ in seen}


def assert_opens_with_the_key(house):
    """The other control: what was searched for really is in the sealed reports."""
    told = str(house.told())
    assert told.count(WORD) > 10
    assert ARABIC in told
    assert SECRET_WORD not in told
