"""Re-sealing: from a change of the roster until nobody who left can open anything."""

import pytest

from bot.errors import CaseError, OpenError
from bot.ports.cases import NewNote
from bot.ports.casework import Resealed
from bot.sealing import envelope
from bot.sealing.opening import Expected, open_case
from bot.sealing.signed import seal_again
from bot.usecases.add_note import add_note
from bot.usecases.claim import claim_case
from bot.usecases.hand_off import prepare_addition
from bot.usecases.open_case import open_case as read_case
from bot.usecases.reseal import Resealing
from bot.usecases.trust_roster import sign_roster, trust_roster
from tests.fakes.caseworkers import ADMIN_SEED, ADMINS, opener_for, roster, seed_of, trusted
from tests.fakes.caseworkers import MONDAY_NOON as NOW
from tests.usecases.desk import PEOPLE, TAG, Desk

WITHOUT_BAHAR = tuple(each for each in roster().members if each.handle != "bahar")
LATER = {"members": WITHOUT_BAHAR, "backup": ()}


def browser(handle, stale, rosters, roster_now):
    """What a colleague's browser makes of one part."""
    known = {each.version: each for each in rosters}
    kind = "note" if stale.part == "note" else "addition" if stale.number else "report"
    prev = b"" if kind == "report" else stale.anchor
    seq = stale.number if kind != "addition" else stale.number - 1
    expected = Expected(
        kind=kind, case=stale.case, seq=seq, prev=prev, rosters=known, origin=stale.origin
    )
    document = open_case(stale.sealed, [seed_of(handle)], expected)
    sealed = seal_again(
        document,
        by=handle,
        signing=seed_of("sign " + handle),
        origin=stale.origin or envelope.digest(stale.sealed),
        roster=roster_now.version,
        recipients=roster_now.recipients,
    )
    before = envelope.digest(stale.sealed)
    return Resealed(stale.case, stale.part, stale.number, before, roster_now.version, sealed)


async def told(desk):
    """A case with a report, an addition and a note, by the first roster."""
    await trust_roster(sign_roster(roster(1), ADMIN_SEED), ADMINS, desk.store)
    view = await desk.store.look(TAG)
    added = prepare_addition("SAMPLE more", view=view, language="ar", now=NOW, roster=desk.roster)
    await desk.store.add_entry(added)
    await add_note(await desk.at(), await desk.note())
    return Resealing(desk.store, desk.store, lambda: ADMINS)


async def test_after_a_revocation_a_colleagues_browser_locks_out_who_left():
    """Every part of an open case is sealed again, opens as before, and not for who left."""
    desk = await Desk.claimed()
    resealing = await told(desk)
    assert await resealing.count(trusted(1)) == 0
    now = trusted(2, **LATER)
    await trust_roster(sign_roster(roster(2, **LATER), ADMIN_SEED), ADMINS, desk.store)
    waiting = await resealing.waiting(now)
    assert [(each.part, each.number) for each in waiting] == [
        ("entry", 0), ("entry", 1), ("note", 1),
    ]  # fmt: skip
    both = [trusted(1), now]
    parts = [browser("zana", each, both, now) for each in waiting]
    assert await resealing.put(parts, PEOPLE["zana"], now, NOW) == 3
    assert await resealing.count(now) == 0
    row = await desk.row()
    opened = await read_case(desk.store, row, PEOPLE["amal"], opener_for("amal", *both), NOW)
    assert opened.report.one("narrative") == "SAMPLE"
    assert [each.text for each in opened.additions] == ["SAMPLE more"]
    assert [each.fields["text"] for each in opened.notes] == ["SAMPLE note"]
    with pytest.raises(OpenError):
        await read_case(desk.store, row, PEOPLE["amal"], opener_for("bahar", *both), NOW)


