"""One step of a case in SQLite, with everything that belongs to it, all or nothing."""

import sqlite3

from bot.domain.case import DONE
from bot.ports.cases import Lowering, Move, NewLetter, NewNote
from bot.stores.sqlite_ledger import write_note
from bot.stores.sqlite_tallies import add_tallies


def take_step(connection: sqlite3.Connection, move: Move) -> bool:
    """Take the step in the open transaction; False, and nothing written, if it no longer fits."""
    if not _fits(connection, move) or not _change_row(connection, move):
        return False
    case = move.before.case
    if not move.clock_runs_on:
        connection.execute("DELETE FROM clocks WHERE case_id = ?", (case,))
    if move.due is not None:
        connection.execute("INSERT INTO clocks VALUES (?, ?, ?)", (case, move.rung, move.due))
    if move.letter is not None:
        _write_letter(connection, case, move.letter)
    if move.sealed_note is not None:
        _write_sealed_note(connection, case, move.sealed_note)
    _settle_wish(connection, move)
    add_tallies(connection, move.tallies)
    for each in (move.note, *move.also):
        write_note(connection, each)
    return True


def lowering_of(connection: sqlite3.Connection, case: bytes) -> Lowering | None:
    """The wish to lower a case that waits for a second person."""
    row = connection.execute(
        "SELECT case_id, level, by, hour FROM lowerings WHERE case_id = ?", (case,)
    ).fetchone()
    return Lowering(*row) if row else None


def _fits(connection: sqlite3.Connection, move: Move) -> bool:
    # Their numbers are sealed inside letters and notes, so none may stand in another place.
    case = move.before.case
    letter, note = move.letter, move.sealed_note
    return (
        (letter is None or letter.number == _last(connection, "letters", case) + 1)
        and (note is None or note.number == _last(connection, "notes", case) + 1)
        and (move.decides is None or move.decides == lowering_of(connection, case))
    )


def _last(connection: sqlite3.Connection, table: str, case: bytes) -> int:
    last = connection.execute(
        f"SELECT max(number) FROM {table} WHERE case_id = ?",  # noqa: S608 - our own tables
        (case,),
    )
    return int(last.fetchone()[0] or 0)


def _change_row(connection: sqlite3.Connection, move: Move) -> bool:
    # The whole row that was read must still stand: a lapse and a new claim by the same person
    # in between would otherwise go unseen.
    before = move.before
    done = connection.execute(
        "UPDATE cases SET state = ?, owner = ?, lease = ?, closing = ?, done_hour = ?,"
        " urgency = ?, news = news OR ?"
        " WHERE id = ? AND state = ? AND owner = ? AND lease = ? AND urgency = ? RETURNING id",
        (
            move.to, move.owner, move.lease, move.closing, move.done_hour,
            before.urgency if move.urgency is None else move.urgency, move.news,
            before.case, before.state, before.owner, before.lease, before.urgency,
        ),
    ).fetchall()  # fmt: skip
    return bool(done)


def _settle_wish(connection: sqlite3.Connection, move: Move) -> None:
    case = move.before.case
    if move.decides is not None or move.to in DONE:
        connection.execute("DELETE FROM lowerings WHERE case_id = ?", (case,))
    if move.wish is not None:
        connection.execute(
            "INSERT OR REPLACE INTO lowerings (case_id, level, by, hour) VALUES (?, ?, ?, ?)",
            (case, move.wish.level, move.wish.by, move.wish.hour),
        )


def _write_letter(connection: sqlite3.Connection, case: bytes, letter: NewLetter) -> None:
    connection.execute(
        "INSERT INTO letters (case_id, number, state, safe, hour, sealed)"
        " VALUES (?, ?, 'waiting', ?, ?, ?)",
        (case, letter.number, letter.safe, letter.hour, letter.sealed),
    )


def _write_sealed_note(connection: sqlite3.Connection, case: bytes, note: NewNote) -> None:
    connection.execute(
        "INSERT INTO notes (case_id, number, kind, hour, author, sealed_for, sealed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (case, note.number, note.kind, note.hour, note.author, note.sealed_for, note.sealed),
    )
