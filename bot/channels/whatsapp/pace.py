"""How long the WhatsApp channel waits, and how often it looks; one block of named numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat


@dataclass(frozen=True, slots=True)
class Pace:
    """All times in seconds; the defaults are for the real Twilio, a test hands in small ones."""

    request_timeout: float = 10.0
    first_wait: float = 1.0
    """Pause after the first failed attempt; it doubles up to `longest_wait`."""
    longest_wait: float = 60.0
    give_up: float = 1800.0
    """A session lives half an hour: a reply later than that would be a message out of the blue.

    The inbound message then stays at Twilio, and the next reconciliation answers it afresh.
    """
    erase_inbound_after: float = 5.0
    erase_outbound_after: float = 60.0
    erase_waits: tuple[float, ...] = (60.0, 120.0, 300.0, 900.0, 3600.0)
    """Twilio refuses to delete a message it is still working on (20009) for some minutes."""
    reconcile_every: float = 600.0
    reconcile_soon: float = 60.0
    """Instead of `reconcile_every`, after an update could not be stored or answered."""
    settle: float = 60.0
    """Younger inbound messages are left to the webhook, which is probably at work on them."""
    window: float = 86_400.0
    """WhatsApp lets us answer for 24 hours; an older message is only erased."""
    stop_grace: float = 5.0

    def waits(self) -> Iterator[float]:
        """The pauses between attempts, without end."""
        doubling, pause = [], self.first_wait
        while pause < self.longest_wait:
            doubling.append(pause)
            pause *= 2
        return chain(doubling, repeat(self.longest_wait))
