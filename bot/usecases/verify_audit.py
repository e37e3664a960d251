"""Go through the audit chain from its first entry and hold it against every head ever kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.audit import AuditEntry, first_broken
from bot.errors import AuditError
from bot.ports.cases import AuditLog
from bot.sealing.checkpoint import Checkpoint, holds
from bot.usecases.keep_head import checkpoint_of


@dataclass(frozen=True, slots=True)
class Verified:
    """What held: so many entries, so many signed heads among them."""

    entries: int
    heads: int


async def verify_audit(log: AuditLog, public: bytes, pinned: Sequence[Checkpoint] = ()) -> Verified:
    """AuditError names the first place where the chain, a kept head or a `pinned` one fails."""
    entries = await log.audit()
    if (broken := first_broken(entries)) is not None:
        raise AuditError(
            f"the audit chain does not hold at entry {broken}: it was changed, removed or put in "
            "after it was written. Keep this database as it is and find out who could write to it"
        )
    heads = await log.heads()
    for head in heads:
        checkpoint = checkpoint_of(head)
        if not holds(checkpoint, public, head.signature):
            raise AuditError(
                f"the kept head of {checkpoint.day.isoformat()} is not signed by this server's key"
            )
        _must_contain(entries, checkpoint)
    for checkpoint in pinned:
        _must_contain(entries, checkpoint)
    return Verified(len(entries), len(heads))


def _must_contain(entries: Sequence[AuditEntry], head: Checkpoint) -> None:
    if head.seq > len(entries):
        raise AuditError(
            f"the head of {head.day.isoformat()} names entry {head.seq}, but the chain ends at "
            f"{len(entries)}: its end was cut off, or an older copy of the database was put back"
        )
    if head.seq < 1 or entries[head.seq - 1].hash != head.hash:
        raise AuditError(
            f"the chain differs from the head of {head.day.isoformat()} at or before entry "
            f"{head.seq}: it was written anew"
        )
