import hashlib
from dataclasses import replace

from bot.domain.audit import NOBODY, first_broken
from bot.domain.case import STATES
from bot.domain.tallies import Tally
from bot.ports.cases import Expiry, Head, Lowering, Move, NewLetter, NewNote
from bot.ports.casework import Count, Load, Resealed, View, place_of
from bot.ports.stores import NewEntry
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases, insert_case
from tests.fakes.caseworkers import MONDAY_NOON as NOW
from tests.stores.shelf import DUES, HOUR, case_of, claim, note, number, tag_of

WAITING = View("waiting")


def sealed_note(count=1, kind="note", version=1, sealed=None):
    return NewNote(count, kind, HOUR, "amal", version, sealed or b"sealed note %d" % count)


def keep(row, **named):
    """A step that changes nothing but what is named."""
    defaults = {"to": row.state, "owner": row.owner, "lease": row.lease, "note": note(act="note")}
    return Move(row, **{**defaults, **named})


def digest(sealed):
    return hashlib.sha256(sealed).digest()


async def claimed(shelf, count=1, actor="amal", **named):
    await shelf.put(case_of(count, **named))
    return await shelf.store.claim(claim(actor, case=number(count)))


async def closed(shelf, count, hour=HOUR):
    row = await claimed(shelf, count)
    await shelf.store.move(
        Move(row, "closed", note(act="close"), "amal", closing="left_area", done_hour=hour)
    )


# ---------------------------------------------------------------------- pages of the queue
async def test_the_queue_turns_page_by_page_without_gap_or_repetition(shelf):
    """All pages together are the queue: most urgent first, then oldest, each case once."""
    for count in range(23):
        await shelf.put(case_of(count, urgency=count % 4, hour=HOUR - count % 5))
    shown, after = [], None
    while page := await shelf.store.queue_page(WAITING, after, 5):
        shown += [each.row for each in page]
        after = place_of(WAITING, page[-1].row)
        assert len(page) <= 5
    assert tuple(shown) == await shelf.store.rows(("new",))
    assert len(shown) == 23


async def test_a_page_shows_the_clock_and_the_wish_of_each_case(shelf):
    """Who looks at the queue sees when a case calls next, and that a second person is asked."""
    await shelf.put(case_of(1, due=NOW + 7))
    (waiting,) = await shelf.store.queue_page(WAITING)
    assert (waiting.rung, waiting.due, waiting.lowering) == (0, NOW + 7, None)
    row = await shelf.store.claim(claim("amal"))
    wish = Lowering(number(1), 3, "amal", HOUR)
    assert await shelf.store.move(keep(row, wish=wish))
    (mine,) = await shelf.store.queue_page(View("mine", "amal"))
    assert (mine.row.case, mine.due, mine.lowering) == (number(1), 0, wish)


async def test_each_view_shows_its_own_cases(shelf):
    """Waiting, mine, everybody's and done never mix, and done shows the newest first."""
    await shelf.put(case_of(1))
    await claimed(shelf, 2, "amal")
    await claimed(shelf, 3, "bahar", language="kmr")
    await closed(shelf, 4, HOUR - 3)
    await closed(shelf, 5, HOUR)
    await shelf.put(case_of(6))
    await shelf.store.withdraw(tag_of(6), HOUR - 1)

    async def cases(*view):
        return [each.row.case for each in await shelf.store.queue_page(View(*view))]

    assert await cases("waiting") == [number(1)]
    assert await cases("mine", "amal") == [number(2)]
    assert await cases("mine", "zana") == []
    assert set(await cases("owned")) == {number(2), number(3)}
    assert await cases("owned", "", ("kmr",)) == [number(3)]
    assert await cases("done") == [number(5), number(6), number(4)]
    assert await cases("done", "amal") == [number(5), number(4)]


