"""Staff in memory: the reference of the contract."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.audit import Note
from bot.domain.baghdad import HOUR, hour_of
from bot.domain.case import OWNED
from bot.domain.language import Tag
from bot.domain.roster import Handle
from bot.ports.cases import CaseRow
from bot.ports.staff import Account, Invitation, Keys, KeySlot, SlotKind
from bot.stores.memory_presence import MemoryPresence


class MemoryStaff(MemoryPresence):
    """StaffStore without a disk; `cases` holds what a revoked member gives back, and the chain."""

    # ------------------------------------------------------------------ joining
    async def invite(self, invitation: Invitation, note: Note) -> bool:
        """Open a door."""
        open_ = [each for each in self._invitations.values() if each.handle == invitation.handle]
        now = note.hour * HOUR
        if invitation.handle in self._accounts or any(
            not each.used and each.expires > now for each in open_
        ):
            return False
        for each in open_:
            if not each.used:
                del self._invitations[each.token_hash]
        self._invitations[invitation.token_hash] = invitation
        self._cases.write_note(note)
        return True

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        """The invitation of this token."""
        return self._invitations.get(token_hash)

    async def invitations(self) -> tuple[Invitation, ...]:
        """Every invitation not used yet."""
        unused = (each for each in self._invitations.values() if not each.used)
        return tuple(sorted(unused, key=lambda each: each.handle))

    async def withdraw_invitation(self, token_hash: bytes, note: Note) -> bool:
        """Close a door nobody went through."""
        found = self._invitations.get(token_hash)
        if found is None or found.used:
            return False
        del self._invitations[token_hash]
        self._cases.write_note(note)
        return True

    async def join(
        self, token_hash: bytes, account: Account, slots: Sequence[KeySlot], now: int, note: Note
    ) -> bool:
        """Make the account an invitation is for, once."""
        door = self._invitations.get(token_hash)
        if (
            door is None
            or door.used
            or door.expires <= now
            or (door.handle, door.role) != (account.handle, account.role)
            or account.handle in self._accounts
        ):
            return False
        self._invitations[token_hash] = replace(door, used=hour_of(now))
        self._accounts[account.handle] = account
        for slot in slots:
            await self.put_slot(slot)
        self._cases.write_note(note)
        return True

    # ------------------------------------------------------------------ accounts
    async def account(self, handle: Handle) -> Account | None:
        """The account of that handle, revoked ones too."""
        return self._accounts.get(handle)

    async def accounts(self) -> tuple[Account, ...]:
        """Every account, by handle."""
        return tuple(account for _, account in sorted(self._accounts.items()))

    async def set_language(self, handle: Handle, language: Tag) -> bool:
        """The language somebody reads the console in."""
        if not self._lives(handle):
            return False
        self._accounts[handle] = replace(self._accounts[handle], language=language)
        return True

    async def use_step(self, handle: Handle, step: int) -> bool:
        """Use up a one-time code."""
        if not self._lives(handle) or self._accounts[handle].totp_step >= step:
            return False
        self._accounts[handle] = replace(self._accounts[handle], totp_step=step)
        return True

    async def slots(self, handle: Handle) -> tuple[KeySlot, ...]:
        """Every way to the private keys of a living account."""
        return tuple(slot for key, slot in sorted(self._slots.items()) if key[0] == handle)

    async def put_slot(self, slot: KeySlot) -> bool:
        """Add or replace a slot."""
        if not self._lives(slot.handle):
            return False
        self._slots[slot.handle, slot.kind, slot.id] = slot
        return True

    async def drop_slot(self, handle: Handle, kind: SlotKind, slot: str) -> bool:
        """Remove a slot."""
        return self._slots.pop((handle, kind, slot), None) is not None

    async def replace_keys(
        self, handle: Handle, before: str, keys: Keys, note: Note, but: bytes = b""
    ) -> bool:
        """Put new keys and all their slots in the place of the old ones."""
        if not self._lives(handle) or self._accounts[handle].recipient != before:
            return False
        self._accounts[handle] = replace(
            self._accounts[handle],
            recipient=keys.recipient,
            verify=keys.verify,
            salt=keys.salt,
            auth=keys.auth,
            recovery_auth=keys.recovery_auth,
        )
        self._slots = {key: slot for key, slot in self._slots.items() if key[0] != handle}
        for slot in keys.slots:
            await self.put_slot(slot)
        await self.end_sessions(handle, but)
        self._cases.write_note(note)
        return True

    async def revoke(
        self, handle: Handle, now: int, dues: tuple[int, int, int, int], note: Note
    ) -> tuple[CaseRow, ...] | None:
        """End an account and give its cases back."""
        if not self._lives(handle):
            return None
        self._accounts[handle] = replace(
            self._accounts[handle],
            revoked=hour_of(now), salt=b"", auth=b"", recovery_auth=b"", totp=b"",
        )  # fmt: skip
        self._slots = {key: each for key, each in self._slots.items() if key[0] != handle}
        self._passkeys = {key: it for key, it in self._passkeys.items() if it.handle != handle}
        self._devices = {key: whose for key, whose in self._devices.items() if whose != handle}
        self._pushes = {key: whose for key, whose in self._pushes.items() if whose != handle}
        await self.end_sessions(handle)
        self._cases.write_note(note)
        owners = {row.owner for row in await self._cases.rows(tuple(OWNED))}
        return await self._cases.release(owners - {handle}, now, dues)
