import asyncio

import pytest

from bot.app.roster_file import RosterFile
from bot.errors import OldRosterError, RosterError, UnsignedRosterError
from bot.sealing import keys
from bot.stores.memory_cases import MemoryCases
from bot.usecases.trust_roster import (
    FormerAdmin,
    check_roster,
    parse_admins,
    sign_roster,
    write_admins,
)
from tests.fakes.caseworkers import ADMIN_SEED, ADMINS, roster, seed_of

SECOND_SEED = seed_of("second admin")
SECOND = keys.signing_public(SECOND_SEED)


@pytest.fixture
def place(tmp_path):
    pinned = "\n".join(["# administrators", *(key.hex() for key in (*ADMINS, SECOND)), ""])
    (tmp_path / "admin.pub").write_text(pinned)
    history = MemoryCases()
    return RosterFile(tmp_path / "roster.json", tmp_path / "admin.pub", history)


async def test_a_roster_signed_in_a_browser_is_in_force_at_once(place, tmp_path):
    """It is on the disk before anybody is told, and a fresh start takes the same one."""
    file = sign_roster(roster(1), ADMIN_SEED)
    trusted = await place.publish(file)
    assert place() == trusted
    assert (tmp_path / "roster.json").read_bytes() == file
    again = RosterFile(tmp_path / "roster.json", tmp_path / "admin.pub", MemoryCases())
    await again.refresh()
    assert again().roster == trusted.roster


async def test_each_pinned_administrator_may_sign(place):
    """When one is away, the other signs the next version."""
    await place.publish(sign_roster(roster(1), ADMIN_SEED))
    assert (await place.publish(sign_roster(roster(2), SECOND_SEED))).version == 2


async def test_two_administrators_at_once_leave_one_roster(place):
    """Of two who sign the same version, one is told to look again; nothing is mixed."""
    files = [
        sign_roster(roster(1, backup=backup), seed)
        for backup, seed in ((("bahar",), ADMIN_SEED), ((), SECOND_SEED))
    ]
    answers = await asyncio.gather(*map(place.publish, files), return_exceptions=True)
    assert [isinstance(answer, OldRosterError) for answer in answers] == [False, True]
    assert place().roster.backup == ("bahar",)


async def test_what_is_not_signed_or_old_changes_nothing(place, tmp_path):
    """An intruder's roster and a step back are refused, and the file on the disk stays."""
    good = sign_roster(roster(3), ADMIN_SEED)
    await place.publish(good)
    with pytest.raises(UnsignedRosterError):
        await place.publish(sign_roster(roster(4), seed_of("intruder")))
    for version in (2, 3):
        with pytest.raises(OldRosterError):
            await place.publish(sign_roster(roster(version), ADMIN_SEED))
    with pytest.raises(RosterError):
        await place.publish(b"{}")
    assert (tmp_path / "roster.json").read_bytes() == good
    assert place().version == 3


@pytest.mark.parametrize(
    "text", ["", "# only a remark", "xyz", "00" * 31, f"{'00' * 32}\nnot a key", "00" * 64]
)
def test_a_damaged_list_of_administrators_stops_everything(text):
    """One broken line makes the whole pin worthless: better no roster than a guess."""
    with pytest.raises(RosterError):
        parse_admins(text)


def test_the_same_key_twice_is_one_administrator():
    """Repetitions and blank lines change nothing."""
    line = SECOND.hex()
    assert parse_admins(f"\n{line}\n\n{line}\n") == (SECOND,)


def test_a_roster_of_a_key_that_is_not_pinned_any_more_is_refused():
    """Taking a line out of admin.pub ends that administrator's power."""
    file = sign_roster(roster(1), SECOND_SEED)
    assert check_roster(file, (*ADMINS, SECOND)).version == 1
    with pytest.raises(UnsignedRosterError):
        check_roster(file, ADMINS)


def test_who_has_left_signs_nothing_new_and_the_old_stays_true():
    """Rosters of before the leaving are still read, by openers of old cases; none after it."""
    pinned = (*ADMINS, FormerAdmin.since(SECOND, 2))
    assert parse_admins(write_admins(pinned)) == pinned
    admins = parse_admins(write_admins(pinned))
    assert check_roster(sign_roster(roster(2), SECOND_SEED), admins).version == 2
    with pytest.raises(UnsignedRosterError):
        check_roster(sign_roster(roster(3), SECOND_SEED), admins)
    assert check_roster(sign_roster(roster(3), ADMIN_SEED), admins).version == 3


@pytest.mark.parametrize("end", [" until", " until x", " since 2", " until 2 3"])
def test_a_broken_end_of_a_pin_is_refused(end):
    """A line that is not understood is never taken for an administrator without an end."""
    with pytest.raises(RosterError):
        parse_admins(SECOND.hex() + end)
