"""Who is signed in, as the signed roster knows them: rights come from there, not an account."""

from typing import Final

from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.refusals import Refusal
from bot.domain.roster import Member, Role

OPENERS: Final[tuple[Role, ...]] = ("caseworker", "supervisor")
"""Who ever opens a case."""


def member_of(desk: ConsoleDesk, who: Signed) -> Member:
    """The roster's member behind a session; a Refusal until the administrator has signed them in.

    A member whose role there is another than the account's works with neither.
    """
    trusted = desk.rosters()
    member = trusted.roster.member(who.account.handle) if trusted else None
    if member is None or member.role != who.account.role:
        raise Refusal("not_in_roster")
    return member
