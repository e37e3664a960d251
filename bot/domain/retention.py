"""How long what is finished is kept before it is destroyed."""

from dataclasses import dataclass
from typing import Final

HOURS_A_DAY: Final = 24
TOMBSTONE_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after closing until a case is destroyed, and until a tombstone is.

    `closed_days` comes from the organisation's file: the person read it before consenting.
    """

    closed_days: int
    tombstone_days: int = TOMBSTONE_DAYS

    def closed_before(self, hour: int) -> int:
        """Cases closed in an hour (since 1970) before this one are destroyed at `hour`."""
        return hour - self.closed_days * HOURS_A_DAY

    def withdrawn_before(self, hour: int) -> int:
        """Tombstones of withdrawals before this hour go at `hour`."""
        return hour - self.tombstone_days * HOURS_A_DAY
