import asyncio
import hashlib
import sqlite3
from dataclasses import replace

import pytest

from bot.domain.audit import Note, first_broken
from bot.domain.case import STATES
from bot.errors import StoreError
from bot.ports.cases import AuditQuery, Expiry, Move, NewLetter
from bot.ports.stores import Mailbox, NewEntry
from bot.stores import sqlite_ledger
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case
from tests.fakes.caseworkers import MONDAY_NOON as NOW
from tests.stores.shelf import ANYBODY, HOUR, LEASES, case_of, claim, note, number, tag_of


async def test_a_new_case_waits_with_its_clock_mailbox_and_report(shelf):
    """What was handed over is there at once: row, sealed report, mailbox, running clock, audit."""
    await shelf.put(case_of(1, wants_woman=True))
    row = await shelf.row(number(1))
    assert (row.state, row.owner, row.wants_woman, row.entries) == ("new", "", True, 1)
    (entry,) = await shelf.store.entries(number(1))
    assert (entry.number, entry.sealed) == (0, b"sealed report 1")
    assert await shelf.store.mailbox(number(1)) == Mailbox(tag_of(1), b"recipient 1")
    assert await shelf.store.next_due() == NOW
    (written,) = await shelf.store.audit()
    assert written.note == Note(HOUR, "-", "submit", number(1))


async def test_the_same_case_never_enters_twice(shelf):
    """A case or a mailbox that is there already is refused, and nothing of it is kept."""
    await shelf.put(case_of(1))
    for twice in (case_of(1, mailbox=None), case_of(2, mailbox=Mailbox(tag_of(1), b"x"))):
        with pytest.raises((StoreError, sqlite3.IntegrityError)):
            await shelf.put(twice)
    assert len(await shelf.store.rows(STATES)) == 1
    assert len(await shelf.store.audit()) == 1


async def test_the_queue_shows_the_most_urgent_first_then_the_oldest(shelf):
    """Order is urgency, then age; states that were not asked for do not show."""
    await shelf.put(case_of(1, urgency=3, hour=HOUR - 9))
    await shelf.put(case_of(2, urgency=1))
    await shelf.put(case_of(3, urgency=1, hour=HOUR - 1))
    rows = await shelf.store.rows(ANYBODY)
    assert [row.case for row in rows] == [number(3), number(2), number(1)]
    assert await shelf.store.rows(ANYBODY, limit=2) == rows[:2]
    assert await shelf.store.rows(("closed",)) == ()


async def test_a_claim_gives_one_owner_a_lease_and_stops_the_clock(shelf):
    """Who claims owns the case until the lease ends, and nobody is paged for it any more."""
    await shelf.put(case_of(1, urgency=0))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    assert (row.state, row.owner, row.lease) == ("claimed", "amal", LEASES[0])
    assert row == await shelf.row(number(1))
    assert await shelf.store.take_due(NOW + 10**6, NOW + 10**7) == ()
    assert await shelf.store.claim(claim("bahar", case=number(1))) is None
    assert await shelf.store.claim(claim("bahar")) is None


async def test_the_next_case_is_one_that_fits(shelf):
    """Without naming a case, one gets the most urgent that asks for nothing one is not."""
    await shelf.put(case_of(1, urgency=0, wants_woman=True))
    await shelf.put(case_of(2, urgency=1, child_trained=True))
    await shelf.put(case_of(3, urgency=2, language="kmr"))
    await shelf.put(case_of(4, urgency=3))
    plain = claim("bahar", woman=False, child_trained=False, languages=("ar", "en"))
    assert (await shelf.store.claim(plain)).case == number(4)
    assert await shelf.store.claim(plain) is None
    assert (await shelf.store.claim(claim("amal"))).case == number(1)


