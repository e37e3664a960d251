"""A process that logs as carelessly as can be: everything it says holds words nobody may read.

Started by the telemetry check, with the program's own logging at DEBUG; what comes out on stdout
and stderr must not hold any of it. `open` as an argument leaves the allow-list out (the fault).
"""

import asyncio
import gc
import logging
import sys
import threading
import warnings
from typing import Final

import structlog

from bot.app import compose, logs
from bot.errors import StoreError
from bot.prove import hooks
from bot.prove.known import ARABIC, CHATS, NAME, WORD, phone

SECRETS: Final = f"{WORD} {ARABIC} {NAME} {CHATS + 3} {phone(3)}"
LIBRARIES: Final = (
    "aiohttp.access", "aiohttp.client", "aiohttp.server", "aiosqlite", "asyncio", "httpcore",
    "httpx", "telegram", "telegram.Bot", "telegram.ext", "twilio", "twilio.async_http_client",
    "twilio.rest", "urllib3", "uvicorn", "uvicorn.access", "uvicorn.error", "pydantic", "structlog",
    "concurrent", "made.up.library",
)  # fmt: skip
LEVELS: Final = (10, 20, 30, 40, 50)
ERRORS: Final = (
    ValueError, KeyError, RuntimeError, OSError, TypeError, UnicodeError, StoreError, LookupError,
)  # fmt: skip


def main() -> None:
    """Everything that could carry words out of a process, one after the other."""
    hooks.log_everything()
    if "open" in sys.argv:
        _open_the_gates()
    compose.harden()
    said = sum(map(_through, LIBRARIES))
    raised = _through_our_own() + _uncaught()
    print(f"said {said} raised {raised}")  # noqa: T201 - the count for the table


def _open_the_gates() -> None:
    kept = [each for each in structlog.get_config()["processors"] if each != logs.deny_by_default]
    structlog.configure(processors=kept)


def _stumble(kind: type[Exception] = RuntimeError) -> None:
    raise kind(SECRETS)


def _through(name: str) -> int:
    """A library logs on every level, with and without a traceback."""
    logger, said = logging.getLogger(name), 0
    for level in LEVELS:
        logger.log(level, "words %s", SECRETS, extra={"who": SECRETS})
        try:
            _stumble()
        except RuntimeError:
            logger.log(level, "failed for %s", SECRETS, exc_info=True, stack_info=True)
        said += 2
    return said


def _through_our_own() -> int:
    """Forty exceptions under our own events, with the words in every place there is."""
    log, raised = structlog.get_logger(), 0
    for kind in ERRORS:
        for level in ("debug", "info", "warning", "error", "critical"):
            try:
                _stumble(kind)
            except kind as error:
                getattr(log, level)(
                    "turn_failed", exc_info=True, error=SECRETS, text=SECRETS, reason=repr(error),
                    count=1,
                )  # fmt: skip
                raised += 1
    return raised


class _Broken:
    def __del__(self) -> None:
        raise RuntimeError(SECRETS)


def _uncaught() -> int:
    """Where nobody catches: a thread, a finaliser, a task of the loop, a warning."""
    thread = threading.Thread(target=_stumble, name=SECRETS)
    thread.start()
    thread.join()
    _Broken()
    gc.collect()

    async def loop() -> None:
        async def fail() -> None:
            raise RuntimeError(SECRETS)

        tasks = [asyncio.create_task(fail(), name=SECRETS)]
        await asyncio.sleep(0.01)
        tasks.clear()
        gc.collect()
        asyncio.get_running_loop().call_soon(_stumble)
        await asyncio.sleep(0.01)

    asyncio.run(loop())
    warnings.warn(SECRETS, UserWarning, stacklevel=1)
    sys.excepthook(RuntimeError, RuntimeError(SECRETS), None)
    return 6


if __name__ == "__main__":
    main()
