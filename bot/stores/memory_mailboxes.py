"""Mailboxes in memory: what a person with a code can see and take back."""

from dataclasses import replace

from bot.domain.audit import NOBODY, Note
from bot.ports.cases import MailboxView, Staged
from bot.ports.stores import Mailbox
from bot.stores.memory_shelf import Kept, MemoryShelf


class MemoryMailboxes(MemoryShelf):
    """MailboxStore without a disk, but for `add_entry`, which is in bot.stores.memory_cases."""

    async def look(self, tag: bytes) -> MailboxView | None:
        """The mailbox of this tag, or None."""
        kept = self._by_tag(tag)
        if kept is None:
            return None
        shown = (letter for letter in kept.letters if letter.safe and letter.state != "withdrawn")
        anchor = kept.entries[0].anchor
        return MailboxView(kept.row.case, kept.row.state, len(kept.entries), tuple(shown), anchor)

    async def mark_read(self, tag: bytes, number: int) -> bool:
        """A waiting letter was shown."""
        return self._turn_letter(self._by_tag(tag), number, withdrawn=False)

    async def withdraw(self, tag: bytes, hour: int) -> bool:
        """Destroy everything but a tombstone."""
        kept = self._by_tag(tag)
        if kept is None:
            return False
        kept.row = replace(
            kept.row, state="withdrawn", lease=0, news=False, closing="", done_hour=hour,
            wants_woman=False, child_trained=False, entries=0,
        )  # fmt: skip
        kept.entries, kept.letters, kept.notes = [], [], []
        kept.clock, kept.mailbox, kept.lowering = None, None, None
        self.write_note(Note(hour, NOBODY, "withdraw", kept.row.case))
        return True

    async def staged(self) -> tuple[Staged, ...]:
        """All cases that wait for their mailbox."""
        return tuple(
            Staged(case, kept.staged) for case, kept in sorted(self._cases.items()) if kept.staged
        )

    async def settle(self, case: bytes, mailbox: Mailbox) -> bool:
        """Put the derived mailbox in the place of the staged code."""
        if not await self.abandon(case):
            return False
        self._cases[case].mailbox = mailbox
        return True

    async def abandon(self, case: bytes) -> bool:
        """Give up a staged code that no living key opens."""
        kept = self._cases.get(case)
        if kept is None or not kept.staged:
            return False
        kept.staged = b""
        return True

    def _turn_letter(self, kept: Kept | None, number: int, *, withdrawn: bool) -> bool:
        if kept is None:
            return False
        for place, letter in enumerate(kept.letters):
            if letter.number != number or letter.state != "waiting":
                continue
            if withdrawn:
                kept.letters[place] = replace(letter, state="withdrawn", sealed=b"")
            elif letter.safe:
                kept.letters[place] = replace(letter, state="read")
            else:
                return False
            return True
        return False
