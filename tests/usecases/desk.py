"""An invented case at a caseworker's desk, with notes sealed as a browser would."""

import hashlib

from bot.domain.case import Act
from bot.ports.cases import NewNote
from bot.ports.stores import Mailbox
from bot.sealing import keys
from bot.sealing.envelope import Header
from bot.sealing.signed import seal_note
from bot.stores.memory_cases import MemoryCases
from bot.usecases.case_file import AtCase
from bot.usecases.claim import claim_case
from bot.usecases.hand_off import prepare_case
from tests.fakes.caseworkers import (
    MONDAY_NOON as NOW,
)
from tests.fakes.caseworkers import CountingEntropy, roster, seed_of, trusted

TAG = b"tag for a person"
SEED = hashlib.sha256(b"the mailbox of a code").digest()
BOX = Mailbox(TAG, keys.recipient_of(SEED).public)
PEOPLE = {each.handle: each for each in roster().members}
ANSWERS = {"consent_services": "yes", "topics": ["dv"], "danger_now": "no", "narrative": "SAMPLE"}


def case_for(answers=None, roster_=None, **named):
    defaults = {
        "language": "ar", "channel": "telegram", "now": NOW, "roster": roster_ or trusted(),
        "entropy": CountingEntropy(), "mailbox": BOX,
    }  # fmt: skip
    return prepare_case({**ANSWERS, **(answers or {})}, **{**defaults, **named})


class Desk:
    """One case in a store; `at` is how somebody stands before it now."""

    def __init__(self, store, case, roster_=None):
        self.store = store
        self.case = case
        self.roster = roster_ or trusted()
        self.now = NOW

    @classmethod
    async def filed(cls, answers=None, roster_=None):
        store = MemoryCases()
        new = case_for(answers, roster_)
        store.insert_case(new)
        return cls(store, new.case, roster_)

    @classmethod
    async def claimed(cls, handle="amal", answers=None, roster_=None):
        desk = await cls.filed(answers, roster_)
        await claim_case(desk.store, await desk.row(), PEOPLE[handle], NOW)
        return desk

    async def row(self):
        return await self.store.row(self.case)

    async def at(self, handle="amal"):
        return AtCase(self.store, await self.row(), PEOPLE[handle], self.roster, self.now)

    async def note(self, kind="note", author="amal", **changes):
        """A note as the author's browser seals it."""
        number = changes.pop("number", len(await self.store.notes(self.case)) + 1)
        recipients = changes.pop("recipients", self.roster.recipients)
        header = Header(
            kind="note",
            case=self.case,
            seq=number,
            prev=(await self.store.entries(self.case))[0].anchor,
            roster=self.roster.version,
            hour=NOW // 3600,
            lang="ar",
            schema=1,
        )
        body = {"what": kind, "by": author, "text": f"SAMPLE {kind}"}
        sealed = seal_note(header, body, recipients, seed_of("sign " + author))
        return NewNote(
            **{
                "number": number,
                "kind": kind,
                "hour": NOW // 3600,
                "author": author,
                "sealed_for": self.roster.version,
                "sealed": sealed,
                **changes,
            }
        )

    async def acts(self) -> list[Act]:
        return [entry.note.act for entry in await self.store.audit()]
