import json

import pytest

from bot.domain import roster as rosters
from bot.errors import RosterError
from bot.sealing import keys
from bot.stores.memory_cases import MemoryCases
from bot.usecases.trust_roster import (
    check_roster,
    known_rosters,
    parse_admins,
    sign_roster,
    trust_roster,
)  # fmt: skip
from tests.fakes.caseworkers import ADMIN_SEED, ADMINS, member, roster, seed_of


def signed(version=1, **named):
    return sign_roster(roster(version, **named), ADMIN_SEED)


async def test_a_signed_roster_is_trusted_and_remembered():
    """What the pinned administrator signed is in force, with keys ready to seal to."""
    store = MemoryCases()
    trusted = await trust_roster(signed(), ADMINS, store)
    assert trusted.roster == roster()
    assert len(trusted.recipients) == len(set(trusted.fingerprints)) == 3
    assert (await store.newest_roster())[0] == 1
    assert (await trust_roster(signed(), ADMINS, store)).version == 1


def altered(file, change):
    document = json.loads(file)
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file["roster"].update(version=2),
        lambda file: file["roster"]["members"][0].update(recipient=member("intruder").recipient),
        lambda file: file["roster"]["members"].append({"handle": "intruder", "role": "manager"}),
        lambda file: file["roster"].update(break_glass=member("intruder").recipient),
        lambda file: file.update(signature=""),
        lambda file: file.update(signature="not hex"),
        lambda file: file.update(signature="00" * 64),
        lambda file: file["roster"].update(version=1.5),
    ],
)
async def test_an_altered_roster_is_refused(change):
    """A swapped key, an added member or a lost signature: nothing is sealed by such a roster."""
    with pytest.raises(RosterError):
        await trust_roster(altered(signed(), change), ADMINS, MemoryCases())


async def test_another_administrator_is_refused():
    """A roster signed by any other key than the pinned one is no roster."""
    intruder = keys.signing_public(seed_of("intruder"))
    with pytest.raises(RosterError):
        await trust_roster(signed(), (intruder,), MemoryCases())


async def test_a_rollback_is_refused_also_after_a_restart():
    """An older roster, properly signed, cannot bring back somebody who was removed."""
    store = MemoryCases()
    await trust_roster(signed(2), ADMINS, store)
    with pytest.raises(RosterError, match="older"):
        await trust_roster(signed(1), ADMINS, store)
    assert (await store.newest_roster())[0] == 2


async def test_two_rosters_of_one_version_are_refused():
    """A version means one thing: a second roster under it is not taken."""
    store = MemoryCases()
    await trust_roster(signed(), ADMINS, store)
    with pytest.raises(RosterError, match="two different"):
        await trust_roster(signed(backup=()), ADMINS, store)


async def test_the_same_roster_in_another_spelling_stays_trusted():
    """Spaces and the order of keys in the file do not matter, only what was signed."""
    store = MemoryCases()
    await trust_roster(signed(), ADMINS, store)
    respelt = json.dumps(json.loads(signed()), sort_keys=True).encode()
    assert (await trust_roster(respelt, ADMINS, store)).version == 1


async def test_earlier_rosters_stay_known_to_openers():
    """A case sealed by an older roster can still be checked against exactly that one."""
    store = MemoryCases()
    await trust_roster(signed(1), ADMINS, store)
    newer = signed(2, members=roster().members[:2], backup=(), on_call=())
    await trust_roster(newer, ADMINS, store)
    known = await known_rosters(3, ADMINS, store)
    assert {version: len(each.fingerprints) for version, each in known.items()} == {1: 3, 2: 2}
    assert len(known) == 2
    assert known.get(3) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"roster": 1}', b"null"])
def test_what_is_no_roster_file_is_refused_with_a_sentence(data):
    """Any other file is refused, never half read."""
    with pytest.raises(RosterError):
        check_roster(data, ADMINS)


def test_a_roster_unfit_for_use_cannot_be_signed():
    """The administrator hears of a fault before it is in force."""
    with pytest.raises(RosterError):
        sign_roster(roster(0), ADMIN_SEED)


@pytest.mark.parametrize("text", ["", "xyz", "00" * 31])
def test_a_damaged_pin_is_refused(text):
    """A pinned key that is no key stops everything."""
    with pytest.raises(RosterError):
        parse_admins(text)


def test_a_roster_with_a_broken_key_is_refused():
    """A key that nothing could be sealed to is found when the roster is read, not when needed."""
    broken = member("amal").recipient[:-1] + "q"
    document = rosters.encode(
        roster(members=(member("amal", recipient=broken),), backup=(), on_call=())
    )
    with pytest.raises(RosterError):
        check_roster(sign_roster(rosters.decode(document), ADMIN_SEED), ADMINS)
