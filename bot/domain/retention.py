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

    def unread_before(self, hour: int) -> int:
        """Cases closed before this hour go although a safe reply was never read: a period more."""
        return hour - 2 * self.closed_days * HOURS_A_DAY

    def ends(self, done_hour: int, *, withdrawn: bool = False, unread: bool = False) -> int:
        """The hour at which what was closed (or withdrawn) at `done_hour` is destroyed."""
        if withdrawn:
            return done_hour + self.tombstone_days * HOURS_A_DAY + 1
        return done_hour + (2 if unread else 1) * self.closed_days * HOURS_A_DAY + 1