async def test_eight_claimers_share_five_hundred_cases_without_a_clash(shelf):
    """Each of 500 cases gets exactly one owner, however many reach for it at once."""
    for count in range(500):
        await shelf.put(case_of(count, urgency=count % 4))
    taken = {}

    async def work(actor):
        while (row := await shelf.store.claim(claim(actor))) is not None:
            assert row.case not in taken
            taken[row.case] = actor
            await asyncio.sleep(0)

    await asyncio.gather(*(work(f"worker-{count}") for count in range(8)))
    assert len(taken) == 500
    rows = await shelf.store.rows(("claimed",))
    assert {row.case: row.owner for row in rows} == taken
    assert first_broken(await shelf.store.audit()) is None


async def test_eight_hands_on_one_case_leave_one_owner(shelf):
    """Of eight who claim the same case at the same moment, one gets it."""
    await shelf.put(case_of(1))
    claims = [shelf.store.claim(claim(f"worker-{count}", case=number(1))) for count in range(8)]
    got = [row for row in await asyncio.gather(*claims) if row is not None]
    assert len(got) == 1
    assert (await shelf.row(number(1))).owner == got[0].owner


async def test_a_step_is_taken_only_from_the_row_that_was_read(shelf):
    """If a case changed since it was read, the step changes nothing and says so."""
    await shelf.put(case_of(1))
    fresh = await shelf.row(number(1))
    taken = await shelf.store.claim(claim("amal", case=number(1)))
    close = Move(
        taken, "closed", note(act="close"), owner="amal", closing="left_area", done_hour=HOUR
    )
    assert not await shelf.store.move(replace(close, before=fresh))
    assert not await shelf.store.move(replace(close, before=replace(taken, lease=taken.lease - 1)))
    assert await shelf.store.move(close)
    row = await shelf.row(number(1))
    assert (row.state, row.closing, row.lease, row.done_hour) == ("closed", "left_area", 0, HOUR)
    assert [entry.note.act for entry in await shelf.store.audit()] == ["submit", "claim", "close"]


async def test_a_case_given_back_starts_its_clock_at_the_first_rung(shelf):
    """Back in the queue, a case calls from the beginning."""
    await shelf.put(case_of(1))
    taken = await shelf.store.claim(claim("amal", case=number(1)))
    assert await shelf.store.move(Move(taken, "returned", note(act="hand_back"), due=NOW + 5))
    (ringing,) = await shelf.store.take_due(NOW + 5, NOW + 65)
    assert (ringing.rung, ringing.due) == (0, NOW + 5)


async def test_a_letter_arrives_with_the_step_and_only_as_the_next(shelf):
    """A reply and the step into contact are one; a letter for another place is refused whole."""
    await shelf.put(case_of(1))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    letter = NewLetter(number=1, sealed=b"sealed letter", hour=HOUR, safe=True)
    contact = Move(row, "in_contact", note(act="contact"), "amal", NOW + 9, letter=letter)
    assert not await shelf.store.move(replace(contact, letter=replace(letter, number=2)))
    assert (await shelf.row(number(1))).state == "claimed"
    assert await shelf.store.move(contact)
    view = await shelf.store.look(tag_of(1))
    assert (view.state, view.waiting) == ("in_contact", 1)
    assert view.letters[0].sealed == b"sealed letter"


async def test_a_letter_that_is_not_safe_is_never_shown(shelf):
    """What the writer did not mark as safe stays out of sight and cannot be marked read."""
    await shelf.put(case_of(1))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    letter = NewLetter(number=1, sealed=b"sealed letter", hour=HOUR, safe=False)
    await shelf.store.move(Move(row, "in_contact", note(), "amal", NOW + 9, letter=letter))
    assert (await shelf.store.look(tag_of(1))).letters == ()
    assert not await shelf.store.mark_read(tag_of(1), 1)
    assert len(await shelf.store.letters(number(1))) == 1


