from dataclasses import replace

import pytest

from bot.domain.case import CARE_LEASE, CLAIM_LEASE
from bot.domain.tallies import Tally
from bot.errors import CaseError, OpenError
from bot.ports.cases import NewLetter
from bot.sealing.envelope import Header
from bot.sealing.keys import Recipient
from bot.sealing.mailbox import open_letter, seal_letter
from bot.usecases.add_note import add_note
from bot.usecases.change_urgency import (
    agree_lowering,
    lower_urgency,
    raise_urgency,
    refuse_lowering,
)
from bot.usecases.claim import claim_case, hand_back
from bot.usecases.close_case import close_case, close_with_note
from bot.usecases.deliver_letter import deliver_letter, withdraw_letter
from bot.usecases.escalate import Escalate
from bot.usecases.escalate_case import escalate_case
from bot.usecases.hand_over import hand_over
from bot.usecases.mark_duplicate import mark_duplicate
from bot.usecases.open_case import open_case
from bot.usecases.refer import refer
from bot.usecases.reopen import reopen
from bot.usecases.trust_roster import KnownRosters, sign_roster
from tests.fakes.caseworkers import (
    ADMIN_SEED,
    ADMINS,
    Pager,
    opener_for,
    roster,
    trusted,
)
from tests.fakes.caseworkers import MONDAY_NOON as NOW
from tests.usecases.desk import BOX, PEOPLE, SEED, TAG, Desk

DANGER = {"danger_now": "yes"}
KNOWN = KnownRosters({1: sign_roster(roster(1), ADMIN_SEED)}, ADMINS)


def refused(reason):
    return pytest.raises(CaseError, check=lambda error: error.reason == reason)


def letter(desk, number=1, **changes):
    header = Header(kind="letter", case=desk.case, seq=number, hour=9, lang="ar", schema=1)
    sealed = seal_letter(header, {"text": "SAMPLE reply"}, Recipient(BOX.recipient))
    return NewLetter(**{"number": number, "sealed": sealed, "hour": 9, "safe": True, **changes})


async def contacted(handle="amal"):
    desk = await Desk.claimed(handle)
    await deliver_letter(await desk.at(handle), letter(desk))
    return desk


# ---------------------------------------------------------------------- notes
async def test_a_note_is_read_again_with_the_case():
    """What the owner wrote down stands with the report, in order, for every later opener."""
    desk = await Desk.claimed()
    for kind in ("plan", "note"):
        await add_note(await desk.at(), await desk.note(kind))
    at = await desk.at()
    opened = await open_case(at.store, at.row, at.member, opener_for("amal"), NOW)
    assert [(note.kind, note.author, note.fields["text"]) for note in opened.notes] == [
        ("plan", "amal", "SAMPLE plan"), ("note", "amal", "SAMPLE note"),
    ]  # fmt: skip
    assert await desk.acts() == ["submit", "claim", "note", "note", "open"]


async def test_writing_a_note_keeps_the_case_ones_own():
    """Who writes is at work: the lease starts anew."""
    desk = await Desk.claimed()
    before = (await desk.row()).lease
    desk.now += 60
    await add_note(await desk.at(), await desk.note())
    assert (await desk.row()).lease == before + 60


@pytest.mark.parametrize(
    "changes",
    [
        {"author": "bahar"},
        {"sealed_for": 2},
        {"kind": "gossip"},
        {"sealed": b"no age file"},
        {"sealed": b""},
        {"recipients": trusted().recipients[:1]},
    ],
)
async def test_a_note_for_other_readers_is_refused(changes):
    """A note not sealed to exactly the roster, or in another name, is never kept."""
    desk = await Desk.claimed()
    note = await desk.note(**{"author": "amal", **changes})
    with refused("bad_note"):
        await add_note(await desk.at(), note)
    assert await desk.store.notes(desk.case) == ()


async def test_a_note_too_large_is_refused():
    """Nobody fills the disk through a note."""
    desk = await Desk.claimed()
    note = await desk.note()
    with refused("bad_note"):
        await add_note(await desk.at(), replace(note, sealed=note.sealed + bytes(1 << 20)))


async def test_two_notes_at_once_take_two_numbers():
    """The second of two windows is told, keeps its text, and sends again under the next number."""
    desk = await Desk.claimed()
    first, second = await desk.note(), await desk.note()
    at = await desk.at()
    await add_note(at, first)
    with refused("bad_number"):
        await add_note(await desk.at(), second)


async def test_only_the_owner_writes_to_a_case():
    """A colleague and a supervisor read what is theirs, and write only there."""
    desk = await Desk.claimed()
    for handle in ("bahar", "zana"):
        with refused("not_yours"):
            await add_note(await desk.at(handle), await desk.note(author=handle))
    with refused("not_your_role"):
        await add_note(await desk.at("rawa"), await desk.note(author="rawa"))


