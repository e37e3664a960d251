"""`sanad case`: work the queue from a terminal; what is sealed opens only here."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.app.runtime import SystemClock
from bot.cli.desk import (
    CaseId,
    DataDir,
    Desk,
    IdentityFile,
    PassphraseFile,
    SecretsDir,
    desk,
    find,
    queue,
    refusals,
    settings_of,
    typed,
)  # fmt: skip
from bot.domain.baghdad import HOUR
from bot.domain.case import CLOSING_REASONS, OWNED, QUEUED, STATES
from bot.domain.rota import clock_time
from bot.domain.summary import LEVEL_NAMES, Line, headline, summarise
from bot.ports.cases import CaseRow
from bot.usecases.claim import claim_case, claim_next
from bot.usecases.claim import hand_back as give_back
from bot.usecases.close_case import close_case
from bot.usecases.open_case import OpenedCase, open_case, read_report
from bot.usecases.reply import reply as send_reply

app = typer.Typer(help="Cases: list, claim, open, reply, close.", no_args_is_help=True)

NOTHING_THERE: Final = 3
"""Exit code when there is no case to take."""
SHORT: Final = 8
"""How much of a case's number is shown: enough to tell thousands apart."""
CONFLICT: Final = "If you know the place or the people, give it back: sanad case hand-back"


