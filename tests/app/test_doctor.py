"""The doctor finds what was broken on purpose, and says what to do about it."""

import json
import os
import shutil
import sqlite3

import pytest
from typer.testing import CliRunner

from bot.app.backup import make_backup
from bot.app.content import DEMO
from bot.app.doctor import examine
from bot.app.doctor.machine import epochs, file_system, swap
from bot.app.doctor.reachable import clock
from bot.app.runtime import SystemClock
from bot.cli import main
from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio
from bot.sealing import keys
from bot.stores.epoch_files import EPOCH_SECONDS
from bot.stores.sqlite import Database
from tests.e2e.house import House, channels

now = SystemClock().now
NOW = now()
RECIPIENT = str(keys.recipient_of(b"a backup's sample seed, 32 bytes"))


@pytest.fixture
async def house(tmp_path):
    """An installation with nothing to complain of but what no test can have."""
    house = House(tmp_path)
    for name in ("pepper", "salt"):
        (house.secrets / name).write_bytes(b"x" * 32)
    await (await Database.open(house.database)).close()
    return house


def settings(house, **more):
    named = house.named(backup_recipient=RECIPIENT, **more)
    named["runtime_dir"] = f"/dev/shm/sanad-test-{os.getpid()}"  # noqa: S108 - never made
    return house.settings(**named)


async def levels(settings, *, network=False):
    return {found.name: found async for found in examine(settings, now(), network=network)}


async def test_a_good_installation_fails_nowhere(house):
    """Sealing, folders, database, words and roster are ok; every warning has a remedy."""
    make_backup(settings(house), house.folder / "one.age", NOW)
    found = await levels(settings(house))
    assert not [one for one in found.values() if one.level == "fail"]
    assert all(one.remedy for one in found.values() if one.level != "ok")
    for name in ("sealing", "key folder", "database", "organisation", "roster", "duty", "backup"):
        assert found[name].level == "ok", found[name]


def open_secrets(house):
    house.secrets.chmod(0o755)


def lose_pepper(house):
    (house.secrets / "pepper").unlink()


def tear_database(house):
    data = bytearray(house.database.read_bytes())
    data[4096 : 4096 * 3] = os.urandom(4096 * 2)
    house.database.write_bytes(data)


def newer_database(house):
    with sqlite3.connect(house.database) as connection:
        connection.execute("INSERT INTO migrations VALUES ('9999_later.sql', 'x')")
    connection.close()


def alter_roster(house):
    path = house.data / "roster.json"
    path.write_bytes(path.read_bytes().replace(b"amal", b"zana"))


def no_roster(house):
    (house.data / "roster.json").unlink()


def sample_words(house):
    shutil.copy(DEMO / "organisation.toml", house.folder / "organisation.toml")


@pytest.mark.parametrize(
    ("break_it", "name"),
    [
        (open_secrets, "secrets folder"),
        (lose_pepper, "secrets"),
        (tear_database, "database"),
        (newer_database, "database"),
        (alter_roster, "roster"),
        (no_roster, "roster"),
        (sample_words, "organisation"),
    ],
)
async def test_what_is_broken_is_found_and_has_a_remedy(house, break_it, name):
    """One fault planted, one line that fails."""
    kept = settings(house)
    break_it(house)
    found = await levels(kept)
    assert found[name].level == "fail"
    assert found[name].remedy


async def test_the_age_of_the_backup_is_shown(house):
    """None, fresh, and too old."""
    told = settings(house)
    assert (await levels(told))["backup"].level == "warn"
    make_backup(told, house.folder / "old.age", NOW - 40 * 3600)
    old = (await levels(told))["backup"]
    assert (old.level, old.told.split(",")[0]) == ("warn", "40 hours old")
    make_backup(told, house.folder / "new.age", NOW - 3600)
    assert (await levels(told))["backup"].level == "ok"


def test_where_keys_lie_is_read_from_the_mounts(tmp_path):
    """The deepest mount above the folder decides, also for a folder that is not there yet."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw\ntmpfs {tmp_path}/run tmpfs rw\n")
    assert file_system(tmp_path / "run" / "sanad", mounts) == "tmpfs"
    assert file_system(tmp_path / "data", mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "none") == ""


def test_a_key_that_outlived_its_time_is_found(house):
    """And keys that are alive are not complained of."""
    told = settings(house, runtime_dir=house.runtime)
    told = told.model_copy(update={"runtime_dir": house.runtime})
    house.runtime.mkdir(mode=0o700)
    for age in (0, 1):
        (house.runtime / f"epoch-{NOW // EPOCH_SECONDS - age}").write_bytes(b"k" * 32)
    assert epochs(told, NOW).level == "ok"
    (house.runtime / f"epoch-{NOW // EPOCH_SECONDS - 3}").write_bytes(b"k" * 32)
    assert epochs(told, NOW).level == "fail"


def test_swap_on_a_disk_is_warned_of(tmp_path):
    """Compressed memory is no disk."""
    swaps = tmp_path / "swaps"
    swaps.write_text("Filename Type Size\n/dev/zram0 partition 1\n")
    assert swap(swaps).level == "ok"
    swaps.write_text("Filename Type Size\n/dev/sda2 partition 1\n")
    assert swap(swaps).level == "warn"


@pytest.mark.parametrize(
    ("theirs", "level"), [([], "warn"), ([NOW + 3], "ok"), ([NOW - 60], "warn"), ([1], "fail")]
)
def test_the_clock_is_compared_with_the_providers(theirs, level):
    """Seconds are nothing, a minute is a warning, hours break keys and alarms."""
    assert clock(theirs, NOW).level == level


async def test_providers_are_asked(house):
    """A token that works, one that does not, and a webhook that leads elsewhere."""
    async with FakeTelegram() as telegram, FakeTwilio() as twilio:
        told = settings(house, **channels("http://127.0.0.1:9", telegram, twilio, "polling"))
        found = await levels(told, network=True)
        assert [found[name].level for name in ("telegram", "webhook", "twilio", "clock")] == [
            "ok", "ok", "ok", "ok",
        ]  # fmt: skip
        assert found["service"].level == "warn"
        telegram.webhook = "https://another.invalid/hooks/telegram"
        assert (await levels(told, network=True))["webhook"].level == "warn"
        telegram.token = "another"
        found = await levels(told, network=True)
        assert (found["telegram"].level, found["telegram"].told[-5:]) == ("fail", "(401)")
    found = await levels(told, network=True)
    assert "no connection" in found["twilio"].told


def test_the_command_prints_a_line_each_and_fails_when_something_fails(house, monkeypatch):
    """Exit code 1 and a remedy on the screen; with --json one object a line, and no secret."""
    monkeypatch.chdir(house.folder)
    for name, value in house.environment(telegram_token="123456789:" + "A" * 35).items():
        monkeypatch.setenv(name, value)
    main._add_rest()
    done = CliRunner().invoke(main.app, ["doctor", "--offline"])
    assert done.exit_code == 1
    assert "FAIL  backup" in done.stdout
    assert "→" in done.stdout
    lines = CliRunner().invoke(main.app, ["doctor", "--offline", "--json"]).stdout.splitlines()
    assert {json.loads(line)["level"] for line in lines} == {"ok", "warn", "fail"}
    assert "A" * 35 not in done.stdout + "".join(lines)
    monkeypatch.setenv("SANAD_PORT", "many")
    done = CliRunner().invoke(main.app, ["doctor"])
    assert done.exit_code == 1
    assert "SANAD_PORT" in done.stdout