async def test_a_letter_is_read_once_and_taken_back_only_before(shelf):
    """Waiting becomes read once; a taken-back letter loses its content and never shows."""
    await shelf.put(case_of(1))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    for count in (1, 2):
        letter = NewLetter(number=count, sealed=b"sealed", hour=HOUR, safe=True)
        await shelf.store.move(Move(row, "in_contact", note(), "amal", NOW + count, letter=letter))
        row = await shelf.row(number(1))
    assert await shelf.store.mark_read(tag_of(1), 1)
    assert not await shelf.store.mark_read(tag_of(1), 1)
    assert not await shelf.store.withdraw_letter(number(1), 1, note(act="take_back"))
    assert await shelf.store.withdraw_letter(number(1), 2, note(act="take_back"))
    assert not await shelf.store.mark_read(tag_of(1), 2)
    assert [letter.state for letter in (await shelf.store.look(tag_of(1))).letters] == ["read"]
    assert (await shelf.store.letters(number(1)))[1].sealed == b""


async def test_an_addition_is_news_until_the_owner_opens_the_case(shelf):
    """What a person adds is kept in order and shows as news until it was opened."""
    await shelf.put(case_of(1))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    assert await shelf.add(NewEntry(number(1), b"first", HOUR))
    assert await shelf.store.add_entry(NewEntry(number(1), b"second", HOUR))
    assert [entry.sealed for entry in await shelf.store.entries(number(1))][1:] == [
        b"first", b"second",
    ]  # fmt: skip
    row = await shelf.row(number(1))
    assert (row.news, row.entries) == (True, 3)
    assert not await shelf.store.opened(replace(row, owner="bahar"), note("bahar", "open"))
    assert await shelf.store.opened(row, note(act="open", case=number(1)))
    assert not (await shelf.row(number(1))).news


async def test_the_mailbox_names_the_sealed_report(shelf):
    """An addition can be bound to exactly the report it follows."""
    await shelf.put(case_of(1))
    view = await shelf.store.look(tag_of(1))
    assert view.anchor == hashlib.sha256(b"sealed report 1").digest()
    assert (view.case, view.entries) == (number(1), 1)


async def test_nothing_is_added_to_what_is_closed_or_unknown(shelf):
    """A closed case and a case that is not there take nothing, and no trace is left."""
    await shelf.put(case_of(1))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    await shelf.store.move(Move(row, "closed", note(), "amal", done_hour=HOUR))
    assert not await shelf.add(NewEntry(number(1), b"late", HOUR))
    assert not await shelf.add(NewEntry(number(9), b"lost", HOUR))
    assert len(await shelf.store.entries(number(1))) == 1


async def test_a_withdrawal_leaves_only_a_tombstone(shelf):
    """Report, additions, replies, clock and mailbox go; id, level, owner and hour stay."""
    await shelf.put(case_of(1, wants_woman=True, child_trained=True))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    letter = NewLetter(number=1, sealed=b"sealed", hour=HOUR, safe=True)
    await shelf.store.move(Move(row, "in_contact", note(), "amal", NOW + 9, letter=letter))
    await shelf.add(NewEntry(number(1), b"more", HOUR))
    assert await shelf.store.withdraw(tag_of(1), HOUR + 2)
    row = await shelf.row(number(1))
    assert (row.state, row.owner, row.lease, row.done_hour) == ("withdrawn", "amal", 0, HOUR + 2)
    assert (row.wants_woman, row.child_trained, row.news, row.entries) == (False, False, False, 0)
    assert await shelf.store.entries(number(1)) == ()
    assert await shelf.store.letters(number(1)) == ()
    assert await shelf.store.mailbox(number(1)) is None
    assert await shelf.store.look(tag_of(1)) is None
    assert await shelf.store.next_due() is None
    assert not await shelf.store.withdraw(tag_of(1), HOUR + 3)