async def test_a_note_whose_author_was_altered_is_not_shown():
    """The database cannot put a note under a colleague's name."""
    desk = await Desk.claimed()
    await add_note(await desk.at(), await desk.note())
    kept = desk.store._cases[desk.case]
    kept.notes[0] = replace(kept.notes[0], author="bahar")
    at = await desk.at()
    with pytest.raises(OpenError):
        await open_case(at.store, at.row, at.member, opener_for("amal"), NOW)


# ---------------------------------------------------------------------- letters
async def test_a_letter_of_the_browser_reaches_the_person():
    """A reply sealed in the browser waits in the mailbox, its copy among the notes."""
    desk = await Desk.claimed()
    cell = Tally("2026", "answer", "T1", "1h")
    sent = await desk.note("sent")
    await deliver_letter(await desk.at(), letter(desk), sent=sent, tallies=[cell])
    view = await desk.store.look(TAG)
    assert view.waiting == 1
    assert open_letter(view.letters[0].sealed, SEED, desk.case, 1).body["text"] == "SAMPLE reply"
    assert (await desk.row()).state == "in_contact"
    assert [note.kind for note in await desk.store.notes(desk.case)] == ["sent"]
    assert await desk.store.tallies() == (cell,)


async def test_what_is_no_letter_is_refused_whole():
    """A wrong number, a roster's worth of readers or a flood of bytes changes nothing."""
    desk = await Desk.claimed()
    report = (await desk.store.entries(desk.case))[0].sealed
    wrong = {
        "bad_letter": [
            letter(desk, sealed=report), letter(desk, sealed=b"x"),
            letter(desk, sealed=letter(desk).sealed + bytes(20_000)),
        ],
        "bad_number": [letter(desk, 2), letter(desk, 0)],
    }  # fmt: skip
    for reason, letters in wrong.items():
        for each in letters:
            with refused(reason):
                await deliver_letter(await desk.at(), each)
    with refused("not_yours"):
        await deliver_letter(await desk.at("bahar"), letter(desk))
    assert (await desk.row()).state == "claimed"
    assert await desk.store.letters(desk.case) == ()


async def test_a_letter_waits_for_the_mailbox():
    """While the code's derivation is not done, the reply is refused with a sentence, not lost."""
    desk = await Desk.claimed()
    desk.store._cases[desk.case].mailbox = None
    with refused("no_mailbox"):
        await deliver_letter(await desk.at(), letter(desk))


async def test_a_letter_is_taken_back_only_unread_and_only_by_the_owner():
    """What was read stays read; what was not loses its content."""
    desk = await contacted()
    with refused("not_yours"):
        await withdraw_letter(await desk.at("bahar"), 1)
    await withdraw_letter(await desk.at(), 1)
    with refused("letter_gone"):
        await withdraw_letter(await desk.at(), 1)
    assert (await desk.store.letters(desk.case))[0].sealed == b""


# ---------------------------------------------------------------------- referral
async def test_a_referral_follows_contact_and_is_kept_sealed():
    """One organisation, one purpose, written down for colleagues; the outcome is counted."""
    desk = await Desk.claimed()
    with refused("not_now"):
        await refer(await desk.at(), await desk.note("referral"))
    await deliver_letter(await desk.at(), letter(desk))
    await refer(await desk.at(), await desk.note("referral"))
    cell = Tally("2026", "outcome", "medical", "service_unavailable")
    await refer(await desk.at(), await desk.note("referral"), tallies=[cell])
    assert (await desk.row()).state == "referred"
    assert (await desk.row()).lease == NOW + CARE_LEASE[(await desk.row()).urgency]
    assert await desk.store.tallies() == (cell,)


async def test_police_and_security_are_for_a_supervisor():
    """A caseworker alone never brings a case to the police."""
    desk = await contacted()
    note = await desk.note("referral")
    with refused("needs_supervisor"):
        await refer(await desk.at(), note, security=True)
    theirs = await contacted("zana")
    at = await theirs.at("zana")
    await refer(at, await theirs.note("referral", "zana"), security=True)
    assert (await theirs.row()).state == "referred"


# ---------------------------------------------------------------------- handing over
async def test_a_case_is_handed_over_with_its_state_and_both_are_on_record():
    """The colleague owns it at once, is told to look, and nobody is paged meanwhile."""
    desk = await contacted()
    await hand_over(await desk.at(), "bahar", KNOWN, note=await desk.note("handover"))
    row = await desk.row()
    assert (row.state, row.owner, row.news) == ("in_contact", "bahar", True)
    last = [(entry.note.act, entry.note.actor) for entry in await desk.store.audit()][-2:]
    assert last == [("hand_over", "amal"), ("take_over", "bahar")]
    assert await desk.store.take_due(NOW * 2, NOW * 3) == ()


