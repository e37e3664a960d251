"""Where somebody of the roster works on one case."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.roster import Member
from bot.ports.cases import CaseRow, CaseStore
from bot.ports.casework import CaseworkStore
from bot.usecases.trust_roster import TrustedRoster


class CaseFile(CaseStore, CaseworkStore, Protocol):
    """Both sides of staff's work on a case: the queue, and what the console keeps beside it."""


@dataclass(frozen=True, slots=True)
class AtCase:
    """A member at a case as it was read, by the roster in force, at a moment."""

    store: CaseFile
    row: CaseRow
    member: Member
    roster: TrustedRoster
    now: int
