"""The events this program logs: a closed list, so that counting them can tell on nobody."""

from collections import Counter
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

EVENTS: Final = frozenset(
    {
        "alarm_failed", "ballast_missing", "ballast_released", "cases_destroyed", "cases_released",
        "console_failed", "job_failed", "leases_lapsed", "library_message",
        "nobody_reached", "notice_refused", "old_book_unreadable", "priority_not_lowered",
        "receipt_unrecoverable",
        "receipts_not_settled", "roster_in_force", "roster_refused", "session_unreadable",
        "staff_called", "store_unavailable", "text_without_value", "wal_large",
        "telegram.fetch_failed", "telegram.gave_up",
        "telegram.not_introduced", "telegram.poll_failed", "telegram.refused",
        "telegram.refused_setting", "telegram.reply_failed", "telegram.turn_failed",
        "telegram.undelivered", "telegram.unreachable",
        "whatsapp.content_refused", "whatsapp.erase_failed", "whatsapp.failed", "whatsapp.flood",
        "whatsapp.forged", "whatsapp.list_failed", "whatsapp.not_erased", "whatsapp.not_sent",
        "whatsapp.not_stored", "whatsapp.reconcile_failed", "whatsapp.reconciled",
        "whatsapp.report_failed", "whatsapp.send_failed", "whatsapp.set_aside",
        "whatsapp.unknown_fields", "whatsapp.wait",
    }
)  # fmt: skip
OTHER: Final = "other"
counted: Final[Counter[str]] = Counter()
"""How often each event was logged by this process."""


def count(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Count the event by its name; one that is not in the list is counted as `other`."""
    name = event.get("event")
    counted[name if isinstance(name, str) and name in EVENTS else OTHER] += 1
    return event