async def test_a_supervisor_may_hand_over_what_another_owns():
    """When an owner cannot, a supervisor does; a colleague may not."""
    desk = await Desk.claimed()
    with refused("not_yours"):
        await hand_over(await desk.at("bahar"), "bahar", KNOWN)
    await hand_over(await desk.at("zana"), "bahar", KNOWN)
    assert (await desk.row()).owner == "bahar"


@pytest.mark.parametrize("to", ["amal", "rawa", "nobody", ""])
async def test_a_case_goes_only_to_a_colleague_who_opens_cases(to):
    """Not to oneself, not to a manager, not into the void."""
    desk = await Desk.claimed()
    with refused("bad_next"):
        await hand_over(await desk.at(), to, KNOWN)
    assert (await desk.row()).owner == "amal"


async def test_a_case_is_not_handed_to_who_could_not_read_it():
    """Somebody who joined after the report gets it only once it is sealed to them."""
    small = trusted(1, members=roster().members[:1], backup=(), on_call=())
    desk = await Desk.claimed(roster_=small)
    known = KnownRosters(
        {
            1: sign_roster(
                roster(1, members=roster().members[:1], backup=(), on_call=()), ADMIN_SEED
            ),
            2: sign_roster(roster(2), ADMIN_SEED),
        },
        ADMINS,
    )
    desk.roster = trusted(2)
    with refused("not_sealed_to_next"):
        await hand_over(await desk.at(), "bahar", known)
    kept = desk.store._cases[desk.case]
    kept.entries[0] = replace(kept.entries[0], sealed_for=2)
    await hand_over(await desk.at(), "bahar", known)
    assert (await desk.row()).owner == "bahar"


# ---------------------------------------------------------------------- urgency
async def test_one_person_raises_and_the_case_calls_sooner():
    """Raising needs nobody's leave; an owner's lease gets shorter with it, never longer."""
    desk = await Desk.claimed()
    before = await desk.row()
    assert before.urgency > 0
    with refused("bad_level"):
        await raise_urgency(await desk.at(), before.urgency)
    await raise_urgency(await desk.at(), 0)
    row = await desk.row()
    assert (row.urgency, row.lease) == (0, NOW + CLAIM_LEASE[0])
    with refused("not_yours"):
        await raise_urgency(await desk.at("bahar"), 0)


@pytest.mark.parametrize("handle", ["bahar", "zana"])
async def test_anybody_who_opens_cases_raises_what_waits(handle):
    """A waiting case that is raised starts its clock anew, as its new level demands."""
    desk = await Desk.filed()
    await raise_urgency(await desk.at(handle), 0)
    (ringing,) = await desk.store.take_due(NOW, NOW + 60)
    assert (ringing.urgency, ringing.rung, ringing.due) == (0, 0, NOW)


async def test_nobody_lowers_danger_alone():
    """T0 and T1 go down only when a second person agrees; until then nothing changes."""
    desk = await Desk.claimed(answers=DANGER)
    assert not await lower_urgency(await desk.at(), 2, await desk.note("lowering"))
    assert (await desk.row()).urgency == 0
    with refused("second_person"):
        await agree_lowering(await desk.at())
    with refused("waits_already"):
        await lower_urgency(await desk.at(), 3, await desk.note("lowering"))
    with refused("not_your_role"):
        await agree_lowering(await desk.at("rawa"))
    await agree_lowering(await desk.at("bahar"))
    assert (await desk.row()).urgency == 2
    assert await desk.store.lowering(desk.case) is None
    with refused("no_wish"):
        await agree_lowering(await desk.at("zana"))
    assert [(entry.note.act, entry.note.actor) for entry in await desk.store.audit()][-2:] == [
        ("lower", "amal"), ("agree_lower", "bahar"),
    ]  # fmt: skip


async def test_what_is_not_pressing_is_lowered_with_a_reason():
    """From T2 down one person with a sealed reason is enough."""
    desk = await Desk.claimed(answers={"when": "2w"})
    assert (await desk.row()).urgency == 2
    assert await lower_urgency(await desk.at(), 3, await desk.note("lowering"))
    assert (await desk.row()).urgency == 3
    assert [note.kind for note in await desk.store.notes(desk.case)] == ["lowering"]


