"""Receipt codes ready to be given: the slow derivation happens before, or after, never while.

A code is random and belongs to nobody until it is shown, so its mailbox can be derived ahead of
time. When more reports come than codes are ready, or a secret word makes the mailbox personal,
the code is stored with the case, sealed under the epoch key, until its derivation is done; that
takes seconds, and the case itself is in the queue already (deploy/decisions/0004).
"""

import asyncio
import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

from bot.errors import OpenError, StoreError
from bot.ports.cases import MailboxStore
from bot.ports.runtime import Entropy, Epochs
from bot.ports.stores import Mailbox
from bot.sealing import epochs as sealed_by_epoch
from bot.sealing import receipt
from bot.sealing.receipt import COST, Cost, Derived

_log = structlog.get_logger()
Result = TypeVar("Result")

READY: Final = 16
"""Codes kept ready."""
LOWEST_PRIORITY: Final = 19
LOOK_AGAIN: Final = 2.0
"""Seconds until staged codes are looked for again, whatever happened."""
AT_ONCE: Final = 4
"""Derivations done without a rest: an ordinary day never waits."""
REST: Final = 9
"""Rest after a further one, as a multiple of its time: a flood may not take the machine."""
NONCE_BYTES: Final = 12
SEPARATOR: Final = "\n"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A code for one person, with its mailbox or with what is stored until that is derived."""

    code: str = field(repr=False)
    mailbox: Mailbox | None = None
    staged: bytes = field(default=b"", repr=False)


class Receipts:
    """Gives codes and derives mailboxes; the slow work runs on one thread of lowest priority."""

    def __init__(
        self, *, salt: bytes, pepper: bytes, entropy: Entropy, epochs: Epochs, cost: Cost = COST
    ) -> None:
        self._salt = salt
        self._pepper = pepper
        self._entropy = entropy
        self._epochs = epochs
        self._cost = cost
        self._ready: deque[Receipt] = deque()
        self._background = ThreadPoolExecutor(1, "derive", initializer=_lowest_priority)
        self._person = ThreadPoolExecutor(1, "look-up")
        self._work = asyncio.Event()

    def take(self, case: bytes, secret_word: str) -> Receipt:
        """A code for a case that is about to be stored; never waits."""
        self._work.set()
        if not secret_word and self._ready:
            return self._ready.popleft()
        code = self._new_code()
        _, key = self._epochs.current()
        nonce = self._entropy.random_bytes(NONCE_BYTES)
        plain = f"{code}{SEPARATOR}{secret_word}".encode()
        return Receipt(code, staged=sealed_by_epoch.seal_staged(key, case, plain, nonce))

    async def derive(self, code: str, secret_word: str) -> Derived:
        """The mailbox of a typed code (some 200 ms, one at a time: guessing gains nothing)."""
        return await self._run(self._person, lambda: self._derive(code, secret_word))

    async def work(self, mailboxes: MailboxStore) -> None:
        """For ever: settle what is staged, then fill up what is ready."""
        while True:
            try:
                await self.settle(mailboxes)
            except StoreError:
                _log.error("receipts_not_settled")
                await asyncio.sleep(5)
                continue
            if len(self._ready) < READY:
                await self._prepare()
                continue
            # Woken by `take`, which runs before its case is committed: so look again soon anyway.
            self._work.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), LOOK_AGAIN)

    async def settle(self, mailboxes: MailboxStore) -> int:
        """Derive every staged code; how many were settled."""
        waiting = await mailboxes.staged()
        for number, staged in enumerate(waiting, start=1):
            plain = self._open(staged.case, staged.code)
            if plain is None:
                # Its epoch key is gone (a power cut within seconds of the report): the report is
                # safe in the queue, only the way back is lost. Nothing could be done with the row.
                _log.error("receipt_unrecoverable")
                await mailboxes.abandon(staged.case)
                continue
            began = time.monotonic()
            code, _, word = plain.partition(SEPARATOR)
            await mailboxes.settle(staged.case, await self._mailbox_of(code, word))
            if number > AT_ONCE:
                await asyncio.sleep(REST * (time.monotonic() - began))
        return len(waiting)

    async def settle_now(
        self, code: str, word: str, derived: Derived, mailboxes: MailboxStore
    ) -> bool:
        """Settle the one staged code that has just been typed; False when it is none of them."""
        for staged in await mailboxes.staged():
            if self._open(staged.case, staged.code) == f"{code}{SEPARATOR}{word}":
                return await mailboxes.settle(staged.case, _mailbox(derived))
        return False

    def close(self) -> None:
        """Let the threads end."""
        self._background.shutdown(wait=False, cancel_futures=True)
        self._person.shutdown(wait=False, cancel_futures=True)

    async def _prepare(self) -> None:
        began = time.monotonic()
        code = self._new_code()
        self._ready.append(Receipt(code, await self._mailbox_of(code, "")))
        if len(self._ready) > AT_ONCE:
            await asyncio.sleep(time.monotonic() - began)

    async def _mailbox_of(self, code: str, word: str) -> Mailbox:
        return await self._run(self._background, lambda: _mailbox(self._derive(code, word)))

    def _new_code(self) -> str:
        return receipt.new_code(self._entropy.random_bytes(receipt.ENTROPY_SIZE))

    def _open(self, case: bytes, sealed: bytes) -> str | None:
        for _, key in self._epochs.living():
            try:
                return sealed_by_epoch.open_staged(key, case, sealed).decode()
            except OpenError:
                continue
        return None

    def _derive(self, code: str, word: str) -> Derived:
        return receipt.derive(code, word, self._salt, self._pepper, self._cost)

    @staticmethod
    async def _run(executor: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(executor, work)


def _mailbox(derived: Derived) -> Mailbox:
    recipient = receipt.mailbox_recipient(derived.seed)
    return Mailbox(derived.tag, recipient.public)


def _lowest_priority() -> None:
    """Linux gives each thread a priority of its own: a turn never waits for a derivation."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_PRIORITY)
    except (AttributeError, OSError):
        _log.warning("priority_not_lowered")
