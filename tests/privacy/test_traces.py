"""The search itself: it finds what was hidden in any of its forms, and nothing else."""

import base64
import json
import sqlite3
import struct

import msgspec
import pytest

from bot.prove.traces import found, found_in_files, of_degrees, of_number, of_text

CHAT = 4_503_599_627_000_123
WORD = "quibzanor"
ARABIC = "قبزنورة"
HIDDEN = {
    "as text": f"from {CHAT} came".encode(),
    "as UTF-16": f"x{CHAT}".encode("utf-16-le"),
    "in JSON": json.dumps({"id": CHAT}).encode(),
    "in msgpack": msgspec.msgpack.encode({"id": CHAT}),
    "as a C long": struct.pack("<q", CHAT),
    "in network order": struct.pack(">q", CHAT),
    "in hex": hex(CHAT).encode(),
    "in base64": base64.b64encode(f"{{'chat': {CHAT}}}".encode()),
    "in base64, shifted": base64.b64encode(f"{{ 'chat': {CHAT}}}".encode()),
    "in base64, shifted twice": base64.urlsafe_b64encode(f"{{  'chat': {CHAT}}}".encode()),
}


@pytest.mark.parametrize("where", HIDDEN)
def test_a_number_is_found_however_it_was_written(where):
    """Whatever a library would make of a chat's number, the search recognises it."""
    assert found(list(of_number("chat", CHAT)), b"\x00before" + HIDDEN[where] + b"after\xff")


@pytest.mark.parametrize("word", [WORD, ARABIC])
def test_a_word_is_found_in_any_encoding(word):
    """UTF-8, UTF-16, JSON escapes, URLs, hex and base64."""
    traces = list(of_text("word", word))
    for data in (
        f"he said {word}.".encode(),
        f"he said {word}.".encode("utf-16"),
        json.dumps([f"he said {word}"]).encode(),
        f"he said {word}".encode().hex().encode(),
        base64.b64encode(f"he  said {word} and more".encode()),
    ):
        assert found(traces, data)
        assert not found(traces, data.replace(data[8:], b"nothing of it here"))


def test_rows_of_a_database_are_found_also_in_its_wal(tmp_path):
    """As an integer, a text and a blob, in the file or still in the write-ahead log."""
    traces = [*of_number("chat", CHAT), *of_text("word", WORD), *of_degrees("place", 33.3128765)]
    connection = sqlite3.connect(tmp_path / "some.sqlite")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (a, b, c)")
    connection.execute("INSERT INTO t VALUES (?, ?, ?)", (CHAT, WORD, 33.3128765))
    connection.commit()
    files = {(name, what) for name, what, _ in found_in_files(traces, tmp_path)}
    assert files == {("some.sqlite-wal", what) for what in ("chat", "word", "place")}
    connection.close()
    files = {(name, what) for name, what, _ in found_in_files(traces, tmp_path)}
    assert files == {("some.sqlite", what) for what in ("chat", "word", "place")}
