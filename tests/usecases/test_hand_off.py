import hashlib
import time

import msgspec
import pytest

from bot.domain.report import from_dict
from bot.errors import CaseError, OpenError, RosterError, SealError
from bot.ports.stores import Mailbox, NewEntry
from bot.sealing import keys
from bot.sealing.envelope import Header, seal_case
from bot.sealing.mailbox import open_letter
from bot.stores.memory_cases import MemoryCases
from bot.usecases.claim import claim_case, claim_next, hand_back
from bot.usecases.close_case import close_case
from bot.usecases.hand_off import prepare_addition, prepare_alert, prepare_case
from bot.usecases.on_duty import on_duty
from bot.usecases.open_case import open_case
from bot.usecases.reply import LETTER_LIMIT, reply
from tests.fakes.caseworkers import (
    MONDAY_NOON as NOW,
)
from tests.fakes.caseworkers import (
    CountingEntropy,
    member,
    opener_for,
    roster,
    trusted,
)  # fmt: skip

TAG = b"tag for a person"
SEED = hashlib.sha256(b"the mailbox of a code").digest()
BOX = Mailbox(TAG, keys.recipient_of(SEED).public)
ANSWERS = {
    "consent_services": "yes",
    "topics": ["dv"],
    "danger_now": "no",
    "dv_choking": "yes",
    "governorate": "BG",
    "narrative": "he said he would come back, call 0000000000",
    "alert": "t0",
}
PEOPLE = {each.handle: each for each in roster().members}


def prepared(answers=None, **named):
    defaults = {
        "language": "ar", "channel": "telegram", "now": NOW, "roster": trusted(),
        "entropy": CountingEntropy(), "mailbox": BOX,
    }  # fmt: skip
    return prepare_case(ANSWERS if answers is None else answers, **{**defaults, **named})


async def filed(answers=None, **named):
    store = MemoryCases()
    case = prepared(answers, **named)
    store.insert_case(case)
    (row,) = await store.match(case.case.hex())
    return store, row


async def claimed(handle="amal", **named):
    store, row = await filed(**named)
    return store, await claim_case(store, row, PEOPLE[handle], NOW)


