"""Until when a case of each urgency should have been looked at (bot.domain.urgency)."""

from typing import Final

ANSWER_HOURS: Final = (1, 24, 72, 168)
"""By urgency, in whole hours: as fine as the time of arrival is known. T0 is 15 minutes."""


def late_before(hour: int) -> tuple[int, int, int, int]:
    """By urgency: a case that came before this hour and still waits is past its time at `hour`."""
    zero, one, two, three = (hour - hours for hours in ANSWER_HOURS)
    return zero, one, two, three