async def test_a_staged_code_becomes_a_mailbox_once(shelf):
    """A derivation that was waiting, also over a restart, settles once and destroys the code."""
    await shelf.put(case_of(1, staged_code=b"sealed code"))
    (staged,) = await shelf.store.staged()
    assert (staged.case, staged.code) == (number(1), b"sealed code")
    assert await shelf.store.mailbox(number(1)) is None
    box = Mailbox(tag_of(1), b"recipient")
    assert await shelf.store.settle(number(1), box)
    assert not await shelf.store.settle(number(1), box)
    assert await shelf.store.mailbox(number(1)) == box
    assert await shelf.store.staged() == ()


async def test_a_code_that_no_key_opens_is_given_up_and_the_case_stays(shelf):
    """When epoch keys are gone, the case is still worked on; only the way back is lost."""
    await shelf.put(case_of(1, staged_code=b"sealed code"))
    assert await shelf.store.abandon(number(1))
    assert not await shelf.store.abandon(number(1))
    assert await shelf.store.staged() == ()
    assert (await shelf.row(number(1))).state == "new"


async def test_a_due_clock_is_taken_by_one_and_rings_again_if_nobody_confirms(shelf):
    """Two processes never ring together, and a call that was not confirmed is not lost."""
    await shelf.put(case_of(1, urgency=0))
    (ringing,) = await shelf.store.take_due(NOW, NOW + 60)
    assert (ringing.case, ringing.urgency, ringing.rung, ringing.due) == (number(1), 0, 0, NOW)
    assert await shelf.store.take_due(NOW + 59, NOW + 119) == ()
    (again,) = await shelf.store.take_due(NOW + 60, NOW + 120)
    assert again.rung == 0
    assert await shelf.store.rung_done(again, 1, NOW + 600)
    assert not await shelf.store.rung_done(again, 1, NOW + 600)
    assert await shelf.store.next_due() == NOW + 600


async def test_a_lease_that_ends_returns_the_case_and_starts_the_clock(shelf):
    """A silent owner loses the case at the moment the lease says, not a second before."""
    await shelf.put(case_of(1, urgency=0))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    dues = (NOW + 1, NOW + 2, NOW + 3, NOW + 4)
    assert await shelf.store.lapse(row.lease - 1, dues) == ()
    (lapsed,) = await shelf.store.lapse(row.lease, dues)
    assert (lapsed.state, lapsed.owner, lapsed.lease) == ("returned", "", 0)
    assert await shelf.store.next_due() == NOW + 1
    assert (await shelf.store.audit())[-1].note.act == "lapse"
    assert await shelf.store.lapse(row.lease, dues) == ()


async def test_what_is_past_its_time_is_destroyed_and_nothing_else(shelf):
    """Closed cases go after the retention, tombstones after theirs, open ones never."""
    for count in (1, 2, 3, 4):
        await shelf.put(case_of(count))
    for count, hour in ((1, HOUR - 100), (2, HOUR)):
        row = await shelf.store.claim(claim("amal", case=number(count)))
        await shelf.store.move(Move(row, "closed", note(), "amal", done_hour=hour))
    await shelf.store.withdraw(tag_of(3), HOUR - 100)
    assert await shelf.store.purge(Expiry(HOUR - 50, HOUR - 200, HOUR - 300), HOUR) == 1
    assert await shelf.store.purge(Expiry(HOUR - 50, HOUR - 50, HOUR - 300), HOUR) == 1
    assert {row.case for row in await shelf.store.rows(STATES)} == {number(2), number(4)}
    assert await shelf.store.entries(number(1)) == ()
    assert await shelf.store.look(tag_of(1)) is None


async def test_a_case_is_found_by_the_beginning_of_its_number(shelf):
    """A short beginning is enough while it is the only one; nothing else is searched by."""
    await shelf.put(case_of(1))
    await shelf.put(case_of(2))
    assert [row.case for row in await shelf.store.match(number(1).hex()[:8])] == [number(1)]
    assert await shelf.store.match("") == ()
    assert await shelf.store.match("%") == ()
    assert await shelf.store.match("*") == ()


