"""End the account of somebody who no longer works here."""

from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.ladder import first_due
from bot.domain.roster import Handle
from bot.ports.cases import CaseRow
from bot.ports.staff import StaffStore


async def revoke(
    staff: StaffStore, handle: Handle, by: Handle, now: int
) -> tuple[CaseRow, ...] | None:
    """End it with all sessions and keys, and give its cases back; None if it does not live.

    What is sealed stays sealed to the old key until the next roster is signed and others have
    sealed it again; what was opened before cannot be taken back.
    """
    zero, one, two, three = (first_due(urgency, now) for urgency in range(4))
    note = Note(hour_of(now), by, "revoke", b"")
    return await staff.revoke(handle, now, (zero, one, two, three), note)
