"""Whatever staff, the person and the clock do, a case has one owner or a running clock."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.audit import first_broken
from bot.domain.case import CLOSING_REASONS, DONE, OWNED, QUEUED, STATES
from bot.domain.retention import Retention
from bot.domain.roster import Roster
from bot.errors import CaseError
from bot.ports.cases import NewLetter, NewNote
from bot.ports.casework import View
from bot.ports.stores import Mailbox, NewCase, NewEntry
from bot.sealing import age, keys
from bot.stores.memory_cases import MemoryCases
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case
from bot.usecases.add_note import add_note
from bot.usecases.case_file import AtCase
from bot.usecases.change_urgency import (
    agree_lowering,
    lower_urgency,
    raise_urgency,
    refuse_lowering,
)
from bot.usecases.claim import claim_case, claim_next, hand_back
from bot.usecases.close_case import close_case, close_with_note
from bot.usecases.deliver_letter import deliver_letter, withdraw_letter
from bot.usecases.destroy_expired import destroy_expired
from bot.usecases.escalate import Escalate
from bot.usecases.escalate_case import escalate_case
from bot.usecases.hand_over import hand_over
from bot.usecases.mark_duplicate import mark_duplicate
from bot.usecases.refer import refer
from bot.usecases.reopen import reopen
from bot.usecases.trust_roster import KnownRosters, sign_roster
from tests.fakes.caseworkers import ADMIN_SEED, ADMINS, Pager, roster, seed_of, trusted
from tests.fakes.caseworkers import MONDAY_NOON as START

PEOPLE = {each.handle: each for each in roster().members}
OPENERS = [each.handle for each in roster().openers()]
KNOWN = KnownRosters({1: sign_roster(roster(1), ADMIN_SEED)}, ADMINS)
# From outside one sealed file looks like another: who opens it is not this test's question.
SEALED_NOTE = age.seal(b"SAMPLE", trusted().recipients)
SEALED_LETTER = age.seal(b"SAMPLE", [keys.recipient_of(seed_of("a person"))])
SHIFT = (60, 900, 7_300, 90_000, 700_000, 20_000_000)
members = st.sampled_from(sorted(PEOPLE))
levels = st.integers(0, 3)


@dataclass
class Twin:
    """The same acts on the reference and on the database; both must answer the same."""

    memory: MemoryCases
    disk: SqliteCases
    database: Database

    async def both(self, act: Any) -> Any:
        told = [await self._one(act, store) for store in (self.memory, self.disk)]
        assert told[0] == told[1]
        return told[0]

    async def _one(self, act: Any, store: MemoryCases | SqliteCases) -> Any:
        try:
            return await act(store)
        except CaseError as error:
            return error.reason


class Casework(RuleBasedStateMachine):
    """One organisation's queue under any order of acts."""

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.now = START
        self.roster: Roster = roster()
        self.filed = 0

    @initialize()
    def open(self) -> None:
        database = self.run(Database.open(Path(self.folder.name) / "cases.sqlite"))
        self.twin = Twin(MemoryCases(), SqliteCases(database), database)

    def teardown(self) -> None:
        self.run(self.twin.database.close())
        self.loop.close()
        self.folder.cleanup()

    def run(self, awaitable: Any) -> Any:
        return self.loop.run_until_complete(awaitable)

    def act(self, act: Any) -> Any:
        return self.run(self.twin.both(act))

    # ------------------------------------------------------------------ the person
    @rule(target=cases, urgency=levels, woman=st.booleans())
    def submit(self, urgency: int, *, woman: bool) -> bytes:
        self.filed += 1
        case = self.filed.to_bytes(16, "big")
        new = NewCase(
            case=case, sealed=b"SAMPLE %d" % self.filed, urgency=urgency, language="ar",
            hour=self.now // 3600, wants_woman=woman, child_trained=False, due=self.now,
            mailbox=Mailbox(b"tag" + case, b"recipient"), sealed_for=1,
        )  # fmt: skip
        self.twin.memory.insert_case(new)
        self.run(self.twin.database.write(lambda connection: insert_case(connection, new)))
        return case

    @rule(case=cases)
    def add(self, case: bytes) -> None:
        entry = NewEntry(case, b"SAMPLE more", self.now // 3600, 1)
        self.act(lambda store: store.add_entry(entry))

    @rule(case=cases, number=st.integers(1, 3))
    def read(self, case: bytes, number: int) -> None:
        self.act(lambda store: store.mark_read(b"tag" + case, number))

    @rule(case=cases)
    def withdraw(self, case: bytes) -> None:
        self.act(lambda store: store.withdraw(b"tag" + case, self.now // 3600))

    # ------------------------------------------------------------------ staff
    @rule(case=cases, handle=members, anyway=st.booleans())
    def claim(self, case: bytes, handle: str, *, anyway: bool) -> None:
        async def act(store: Any) -> Any:
            at = await self._at(store, case, handle)
            return at and await claim_case(store, at.row, at.member, self.now, anyway=anyway)

        self.act(act)

    @rule(handle=members)
    def claim_what_comes(self, handle: str) -> None:
        if self.roster.member(handle) is not None:
            self.act(lambda store: claim_next(store, PEOPLE[handle], self.now))

    @rule(
        case=cases,
        handle=members,
        name=st.sampled_from(
            [
                "hand_back", "note", "reply", "refer", "escalate", "close", "close_with_note",
                "duplicate", "reopen", "agree", "refuse", "take_back",
            ]
        ),
    )  # fmt: skip
    def step(self, case: bytes, handle: str, name: str) -> None:
        self.act(lambda store: self._step(store, case, handle, name))

    @rule(case=cases, handle=members, to=members)
    def hand_over(self, case: bytes, handle: str, to: str) -> None:
        async def act(store: Any) -> Any:
            at = await self._at(store, case, handle)
            # Somebody who left cannot be handed a case: the roster in force names nobody else.
            if at and to in [each.handle for each in self.roster.openers()]:
                await hand_over(at, to, KNOWN)

        self.act(act)

    @rule(case=cases, handle=members, level=levels, down=st.booleans())
    def change_urgency(self, case: bytes, handle: str, level: int, *, down: bool) -> None:
        async def act(store: Any) -> Any:
            at = await self._at(store, case, handle)
            if at is None:
                return None
            if down:
                return await lower_urgency(at, level, await self._note(at, "lowering"))
            return await raise_urgency(at, level)

        self.act(act)

    # ------------------------------------------------------------------ clock and roster
    @rule(seconds=st.sampled_from(SHIFT), alarmed=st.booleans())
    def time_passes(self, seconds: int, *, alarmed: bool) -> None:
        self.now += seconds
        self._tick(alarmed=alarmed)

    @rule(gone=st.sets(st.sampled_from(OPENERS), max_size=len(OPENERS) - 1))
    def next_roster(self, gone: set[str]) -> None:
        staying = tuple(each for each in roster().members if each.handle not in gone)
        self.roster = Roster(version=1, members=staying)
        self._tick(alarmed=True)

    @rule()
    def destroy(self) -> None:
        self.act(lambda store: destroy_expired(store, Retention(30), self.now))

    # ------------------------------------------------------------------ what always holds
    @invariant()
    def one_owner_or_a_running_clock(self) -> None:
        openers = {each.handle for each in self.roster.openers()}
        for shown in self._shown(self.twin.disk):
            row = shown.row
            if row.state in QUEUED:
                assert (row.owner, row.lease) == ("", 0)
                assert shown.due > 0
            else:
                assert shown.due == 0
            if row.state in OWNED:
                assert row.owner in openers
                assert row.lease > 0
            if row.state in DONE:
                assert row.lease == 0

    @invariant()
    def memory_and_disk_are_alike(self) -> None:
        if self.filed:
            assert self._shown(self.twin.memory) == self._shown(self.twin.disk)
            assert self.act(lambda store: store.rows(STATES)) is not None
            assert self.act(lambda store: store.lowerings()) is not None
            entries = self.act(lambda store: store.audit())
            assert first_broken(entries) is None

    # ------------------------------------------------------------------
    def _shown(self, store: Any) -> list[Any]:
        views = [View("waiting"), View("owned"), View("done")]
        pages = [self.run(store.queue_page(view, None, 10_000)) for view in views]
        return [shown for page in pages for shown in page]

    def _tick(self, *, alarmed: bool) -> None:
        pager = Pager(broken=not alarmed)
        self.act(lambda store: Escalate(store, [pager]).step(self.roster, self.now))

    async def _at(self, store: Any, case: bytes, handle: str) -> AtCase | None:
        row = await store.row(case)
        # Who is in no roster in force stands before no case.
        if row is None or self.roster.member(handle) is None:
            return None
        return AtCase(store, row, PEOPLE[handle], trusted(), self.now)

    async def _note(self, at: AtCase, kind: Any) -> NewNote:
        number = len(await at.store.notes(at.row.case)) + 1
        return NewNote(number, kind, self.now // 3600, at.member.handle, 1, SEALED_NOTE)

    async def _step(self, store: Any, case: bytes, handle: str, name: str) -> Any:
        at = await self._at(store, case, handle)
        if at is None:
            return None
        reason = next(iter(CLOSING_REASONS))
        letters = len(await store.letters(case))
        letter = NewLetter(letters + 1, SEALED_LETTER, self.now // 3600, safe=True)
        note = await self._note(at, "note")
        steps = {
            "hand_back": lambda: hand_back(store, at.row, at.member, self.now),
            "note": lambda: add_note(at, note),
            "reply": lambda: deliver_letter(at, letter, sent=note),
            "refer": lambda: refer(at, note),
            "escalate": lambda: escalate_case(at, note),
            "close": lambda: close_case(store, at.row, at.member, reason, self.now),
            "close_with_note": lambda: close_with_note(at, reason, note),
            "duplicate": lambda: mark_duplicate(at, note),
            "reopen": lambda: reopen(at),
            "agree": lambda: agree_lowering(at),
            "refuse": lambda: refuse_lowering(at),
            "take_back": lambda: withdraw_letter(at, letters),
        }
        return await steps[name]()


Casework.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestCasework = Casework.TestCase
