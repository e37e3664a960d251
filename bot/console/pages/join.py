"""Joining: an invitation becomes an account whose keys were made in the browser that opened it."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console import one_time_codes, signing_in
from bot.console.answers import json, open_route, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import token_hash
from bot.console.key_material import KeysSent, check_keys, slot_of
from bot.console.pages.login import Code
from bot.console.refusals import Refusal
from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.ports.staff import Account, Invitation

SMALL: Final = 64 * 1024
Token = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{22,64}$")]


class _Look(msgspec.Struct):
    token: Token


class _Join(msgspec.Struct):
    token: Token
    keys: KeysSent
    code: Code


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and its endpoints."""
    join = Join(desk)
    return [
        open_route("/console/join", join.page),
        open_route("/console/api/join/look", join.look, ("POST",)),
        open_route("/console/api/join", join.join, ("POST",)),
    ]


class Join:
    """Looks at invitations and takes new members in; a token is stored nowhere, only its hash."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk

    async def page(self, request: Request) -> Response:
        """The same page for everybody: the invitation is in the fragment, which never comes."""
        page: Response = request.app.state.shell.page(request, "join.html")
        return page

    async def look(self, request: Request) -> Response:
        """Whose invitation this is, and the one-time codes of the account it will become."""
        asked = await read(request, _Look, SMALL)
        invitation = await self._open(asked.token)
        uri = one_time_codes.uri(self._totp(invitation), invitation.handle)
        picture = one_time_codes.picture(uri)
        return json(
            {
                "handle": invitation.handle,
                "role": invitation.role,
                "language": invitation.language,
                "totp": {"uri": uri, "qr": picture},
                "cost": self._desk.cost,
            }
        )

    async def join(self, request: Request) -> Response:
        """Make the account, once, and sign it in."""
        sent = await read(request, _Join, SMALL)
        invitation = await self._open(sent.token)
        now = self._desk.clock.now()
        totp = self._totp(invitation)
        step = one_time_codes.step_of(totp, sent.code, now)
        if step is None:
            raise Refusal("wrong_code")
        check_keys(sent.keys, invitation.handle)
        account = Account(
            handle=invitation.handle,
            role=invitation.role,
            language=request.app.state.shell.language(request),
            recipient=sent.keys.recipient,
            verify=sent.keys.verify,
            salt=bytes.fromhex(sent.keys.salt),
            auth=_kept(sent.keys.auth),
            recovery_auth=_kept(sent.keys.recovery_auth),
            totp=totp,
            hour=hour_of(now),
            totp_step=step,
        )
        slots = [slot_of(slot, account.handle) for slot in sent.keys.slots]
        note = Note(hour_of(now), account.handle, "join", b"")
        if not await self._desk.staff.join(invitation.token_hash, account, slots, now, note):
            raise Refusal("invitation_used")
        return await signing_in.sign_in(request, account, "sign_in")

    async def _open(self, token: str) -> Invitation:
        """The invitation, if it still lets somebody in."""
        invitation = await self._desk.staff.invitation(token_hash(token))
        if invitation is None:
            raise Refusal("invitation_unknown")
        if invitation.used:
            raise Refusal("invitation_used")
        if invitation.expires <= self._desk.clock.now():
            raise Refusal("invitation_expired")
        return invitation

    def _totp(self, invitation: Invitation) -> bytes:
        return one_time_codes.secret_for(self._desk.seed, invitation.token_hash)


def _kept(secret: str) -> bytes:
    return hashlib.sha256(bytes.fromhex(secret)).digest()