async def test_done_turns_page_by_page_too(shelf):
    """The list of what is over has no gap where hours are the same."""
    for count in range(9):
        await closed(shelf, count, HOUR - count // 3)
    view, shown, after = View("done"), [], None
    while page := await shelf.store.queue_page(view, after, 2):
        shown += [each.row for each in page]
        after = place_of(view, page[-1].row)
    assert len({row.case for row in shown}) == len(shown) == 9
    assert [row.done_hour for row in shown] == sorted(row.done_hour for row in shown)[::-1]


async def test_counts_and_loads_say_how_much_there_is(shelf):
    """Numbers by state, level and owner, with the oldest hour and the first lease to lapse."""
    await shelf.put(case_of(1, urgency=0))
    await shelf.put(case_of(2, urgency=0, hour=HOUR - 4))
    row = await claimed(shelf, 3, "bahar", urgency=3)
    assert await shelf.store.counts() == (
        Count("new", 0, 2, HOUR - 4),
        Count("claimed", 3, 1, HOUR),
    )
    assert await shelf.store.loads() == (Load("bahar", 3, 1, row.lease),)
    assert await shelf.store.row(number(3)) == row
    assert await shelf.store.row(number(9)) is None


# ---------------------------------------------------------------------- notes and wishes
async def test_a_note_is_kept_with_its_step_and_only_as_the_next(shelf):
    """A note and the step it belongs to are one; a note for another place is refused whole."""
    row = await claimed(shelf)
    assert not await shelf.store.move(keep(row, sealed_note=sealed_note(2)))
    assert await shelf.store.notes(number(1)) == ()
    assert await shelf.store.move(keep(row, sealed_note=sealed_note(1, "plan"), lease=NOW + 9))
    assert not await shelf.store.move(keep(row, sealed_note=sealed_note(2)))
    (kept,) = await shelf.store.notes(number(1))
    assert (kept.number, kept.kind, kept.author, kept.sealed) == (
        1,
        "plan",
        "amal",
        b"sealed note 1",
    )
    assert (await shelf.row(number(1))).lease == NOW + 9


async def test_a_withdrawal_takes_notes_and_wishes_along(shelf):
    """What staff wrote about somebody who takes the case back is destroyed with it."""
    row = await claimed(shelf)
    wish = Lowering(number(1), 3, "amal", HOUR)
    await shelf.store.move(keep(row, sealed_note=sealed_note(), wish=wish))
    await shelf.store.withdraw(tag_of(1), HOUR)
    assert await shelf.store.notes(number(1)) == ()
    assert await shelf.store.lowering(number(1)) is None
    assert await shelf.store.lowerings() == ()


async def test_a_wish_is_decided_once_and_only_as_it_was_read(shelf):
    """Two who decide on one wish: the second changes nothing; a changed wish is not decided."""
    row = await claimed(shelf, urgency=0)
    wish = Lowering(number(1), 2, "amal", HOUR)
    await shelf.store.move(keep(row, wish=wish))
    assert await shelf.store.lowerings() == (wish,)
    agree = keep(row, urgency=2, decides=wish)
    assert not await shelf.store.move(replace(agree, decides=replace(wish, level=3)))
    assert await shelf.store.move(agree)
    assert not await shelf.store.move(agree)
    assert (await shelf.row(number(1))).urgency == 2
    assert await shelf.store.lowering(number(1)) is None


async def test_a_closed_case_waits_for_nobody(shelf):
    """Closing ends a wish too."""
    row = await claimed(shelf)
    await shelf.store.move(keep(row, wish=Lowering(number(1), 3, "amal", HOUR)))
    await shelf.store.move(Move(row, "closed", note(act="close"), "amal", done_hour=HOUR))
    assert await shelf.store.lowerings() == ()


async def test_news_reaches_the_next_owner(shelf):
    """A step may tell the owner to look; opening the case answers it."""
    row = await claimed(shelf)
    await shelf.store.move(keep(row, owner="bahar", news=True))
    row = await shelf.row(number(1))
    assert (row.owner, row.news) == ("bahar", True)
    assert await shelf.store.opened(row, note("bahar", "open"))
    assert not (await shelf.row(number(1))).news


async def test_a_step_from_another_urgency_is_refused(shelf):
    """Who still sees the old level decides anew."""
    row = await claimed(shelf, urgency=1)
    assert await shelf.store.move(keep(row, urgency=0))
    assert not await shelf.store.move(keep(row, sealed_note=sealed_note()))
    assert (await shelf.row(number(1))).urgency == 0


async def test_a_clock_starts_at_the_rung_it_is_given_or_runs_on(shelf):
    """What goes up calls higher at once; what only changes a word leaves the clock as it ran."""
    row = await claimed(shelf)
    up = Move(row, "escalated", note(act="escalate"), due=NOW + 5, rung=2)
    assert await shelf.store.move(up)
    row = await shelf.row(number(1))
    assert await shelf.store.move(keep(row, clock_runs_on=True))
    (ringing,) = await shelf.store.take_due(NOW + 5, NOW + 65)
    assert (ringing.rung, ringing.due) == (2, NOW + 5)
    assert await shelf.store.move(keep(await shelf.row(number(1))))
    assert await shelf.store.next_due() is None


async def test_further_acts_of_a_step_stand_on_record(shelf):
    """Who gave and who took stand side by side in the chain."""
    row = await claimed(shelf)
    both = keep(row, note=note("amal", "hand_over"), also=(note("bahar", "take_over"),))
    assert await shelf.store.move(both)
    acts = [(each.note.actor, each.note.act) for each in await shelf.store.audit()]
    assert acts[-2:] == [("amal", "hand_over"), ("bahar", "take_over")]


# ---------------------------------------------------------------------- owners
async def test_cases_of_who_is_no_member_return_to_the_queue(shelf):
    """A case owned only by somebody who left is nobody's: it goes back, and calls."""
    await claimed(shelf, 1, "amal", urgency=0)
    await claimed(shelf, 2, "bahar", urgency=1)
    await closed(shelf, 3)
    (row,) = await shelf.store.release(["bahar", "zana"], NOW, DUES)
    assert (row.case, row.state, row.owner, row.lease) == (number(1), "returned", "", 0)
    assert await shelf.store.take_due(DUES[0], NOW + 99) != ()
    assert (await shelf.row(number(2))).owner == "bahar"
    assert (await shelf.row(number(3))).state == "closed"
    last = (await shelf.store.audit())[-1].note
    assert (last.act, last.actor, last.case) == ("release", NOBODY, number(1))
    assert await shelf.store.release([], NOW, DUES) != ()


# ---------------------------------------------------------------------- sealing again
async def test_what_other_keys_open_is_found_the_most_urgent_first(shelf):
    """Every part of an open case sealed for the named rosters, and nothing of a closed one."""
    await claimed(shelf, 1, urgency=3, sealed_for=1)
    await shelf.put(case_of(2, urgency=0, sealed_for=1))
    await shelf.put(case_of(3, urgency=0, sealed_for=2))
    await closed(shelf, 4)
    await shelf.add(NewEntry(number(1), b"added", HOUR, 2))
    await shelf.store.move(keep(await shelf.row(number(1)), sealed_note=sealed_note(version=1)))
    found = await shelf.store.stale([1])
    assert [(each.case, each.part, each.number) for each in found] == [
        (number(2), "entry", 0), (number(1), "entry", 0), (number(1), "note", 1),
    ]  # fmt: skip
    assert {each.anchor for each in found if each.case == number(1)} == {digest(b"sealed report 1")}
    assert await shelf.store.stale([1], limit=1) == found[:1]
    assert await shelf.store.stale([1], limit=1, skip=1) == found[1:2]
    assert await shelf.store.stale([1], skip=len(found)) == ()
    assert await shelf.store.stale_count([1]) == 3
    assert await shelf.store.stale_count([]) == 0
    assert await shelf.store.sealed_for(number(1)) == {1, 2}


async def test_a_part_sealed_again_keeps_its_origin(shelf):
    """However often a report is sealed again, what names it by its first hash still fits."""
    await claimed(shelf, 1, sealed_for=1)
    first, again = b"sealed report 1", b"sealed again"
    part = Resealed(number(1), "entry", 0, digest(first), 2, again)
    assert await shelf.store.reseal([part], [1], note("bahar", "reseal")) == 1
    assert await shelf.store.reseal([part], [1], note("bahar", "reseal")) == 0
    third = replace(part, before=digest(again), sealed_for=3, sealed=b"third")
    assert await shelf.store.reseal([third], [2], note("bahar", "reseal")) == 1
    (entry,) = await shelf.store.entries(number(1))
    assert (entry.sealed, entry.sealed_for, entry.anchor) == (b"third", 3, digest(first))
    assert (await shelf.store.look(tag_of(1))).anchor == digest(first)
    assert [each.note.act for each in await shelf.store.audit()].count("reseal") == 2


async def test_only_what_was_to_be_sealed_again_is_exchanged(shelf):
    """What the right people can open already stays as it is, whoever brings something else."""
    row = await claimed(shelf, 1, sealed_for=2)
    await shelf.store.move(keep(row, sealed_note=sealed_note()))
    parts = [
        Resealed(number(1), "entry", 0, digest(b"sealed report 1"), 3, b"nothing in it"),
        Resealed(number(1), "note", 1, digest(b"sealed note 1"), 3, b"nothing in it"),
    ]
    assert await shelf.store.reseal(parts, [0], note("bahar", "reseal")) == 0
    (entry,) = await shelf.store.entries(number(1))
    assert (entry.sealed, entry.sealed_for) == (b"sealed report 1", 2)
    assert (await shelf.store.notes(number(1)))[0].sealed == b"sealed note 1"


async def test_notes_are_sealed_again_with_the_rest(shelf):
    """A note is exchanged like a report; one act is on record for the whole case."""
    row = await claimed(shelf, 1, sealed_for=1)
    await shelf.store.move(keep(row, sealed_note=sealed_note()))
    parts = [
        Resealed(number(1), "entry", 0, digest(b"sealed report 1"), 2, b"r"),
        Resealed(number(1), "note", 1, digest(b"sealed note 1"), 2, b"n"),
        Resealed(number(1), "note", 2, digest(b"nothing"), 2, b"x"),
        Resealed(number(9), "entry", 0, digest(b"nothing"), 2, b"x"),
    ]
    assert await shelf.store.reseal(parts, [1], note("bahar", "reseal")) == 2
    assert (await shelf.store.notes(number(1)))[0].sealed == b"n"
    assert await shelf.store.stale_count([1]) == 0
    assert [each.note.act for each in await shelf.store.audit_of(number(1))][-1] == "reseal"
    assert first_broken(await shelf.store.audit()) is None


# ---------------------------------------------------------------------- what expires
async def test_a_reply_nobody_read_keeps_its_case_one_period_more(shelf):
    """A closed case with an unread safe reply waits for its reader, but not for ever."""
    limits = Expiry(closed_before=HOUR - 50, withdrawn_before=0, unread_before=HOUR - 100)
    for count, done in ((1, HOUR - 60), (2, HOUR - 60), (3, HOUR - 60), (4, HOUR - 120)):
        row = await claimed(shelf, count)
        letter = NewLetter(1, b"sealed letter", HOUR, safe=count != 3)
        await shelf.store.move(Move(row, "closed", note(), "amal", done_hour=done, letter=letter))
    await shelf.store.mark_read(tag_of(2), 1)
    assert await shelf.store.purge(limits, HOUR) == 3
    assert [row.case for row in await shelf.store.rows(STATES)] == [number(1)]
    await shelf.store.mark_read(tag_of(1), 1)
    assert await shelf.store.purge(limits, HOUR) == 1


async def test_what_is_destroyed_leaves_a_trace_without_content(shelf):
    """The chain tells which case went in which hour, and nothing else stays."""
    row = await claimed(shelf)
    await shelf.store.move(keep(row, sealed_note=sealed_note()))
    row = await shelf.row(number(1))
    await shelf.store.move(Move(row, "closed", note(), "amal", done_hour=HOUR - 9))
    assert await shelf.store.purge(Expiry(HOUR, HOUR, HOUR), HOUR) == 1
    last = (await shelf.store.audit())[-1].note
    assert (last.hour, last.actor, last.act, last.case) == (HOUR, NOBODY, "destroyed", number(1))
    assert await shelf.store.notes(number(1)) == ()
    assert await shelf.store.row(number(1)) is None


# ---------------------------------------------------------------------- chain and counts
async def test_the_chain_is_read_in_pages_and_its_head_kept_once_a_day(shelf):
    """Pages join to the whole chain; a day's head is written once and never replaced."""
    assert await shelf.store.audit_head() is None
    for _ in range(5):
        await shelf.store.note(note(act="roster"))
    whole = await shelf.store.audit()
    pages = [await shelf.store.audit_page(after, 2) for after in (0, 2, 4, 6)]
    assert sum(pages, ()) == whole
    assert await shelf.store.audit_head() == whole[-1]
    head = Head(20_000, 5, whole[-1].hash, b"signature")
    assert await shelf.store.keep_head(head)
    assert not await shelf.store.keep_head(replace(head, seq=4))
    assert await shelf.store.heads() == (head,)


async def test_counts_add_up_in_their_cells(shelf):
    """What a report, a step and a return add meets in one cell and in no other."""
    cell = Tally("2026-11", "urgency", "T1")
    await shelf.put(case_of(1, tallies=(cell,)))
    row = await shelf.store.claim(claim("amal"))
    await shelf.store.move(keep(row, tallies=(cell, Tally("2026", "answer", "T1", "4h"))))
    await shelf.store.add_tallies([cell])
    assert await shelf.store.tallies() == (
        Tally("2026", "answer", "T1", "4h"),
        replace(cell, count=3),
    )
    assert await shelf.store.tallies("2026-11") == (replace(cell, count=3),)


async def test_a_step_that_is_refused_counts_nothing(shelf):
    """A number never holds what did not happen."""
    row = await claimed(shelf)
    cell = Tally("2026-11", "urgency", "T1")
    refused = keep(row, tallies=(cell,), sealed_note=sealed_note(7))
    assert not await shelf.store.move(refused)
    assert await shelf.store.tallies() == ()


async def test_what_was_sealed_before_is_gone_from_the_files(tmp_path):
    """After a re-sealing and a checkpoint not a byte of the old file is left on the disk."""
    database = await Database.open(tmp_path / "cases.sqlite")
    store = SqliteCases(database)
    case = case_of(1, sealed=b"canary-old-5d")
    await database.write(lambda connection: insert_case(connection, case))
    part = Resealed(number(1), "entry", 0, digest(b"canary-old-5d"), 2, b"new")
    assert await store.reseal([part], [0, 1], note(act="reseal")) == 1
    await database.checkpoint()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    await database.close()
    assert b"canary-old-5d" not in left


async def test_what_waits_past_its_time_is_counted(shelf):
    """By urgency, and only what nobody owns."""
    await shelf.put(case_of(1, urgency=0))
    await shelf.put(case_of(2, urgency=0, hour=HOUR - 4))
    await shelf.put(case_of(3, urgency=3, hour=HOUR - 4))
    await claimed(shelf, 4, "bahar", urgency=3)
    before = (HOUR - 3, HOUR, HOUR, HOUR - 4)
    assert await shelf.store.late(before) == (1, 0, 0, 0)
    assert await shelf.store.late((HOUR + 1, HOUR, HOUR, HOUR + 1)) == (2, 0, 0, 1)
