"""Sign the audit chain's last entry once a day, so that a cut-off end shows."""

from bot.domain.baghdad import DAY, day_of
from bot.ports.cases import AuditLog, Head
from bot.sealing.checkpoint import Checkpoint, sign_checkpoint


async def keep_head(log: AuditLog, seed: bytes, now: int) -> Head | None:
    """Sign today's head if today has none yet and anything was done at all; what was kept."""
    last = await log.audit_head()
    if last is None:
        return None
    signature = sign_checkpoint(seed, Checkpoint(last.seq, last.hash, day_of(now)))
    head = Head(day_number(now), last.seq, last.hash, signature)
    return head if await log.keep_head(head) else None


def day_number(now: int) -> int:
    """The day in Baghdad, counted from 1970."""
    return (day_of(now) - day_of(0)).days


def checkpoint_of(head: Head) -> Checkpoint:
    """A kept head as it was signed."""
    return Checkpoint(head.seq, head.hash, day_of(head.day * DAY))