def test_a_case_shows_only_what_routing_needs():
    """In clear stand id, level, language, hour and two flags; the words are in the sealed part."""
    case = prepared({**ANSWERS, "pref_gender": "female", "pref_language": "kmr"})
    assert (case.urgency, case.language, case.hour) == (1, "kmr", NOW // 3600)
    assert (case.wants_woman, case.child_trained, case.due) == (True, False, NOW)
    assert b"come back" not in case.sealed
    assert len(case.case) == 16


def test_a_child_is_routed_to_who_is_trained():
    """A report about somebody under 18 asks for training to work with children."""
    assert prepared({**ANSWERS, "age_band": "12_17"}).child_trained


@pytest.mark.parametrize("handle", ["amal", "bahar", "zana"])
async def test_everybody_of_the_roster_opens_what_was_sealed(handle):
    """Whoever comes on duty reads the report, with its level and reasons, scrubbed."""
    store, row = await filed()
    row = await claim_case(store, row, PEOPLE[handle], NOW)
    opened = await open_case(store, row, PEOPLE[handle], opener_for(handle), NOW)
    assert opened.report.one("narrative") == "he said he would come back, call […]"
    assert opened.urgency.level == 1
    assert opened.urgency.reasons[0] == "strangulation"
    assert opened.report.one("alert") == ""


async def test_nobody_else_opens_it():
    """A key that is not in the roster opens nothing."""
    store, row = await claimed()
    with pytest.raises(OpenError):
        await open_case(store, row, PEOPLE["amal"], opener_for("somebody"), NOW)


def test_without_roster_consent_or_a_way_back_there_is_no_case():
    """A report is refused, not lost or kept unsealed, when it cannot be handed over."""
    with pytest.raises(RosterError):
        prepared(roster=None)
    with pytest.raises(SealError):
        prepared({**ANSWERS, "consent_services": "no"})
    with pytest.raises(SealError):
        prepared({"alert": "t0"})
    with pytest.raises(SealError):
        prepared(mailbox=None)
    with pytest.raises(SealError):
        prepared(staged=b"sealed code")
    assert prepared(mailbox=None, staged=b"sealed code").staged_code == b"sealed code"


async def test_an_alert_passes_on_no_more_than_was_said():
    """Who asks for a caseworker without a form hands over language, topic and place only."""
    case = prepare_alert(
        {**ANSWERS, "topic": "dv"},
        language="ckb", channel="whatsapp", now=NOW, roster=trusted(), entropy=CountingEntropy(),
        mailbox=BOX,
    )  # fmt: skip
    assert case.urgency == 0
    body = opener_for("amal")(case.sealed, "report", case.case, 0, b"").body
    report = from_dict(body["answers"])
    told = {name for name in report.values if not name.startswith(("share_", "consent_"))}
    assert told == {"alert", "topics", "governorate"}


def test_an_alert_whose_level_is_lost_counts_as_now():
    """A broken draft cannot make an alert less urgent."""
    case = prepare_alert(
        {}, language="ar", channel="telegram", now=NOW, roster=trusted(), entropy=CountingEntropy(),
        mailbox=BOX,
    )  # fmt: skip
    assert case.urgency == 0


async def test_a_reply_opens_with_the_code_only():
    """A letter reaches the person's mailbox, opens with its key, and the case is in contact."""
    store, row = await claimed()
    number = await reply(
        store, row, PEOPLE["amal"], "  You can come\x1b on Sunday.\n", NOW, safe=True
    )
    view = await store.look(TAG)
    assert (view.state, view.waiting) == ("in_contact", 1)
    document = open_letter(view.letters[0].sealed, SEED, view.case, number)
    assert document.body["text"] == "You can come on Sunday."
    with pytest.raises(OpenError):
        open_letter(view.letters[0].sealed, hashlib.sha256(b"other").digest(), view.case, number)


async def test_a_reply_needs_words_a_mailbox_and_the_owner():
    """Nothing empty, too long, early or by somebody else goes to a person."""
    store, row = await claimed()
    amal = PEOPLE["amal"]
    for text in ("", " \n", "x" * (LETTER_LIMIT + 1)):
        with pytest.raises(CaseError):
            await reply(store, row, amal, text, NOW, safe=True)
    with pytest.raises(CaseError):
        await reply(store, row, PEOPLE["bahar"], "words", NOW, safe=True)
    store, row = await claimed(mailbox=None, staged=b"sealed code")
    with pytest.raises(CaseError, match="not ready"):
        await reply(store, row, amal, "words", NOW, safe=True)


async def test_two_replies_from_one_reading_send_one():
    """The second of two replies that were written on the same state is refused, not doubled."""
    store, row = await claimed()
    await reply(store, row, PEOPLE["amal"], "first", NOW, safe=True)
    with pytest.raises(CaseError, match="changed"):
        await reply(store, row, PEOPLE["amal"], "second", NOW, safe=True)
    assert (await store.look(TAG)).waiting == 1


async def test_what_the_person_adds_is_read_in_order():
    """Additions are sealed like the report and shown after it, also when two crossed."""
    store, row = await claimed()
    view = await store.look(TAG)
    for text in ("one", "crossed"):
        entry = prepare_addition(text, view=view, language="ar", now=NOW, roster=trusted())
        assert await store.add_entry(entry)
    later = prepare_addition(
        "three", view=await store.look(TAG), language="ar", now=NOW, roster=trusted()
    )
    await store.add_entry(later)
    opened = await open_case(store, row, PEOPLE["amal"], opener_for("amal"), NOW)
    assert [(each.text, each.in_order) for each in opened.additions] == [
        ("one", True), ("crossed", False), ("three", True),
    ]  # fmt: skip


async def test_what_anybody_sealed_to_the_roster_cannot_command_a_terminal():
    """Public keys are public: an addition forged in the database is cleaned before it is shown."""
    store, row = await claimed()
    view = await store.look(TAG)
    header = Header(
        kind="addition", case=row.case, prev=view.anchor, roster=1, hour=1, lang="ar", schema=1
    )
    forged = seal_case(header, {"text": "clear \x1b[2J \u202eword"}, trusted().recipients)
    await store.add_entry(NewEntry(row.case, forged, 1))
    opened = await open_case(store, row, PEOPLE["amal"], opener_for("amal"), NOW)
    assert opened.additions[0].text == "clear [2J word"


async def test_parts_of_another_case_are_not_taken_for_this_one():
    """Swapping sealed parts between cases in the database is noticed."""
    store, row = await claimed()
    other = prepared(entropy=CountingEntropy("other"))
    await store.add_entry(NewEntry(row.case, other.sealed, NOW // 3600))
    with pytest.raises(OpenError):
        await open_case(store, row, PEOPLE["amal"], opener_for("amal"), NOW)


def test_an_addition_needs_words_and_a_roster():
    """There is never an empty addition, nor one that nobody could open."""
    store = MemoryCases()
    case = prepared()
    store.insert_case(case)
    for text, force, error in (("\x00 ", trusted(), SealError), ("words", None, RosterError)):
        with pytest.raises(error):
            prepare_addition(text, view=_view(case), language="ar", now=NOW, roster=force)


def _view(case):
    from bot.ports.cases import MailboxView

    return MailboxView(case.case, "new", 1, (), hashlib.sha256(case.sealed).digest())


async def test_only_the_owner_opens_and_every_opening_is_written_down():
    """Opening is on record with handle and hour before anything is shown."""
    store, row = await claimed()
    with pytest.raises(CaseError):
        await open_case(store, row, PEOPLE["zana"], opener_for("zana"), NOW)
    await open_case(store, row, PEOPLE["amal"], opener_for("amal"), NOW)
    last = (await store.audit())[-1].note
    assert (last.actor, last.act, last.case, last.hour) == ("amal", "open", row.case, NOW // 3600)


async def test_a_conflict_with_the_place_is_pointed_out():
    """Who declared a conflict with a governorate is told when a case is about it."""
    store, row = await claimed()
    near = msgspec.structs.replace(PEOPLE["amal"], conflicts=("BG",))
    assert (await open_case(store, row, near, opener_for("amal"), NOW)).near


async def test_a_case_for_somebody_else_is_claimed_only_on_purpose():
    """A wish for a woman or child training is kept unless nobody fits and that is said."""
    store, row = await filed({**ANSWERS, "pref_gender": "female", "age_band": "12_17"})
    with pytest.raises(CaseError, match="a woman, training"):
        await claim_case(store, row, PEOPLE["bahar"], NOW)
    assert await claim_next(store, PEOPLE["bahar"], NOW) is None
    assert (await claim_case(store, row, PEOPLE["bahar"], NOW, anyway=True)).owner == "bahar"


async def test_a_manager_never_touches_a_case():
    """Who plans and counts has no way to a case's content."""
    store, row = await filed()
    with pytest.raises(CaseError):
        await claim_case(store, row, PEOPLE["rawa"], NOW)
    assert member("rawa", "manager").recipient == ""


async def test_a_case_handed_back_is_free_again():
    """After a conflict check that fails, somebody else takes the case, and its clock runs."""
    store, row = await claimed()
    await hand_back(store, row, PEOPLE["amal"], NOW)
    assert await store.next_due() == NOW
    assert (await claim_next(store, PEOPLE["bahar"], NOW)).owner == "bahar"


async def test_closing_needs_a_reason_of_the_list():
    """A case ends with one of six reasons, kept beside it, and its owner on record."""
    store, row = await claimed()
    with pytest.raises(CaseError):
        await close_case(store, row, PEOPLE["amal"], "bored", NOW)
    await close_case(store, row, PEOPLE["amal"], "needs_met", NOW)
    (closed,) = await store.match(row.case.hex())
    assert (closed.state, closed.closing, closed.owner) == ("closed", "needs_met", "amal")
    with pytest.raises(CaseError):
        await close_case(store, closed, PEOPLE["amal"], "needs_met", NOW)


def test_what_may_be_said_about_duty():
    """A person hears that somebody is on duty, from when on, or that nobody can be promised."""
    assert on_duty(None, NOW).state == "no_roster"
    assert on_duty(trusted(), NOW).state == "on_duty"
    evening = on_duty(trusted(), NOW + 6 * 3600)
    assert (evening.state, evening.next_at) == ("nobody", NOW + 20 * 3600)
    assert on_duty(trusted(shifts=()), NOW).next_at is None


def test_preparing_a_case_is_quick():
    """Sealing to a roster of twenty does not hold up the turns of others."""
    many = trusted(
        members=tuple(member(f"worker-{count}") for count in range(20)),
        shifts=(), backup=(), on_call=(),
    )  # fmt: skip
    answers = {**ANSWERS, "narrative": "word " * 200}
    spent = []
    for _ in range(9):
        began = time.perf_counter()
        prepared(answers, roster=many)
        spent.append(time.perf_counter() - began)
    assert sorted(spent)[4] < 0.1
