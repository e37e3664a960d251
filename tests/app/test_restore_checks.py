"""What a restore refuses: every way a backup can be something else than what it should be."""

import asyncio
import os
import shutil
import sqlite3
from importlib import resources

import pytest

from bot.app import restore
from bot.app.backup import backup_recipient, make_backup, remove_older
from bot.app.settings import load_settings
from bot.domain.audit import Note
from bot.errors import ConfigurationError, SanadError
from bot.sealing import age, keys
from bot.sealing.opening import open_backup
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases
from bot.usecases.trust_roster import sign_roster
from tests.fakes.caseworkers import ADMIN_SEED, ADMINS, roster
from tests.fakes.caseworkers import MONDAY_NOON as NOW

SEED = b"a backup's sample seed, 32 bytes"
OTHER_ADMIN = b"the sample seed of another admin"


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "admin.pub").write_text(ADMINS[0].hex())
    return load_settings(
        data_dir=tmp_path / "data",
        secrets_dir=tmp_path / "secrets",
        backup_recipient=str(keys.recipient_of(SEED)),
    )


async def filled(settings, signer=ADMIN_SEED):
    database = await Database.open(settings.database_path)
    cases = SqliteCases(database)
    await cases.keep_roster(1, sign_roster(roster(1), signer))
    for act in ("roster", "export", "export"):
        await cases.note(Note(NOW // 3600, "amal", act, b""))
    await database.close()


def unseal(source, target):
    open_backup(source, target, [SEED])


async def restored(settings, file):
    with restore.unsealed(settings, file, unseal) as copy:
        return await restore.check_copy(settings, copy)


def meddled(settings, tmp_path, *statements):
    """A backup sealed again by somebody who knows the public key, after changing what is in it."""
    make_backup(settings, tmp_path / "good.age", NOW)
    opened = tmp_path / "opened.sqlite"
    with (tmp_path / "good.age").open("rb") as source, opened.open("wb") as target:
        unseal(source, target)
    connection = sqlite3.connect(opened)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    with opened.open("rb") as source, (tmp_path / "bad.age").open("wb") as target:
        age.seal_file(source, target, [keys.recipient_of(SEED)])
    return tmp_path / "bad.age"


async def test_a_good_backup_passes_every_check(settings, tmp_path):
    """Audit chain, roster and tables are counted; afterwards no copy is left."""
    await filled(settings)
    make_backup(settings, tmp_path / "good.age", NOW)
    checked = await restored(settings, tmp_path / "good.age")
    assert (checked.made, checked.audited, checked.roster, checked.signed) == (NOW, 3, 1, True)
    assert {path.stem for path in settings.data_dir.iterdir()} == {"backup", "sanad"}


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE audit SET actor = 'zana' WHERE seq = 2", "entry 2"),
        ("DELETE FROM audit WHERE seq = 1", "entry 1"),
        ("CREATE TRIGGER t AFTER INSERT ON audit BEGIN DELETE FROM cases; END", "tables"),
        ("CREATE VIEW v AS SELECT 1", "tables"),
        ("DROP INDEX clocks_due", "clocks_due"),
        ("UPDATE migrations SET checksum = 'another'", "another 0001"),
        ("INSERT INTO migrations VALUES ('9999_later.sql', 'x')", "9999_later"),
        ("UPDATE backup_about SET format = 2", "format"),
        ("DELETE FROM backup_about", "format"),
        ("DROP TABLE backup_files", "tables"),
        ("INSERT INTO entries (case_id, number, hour, sealed) VALUES (x'00', 0, 1, x'')", "hang"),
    ],
)
async def test_what_was_changed_before_sealing_is_refused(settings, tmp_path, statement, word):
    """Anybody can seal to a public key; what they slipped in is found by what it has to match."""
    await filled(settings)
    with pytest.raises(SanadError, match=word):
        await restored(settings, meddled(settings, tmp_path, statement))
    assert not list(settings.data_dir.glob(".restore*"))


async def test_a_roster_of_another_administrator_is_refused(settings, tmp_path):
    """The pinned key decides, not the backup."""
    await filled(settings, OTHER_ADMIN)
    make_backup(settings, tmp_path / "good.age", NOW)
    with pytest.raises(SanadError, match="not signed by"):
        await restored(settings, tmp_path / "good.age")


