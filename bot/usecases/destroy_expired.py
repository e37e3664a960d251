"""Destroy what is past its retention period."""

import structlog

from bot.domain.baghdad import hour_of
from bot.domain.retention import Retention
from bot.ports.cases import CaseStore

_log = structlog.get_logger()


async def destroy_expired(store: CaseStore, retention: Retention, now: int) -> int:
    """Destroy closed cases and tombstones whose time is over; how many went."""
    hour = hour_of(now)
    gone = await store.purge(retention.closed_before(hour), retention.withdrawn_before(hour))
    if gone:
        _log.info("cases_destroyed", count=gone)
    return gone
