"""Faults planted on purpose, one for each check: with it in place the check has to fail."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, Final

from bot.channels.telegram import webhook as telegram_webhook
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.updates import Heard
from bot.channels.whatsapp.signature import SignatureCheck
from bot.domain.message import Inbound, Reply
from bot.domain.visitor import Visitor
from bot.errors import StoreError
from bot.stores.epoch_files import EpochFiles
from bot.usecases.converse import Converse


def _writes_who_came() -> None:
    """A careless programmer prints who wrote, into the log."""
    answer = Converse.answer

    async def telling(self: Converse, visitor: Visitor, inbound: Inbound) -> Reply:
        print("came:", visitor.vid, file=sys.stderr, flush=True)  # noqa: T201 - the fault
        return await answer(self, visitor, inbound)

    _replace(Converse, "answer", telling)


def _keeps_keys() -> None:
    """Epoch keys are never destroyed."""
    _replace(EpochFiles, "_destroy", lambda _self, _epoch: None)


def _acknowledges_early() -> None:
    """Updates are confirmed before they are stored, as a queue in memory would do it."""
    take = Intake.take
    working: set[asyncio.Task[bool]] = set()

    async def hasty(self: Intake, heard: Heard) -> bool:
        async def later() -> bool:
            await asyncio.sleep(1.0)
            return await take(self, heard)

        task = asyncio.create_task(later())
        working.add(task)
        task.add_done_callback(working.discard)
        return True

    _replace(Intake, "take", hasty)


def _helps_only_with_a_database() -> None:
    """Without the database nobody is answered, not even with 911."""

    def silent(*_: object) -> None:
        raise StoreError("the database is down")

    _replace(Converse, "_without_store", silent)


class _TrustingHmac:
    @staticmethod
    def compare_digest(_one: object, _other: object) -> bool:
        return True


def _believes_everybody() -> None:
    """No webhook's secret or signature is looked at."""
    vars(telegram_webhook)["hmac"] = _TrustingHmac
    _replace(SignatureCheck, "right", lambda *_: True)


def _answers_slowly() -> None:
    """Every turn takes a second and a half."""
    answer = Converse.answer

    async def slow(self: Converse, visitor: Visitor, inbound: Inbound) -> Reply:
        await asyncio.sleep(1.5)
        return await answer(self, visitor, inbound)

    _replace(Converse, "answer", slow)


class StumblingError(Exception):
    """A bug that quotes what somebody wrote."""


POISON: Final = "zzpoisonzz"


def _stumbles_over_poison() -> None:
    """One text makes every turn fail (not a plant of a check: what a poison message needs)."""
    answer = Converse.answer

    async def stumble(self: Converse, visitor: Visitor, inbound: Inbound) -> Reply:
        if POISON in inbound.text:
            raise StumblingError(f"cannot understand {inbound.text!r}")
        return await answer(self, visitor, inbound)

    _replace(Converse, "answer", stumble)


def _replace(kind: type, name: str, work: Callable[..., Any]) -> None:
    setattr(kind, name, work)


PLANTS: Final[dict[str, Callable[[], None]]] = {
    "residue": _writes_who_came,
    "forgetting": _keeps_keys,
    "kill": _acknowledges_early,
    "faults": _helps_only_with_a_database,
    "attack": _believes_everybody,
    "load": _answers_slowly,
    "poison": _stumbles_over_poison,
}
