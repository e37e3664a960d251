"""`sanad case`, what else is done to a case: notes, referral, other hands, urgency, reopening."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
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
    refusals,
    settings_of,
    typed,
)  # fmt: skip
from bot.domain.baghdad import day_of, hour_of
from bot.domain.notes import NoteKind
from bot.domain.report import SHARES
from bot.domain.summary import LEVEL_NAMES
from bot.errors import CaseError
from bot.ports.cases import NewNote
from bot.sealing.canonical import Json
from bot.sealing.envelope import Header
from bot.sealing.signed import seal_note
from bot.usecases.add_note import add_note
from bot.usecases.case_file import AtCase
from bot.usecases.change_urgency import (
    agree_lowering,
    lower_urgency,
    raise_urgency,
    refuse_lowering,
)
from bot.usecases.escalate_case import escalate_case
from bot.usecases.hand_off import SCHEMA
from bot.usecases.hand_over import hand_over as hand_to
from bot.usecases.open_case import read_report
from bot.usecases.refer import refer as send_referral
from bot.usecases.reopen import reopen as open_again
from bot.usecases.trust_roster import known_rosters

app = typer.Typer(help="What else is done to a case; part of `sanad case`.")

SHORT: Final = 8
Text = Annotated[str, typer.Option("--text", help="What to write (seen by others in `ps`).")]
TextFile = Annotated[Path | None, typer.Option("--file", help="Read it from this file.")]
Level = Annotated[int, typer.Option("--level", min=0, max=3, help="0 (danger now) to 3.")]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at one case: what use cases want to know, and the keys to write with."""

    desk: Desk
    at: AtCase

    async def note(self, kind: NoteKind, fields: Mapping[str, Json]) -> NewNote:
        """A note sealed to everybody of the roster and signed by its author."""
        row, member, roster = self.at.row, self.at.member, self.at.roster
        number = len(await self.at.store.notes(row.case)) + 1
        report = await self.desk.first_entry(row)
        hour = hour_of(self.at.now)
        header = Header(
            kind="note",
            case=row.case,
            seq=number,
            prev=report.anchor if report else b"",
            roster=roster.version,
            hour=hour,
            lang=row.language,
            schema=SCHEMA,
        )
        body = {"what": kind, "by": member.handle, "at_hour": hour, **fields}
        sealed = seal_note(header, body, roster.recipients, self.desk.identity.signing)
        return NewNote(number, kind, hour, member.handle, roster.version, sealed)


@dataclass(frozen=True, slots=True)
class Given:
    """Where a command finds the case, and who gives it."""

    case: str
    data_dir: Path | None
    secrets_dir: Path | None
    identity: Path | None
    passphrase_file: Path | None

    def act(self, act: Callable[[Seat], Awaitable[str]]) -> None:
        """Sit down at the case, act, and print what came of it."""

        async def run() -> str:
            settings = settings_of(self.data_dir, self.secrets_dir)
            async with desk(settings, self.identity, self.passphrase_file) as place:
                row = await find(place.store, self.case)
                now = SystemClock().now()
                told = await act(
                    Seat(place, AtCase(place.store, row, place.member, place.roster, now))
                )
                return f"{row.case.hex()[:SHORT]}  {told}"

        with refusals():
            print(asyncio.run(run()))


@app.command()
def note(
    case: CaseId,
    *,
    text: Text = "",
    file: TextFile = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write a private note to a case you own: sealed, for colleagues only."""

    async def act(seat: Seat) -> str:
        await add_note(seat.at, await seat.note("note", {"text": typed(file, text)}))
        return "note kept"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command()
def refer(
    case: CaseId,
    *,
    service: Annotated[str, typer.Option(help=", ".join(SHARES))],
    organisation: Annotated[str, typer.Option(help="To whom.")],
    purpose: Annotated[str, typer.Option(help="What for.")],
    until: Annotated[str, typer.Option(help="Until when it holds: YYYY-MM-DD.")],
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write down a referral the person agreed to; nothing is sent to anybody."""

    async def act(seat: Seat) -> str:
        await _refuse_without_consent(seat, service)
        fields = {
            "service": service,
            "organisation": organisation,
            "purpose": purpose,
            "until": _later_day(until, seat.at.now),
            "fields": [],
        }
        sealed = await seat.note("referral", fields)
        await send_referral(seat.at, sealed, security=service == "security")
        return f"referred for {service}"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command("hand-over")
def hand_over(
    case: CaseId,
    *,
    to: Annotated[str, typer.Option("--to", help="The colleague's handle.")],
    text: Text = "",
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a colleague the owner of a case; they must be able to open all of it."""

    async def act(seat: Seat) -> str:
        place = seat.desk
        known = await known_rosters(place.roster.version, place.admins, place.store)
        words = await seat.note("handover", {"text": text}) if text else None
        await hand_to(seat.at, to, known, note=words)
        return f"now {to}'s"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command("raise")
def raise_(
    case: CaseId,
    *,
    level: Level,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Raise how urgent a case is, at once."""

    async def act(seat: Seat) -> str:
        await raise_urgency(seat.at, level)
        return LEVEL_NAMES[level]

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command()
def lower(
    case: CaseId,
    *,
    level: Level,
    text: Text = "",
    file: TextFile = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Lower the urgency of a case you own, with a reason; T0 and T1 need a second person."""

    async def act(seat: Seat) -> str:
        reason = await seat.note("lowering", {"text": typed(file, text), "level": level})
        done = await lower_urgency(seat.at, level, reason)
        return LEVEL_NAMES[level] if done else "waits for a second person: sanad case agree"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command()
def agree(
    case: CaseId,
    *,
    refuse: Annotated[bool, typer.Option("--refuse", help="Leave the urgency as it is.")] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Agree as the second person to a lower urgency, or refuse it."""

    async def act(seat: Seat) -> str:
        await (refuse_lowering(seat.at) if refuse else agree_lowering(seat.at))
        return "stays as urgent as it is" if refuse else "lowered"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command()
def escalate(
    case: CaseId,
    *,
    text: Text = "",
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a case up to a supervisor, who is called at once."""

    async def act(seat: Seat) -> str:
        await escalate_case(seat.at, await seat.note("note", {"text": text}) if text else None)
        return "waits for a supervisor"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


@app.command()
def reopen(
    case: CaseId,
    *,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
    identity: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Open a closed case again: it waits in the queue and calls like any other."""

    async def act(seat: Seat) -> str:
        await open_again(seat.at)
        return "back in the queue"

    Given(case, data_dir, secrets_dir, identity, passphrase_file).act(act)


async def _refuse_without_consent(seat: Seat, service: str) -> None:
    if service not in SHARES:
        raise CaseError(f"{service!r} is no kind of service; use one of {', '.join(SHARES)}")
    at = seat.at
    entry = await seat.desk.first_entry(at.row)
    if at.row.owner != at.member.handle or entry is None:
        raise CaseError("only its owner refers a case; claim it first", "not_yours")
    report, _ = read_report(at.row, entry, await seat.desk.opener())
    if report.one(f"share_{service}") != "yes":
        raise CaseError(f"the person did not agree to share with {service}; ask first")


def _later_day(text: str, now: int) -> str:
    try:
        if date.fromisoformat(text) >= day_of(now):
            return text
    except ValueError:
        pass
    raise CaseError("a referral holds until a day to come, written YYYY-MM-DD")
