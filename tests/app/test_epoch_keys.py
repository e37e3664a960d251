"""Epoch keys are made twice a day, die half a day after theirs, and survive a clock that jumps."""

from dataclasses import dataclass

import pytest

from bot.app.simulate import SeededEntropy
from bot.errors import ConfigurationError, OpenError
from bot.sealing import epochs as pseudonyms
from bot.stores.epoch_files import EPOCH_SECONDS, EpochFiles
from bot.stores.steady_clock import SteadyClock

HOUR = 3600
DAY = 24 * HOUR
MIDDLE = 20_780 * DAY + EPOCH_SECONDS // 2
VID = b"telegram\x007100000001"


@dataclass
class TwoClocks:
    """A wall clock that can be set, and a monotonic one that cannot."""

    wall: int = MIDDLE
    steady: float = 1000.0

    def now(self):
        return self.wall

    def monotonic(self):
        return self.steady

    def run(self, seconds):
        self.wall += seconds
        self.steady += seconds

    def jump(self, seconds):
        self.wall += seconds


@pytest.fixture
def clock():
    return TwoClocks()


@pytest.fixture
def keys(tmp_path, clock):
    return EpochFiles(tmp_path / "keys", clock, SeededEntropy())


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "keys").iterdir())


def passing(clock, keys, seconds, step=HOUR):
    """Time goes by, with a look at the keys every hour, as the job does every minute."""
    for _ in range(seconds // step):
        clock.run(step)
        keys.rotate()


def test_a_new_epoch_has_a_new_key_and_the_old_one_still_lives(clock, keys):
    """Whoever wrote before noon is found after noon."""
    first, old = keys.current()
    passing(clock, keys, 7 * HOUR)
    assert keys.current()[0] == first + 1
    assert keys.current()[1] != old
    assert keys.living() == (keys.current(), (first, old))


def test_a_key_dies_twelve_hours_after_its_epoch(clock, keys, tmp_path):
    """One second before it still opens; then file and memory have lost it, and so have we."""
    epoch, key = keys.current()
    slot = pseudonyms.slot(key, VID)
    state = pseudonyms.state_key(key, slot, VID)
    sealed = pseudonyms.seal_state(state, slot, epoch, b"a talk", bytes(12))
    passing(clock, keys, EPOCH_SECONDS // 2 + EPOCH_SECONDS - HOUR)
    clock.run(HOUR - 1)
    assert keys.rotate() == epoch
    assert (epoch, key) in keys.living()
    clock.run(1)
    assert keys.rotate() == epoch + 1
    assert files(tmp_path) == [f"epoch-{epoch + 1}", f"epoch-{epoch + 2}"]
    for number, living in keys.living():
        assert living != key
        other = pseudonyms.slot(living, VID)
        with pytest.raises(OpenError):
            pseudonyms.open_state(pseudonyms.state_key(living, other, VID), slot, number, sealed)


def test_a_restart_finds_the_living_keys(clock, keys, tmp_path):
    """The process may be restarted at any time without anybody losing their talk."""
    passing(clock, keys, 10 * HOUR)
    again = EpochFiles(tmp_path / "keys", clock, SeededEntropy(b"other"))
    assert again.living() == keys.living()


def test_a_restart_after_a_long_night_destroys_what_should_be_dead(clock, keys, tmp_path):
    """Keys that outlived their time while nothing ran go two steady hours after the start.

    Not at once: a machine that comes up with a wrong date must not destroy living keys.
    """
    old = keys.current()[0]
    clock.run(3 * EPOCH_SECONDS)
    again = EpochFiles(tmp_path / "keys", clock, SeededEntropy(b"other"))
    passing(clock, again, HOUR)
    assert files(tmp_path) == [f"epoch-{old}", f"epoch-{old + 3}"]
    passing(clock, again, HOUR)
    assert [epoch for epoch, _ in again.living()] == [old + 3]
    assert files(tmp_path) == [f"epoch-{old + 3}"]


def test_a_start_with_a_wrong_date_destroys_nothing(clock, keys, tmp_path):
    """The clock is set right within the hour, and every key is still there."""
    passing(clock, keys, 7 * HOUR)
    before = keys.living()
    clock.jump(-20_000 * DAY)
    again = EpochFiles(tmp_path / "keys", clock, SeededEntropy(b"other"))
    passing(clock, again, HOUR)
    clock.jump(20_000 * DAY)
    last = EpochFiles(tmp_path / "keys", clock, SeededEntropy(b"third"))
    last.rotate()
    assert set(before) <= set(last.living())


def test_a_destroyed_key_is_overwritten_before_it_is_unlinked(clock, keys, tmp_path):
    """Whoever holds the file open reads zeros, not the key."""
    epoch, key = keys.current()
    with (tmp_path / "keys" / f"epoch-{epoch}").open("rb") as still_open:
        assert still_open.read() == key
        clock.run(18 * HOUR)
        keys.rotate()
        still_open.seek(0)
        assert still_open.read() == bytes(len(key))


@pytest.mark.parametrize("jump", [DAY, -DAY, 30 * DAY, -30 * DAY, 400 * DAY])
def test_a_clock_that_jumps_destroys_nothing(clock, keys, tmp_path, jump):
    """Somebody sets the date wrong for an hour: every key is still there, and still today's."""
    passing(clock, keys, 7 * HOUR)
    before = keys.living()
    clock.jump(jump)
    for _ in range(6):
        keys.rotate()
        assert keys.living() == before
        clock.run(10 * 60)
    clock.jump(-jump)
    keys.rotate()
    assert keys.living() == before
    assert len(files(tmp_path)) == 2


def test_a_jump_that_stays_is_believed_after_two_steady_hours(clock, keys):
    """The date was wrong and is now right: keys die late rather than never."""
    epoch = keys.current()[0]
    clock.jump(3 * EPOCH_SECONDS)
    keys.rotate()
    passing(clock, keys, HOUR)
    assert keys.current()[0] == epoch
    passing(clock, keys, HOUR)
    keys.rotate()
    assert [number for number, _ in keys.living()] == [epoch + 3]


def test_a_clock_that_is_corrected_a_little_is_simply_followed(clock, keys):
    """Minutes of drift put right by the network are no jump."""
    epoch = keys.current()[0]
    clock.run(5 * HOUR)
    clock.jump(50 * 60)
    assert keys.current()[0] == epoch
    clock.run(11 * 60)
    assert keys.current()[0] == epoch + 1


def test_keys_are_for_the_owner_only(keys, tmp_path):
    """Mode 0600 in a folder of mode 0700."""
    keys.current()
    folder = tmp_path / "keys"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_folder_open_to_others_is_refused(clock, keys, tmp_path):
    """Keys that others may have read protect nobody: the start says chmod 700."""
    (tmp_path / "keys").chmod(0o755)
    with pytest.raises(ConfigurationError, match=r"SANAD_RUNTIME_DIR.*chmod 700"):
        EpochFiles(tmp_path / "keys", clock, SeededEntropy())


def test_a_folder_that_cannot_be_made_is_named(clock, tmp_path):
    """The sentence says which setting and why."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="SANAD_RUNTIME_DIR: the folder cannot be made"):
        EpochFiles(tmp_path / "file" / "keys", clock, SeededEntropy())


def test_what_is_no_key_is_left_alone(clock, tmp_path):
    """A truncated or foreign file is neither used nor taken for an epoch."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    today = MIDDLE // EPOCH_SECONDS
    (folder / f"epoch-{today - 1}").write_bytes(b"short")
    (folder / "epoch-backup").write_bytes(bytes(32))
    keys = EpochFiles(folder, clock, SeededEntropy())
    assert [epoch for epoch, _ in keys.living()] == [today]
    assert keys.current()[1] not in (b"short", bytes(32))


class TwoHands:
    """A clock whose wall time can be set by hand."""

    def __init__(self):
        self.wall, self.run = 1_795_651_200, 0.0

    def now(self):
        return int(self.wall + self.run)

    def monotonic(self):
        return self.run


def test_a_clock_that_jumps_is_not_believed_for_two_hours():
    """A day forth changes nothing at once; two steady hours later it is the time."""
    hands = TwoHands()
    steady = SteadyClock(hands)
    before = steady.now()
    hands.wall += 86_400
    hands.run += 60
    assert steady.now() == before + 60
    hands.run += 7_199
    assert steady.now() == before + 7_259
    hands.run += 1
    assert steady.now() == hands.now()


def test_a_clock_that_jumps_and_is_set_right_again_was_never_believed():
    """Back again within the two hours: no trace of it."""
    hands = TwoHands()
    steady = SteadyClock(hands)
    before = steady.now()
    for move in (-86_400, 86_400):
        hands.wall += move
        hands.run += 600
        steady.now()
    assert steady.now() == before + 1_200
