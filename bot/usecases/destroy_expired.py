"""Destroy what is past its retention period."""

import structlog

from bot.domain.baghdad import hour_of
from bot.domain.retention import Retention
from bot.ports.cases import CaseStore, Expiry

_log = structlog.get_logger()


async def destroy_expired(store: CaseStore, retention: Retention, now: int) -> int:
    """Destroy closed cases and tombstones whose time is over; how many went.

    A case with a safe reply that was never read waits one more period for its reader.
    """
    hour = hour_of(now)
    expiry = Expiry(
        closed_before=retention.closed_before(hour),
        withdrawn_before=retention.withdrawn_before(hour),
        unread_before=retention.unread_before(hour),
    )
    gone = await store.purge(expiry, hour)
    if gone:
        _log.info("cases_destroyed", count=gone)
    return gone
