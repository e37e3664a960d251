"""What the console needs to know of staff: accounts, keys they alone can use, who is signed in.

Nothing here opens a case: `wrapped` is a private key that only a passphrase, a passkey or a
printed code opens, and those never come here. Contract: tests/stores/test_staff_contract.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.domain.audit import Note
from bot.domain.language import Tag
from bot.domain.roster import Handle, Role
from bot.ports.cases import CaseRow

SlotKind = Literal["passphrase", "recovery", "passkey"]


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff who may sign in.

    `auth` and `recovery_auth` are SHA-256 of secrets derived in the browser with `salt`; `totp`
    is the secret of the one-time codes, `totp_step` the newest step that was used. `hour` is when
    the account was made, `revoked` the hour it was ended (0: it lives).
    """

    handle: Handle
    role: Role
    language: Tag
    recipient: str
    verify: str
    salt: bytes = field(repr=False)
    auth: bytes = field(repr=False)
    recovery_auth: bytes = field(repr=False)
    totp: bytes = field(repr=False)
    hour: int
    totp_step: int = 0
    revoked: int = 0


@dataclass(frozen=True, slots=True)
class KeySlot:
    """One way to the private keys; `params` is JSON, `id` "" but for a passkey's credential."""

    handle: Handle
    kind: SlotKind
    id: str
    params: str
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a member made anew in the browser when keys or the passphrase change."""

    recipient: str
    verify: str
    salt: bytes = field(repr=False)
    auth: bytes = field(repr=False)
    recovery_auth: bytes = field(repr=False)
    slots: tuple[KeySlot, ...] = ()


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential; `label` is what its owner calls it."""

    credential_id: bytes
    handle: Handle
    public_key: bytes
    sign_count: int
    label: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A door for one new member: the hash of its token, until when, and the hour it was `used`."""

    token_hash: bytes
    handle: Handle
    role: Role
    language: Tag
    expires: int
    by: Handle
    used: int = 0


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """Somebody signed in: the hash of the cookie, the CSRF token, and until when (seconds)."""

    hash: bytes
    handle: Handle
    csrf: str = field(repr=False)
    expires: int
    idle_until: int


class StaffStore(Protocol):
    """Accounts and what hangs on them. Every change writes its audit note with it."""

    # -- joining
    async def invite(self, invitation: Invitation, note: Note) -> bool:
        """Open a door; False if the handle is an account's or invited already."""
        ...

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        """The invitation of this token, used and expired ones too."""
        ...

    async def invitations(self) -> tuple[Invitation, ...]:
        """Every invitation not used yet, by handle."""
        ...

    async def withdraw_invitation(self, token_hash: bytes, note: Note) -> bool:
        """Close a door nobody went through; False if there is none."""
        ...

    async def join(
        self, token_hash: bytes, account: Account, slots: Sequence[KeySlot], now: int, note: Note
    ) -> bool:
        """Make the account an invitation is for, once; False if it is used, late or another's."""
        ...

    # -- accounts and keys
    async def account(self, handle: Handle) -> Account | None:
        """The account of that handle, revoked ones too."""
        ...

    async def accounts(self) -> tuple[Account, ...]:
        """Every account, by handle."""
        ...

    async def set_language(self, handle: Handle, language: Tag) -> bool:
        """The language somebody reads the console in."""
        ...

    async def use_step(self, handle: Handle, step: int) -> bool:
        """Use up a one-time code; False if it, or a later one, was used before."""
        ...

    async def slots(self, handle: Handle) -> tuple[KeySlot, ...]:
        """Every way to the private keys of a living account, by kind and id."""
        ...

    async def put_slot(self, slot: KeySlot) -> bool:
        """Add or replace a slot; False if the account does not live."""
        ...

    async def drop_slot(self, handle: Handle, kind: SlotKind, slot: str) -> bool:
        """Remove a slot."""
        ...

    async def replace_keys(
        self, handle: Handle, before: str, keys: Keys, note: Note, but: bytes = b""
    ) -> bool:
        """Put new keys and all their slots in the place of the old ones.

        `before` is the recipient they replace; False if it is another by now. Every session of the
        account but the one of hash `but` ends with it; passkeys lose their slot but still sign in.
        """
        ...

    async def revoke(
        self, handle: Handle, now: int, dues: tuple[int, int, int, int], note: Note
    ) -> tuple[CaseRow, ...] | None:
        """End an account: sessions, slots, passkeys, browsers and notices go in one transaction.

        Its cases go back into the queue with clocks (`dues`: first due moments by urgency) and are
        answered as they are now; None if there is no such living account.
        """
        ...

    # -- passkeys
    async def add_passkey(self, passkey: Passkey, note: Note) -> bool:
        """Remember a credential; False if it is known already or the account does not live."""
        ...

    async def passkey(self, credential_id: bytes) -> Passkey | None:
        """The credential, if its account lives."""
        ...

    async def passkeys(self, handle: Handle) -> tuple[Passkey, ...]:
        """All credentials of a living account."""
        ...

    async def use_passkey(self, credential_id: bytes, sign_count: int) -> None:
        """Remember the counter of its last use."""
        ...

    async def drop_passkey(self, handle: Handle, credential_id: bytes, note: Note) -> bool:
        """Forget a credential and its slot (whose id is the credential's in hex)."""
        ...

    # -- being signed in
    async def open_session(self, session: ConsoleSession, note: Note) -> bool:
        """Sign somebody in; False if the account does not live."""
        ...

    async def session(self, hash_: bytes, now: int) -> tuple[ConsoleSession, Account] | None:
        """Who holds this cookie, if the session and the account live at `now`."""
        ...

    async def touch_session(self, hash_: bytes, idle_until: int) -> None:
        """Somebody was active: the idle time starts anew."""
        ...

    async def end_session(self, hash_: bytes) -> bool:
        """Sign out."""
        ...

    async def end_sessions(self, handle: Handle, but: bytes = b"") -> int:
        """Sign somebody out everywhere, but for the session of this hash; how many ended."""
        ...

    async def know_device(self, hash_: bytes, handle: Handle) -> None:
        """Remember that this browser signed in as `handle`, if the account lives."""
        ...

    async def device_of(self, hash_: bytes) -> Handle | None:
        """Who signed in with this browser before, if the account lives."""
        ...

    async def sweep(self, now: int) -> int:
        """Remove sessions that are over and invitations that are a day past; how many went."""
        ...

    # -- being called
    async def add_push(self, endpoint: str, handle: Handle) -> bool:
        """Let this browser be woken; False if the account does not live."""
        ...

    async def drop_push(self, endpoint: str) -> bool:
        """Never wake this browser again."""
        ...

    async def pushes(self, handles: Collection[Handle]) -> tuple[str, ...]:
        """The browsers of these members that may be woken."""
        ...
