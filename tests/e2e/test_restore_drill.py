"""The restore drill: a backup of a living installation, brought back on a bare machine."""

import asyncio
import json
import shutil
import sqlite3

import pytest
from typer.testing import CliRunner

from bot.app.backup import newest_backup
from bot.cli import main
from bot.prove.installation import PASSPHRASE, WORK_FACTOR
from bot.prove.people import SHORT, OnTelegram
from bot.sealing import keys
from bot.sealing.opening import Identity, open_backup, seal_identity
from bot.stores.snapshot import COPIED, LEFT_OUT
from tests.e2e.house import House, serving

ROSE, SARA = 4_503_599_627_000_011, 4_503_599_627_000_012
WORDS = "a quibzanor keeps my papers"
pytestmark = pytest.mark.usefixtures("told")
SAFE = Identity((b"sample seed in the safe, 32 byte",))


@pytest.fixture
def told(house, tmp_path, monkeypatch):
    """The settings of a command, as environment variables; the key of the safe as a file."""
    main._add_rest()
    (tmp_path / "safe.age").write_bytes(seal_identity(SAFE, PASSPHRASE, WORK_FACTOR))
    monkeypatch.setenv("SANAD_BACKUP_RECIPIENT", str(keys.recipient_of(SAFE.seeds[0])))
    monkeypatch.setenv("SANAD_IDENTITY", str(tmp_path / "safe.age"))
    monkeypatch.setenv("SANAD_PASSPHRASE_FILE", str(house.folder / "passphrase"))


async def sanad(house, *words, code=0):
    places = ("--data-dir", str(house.data), "--secrets-dir", str(house.secrets))
    done = await asyncio.to_thread(CliRunner().invoke, main.app, [*map(str, words), *places])
    assert done.exit_code == code, done.output
    return done.output


async def test_a_report_survives_the_loss_of_the_machine(house, telegram, book, tmp_path):
    """Backed up while people talk, restored elsewhere with the escrowed secrets, all of it works.

    The code opens the mailbox, the caseworker's key the report; no talk came along.
    """
    file = tmp_path / "elsewhere" / "sanad.age"
    async with serving(house, telegram):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin("ckb")
        code = await rose.report(WORDS)
        sara = OnTelegram(book, telegram, SARA)
        await sara.begin("ar")
        await sara.take(*SHORT)
        await house.settled()
        before = house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert "1 cases" in await sanad(house, "backup", file)
        assert house.rows("SELECT count(*) FROM sessions")[0][0] == 2
    stamp = newest_backup(house.data)
    assert (stamp.cases, stamp.size) == (1, file.stat().st_size)
    assert {name for (name,) in before} <= COPIED | LEFT_OUT

    other = House(tmp_path / "other", roster=False)
    shutil.copytree(house.secrets, other.secrets, dirs_exist_ok=True)
    looked = await sanad(other, "restore", file, "--check")
    assert "1 new" in looked
    assert "signed by the pinned administrator" in looked
    assert list(other.data.iterdir()) == []
    await sanad(other, "restore", file)
    assert other.rows("SELECT count(*) FROM sessions") == [(0,)]
    assert [report["answers"]["narrative"] for report in other.told()] == [WORDS]
    async with serving(other, telegram):
        rose = OnTelegram(book, telegram, ROSE)
        await rose.begin("ckb")
        await rose.come_back(code)
        rose.at("code.nothing_new")
        listed = json.loads(await other.case("list", "--json"))
        assert [row["state"] for row in listed] == ["new"]


async def test_nothing_of_a_talk_or_a_key_is_in_a_backup(house, telegram, book, tmp_path):
    """Opened with the key of the safe, it holds no session row, no host secret, no epoch key."""
    async with serving(house, telegram):
        sara = OnTelegram(book, telegram, SARA)
        await sara.begin("ar")
        await sara.take(*SHORT)
        (talk,) = house.rows("SELECT slot, sealed FROM sessions")
        await sanad(house, "backup", tmp_path / "one.age")
    opened = tmp_path / "opened.sqlite"
    with (tmp_path / "one.age").open("rb") as source, opened.open("wb") as target:
        open_backup(source, target, SAFE.seeds)
    data = opened.read_bytes()
    secret = [path.read_bytes() for path in house.runtime.iterdir()]
    secret += [(house.secrets / name).read_bytes() for name in ("pepper", "salt")]
    assert len(secret) >= 3
    for kept in (*talk, *secret):
        assert kept not in data
    assert (house.data / "roster.json").read_bytes() in data  # the search itself does find


@pytest.mark.parametrize("name", ["sanad.sqlite", "sanad.sqlite-wal"])
async def test_a_restore_overwrites_nothing(house, telegram, tmp_path, name):
    """Where any file of a database lies, a restore refuses and leaves it as it was."""
    async with serving(house, telegram):
        pass
    await sanad(house, "backup", tmp_path / "one.age")
    other = House(tmp_path / "other")
    (other.data / name).write_bytes(b"something of somebody's")
    assert "never overwritten" in await sanad(other, "restore", tmp_path / "one.age", code=1)
    assert (other.data / name).read_bytes() == b"something of somebody's"
    assert "there already" in await sanad(house, "backup", tmp_path / "one.age", code=1)


@pytest.mark.parametrize(
    ("smuggled", "word"),
    [
        ("CREATE TRIGGER extra AFTER INSERT ON cases BEGIN DELETE FROM audit; END", "extra"),
        ("CREATE TABLE strangers (text TEXT)", "strangers"),
    ],
)
async def test_what_nobody_decided_about_stops_a_backup(house, telegram, tmp_path, smuggled, word):
    """A table or trigger in neither list: no file is written, and the sentence names it."""
    async with serving(house, telegram):
        pass
    with sqlite3.connect(house.database) as connection:
        connection.execute(smuggled)
    connection.close()
    assert word in await sanad(house, "backup", tmp_path / "one.age", code=1)
    assert not (tmp_path / "one.age").exists()
    assert not list(house.data.glob(".backup*"))
