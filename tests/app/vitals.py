"""A look at an invented installation."""

from bot.app.health import Vitals
from bot.stores.figures import Figures


def some_vitals(language: str = "ar", urgency: int = 0) -> Vitals:
    queue = Figures(
        waiting={(urgency, language): 3},
        oldest={urgency: 10},
        called={(urgency, "backup"): 1},
        breached={urgency: 1},
        due=5,
        sessions=2,
        unsettled=0,
    )
    ready = {"ready": True, "db": True, "epoch": True, "roster": True}
    return Vitals(ready, queue, 100_000, 1, 2, 3, 0, 4.0)