async def test_a_database_that_appears_meanwhile_is_not_replaced(settings, tmp_path):
    """Somebody starts the service while a restore is under way: the restore gives up."""
    await filled(settings)
    make_backup(settings, tmp_path / "good.age", NOW)
    before = settings.database_path.read_bytes()
    with restore.unsealed(settings, tmp_path / "good.age", unseal) as copy:
        checked = await restore.check_copy(settings, copy)
        with pytest.raises(ConfigurationError, match="never overwritten"):
            restore.put_in_place(settings, copy, checked.files)
    assert settings.database_path.read_bytes() == before


async def test_noise_sealed_as_a_backup_is_refused(settings, tmp_path):
    """A sealed file that holds no database is no backup."""
    noise = tmp_path / "noise.age"
    noise.write_bytes(age.seal(b"not a database" * 999, [keys.recipient_of(SEED)]))
    with pytest.raises(SanadError, match="no database of ours"):
        await restored(settings, noise)


async def test_a_backup_of_an_older_version_is_brought_up_to_date(settings, tmp_path, monkeypatch):
    """Made before a migration, restored after it: the migration runs and nothing is lost."""
    await filled(settings)
    make_backup(settings, tmp_path / "old.age", NOW)
    folder = tmp_path / "stores"
    shutil.copytree(resources.files("bot.stores") / "migrations", folder / "migrations")
    (folder / "migrations" / "9999_later.sql").write_text("ALTER TABLE cases ADD COLUMN x TEXT;")
    monkeypatch.setattr(resources, "files", lambda _: folder)
    with restore.unsealed(settings, tmp_path / "old.age", unseal) as copy:
        assert (await restore.check_copy(settings, copy)).audited == 3
        connection = sqlite3.connect(copy)
        assert "x" in {row[1] for row in connection.execute("PRAGMA table_info(cases)")}
        connection.close()


async def test_the_service_goes_on_writing_while_a_backup_is_made(settings, tmp_path):
    """A copy is one moment: what is written meanwhile is in the next one, never half of it."""
    await filled(settings)
    database = await Database.open(settings.database_path)
    cases = SqliteCases(database)

    async def write():
        for _ in range(200):
            await cases.note(Note(NOW // 3600, "amal", "export", b""))

    writing = asyncio.create_task(write())
    await asyncio.to_thread(make_backup, settings, tmp_path / "live.age", NOW)
    await writing
    checked = await restored(settings, tmp_path / "live.age")
    assert 3 <= checked.audited <= 203
    await database.close()


def test_without_anybody_to_open_it_there_is_no_backup(tmp_path):
    """No break-glass key and no setting: a sentence, not an unreadable file."""
    with pytest.raises(ConfigurationError, match="SANAD_BACKUP_RECIPIENT"):
        backup_recipient(load_settings(data_dir=tmp_path, secrets_dir=tmp_path))


def test_the_break_glass_key_counts_only_under_a_valid_signature(tmp_path):
    """Who can write the roster file but not sign it cannot have backups sealed to themselves."""
    settings = load_settings(data_dir=tmp_path, secrets_dir=tmp_path)
    (tmp_path / "admin.pub").write_text(ADMINS[0].hex())
    mine = str(keys.recipient_of(SEED))
    for signer, fits in ((ADMIN_SEED, True), (OTHER_ADMIN, False)):
        (tmp_path / "roster.json").write_bytes(sign_roster(roster(1, break_glass=mine), signer))
        if fits:
            assert str(backup_recipient(settings)) == mine
        else:
            with pytest.raises(SanadError, match="not signed"):
                backup_recipient(settings)


def test_only_old_backups_are_deleted(tmp_path):
    """Dated files past their time go; everything else in the folder stays."""
    for name, days in (("sanad-1.age", 20), ("sanad-2.age", 3), ("other.age", 99)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (NOW - days * 86_400,) * 2)
    assert remove_older(tmp_path, 14, NOW) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.age", "sanad-2.age"]


def test_a_full_disk_leaves_neither_copy_nor_half_a_backup(settings, tmp_path, monkeypatch):
    """The sentence says what to look at; the copy beside the database is gone."""
    asyncio.run(filled(settings))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(age, "seal_file", full)
    with pytest.raises(SanadError, match="room"):
        make_backup(settings, tmp_path / "good.age", NOW)
    assert not list(tmp_path.glob("good*"))
    assert not list(settings.data_dir.glob(".backup*"))
