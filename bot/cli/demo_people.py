"""The demo's sample people: keys, accounts and a signed roster, made once without a browser."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from bot.app.demo_sheet import SHEET_FILE, demo_sheet_bytes
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.runtime import SystemClock, SystemEntropy
from bot.app.secrets import host_secrets
from bot.app.settings import Settings
from bot.cli import identity_files
from bot.domain.audit import NOBODY, Note
from bot.domain.baghdad import WEEK, hour_of
from bot.domain.language import TAGS, Tag
from bot.domain.roster import Gender, Member, Role, Roster, Shift
from bot.ports.staff import Account, Invitation, KeySlot
from bot.sealing import slots
from bot.sealing.opening import Identity
from bot.stores.sqlite import Database
from bot.stores.sqlite_staff import SqliteStaff
from bot.usecases.trust_roster import sign_roster

HOUR: Final = 3_600
QUICK: Final = 12
"""The passphrase lies in clear beside these files: a costly derivation would guard nothing."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented: what routing asks of them, and their keys' file in the demo's folder."""

    handle: str
    role: Role
    gender: Gender = ""
    languages: tuple[Tag, ...] = ()
    child_trained: bool = False
    file: str = ""


CASEWORKER: Final = Person(
    "sample-caseworker", "caseworker", "female", TAGS, child_trained=True, file="caseworker.age"
)
PEOPLE: Final = (
    CASEWORKER,
    Person("sample-colleague", "caseworker", "male", ("ar", "ckb", "en"), file="colleague.age"),
    Person("sample-supervisor", "supervisor", "female", TAGS, file="supervisor.age"),
    Person("sample-admin", "admin", file="admin.age"),
)


def make_people(settings: Settings) -> None:
    """Keys under one passphrase, a roster, and accounts that the console knows."""
    data = settings.data_dir
    passphrase = "-".join(secrets.token_hex(2) for _ in range(4))
    identity_files.write_private(data / "passphrase", f"{passphrase}\n".encode())
    made = {
        person.handle: identity_files.make_identity(data / person.file, passphrase, QUICK)
        for person in PEOPLE
    }
    admin = made[PEOPLE[-1].handle]
    public = identity_files.verify_text(admin)
    identity_files.write_private(settings.secrets_dir / ADMIN_FILE, f"{public}\n".encode())
    (data / ROSTER_FILE).write_bytes(sign_roster(_roster(made), admin.signing))
    asyncio.run(_accounts(settings, made, passphrase))
    sheet = demo_sheet_bytes({person.handle: passphrase for person in PEOPLE})
    identity_files.write_private(data / SHEET_FILE, sheet)


def _roster(made: dict[str, Identity]) -> Roster:
    always = Shift(handle=CASEWORKER.handle, days=WEEK, start="00:00", end="00:00")
    daytime = Shift(
        handle="sample-colleague", days=("sun", "mon", "tue", "wed", "thu"), start="08:00",
        end="16:00",
    )  # fmt: skip
    return Roster(
        version=1,
        members=tuple(_member(person, made[person.handle]) for person in PEOPLE),
        shifts=(always, daytime),
        backup=("sample-colleague",),
        on_call=("sample-supervisor",),
    )


def _member(person: Person, identity: Identity) -> Member:
    opens = person.role in ("caseworker", "supervisor")
    return Member(
        handle=person.handle,
        role=person.role,
        recipient=identity_files.recipient_text(identity) if opens else "",
        verify=identity_files.verify_text(identity),
        languages=person.languages,
        gender=person.gender,
        child_trained=person.child_trained,
    )


async def _accounts(settings: Settings, made: dict[str, Identity], passphrase: str) -> None:
    fresh = not settings.database_path.exists()
    host_secrets(settings.secrets_dir, SystemEntropy(), fresh=fresh)
    database = await Database.open(settings.database_path)
    try:
        staff = SqliteStaff(database)
        # One derivation for all: they share the passphrase, and a start should not take long.
        salt = secrets.token_bytes(16)
        halves = slots.from_passphrase(passphrase, salt)
        for person in PEOPLE:
            await _account(staff, person, made[person.handle], salt, halves)
    finally:
        await database.close()


async def _account(
    staff: SqliteStaff, person: Person, identity: Identity, salt: bytes, halves: slots.Halves
) -> None:
    now = SystemClock().now()
    invitation = Invitation(
        token_hash=secrets.token_bytes(32), handle=person.handle, role=person.role, language="en",
        expires=now + HOUR, by=NOBODY,
    )  # fmt: skip
    await staff.invite(invitation, Note(hour_of(now), NOBODY, "invite", b""))
    account = Account(
        handle=person.handle,
        role=person.role,
        language="en",
        recipient=identity_files.recipient_text(identity),
        verify=identity_files.verify_text(identity),
        salt=salt,
        auth=hashlib.sha256(halves.auth).digest(),
        recovery_auth=secrets.token_bytes(32),
        totp=secrets.token_bytes(20),
        hour=hour_of(now),
    )
    wrapped = slots.wrap(
        identity.seeds, identity.signing, key=halves.key, kind="passphrase",
        handle=person.handle, nonce=secrets.token_bytes(12),
    )  # fmt: skip
    slot = KeySlot(person.handle, "passphrase", "", "{}", wrapped)
    note = Note(hour_of(now), person.handle, "join", b"")
    await staff.join(invitation.token_hash, account, (slot,), now, note)
