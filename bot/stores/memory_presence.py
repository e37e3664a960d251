"""Who is signed in, with which passkeys and browsers, in memory; also which accounts live."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from bot.domain.audit import Note
from bot.domain.baghdad import HOUR
from bot.domain.roster import Handle
from bot.ports.staff import Account, ConsoleSession, Invitation, KeySlot, Passkey, SlotKind
from bot.stores.memory_cases import MemoryCases

DAY: Final = 24 * HOUR


class MemoryPresence:
    """The part of StaffStore about passkeys, sessions, browsers and notices, without a disk."""

    def __init__(self, cases: MemoryCases | None = None) -> None:
        self._cases = cases or MemoryCases()
        self._accounts: dict[Handle, Account] = {}
        self._invitations: dict[bytes, Invitation] = {}
        self._slots: dict[tuple[Handle, SlotKind, str], KeySlot] = {}
        self._passkeys: dict[bytes, Passkey] = {}
        self._sessions: dict[bytes, ConsoleSession] = {}
        self._devices: dict[bytes, Handle] = {}
        self._pushes: dict[str, Handle] = {}

    async def add_passkey(self, passkey: Passkey, note: Note) -> bool:
        """Remember a credential."""
        if not self._lives(passkey.handle) or passkey.credential_id in self._passkeys:
            return False
        self._passkeys[passkey.credential_id] = passkey
        self._cases.write_note(note)
        return True

    async def passkey(self, credential_id: bytes) -> Passkey | None:
        """The credential, if its account lives."""
        return self._passkeys.get(credential_id)

    async def passkeys(self, handle: Handle) -> tuple[Passkey, ...]:
        """All credentials of a living account."""
        return tuple(key for _, key in sorted(self._passkeys.items()) if key.handle == handle)

    async def use_passkey(self, credential_id: bytes, sign_count: int) -> None:
        """Remember the counter of its last use."""
        if (found := self._passkeys.get(credential_id)) is not None:
            self._passkeys[credential_id] = replace(found, sign_count=sign_count)

    async def drop_passkey(self, handle: Handle, credential_id: bytes, note: Note) -> bool:
        """Forget a credential and its slot."""
        found = self._passkeys.get(credential_id)
        if found is None or found.handle != handle:
            return False
        del self._passkeys[credential_id]
        self._slots.pop((handle, "passkey", credential_id.hex()), None)
        self._cases.write_note(note)
        return True

    async def open_session(self, session: ConsoleSession, note: Note) -> bool:
        """Sign somebody in."""
        if not self._lives(session.handle):
            return False
        self._sessions[session.hash] = session
        self._cases.write_note(note)
        return True

    async def session(self, hash_: bytes, now: int) -> tuple[ConsoleSession, Account] | None:
        """Who holds this cookie."""
        found = self._sessions.get(hash_)
        if found is None or not self._lives(found.handle):
            return None
        if min(found.expires, found.idle_until) <= now:
            return None
        return found, self._accounts[found.handle]

    async def touch_session(self, hash_: bytes, idle_until: int) -> None:
        """Somebody was active."""
        if (found := self._sessions.get(hash_)) is not None:
            self._sessions[hash_] = replace(found, idle_until=idle_until)

    async def end_session(self, hash_: bytes) -> bool:
        """Sign out."""
        return self._sessions.pop(hash_, None) is not None

    async def end_sessions(self, handle: Handle, but: bytes = b"") -> int:
        """Sign somebody out everywhere."""
        ending = [key for key, it in self._sessions.items() if it.handle == handle and key != but]
        for key in ending:
            del self._sessions[key]
        return len(ending)

    async def know_device(self, hash_: bytes, handle: Handle) -> None:
        """Remember that this browser signed in as `handle`."""
        if self._lives(handle):
            self._devices[hash_] = handle

    async def device_of(self, hash_: bytes) -> Handle | None:
        """Who signed in with this browser before."""
        return self._devices.get(hash_)

    async def sweep(self, now: int) -> int:
        """Remove sessions that are over and invitations that are a day past."""
        over = [key for key, it in self._sessions.items() if min(it.expires, it.idle_until) <= now]
        late = [key for key, it in self._invitations.items() if it.expires <= now - DAY]
        for key in over:
            del self._sessions[key]
        for key in late:
            del self._invitations[key]
        return len(over) + len(late)

    async def add_push(self, endpoint: str, handle: Handle) -> bool:
        """Let this browser be woken."""
        if self._lives(handle):
            self._pushes[endpoint] = handle
        return self._lives(handle)

    async def drop_push(self, endpoint: str) -> bool:
        """Never wake this browser again."""
        return self._pushes.pop(endpoint, None) is not None

    async def pushes(self, handles: Collection[Handle]) -> tuple[str, ...]:
        """The browsers of these members that may be woken."""
        return tuple(sorted(each for each, whose in self._pushes.items() if whose in handles))

    def _lives(self, handle: Handle) -> bool:
        account = self._accounts.get(handle)
        return account is not None and not account.revoked
