"""`sanad roster`: keys, members, shifts, and the administrator's signature."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, get_args

import msgspec
import typer

from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE, replace_file
from bot.app.runtime import SystemClock
from bot.app.settings import Settings
from bot.cli import identity_files
from bot.cli.desk import (
    DataDir,
    PassphraseFile,
    SecretsDir,
    read_admins,
    read_roster,
    refusals,
    settings_of,
)  # fmt: skip
from bot.domain.baghdad import HOUR
from bot.domain.language import TAGS
from bot.domain.report import GOVERNORATES
from bot.domain.roster import Gender, Member, Role, Roster, Shift, problems
from bot.domain.rota import clock_time, coverage_gaps, next_on_duty
from bot.domain.rota import on_duty as members_on_duty
from bot.errors import ConfigurationError, RosterError
from bot.sealing import keys
from bot.sealing.keys import Recipient
from bot.usecases.trust_roster import Admins, check_roster, sign_roster

app = typer.Typer(help="The roster: who works here, with which keys, when.", no_args_is_help=True)

DRAFT_FILE: Final = "roster.draft.json"
GAPS_SHOWN: Final = 8

AdminFile = Annotated[
    Path, typer.Option("--admin-identity", help="The administrator's identity file.")
]


@app.command()
def init(
    *,
    admin_identity: AdminFile,
    break_glass_identity: Annotated[
        Path | None,
        typer.Option(
            "--break-glass-identity",
            help="Also make a last-resort key in this file; move it to a safe.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Make the administrator's key, pin its public half here, and begin an empty roster."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        if (settings.secrets_dir / ADMIN_FILE).exists():
            raise ConfigurationError(
                f"an administrator is pinned already ({ADMIN_FILE}); to change who signs, move "
                "that file away first"
            )
        secret = identity_files.passphrase(passphrase_file, new=True, owner="administrator's")
        identity = identity_files.make_identity(admin_identity, secret)
        break_glass = ""
        if break_glass_identity is not None:
            break_glass = identity_files.recipient_text(
                identity_files.make_identity(break_glass_identity, secret)
            )
        public = identity_files.verify_text(identity)
        identity_files.write_private(settings.secrets_dir / ADMIN_FILE, f"{public}\n".encode())
        _write_draft(settings, Roster(version=0, break_glass=break_glass))
    print(f"administrator  {keys.fingerprint(bytes.fromhex(public))}")


@app.command()
def key(
    *,
    identity: Annotated[Path, typer.Option("--identity", help="The file to make.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make your own key on your own machine; give the two public lines to the administrator."""
    with refusals():
        secret = identity_files.passphrase(passphrase_file, new=True)
        made = identity_files.make_identity(identity, secret)
    print(f"--recipient {identity_files.recipient_text(made)}")
    print(f"--verify {identity_files.verify_text(made)}")
    typer.echo(f"fingerprint {keys.recipient_of(made.seeds[0]).fingerprint}", err=True)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a member is planned for, as typed."""

    shifts: list[str]
    backup: bool
    on_call: bool


@app.command()
def add(
    handle: Annotated[str, typer.Argument(help="A handle, never a name: a-z, 0-9, hyphen.")],
    *,
    role: Annotated[str, typer.Option(help=", ".join(get_args(Role)))] = "caseworker",
    language: Annotated[list[str], typer.Option(help="ar, ckb, kmr, en; repeat it.")] = [],  # noqa: B006 - typer copies it
    gender: Annotated[str, typer.Option(help="female or male.")] = "",
    child_trained: Annotated[bool, typer.Option("--child-trained")] = False,
    conflict: Annotated[
        list[str], typer.Option(help="Governorate code to stay away from; repeat it.")
    ] = [],  # noqa: B006 - typer copies it
    recipient: Annotated[str, typer.Option(help="Their public key, age1pq1…")] = "",
    verify: Annotated[str, typer.Option(help="Their verification key, hex.")] = "",
    new_identity: Annotated[
        Path | None, typer.Option(help="Make their key here instead, in this file.")
    ] = None,
    shift: Annotated[
        list[str], typer.Option(help='"sat,sun,mon 08:00-16:00" in Baghdad; repeat it.')
    ] = [],  # noqa: B006 - typer copies it
    backup: Annotated[bool, typer.Option("--backup", help="Called second.")] = False,
    on_call: Annotated[bool, typer.Option("--on-call", help="Supervisor on call.")] = False,
    passphrase_file: PassphraseFile = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Put a member into the draft, or replace one; in force only once signed."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        draft = _read_draft(settings)
        member = _member(
            {
                "handle": handle,
                "role": role,
                "recipient": recipient,
                "verify": verify,
                "languages": language,
                "gender": gender,
                "child_trained": child_trained,
                "conflicts": conflict,
            }
        )
        # Everything else is checked before keys are made: a refusal leaves no file behind.
        changed = _with_member(draft, member, _Plan(shift, backup, on_call))
        if new_identity is not None:
            _refuse_member_problems(changed, handle, without_keys=True)
            secret = identity_files.passphrase(passphrase_file, new=True)
            made = identity_files.make_identity(new_identity, secret)
            recipient = identity_files.recipient_text(made)
            verify = identity_files.verify_text(made)
            member = msgspec.structs.replace(member, recipient=recipient, verify=verify)
        changed = _with_member(draft, member, _Plan(shift, backup, on_call))
        _refuse_member_problems(changed, handle)
        _write_draft(settings, changed)
    shown = Recipient.parse(recipient).fingerprint if recipient else "no key"
    print(f"{handle}  {role}  {shown}")


@app.command()
def remove(handle: str, *, data_dir: DataDir = None, secrets_dir: SecretsDir = None) -> None:
    """Take a member out of the draft; once signed, nothing new is sealed to them."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        draft = _read_draft(settings)
        if draft.member(handle) is None:
            raise RosterError(f"{handle} is no member; see `sanad roster show --draft`")
        _write_draft(settings, _without(draft, handle))
    print(f"{handle}  removed; open cases stay sealed to their key")


