"""Say who can answer now, and if nobody can, from when on somebody does."""

from dataclasses import dataclass
from typing import Literal

from bot.domain import rota
from bot.usecases.trust_roster import TrustedRoster


@dataclass(frozen=True, slots=True)
class Duty:
    """What a person may be told: `next_at` (seconds since 1970) is None if nobody is planned."""

    state: Literal["on_duty", "nobody", "no_roster"]
    next_at: int | None = None


def on_duty(roster: TrustedRoster | None, now: int) -> Duty:
    """Whether somebody is on duty now, by the signed roster; never that a person is online."""
    if roster is None:
        return Duty("no_roster")
    next_at = rota.next_on_duty(roster.roster, now)
    return Duty("on_duty" if next_at == now else "nobody", next_at)