async def test_a_wish_refused_leaves_level_and_clock():
    """A refusal on a case that waits does not give its clock a new start."""
    desk = await Desk.claimed(answers=DANGER)
    await lower_urgency(await desk.at(), 1, await desk.note("lowering"))
    await hand_back(desk.store, await desk.row(), PEOPLE["amal"], NOW)
    clock = await desk.store.next_due()
    desk.now += 500
    await refuse_lowering(await desk.at("zana"))
    assert await desk.store.next_due() == clock
    assert (await desk.row()).urgency == 0
    with refused("no_wish"):
        await refuse_lowering(await desk.at("zana"))


async def test_a_wish_agreed_while_the_case_waits_starts_the_clock_of_its_level():
    """Back in the queue, a case lowered by two calls as its new level demands."""
    desk = await Desk.claimed(answers=DANGER)
    await lower_urgency(await desk.at(), 2, await desk.note("lowering"))
    await hand_back(desk.store, await desk.row(), PEOPLE["amal"], NOW)
    await agree_lowering(await desk.at("zana"))
    assert await desk.store.take_due(NOW, NOW + 60) == ()
    assert await desk.store.next_due() is not None


async def test_raising_ends_a_wish_to_lower():
    """What has become worse is not lowered by an old wish."""
    desk = await Desk.claimed(answers={"danger_signs": ["weapon"]})
    assert (await desk.row()).urgency == 1
    await lower_urgency(await desk.at(), 3, await desk.note("lowering"))
    await raise_urgency(await desk.at(), 0)
    assert await desk.store.lowering(desk.case) is None


# ---------------------------------------------------------------------- up, aside, closed, open
async def test_what_goes_up_calls_a_supervisor_at_once():
    """An escalated case rings the supervisor now, whatever its urgency, and only one claims it."""
    desk = await Desk.claimed()
    await escalate_case(await desk.at(), await desk.note())
    row = await desk.row()
    assert (row.state, row.owner) == ("escalated", "")
    pager = Pager()
    await Escalate(desk.store, [pager]).step(roster(), NOW)
    assert [(call.watch, call.handles) for call in pager.calls] == [("supervisor", ("zana",))]
    with pytest.raises(CaseError):
        await claim_case(desk.store, row, PEOPLE["bahar"], NOW)
    assert (await claim_case(desk.store, row, PEOPLE["zana"], NOW)).owner == "zana"


async def test_a_case_is_closed_with_its_checklist():
    """Reason and sealed checklist are one step; a reason of nobody's list is refused."""
    desk = await contacted()
    with refused("bad_reason"):
        await close_with_note(await desk.at(), "bored", await desk.note("closing"))
    await close_with_note(await desk.at(), "needs_met", await desk.note("closing"))
    assert ((await desk.row()).state, (await desk.row()).closing) == ("closed", "needs_met")
    assert [note.kind for note in await desk.store.notes(desk.case)] == ["closing"]


async def test_a_closed_case_comes_back_with_a_clock():
    """Reopened, a case waits and calls like any other, and its retention has no end any more."""
    desk = await Desk.claimed()
    await close_case(desk.store, await desk.row(), PEOPLE["amal"], "left_area", NOW)
    await reopen(await desk.at("bahar"))
    row = await desk.row()
    assert (row.state, row.owner, row.done_hour, row.closing) == ("reopened", "", 0, "")
    assert await desk.store.next_due() is not None


async def test_a_duplicate_is_set_aside_and_only_a_supervisor_brings_it_back():
    """A double can be wrong: it is kept, and a supervisor opens it again."""
    desk = await Desk.claimed()
    await mark_duplicate(await desk.at(), await desk.note())
    with refused("needs_supervisor"):
        await reopen(await desk.at("amal"))
    await reopen(await desk.at("zana"))
    assert (await desk.row()).state == "reopened"


async def test_whoever_was_slower_is_told_and_changes_nothing():
    """Two windows act on the same case: the second decides anew on what it now is."""
    desk = await contacted()
    late = await desk.at()
    await close_case(desk.store, await desk.row(), PEOPLE["amal"], "left_area", NOW)
    note = await desk.note()
    for act in (
        lambda: add_note(late, note),
        lambda: hand_over(late, "bahar", KNOWN),
        lambda: raise_urgency(late, 0),
        lambda: escalate_case(late),
    ):
        with refused("changed"):
            await act()
    assert (await desk.row()).state == "closed"


async def test_a_case_of_who_left_the_roster_calls_again():
    """When the next roster has no place for an owner, her cases wait for somebody else."""
    desk = await Desk.claimed()
    pager = Pager()
    without = [each for each in roster().members if each.handle != "amal"]
    smaller = roster(2, members=tuple(without), shifts=())
    await Escalate(desk.store, [pager]).step(smaller, NOW)
    assert ((await desk.row()).state, (await desk.row()).owner) == ("returned", "")
    assert await desk.store.next_due() is not None
    assert (await desk.acts())[-1] == "release"