async def test_rosters_only_ever_get_newer(shelf):
    """An older or equal version never replaces what was accepted."""
    assert await shelf.store.newest_roster() is None
    assert await shelf.store.keep_roster(2, b"two")
    assert not await shelf.store.keep_roster(2, b"other")
    assert not await shelf.store.keep_roster(1, b"one")
    assert await shelf.store.keep_roster(5, b"five")
    assert await shelf.store.newest_roster() == (5, b"five")
    assert await shelf.store.roster_file(2) == b"two"
    assert await shelf.store.roster_file(3) is None


async def test_the_audit_chain_holds_over_every_kind_of_act(shelf):
    """Whatever was done, the chain of acts verifies, and names nobody but staff."""
    await shelf.put(case_of(1))
    await shelf.store.note(note(act="roster"))
    row = await shelf.store.claim(claim("amal", case=number(1)))
    await shelf.store.lapse(row.lease, (NOW, NOW, NOW, NOW))
    await shelf.add(NewEntry(number(1), b"more", HOUR))
    await shelf.store.withdraw(tag_of(1), HOUR)
    entries = await shelf.store.audit()
    assert first_broken(entries) is None
    assert [entry.note.act for entry in entries] == [
        "submit", "roster", "claim", "lapse", "add", "withdraw",
    ]  # fmt: skip
    assert {entry.note.actor for entry in entries} == {"-", "amal"}


async def test_two_processes_never_give_one_case_to_two_owners(tmp_path):
    """A caseworker's command and the service on the same file still claim each case once."""
    path = tmp_path / "cases.sqlite"
    first, second = await Database.open(path), await Database.open(path)
    try:
        for count in range(60):
            case = case_of(count)
            await first.write(lambda connection, case=case: insert_case(connection, case))
        owners = []

        async def work(database, actor):
            store = SqliteCases(database)
            while (row := await store.claim(claim(actor))) is not None:
                owners.append((row.case, actor))

        await asyncio.gather(work(first, "amal"), work(second, "bahar"))
    finally:
        await second.close()
        await first.close()
    assert len(owners) == len({case for case, _ in owners}) == 60


async def test_a_withdrawn_report_is_gone_from_the_files(tmp_path):
    """After a withdrawal not a byte of report or reply is left in the database or its log."""
    path = tmp_path / "cases.sqlite"
    database = await Database.open(path)
    store = SqliteCases(database)
    marks = (b"canary-report-7f", b"canary-letter-7f")
    await database.write(lambda connection: insert_case(connection, case_of(1, sealed=marks[0])))
    row = await store.claim(claim("amal"))
    letter = NewLetter(number=1, sealed=marks[1], hour=HOUR, safe=True)
    await store.move(Move(row, "in_contact", note(), "amal", NOW + 9, letter=letter))
    await database.checkpoint()
    assert all(mark in path.read_bytes() for mark in marks)
    await store.withdraw(tag_of(1), HOUR)
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    await database.close()
    assert not any(mark in left for mark in marks)


@pytest.mark.parametrize("at_once", [3, 20_000])
async def test_acts_are_found_by_who_what_case_and_hour(shelf, monkeypatch, at_once):
    """The newest that fit come first, however many are looked through at once."""
    monkeypatch.setattr(sqlite_ledger, "SCANNED", at_once)
    notes = [
        Note(100 + number, ("amal", "zana")[number % 2], ("open", "claim")[number % 3 == 0],
             bytes([number]) * 16)
        for number in range(12)
    ]  # fmt: skip
    for each in notes:
        await shelf.store.note(each)

    async def found(**query):
        return [entry.seq for entry in await shelf.store.audit_search(AuditQuery(**query), 4)]

    assert await found() == [12, 11, 10, 9]
    assert await found(before=10) == [9, 8, 7, 6]
    assert await found(actor="zana", act="claim") == [10, 4]
    assert await found(case="0b0b") == await found(case="0b0") == [12]
    assert await found(case="%") == await found(actor="nobody") == []
    assert await found(first_hour=101, last_hour=102) == [3, 2]
