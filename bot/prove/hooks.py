"""What a check changes inside the started program: when it dies, its clock, its waits, its logs."""

import functools
import logging
import os
import resource
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any, Final

import structlog

from bot.app import compose, logs
from bot.app.simulate import CHEAP
from bot.channels.addresses import Addresses
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.pace import Pace
from bot.prove import plants
from bot.prove.clock import SteeredClock
from bot.prove.orders import SWIFT_ADDRESSES, Orders
from bot.usecases.receipts import Receipts

WRITING: Final = ("INSERT", "UPDATE", "DELETE", "REPLACE")
SWIFT: Final = Pace(
    first_wait=0.05,
    longest_wait=0.5,
    erase_inbound_after=0.1,
    erase_outbound_after=0.5,
    erase_waits=(0.2, 0.5, 1.0, 2.0, 5.0),
    reconcile_every=5.0,
    reconcile_soon=0.3,
    settle=0.5,
)


def apply(told: Orders) -> None:
    """Change this process as it was told."""
    if told.doom:
        die_at_commit(told.doom, before=told.before)
    if told.clock:
        clock = SteeredClock(Path(told.clock))
        vars(compose)["SystemClock"] = lambda: clock
    if told.quick_codes:
        vars(compose)["Receipts"] = functools.partial(Receipts, cost=CHEAP)
    if told.swift:
        _defaults(Addresses)["seconds"] = SWIFT_ADDRESSES
        _defaults(WhatsAppChannel)["pace"] = SWIFT
    if told.file_limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (told.file_limit, told.file_limit))
    if told.plant:
        plants.PLANTS[told.plant]()


def _defaults(kind: type) -> "_Defaults":
    return _Defaults(kind)


class _Defaults:
    """The default values of a class's constructor, by name."""

    def __init__(self, kind: type) -> None:
        self._made: Any = kind.__init__  # type: ignore[misc]  # looked at, not called

    def __setitem__(self, name: str, value: object) -> None:
        if name in (self._made.__kwdefaults__ or {}):
            self._made.__kwdefaults__[name] = value
            return
        names = self._made.__code__.co_varnames[: self._made.__code__.co_argcount]
        kept = list(self._made.__defaults__)
        kept[names[-len(kept) :].index(name)] = value
        self._made.__defaults__ = tuple(kept)


def die_at_commit(number: int, *, before: bool) -> None:
    """SIGKILL this process at its n-th commit that changes something, just before or just after."""

    class Doomed(sqlite3.Connection):
        commits = 0
        changed = 0

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if not self.in_transaction and sql.startswith(WRITING) and "RETURNING" not in sql:
                # A statement that is a transaction by itself: taken apart, to die in between.
                self.changed = self.total_changes
                super().execute("BEGIN IMMEDIATE")
                try:
                    done = super().execute(sql, *values)
                except BaseException:
                    super().execute("ROLLBACK")
                    raise
                self.execute("COMMIT")
                return done
            if sql.startswith("BEGIN"):
                self.changed = self.total_changes
            if sql != "COMMIT" or self.total_changes == self.changed:
                return super().execute(sql, *values)
            self.commits += 1
            if before and self.commits == number:
                os.kill(os.getpid(), signal.SIGKILL)
            done = super().execute(sql, *values)
            if self.commits == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

    vars(sqlite3)["connect"] = functools.partial(sqlite3.connect, factory=Doomed)


def log_everything() -> None:
    """Log as the program does, at DEBUG, with every library's logger open as far as it goes."""
    logs.configure(logging.DEBUG)
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    for handler in root.handlers:
        handler.setLevel(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