@app.command("list")
def list_cases(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Closed and withdrawn too.")] = False,
    headlines: Annotated[
        bool, typer.Option("--headlines", help="Open place, age flag and needs (needs your key).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show the queue: the most urgent first, then the oldest."""
    states = STATES if everything else tuple(sorted(QUEUED | OWNED))

    async def run() -> list[tuple[CaseRow, tuple[Line, ...]]]:
        settings = settings_of(data_dir, secrets_dir)
        if not headlines:
            async with queue(settings) as store:
                return [(row, ()) for row in await store.rows(states)]
        async with desk(settings, identity, passphrase_file) as place:
            return await _with_headlines(place, await place.store.rows(states))

    with refusals():
        _print_rows(asyncio.run(run()), as_json=as_json)


@app.command()
def withdrawn(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Show the tombstones: cases taken back by the person, whose content is destroyed."""

    async def run() -> list[tuple[CaseRow, tuple[Line, ...]]]:
        async with queue(settings_of(data_dir, secrets_dir)) as store:
            return [(row, ()) for row in await store.rows(("withdrawn",))]

    with refusals():
        _print_rows(asyncio.run(run()), as_json=as_json)


@app.command()
def claim(
    case: Annotated[str, typer.Argument(help="The case's number, or its beginning.")] = "",
    *,
    next_one: Annotated[
        bool, typer.Option("--next", help="The most urgent that fits you.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Although it asks for somebody else.")
    ] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a case: you are its owner until you close it, give it back, or stay silent."""
    if bool(case) == next_one:
        raise typer.BadParameter("give a case's number, or --next")

    async def run() -> CaseRow | None:
        now = SystemClock().now()
        settings = settings_of(data_dir, secrets_dir)
        async with desk(settings, identity, passphrase_file) as place:
            if next_one:
                return await claim_next(place.store, place.member, now)
            row = await find(place.store, case)
            return await claim_case(place.store, row, place.member, now, anyway=anyway)

    with refusals():
        row = asyncio.run(run())
    if row is None:
        typer.echo("There is no case for you now.", err=True)
        raise typer.Exit(NOTHING_THERE)
    print(f"{_number(row)}  {LEVEL_NAMES[row.urgency]}  yours until {clock_time(row.lease)}")
    typer.echo(CONFLICT, err=True)


@app.command("open")
def open_one(
    case: CaseId,
    *,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Open a case you own and show it: urgency with its reasons, answers, signs, own words."""

    async def run() -> OpenedCase:
        now = SystemClock().now()
        settings = settings_of(data_dir, secrets_dir)
        async with desk(settings, identity, passphrase_file) as place:
            row = await find(place.store, case)
            return await open_case(place.store, row, place.member, await place.opener(), now)

    with refusals():
        opened = asyncio.run(run())
    _print_opened(opened)


@app.command()
def reply(
    case: CaseId,
    *,
    safe: Annotated[
        bool,
        typer.Option(
            "--safe-to-show/--hold",
            help="Whoever may hold the phone can read it without harm; held back otherwise.",
        ),
    ] = False,
    text: Annotated[str, typer.Option("--text", help="The reply (seen by others in `ps`).")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="Read the reply from it.")] = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write to the person: only their code opens it. From --text, --file or standard input."""

    async def run() -> int:
        now = SystemClock().now()
        settings = settings_of(data_dir, secrets_dir)
        async with desk(settings, identity, passphrase_file) as place:
            row = await find(place.store, case)
            words = typed(file, text)
            return await send_reply(place.store, row, place.member, words, now, safe=safe)

    with refusals():
        number = asyncio.run(run())
    told = "waits for the person" if safe else "is held back: not marked as safe to show"
    print(f"Reply {number} {told}.")


@app.command()
def close(
    case: CaseId,
    *,
    reason: Annotated[str, typer.Option("--reason", help=", ".join(CLOSING_REASONS))],
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Close a case you own, with a reason of the list."""

    async def run() -> CaseRow:
        now = SystemClock().now()
        settings = settings_of(data_dir, secrets_dir)
        async with desk(settings, identity, passphrase_file) as place:
            row = await find(place.store, case)
            await close_case(place.store, row, place.member, reason, now)
            return row

    with refusals():
        row = asyncio.run(run())
    print(f"{_number(row)}  closed: {CLOSING_REASONS[reason]}")


@app.command("hand-back")
def hand_back(
    case: CaseId,
    *,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Give a case you own back to the queue; nobody asks for a reason."""

    async def run() -> CaseRow:
        now = SystemClock().now()
        settings = settings_of(data_dir, secrets_dir)
        async with desk(settings, identity, passphrase_file) as place:
            row = await find(place.store, case)
            await give_back(place.store, row, place.member, now)
            return row

    with refusals():
        row = asyncio.run(run())
    print(f"{_number(row)}  back in the queue")


async def _with_headlines(
    place: Desk, rows: Sequence[CaseRow]
) -> list[tuple[CaseRow, tuple[Line, ...]]]:
    opener = await place.opener()
    shown = []
    for row in rows:
        entry = await place.first_entry(row)
        lines = headline(read_report(row, entry, opener)[0]) if entry else ()
        shown.append((row, lines))
    return shown


def _print_rows(rows: Sequence[tuple[CaseRow, tuple[Line, ...]]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_as_dict(row, lines) for row, lines in rows], ensure_ascii=False))
        return
    for row, lines in rows:
        asks = [
            word
            for flag, word in (
                (row.wants_woman, "woman"),
                (row.child_trained, "child-trained"),
                (row.news, "NEWS"),
            )
            if flag
        ]
        head = "; ".join(
            ": ".join(part for part in (line.label, line.value) if part) for line in lines
        )
        parts = (
            _number(row), LEVEL_NAMES[row.urgency], row.state, row.language,
            clock_time(row.hour * HOUR), row.owner or "-", " ".join(asks), head,
        )  # fmt: skip
        print("  ".join(part for part in parts if part))
    if not rows:
        typer.echo("No cases.", err=True)


def _as_dict(row: CaseRow, lines: Sequence[Line]) -> dict[str, object]:
    return {
        "case": row.case.hex(),
        "state": row.state,
        "urgency": row.urgency,
        "language": row.language,
        "hour": row.hour,
        "wants_woman": row.wants_woman,
        "child_trained": row.child_trained,
        "owner": row.owner,
        "lease": row.lease,
        "news": row.news,
        "closing": row.closing,
        "headline": {line.label: list(line.values) for line in lines},
    }


def _print_opened(opened: OpenedCase) -> None:
    if opened.near:
        print("! You declared a conflict with this governorate: consider handing the case back")
    for line in summarise(opened.report, opened.urgency):
        _print_line(line)
    for addition in opened.additions:
        print(f"\nAdded {clock_time(addition.hour * HOUR)}")
        if not addition.in_order:
            print("! Its place among the additions is not its own: tell the administrator")
        print(addition.text)
    for note in opened.notes:
        print(f"\n{note.kind.capitalize()} by {note.author}, {clock_time(note.hour * HOUR)}")
        for name, value in note.fields.items():
            if value:
                print(value if name == "text" else f"  {name}: {value}")


def _print_line(line: Line) -> None:
    if line.kind == "heading":
        print(f"\n{line.label}: {line.value}" if line.values else f"\n{line.label}")
    elif line.kind in {"reason", "sign"}:
        print(f"  - {line.label}")
    elif line.kind == "caution":
        print(f"  ! {line.label}")
    else:
        print(f"  {line.label}: {line.value}")


def _number(row: CaseRow) -> str:
    return row.case.hex()[:SHORT]
