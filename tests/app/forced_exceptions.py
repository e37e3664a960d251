"""Run as a program: makes every library and every hook of Python complain about a person, at DEBUG.

Prints, on standard output, one line for each thing that was forced. What is heard on standard error
is judged by tests/app/test_logs_forced.py. With the argument `bare` our logging is not set up.
"""

import asyncio
import contextlib
import gc
import logging
import socket
import sys
import threading
import warnings

NUMBER = "+9647000000001"
TOKEN = "123456789:AAinventedTokenOfNobodyAtAll-00000000"
WORDS = "quibzanor hits me"
CANARIES = (NUMBER, NUMBER[1:], TOKEN, TOKEN[10:], WORDS, "quibzanor")


class LeakError(Exception):
    """An error of a careless library."""

    def __init__(self):
        super().__init__(f"cannot send {WORDS!r} to {NUMBER} with {TOKEN}")


class Telling:
    """An object whose repr tells."""

    def __repr__(self):
        return f"<{NUMBER} {WORDS}>"


class Finished:
    def __del__(self):
        raise LeakError


class Broken(logging.Handler):
    """A handler that stumbles over its record, as one with a wrong format string does."""

    def emit(self, record):
        try:
            raised()
        except LeakError:
            self.handleError(record)


def forced(what):
    print(what, flush=True)


def raised():
    number, words, token = NUMBER, WORDS, TOKEN
    raise LeakError from ValueError(f"{number} {words} {token}")


def loggers():
    """Every logger that the program's imports made, and those that libraries make later."""
    late = (
        "httpx", "httpcore.http11", "urllib3.connectionpool", "uvicorn.access", "uvicorn.error",
        "multipart.multipart", "aiohttp.access", "concurrent.futures", "a.library.of.tomorrow",
    )  # fmt: skip
    return sorted({*logging.root.manager.loggerDict, *late})


def complain(name):
    """One library says everything it knows, at every level, with a traceback and its locals."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    try:
        raised()
    except LeakError:
        logger.exception("failed for %s", NUMBER)
        logger.debug("POST https://api.invalid/bot%s %r", TOKEN, Telling(), exc_info=True)
        logger.critical(f"{WORDS}", stack_info=True, extra={"to": NUMBER})  # noqa: G004
        logger.error({"text": WORDS, "to": NUMBER})  # noqa: TRY400
        logger.warning("bad format %d %s", WORDS)  # noqa: PLE1206
    forced(f"logger {name}")


def hooks():
    """What Python itself prints when nobody catches."""
    thread = threading.Thread(target=raised)
    thread.start()
    thread.join()
    forced("hook thread")
    Finished()
    gc.collect()
    forced("hook finaliser")
    warnings.warn(f"{WORDS} {NUMBER}", stacklevel=1)
    forced("hook warning")
    sys.excepthook(*_caught())
    forced("hook excepthook")
    broken = Broken()
    logging.getLogger("a.library").addHandler(broken)
    logging.getLogger("a.library").error("failed for %s", NUMBER)
    logging.getLogger("a.library").removeHandler(broken)
    forced("hook broken handler")


def _caught():
    try:
        raised()
    except LeakError:
        return sys.exc_info()


def own_logger():
    """Our own log calls, used as carelessly as can be."""
    import structlog

    log = structlog.get_logger()
    try:
        raised()
    except LeakError:
        log.exception("job_failed", name=NUMBER, text=WORDS)
        log.error("job_failed", exc_info=True, kind=Telling())  # noqa: G201
        log.warning("job_failed %s", NUMBER, reason=f"see {TOKEN}")
        log.warning(f"job_failed for {WORDS}", reason="خايفة منه")  # noqa: G004
    log.info("job_failed", error=LeakError(), address=[NUMBER], status=b"+9647000000001")
    forced("own structlog")


async def tasks():
    """A task nobody awaits, a callback that fails, a context that is dropped."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0

    async def fails(number, words):
        raised()

    task = loop.create_task(fails(NUMBER, WORDS), name=f"for {NUMBER}")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    forced("asyncio task")
    loop.call_soon(raised)
    await asyncio.sleep(0.01)
    forced("asyncio callback")
    loop.call_exception_handler({"message": WORDS, "exception": LeakError(), "who": NUMBER})
    forced("asyncio handler")


async def libraries():
    """The real ones, failing in their own words."""
    import aiohttp
    import aiosqlite
    import telegram
    from telegram.request import HTTPXRequest

    with contextlib.suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:9/bot{TOKEN}"):
            pass
    forced("library aiohttp")
    bot = telegram.Bot(TOKEN, base_url="http://127.0.0.1:9/bot", request=HTTPXRequest())
    for chat in (NUMBER, 9647000000001):
        with contextlib.suppress(telegram.error.TelegramError):
            await bot.send_message(chat, WORDS)
    forced("library telegram")
    async with aiosqlite.connect(":memory:") as database:
        await database.execute("CREATE TABLE t (a)")
        await database.execute("INSERT INTO t VALUES (?)", (f"{NUMBER} {WORDS}",))
        with contextlib.suppress(aiosqlite.Error):
            await database.execute("INSERT INTO nowhere VALUES (?)", (NUMBER,))
    forced("library aiosqlite")
    await asyncio.to_thread(_twilio)
    forced("library twilio")
    await _web()


def _twilio():
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    client = Client("AC" + "0" * 32, TOKEN, http_client=TwilioHttpClient(timeout=1))
    client.http_client.session.proxies = {"https": "http://127.0.0.1:9"}
    with contextlib.suppress(Exception):
        client.messages.create(to=f"whatsapp:{NUMBER}", from_="whatsapp:+1", body=WORDS)


async def _web():
    """A page that fails, and a request that is no HTTP."""
    import aiohttp
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Route

    def page(_):
        raised()

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=[Route("/", page)]), log_config=None, lifespan="off")
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        address = f"http://127.0.0.1:{port}/?to={NUMBER}&text={WORDS}"
        async with aiohttp.ClientSession() as http, http.get(address) as answer:
            await answer.read()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{WORDS} {NUMBER}\r\n\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
        server.should_exit = True
        await serving
    forced("library starlette")
    forced("library uvicorn")


def main():
    import bot.app.compose
    import bot.channels.telegram
    import bot.channels.whatsapp
    from bot.app import logs

    assert bot.app.compose
    if sys.argv[1:] == ["bare"]:
        logging.basicConfig(level=logging.DEBUG)
    else:
        logs.configure(logging.DEBUG)
    for name in loggers():
        complain(name)
    hooks()
    own_logger()
    asyncio.run(tasks())
    asyncio.run(libraries())
    forced("everything")


if __name__ == "__main__":
    main()
