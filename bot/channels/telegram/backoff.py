"""How long to wait before trying again: longer each time, never the same for everybody."""

import random
from typing import Final

FIRST_SECONDS: Final = 0.5
LONGEST_SECONDS: Final = 30.0


def pause(attempt: int, told: float = 0.0) -> float:
    """Seconds to wait after the failed `attempt` (1, 2, …).

    What the server told is obeyed and exceeded by less than a second, so that many who were told
    the same do not all come back in the same moment.
    """
    spread = random.random()  # noqa: S311 - spreads load, hides nothing
    if told > 0:
        return told + spread * 0.8
    return min(FIRST_SECONDS * 2.0 ** min(attempt - 1, 16), LONGEST_SECONDS) * (0.5 + spread / 2)
