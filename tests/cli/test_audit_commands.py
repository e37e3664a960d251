"""`sanad audit` over a real database file."""

import asyncio
import sqlite3

from typer.testing import CliRunner

from bot.app.runtime import SystemEntropy
from bot.app.secrets import host_secrets
from bot.cli.audit import app
from bot.domain.audit import Note
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import SqliteCases


def folders(tmp_path, acts=5):
    async def fill():
        database = await Database.open(tmp_path / "data" / "sanad.sqlite")
        store = SqliteCases(database)
        for number in range(acts):
            await store.note(Note(494_000, "amal", "open", bytes([number]) * 16))
        await database.close()

    host_secrets(tmp_path / "secrets", SystemEntropy(), fresh=True)
    asyncio.run(fill())
    return ["--data-dir", str(tmp_path / "data"), "--secrets-dir", str(tmp_path / "secrets")]


def run(*words):
    return CliRunner().invoke(app, list(words))


def changed(tmp_path, sql):
    with sqlite3.connect(tmp_path / "data" / "sanad.sqlite") as connection:
        connection.execute(sql)
    connection.close()


def test_a_head_kept_outside_finds_what_was_cut_off(tmp_path):
    """`head` writes a note, `verify --head` holds the chain against it."""
    where = folders(tmp_path)
    note = tmp_path / "head.txt"
    note.write_text(run("head", *where).stdout, encoding="utf-8")
    good = run("verify", "--head", str(note), *where)
    assert good.exit_code == 0
    assert "5 entries" in good.stdout
    changed(tmp_path, "DELETE FROM audit WHERE seq > 3")
    assert run("verify", *where).exit_code == 0
    cut = run("verify", "--head", str(note), *where)
    assert cut.exit_code == 1
    assert "cut off" in cut.stderr


def test_an_altered_entry_is_named(tmp_path):
    """The first place that does not hold is in the sentence, and the exit code is 1."""
    where = folders(tmp_path)
    changed(tmp_path, "UPDATE audit SET actor = 'bahar' WHERE seq = 4")
    broken = run("verify", *where)
    assert broken.exit_code == 1
    assert "entry 4" in broken.stderr


def test_a_note_that_is_none_is_refused(tmp_path):
    """Any other file given as a head is a sentence, not a traceback."""
    where = folders(tmp_path)
    wrong = tmp_path / "other.txt"
    wrong.write_text("hello", encoding="utf-8")
    refused = run("verify", "--head", str(wrong), *where)
    assert refused.exit_code == 1
    assert "no signed head" in refused.stderr
    assert run("key", *where).stdout.startswith("sanad/audit+")