@app.command()
def sign(
    *,
    admin_identity: AdminFile,
    passphrase_file: PassphraseFile = None,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Sign the draft as the next version; from then on it is in force."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        admins = read_admins(settings)
        draft = _read_draft(settings)
        secret = identity_files.passphrase(passphrase_file, owner="administrator's")
        identity = identity_files.read_identity(admin_identity, secret)
        if keys.signing_public(identity.signing) not in admins:
            raise RosterError(
                f"this is no administrator pinned in {ADMIN_FILE}; use the right file"
            )
        roster = msgspec.structs.replace(draft, version=_next_version(settings, draft, admins))
        file = sign_roster(roster, identity.signing)
        check_roster(file, admins)  # a former administrator signs what nobody would trust
        replace_file(settings.data_dir / ROSTER_FILE, file)
        _write_draft(settings, roster)
    print(f"version {roster.version} signed, {len(roster.members)} members")
    _print_coverage(roster)


@app.command()
def show(
    *,
    draft: Annotated[bool, typer.Option("--draft", help="What is not signed yet.")] = False,
    data_dir: DataDir = None,
    secrets_dir: SecretsDir = None,
) -> None:
    """Check the signature and show members, fingerprints, duty and gaps in coverage."""
    with refusals():
        settings = settings_of(data_dir, secrets_dir)
        roster = (
            _read_draft(settings)
            if draft
            else check_roster(read_roster(settings), read_admins(settings)).roster
        )
    print(f"version {roster.version}" + (" (draft)" if draft else ", signature holds"))
    for member in roster.members:
        _print_member(member, roster)
    if roster.break_glass:
        print(f"break-glass  {Recipient.parse(roster.break_glass).fingerprint}")
    _print_coverage(roster)


def _member(fields: dict[str, object]) -> Member:
    try:
        return msgspec.convert(fields, Member)
    except msgspec.ValidationError as error:
        raise RosterError(
            f"the member cannot be added: {error}; roles {', '.join(get_args(Role))}, languages "
            f"{', '.join(TAGS)}, gender {' or '.join(filter(None, get_args(Gender)))}"
        ) from None


def _with_member(draft: Roster, member: Member, plan: _Plan) -> Roster:
    unknown = set(member.conflicts) - set(GOVERNORATES)
    if unknown:
        raise RosterError(f"{', '.join(sorted(unknown))} is no governorate code")
    without = _without(draft, member.handle)
    shifts = tuple(_shift(member.handle, text) for text in plan.shifts)
    return msgspec.structs.replace(
        without,
        members=(*without.members, member),
        shifts=(*without.shifts, *shifts),
        backup=(*without.backup, *([member.handle] if plan.backup else [])),
        on_call=(*without.on_call, *([member.handle] if plan.on_call else [])),
        leave=draft.leave,
    )


def _without(draft: Roster, handle: str) -> Roster:
    return msgspec.structs.replace(
        draft,
        members=tuple(member for member in draft.members if member.handle != handle),
        shifts=tuple(shift for shift in draft.shifts if shift.handle != handle),
        backup=tuple(name for name in draft.backup if name != handle),
        on_call=tuple(name for name in draft.on_call if name != handle),
        leave=tuple(leave for leave in draft.leave if leave.handle != handle),
    )


def _shift(handle: str, text: str) -> Shift:
    days, _, hours = text.strip().partition(" ")
    start, _, end = hours.strip().partition("-")
    try:
        return msgspec.convert(
            {"handle": handle, "days": days.split(","), "start": start, "end": end}, Shift
        )
    except msgspec.ValidationError:
        raise RosterError(
            f'the shift {text!r} cannot be read; write it like "sat,sun,mon 08:00-16:00"'
        ) from None


def _refuse_member_problems(roster: Roster, handle: str, *, without_keys: bool = False) -> None:
    own = [fault for fault in problems(roster) if handle in fault or "handle" in fault]
    if without_keys:
        own = [fault for fault in own if " key" not in fault]
    if own:
        raise RosterError(own[0])


def _next_version(settings: Settings, draft: Roster, admins: Admins) -> int:
    versions = [draft.version]
    if (settings.data_dir / ROSTER_FILE).exists():
        versions.append(check_roster(read_roster(settings), admins).version)
    return max(versions) + 1


def _read_draft(settings: Settings) -> Roster:
    try:
        data = (settings.data_dir / DRAFT_FILE).read_bytes()
        return _caught_up(settings, msgspec.json.decode(data, type=Roster))
    except OSError as error:
        raise RosterError(
            "there is no draft of a roster here; begin with `sanad roster init`"
        ) from error
    except msgspec.DecodeError as error:
        raise RosterError(f"{DRAFT_FILE} cannot be read: {error}; correct it") from error


def _caught_up(settings: Settings, draft: Roster) -> Roster:
    """The draft, or the roster in force if that was signed since, in a browser."""
    if not (settings.data_dir / ROSTER_FILE).exists():
        return draft
    signed = check_roster(read_roster(settings), read_admins(settings)).roster
    if signed.version <= draft.version:
        return draft
    typer.echo(
        f"version {signed.version} was signed in a browser since: the draft begins from it anew",
        err=True,
    )
    return signed


def _write_draft(settings: Settings, roster: Roster) -> None:
    data = msgspec.json.format(msgspec.json.encode(roster), indent=2)
    replace_file(settings.data_dir / DRAFT_FILE, data + b"\n")


def _print_member(member: Member, roster: Roster) -> None:
    shown = Recipient.parse(member.recipient).fingerprint if member.recipient else "no key"
    marks = [
        word
        for flag, word in (
            (member.gender == "female", "woman"),
            (member.child_trained, "child-trained"),
            (member.handle in roster.backup, "backup"),
            (member.handle in roster.on_call, "on call"),
        )
        if flag
    ]
    print("  ".join([member.handle, member.role, shown, ",".join(member.languages), *marks]))
    for shift in roster.shifts:
        if shift.handle == member.handle:
            print(f"    {','.join(shift.days)} {shift.start}-{shift.end}")


def _print_coverage(roster: Roster) -> None:
    now = SystemClock().now()
    present = members_on_duty(roster, now)
    if present:
        print(f"on duty now: {', '.join(member.handle for member in present)}")
    else:
        start = next_on_duty(roster, now)
        print(f"nobody on duty now; next: {clock_time(start) if start else 'nobody within a week'}")
    gaps = coverage_gaps(roster, now)
    print(f"hours not fully covered in the next 7 days: {len(gaps)}")
    for gap in gaps[:GAPS_SHOWN]:
        until = clock_time(gap.start + HOUR).partition(" ")[2]
        print(f"    {clock_time(gap.start)}-{until} {' '.join(gap.missing)}")