async def test_an_addition_after_a_resealing_still_fits():
    """The person adds with the code as before: what it names is the report as first stored."""
    desk = await Desk.claimed()
    resealing = await told(desk)
    now = trusted(2, **LATER)
    await trust_roster(sign_roster(roster(2, **LATER), ADMIN_SEED), ADMINS, desk.store)
    parts = [browser("amal", each, [trusted(1), now], now) for each in await resealing.waiting(now)]
    await resealing.put(parts, PEOPLE["amal"], now, NOW)
    view = await desk.store.look(TAG)
    again = prepare_addition("SAMPLE again", view=view, language="ar", now=NOW, roster=now)
    await desk.store.add_entry(again)
    opener = opener_for("zana", trusted(1), now)
    opened = await read_case(desk.store, await desk.row(), PEOPLE["amal"], opener, NOW)
    assert [each.text for each in opened.additions] == ["SAMPLE more", "SAMPLE again"]
    assert all(each.in_order for each in opened.additions)


async def test_a_roster_with_the_same_keys_seals_nothing_again():
    """New shifts or a new backup are no reason to open anything."""
    desk = await Desk.claimed()
    resealing = await told(desk)
    await trust_roster(sign_roster(roster(2, shifts=()), ADMIN_SEED), ADMINS, desk.store)
    assert await resealing.count(trusted(2, shifts=())) == 0


async def test_who_comes_later_is_given_what_waits():
    """A new member opens an older case once a colleague's browser sealed it to her too."""
    desk = await Desk.filed(roster_=trusted(1, **LATER))
    await trust_roster(sign_roster(roster(1, **LATER), ADMIN_SEED), ADMINS, desk.store)
    await trust_roster(sign_roster(roster(2), ADMIN_SEED), ADMINS, desk.store)
    resealing = Resealing(desk.store, desk.store, lambda: ADMINS)
    both = [trusted(1, **LATER), trusted(2)]
    (part,) = await resealing.waiting(trusted(2))
    await resealing.put([browser("amal", part, both, trusted(2))], PEOPLE["amal"], trusted(2), NOW)
    row = await claim_case(desk.store, await desk.row(), PEOPLE["bahar"], NOW)
    opened = await read_case(desk.store, row, PEOPLE["bahar"], opener_for("bahar", *both), NOW)
    assert opened.report.one("narrative") == "SAMPLE"


@pytest.mark.parametrize("fault", ["readers", "version", "bytes", "size"])
async def test_what_is_sealed_for_others_is_not_put_back(fault):
    """A browser that seals for the wrong people, or sends no sealed file, changes nothing."""
    desk = await Desk.claimed()
    resealing = await told(desk)
    now = trusted(2, **LATER)
    await trust_roster(sign_roster(roster(2, **LATER), ADMIN_SEED), ADMINS, desk.store)
    stale = (await resealing.waiting(now))[0]
    good = browser("zana", stale, [trusted(1), now], now)
    wrong = {
        "readers": stale.sealed,
        "version": good.sealed,
        "bytes": b"age-encryption.org/v1\n",
        "size": good.sealed + bytes(1 << 20),
    }
    version = 1 if fault == "version" else 2
    part = Resealed(good.case, good.part, 0, good.before, version, wrong[fault])
    with pytest.raises(CaseError):
        await resealing.put([part], PEOPLE["zana"], now, NOW)
    assert (await desk.store.entries(desk.case))[0].sealed == stale.sealed


async def test_two_browsers_seal_one_part_once():
    """The second of two colleagues who sealed the same part changes nothing."""
    desk = await Desk.claimed()
    resealing = await told(desk)
    now = trusted(2, **LATER)
    await trust_roster(sign_roster(roster(2, **LATER), ADMIN_SEED), ADMINS, desk.store)
    stale = (await resealing.waiting(now))[:1]
    for handle, changed in (("zana", 1), ("amal", 0)):
        parts = [browser(handle, each, [trusted(1), now], now) for each in stale]
        assert await resealing.put(parts, PEOPLE[handle], now, NOW) == changed


async def test_a_note_written_meanwhile_is_left_alone():
    """What was sealed for the new roster already does not come up again."""
    desk = await Desk.claimed()
    resealing = await told(desk)
    now = trusted(2, **LATER)
    await trust_roster(sign_roster(roster(2, **LATER), ADMIN_SEED), ADMINS, desk.store)
    desk.roster = now
    note: NewNote = await desk.note()
    await add_note(await desk.at(), note)
    assert await resealing.count(now) == 3
