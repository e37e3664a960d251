"""Accounts: inviting, seeing who joined, ending one at once. Administrators only."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import act, json, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.key_material import Hex32
from bot.console.refusals import Refusal
from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.language import Tag
from bot.domain.roster import LONGEST_HANDLE, Role
from bot.ports.staff import Invitation
from bot.usecases.revoke import revoke

DAYS_OPEN: Final = 3
DAY: Final = 86_400
SMALL: Final = 4096

NewHandle = Annotated[
    str, msgspec.Meta(pattern="^[a-z0-9-]+$", min_length=1, max_length=LONGEST_HANDLE)
]


class _Invitation(msgspec.Struct):
    token_hash: Hex32
    handle: NewHandle
    role: Role
    language: Tag


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The endpoints; the page is that of the roster."""
    staff = Staff(desk)
    return [
        act("/console/api/accounts", staff.accounts, "admin", methods=("GET",)),
        act("/console/api/accounts/{handle}/revoke", staff.revoke, "admin"),
        act("/console/api/invitations", staff.invite, "admin"),
        act("/console/api/invitations/{hash}", staff.withdraw, "admin", methods=("DELETE",)),
    ]


class Staff:
    """What an administrator does with accounts; no key of theirs is ever here."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def accounts(self, _: Request, __: Signed) -> Response:
        """Everybody who joined, and invitations still open."""
        accounts = await self._desk.staff.accounts()
        invitations = await self._desk.staff.invitations()
        now = self._desk.clock.now()
        return json(
            {
                "accounts": [
                    {
                        "handle": each.handle,
                        "role": each.role,
                        "language": each.language,
                        "recipient": each.recipient,
                        "verify": each.verify,
                        "revoked": bool(each.revoked),
                    }
                    for each in accounts
                ],
                "invitations": [
                    {
                        "hash": each.token_hash.hex(),
                        "handle": each.handle,
                        "role": each.role,
                        "language": each.language,
                        "hours": max(0, (each.expires - now) // 3600),
                        "over": each.expires <= now,
                    }
                    for each in invitations
                ],
            }
        )

    async def invite(self, request: Request, who: Signed) -> Response:
        """Open a door for one new member; the token itself never comes here."""
        asked = await read(request, _Invitation, SMALL)
        now = self._desk.clock.now()
        invitation = Invitation(
            token_hash=bytes.fromhex(asked.token_hash),
            handle=asked.handle,
            role=asked.role,
            language=asked.language,
            expires=now + DAYS_OPEN * DAY,
            by=who.account.handle,
        )
        if not await self._desk.staff.invite(invitation, self._note(who, "invite")):
            raise Refusal("handle_taken")
        return json({})

    async def withdraw(self, request: Request, who: Signed) -> Response:
        """Close a door nobody went through."""
        try:
            token_hash = bytes.fromhex(request.path_params["hash"])
        except ValueError:
            raise Refusal("bad_request") from None
        note = self._note(who, "withdraw_invitation")
        if not await self._desk.staff.withdraw_invitation(token_hash, note):
            raise Refusal("not_found")
        return json({})

    async def revoke(self, request: Request, who: Signed) -> Response:
        """End an account at once: its sessions are gone, its cases are back in the queue."""
        handle = request.path_params["handle"]
        if handle == who.account.handle:
            raise Refusal("last_admin")
        now = self._desk.clock.now()
        returned = await revoke(self._desk.staff, handle, who.account.handle, now)
        if returned is None:
            raise Refusal("not_found")
        return json({"returned": len(returned)})

    def _note(self, who: Signed, act_: str) -> Note:
        return Note(hour_of(self._desk.clock.now()), who.account.handle, act_, b"")
