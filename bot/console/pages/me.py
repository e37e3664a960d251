"""One's own keys: the ways to open them, a new passphrase, passkeys, new keys, the language."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.answers import act, json, page, read
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.key_material import KeysSent, Slot, check_keys, slot_of
from bot.console.passkeys import Passkeys, WrongPasskey
from bot.console.refusals import Refusal
from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.language import Tag
from bot.ports.staff import Keys, Passkey

SMALL: Final = 64 * 1024
MOST_PASSKEYS: Final = 8


class _Language(msgspec.Struct):
    language: Tag


class _Passkey(msgspec.Struct):
    credential: dict[str, Any]
    label: Annotated[str, msgspec.Meta(max_length=40)] = ""


class _Dropped(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})+$")]


class _NewKeys(msgspec.Struct):
    before: str
    keys: KeysSent


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and its endpoints."""
    me = Me(desk)
    return [
        page("/console/me", me.page),
        act("/console/api/me", me.own, methods=("GET",)),
        act("/console/api/me/language", me.language),
        act("/console/api/me/slots", me.put_slot),
        act("/console/api/me/keys", me.replace_keys),
        act("/console/api/me/passkey/options", me.passkey_options),
        act("/console/api/me/passkey/verify", me.passkey_verify),
        act("/console/api/me/passkey/drop", me.passkey_drop),
        act("/console/api/me/sessions/end", me.end_others),
    ]


class Me:
    """What somebody may do about themselves; keys come wrapped and are never opened here."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk
        self._passkeys = Passkeys(desk)

    async def page(self, request: Request, who: Signed) -> Response:
        """The ways to the keys, and what can be changed."""
        handle = who.account.handle
        trusted = self._desk.rosters()
        member = trusted.roster.member(handle) if trusted else None
        answer: Response = request.app.state.shell.page(
            request,
            "me.html",
            slots=await self._desk.staff.slots(handle),
            passkeys=await self._desk.staff.passkeys(handle),
            in_roster=member is not None,
            in_force=member is not None and member.recipient in ("", who.account.recipient),
        )
        return answer

    async def own(self, _: Request, who: Signed) -> Response:
        """Who I am, and my keys as they lie here: wrapped."""
        account = who.account
        slots = await self._desk.staff.slots(account.handle)
        return json(
            {
                "handle": account.handle,
                # For a window left open while the same person signed in anew in another.
                "csrf": who.session.csrf,
                "role": account.role,
                "language": account.language,
                "recipient": account.recipient,
                "verify": account.verify,
                "salt": account.salt.hex(),
                "cost": self._desk.cost,
                "slots": [Slot.of(slot) for slot in slots],
            }
        )

    async def language(self, request: Request, who: Signed) -> Response:
        """The language of every page from now on."""
        chosen = await read(request, _Language, SMALL)
        await self._desk.staff.set_language(who.account.handle, chosen.language)
        return json({})

    async def put_slot(self, request: Request, who: Signed) -> Response:
        """One more way to the same keys: that of a passkey of one's own."""
        slot = await read(request, Slot, SMALL)
        known = await self._desk.staff.passkeys(who.account.handle)
        if slot.kind != "passkey" or slot.id not in {each.credential_id.hex() for each in known}:
            raise Refusal("bad_request")
        await self._desk.staff.put_slot(slot_of(slot, who.account.handle))
        return json({})

    async def replace_keys(self, request: Request, who: Signed) -> Response:
        """New keys, or the same under a new passphrase and a new recovery code."""
        sent = await read(request, _NewKeys, SMALL)
        account = who.account
        check_keys(sent.keys, account.handle, proved=account.verify)
        same = sent.keys.recipient == account.recipient
        kept = await self._desk.staff.slots(account.handle) if same else ()
        keys = Keys(
            recipient=sent.keys.recipient,
            verify=sent.keys.verify,
            salt=bytes.fromhex(sent.keys.salt),
            auth=hashlib.sha256(bytes.fromhex(sent.keys.auth)).digest(),
            recovery_auth=hashlib.sha256(bytes.fromhex(sent.keys.recovery_auth)).digest(),
            # A passkey still opens the same keys; of new ones it knows nothing.
            slots=(
                *(slot_of(slot, account.handle) for slot in sent.keys.slots),
                *(slot for slot in kept if slot.kind == "passkey"),
            ),
        )
        note = self._note(who, "change_passphrase" if same else "change_keys")
        replaced = await self._desk.staff.replace_keys(
            account.handle, sent.before, keys, note, who.session.hash
        )
        if not replaced:
            raise Refusal("keys_changed")
        return json({})

    async def passkey_options(self, _: Request, who: Signed) -> Response:
        """What the browser asks an authenticator to make."""
        known = await self._desk.staff.passkeys(who.account.handle)
        if len(known) >= MOST_PASSKEYS:
            raise Refusal("too_large")
        return json(self._passkeys.to_register(who.account.handle, known))

    async def passkey_verify(self, request: Request, who: Signed) -> Response:
        """The credential an authenticator made."""
        sent = await read(request, _Passkey, SMALL)
        handle = who.account.handle
        try:
            made = self._passkeys.registered(handle, sent.credential)
        except WrongPasskey:
            raise Refusal("wrong_passkey") from None
        passkey = Passkey(
            made.credential_id, handle, made.public_key, made.sign_count, sent.label.strip()
        )
        if not await self._desk.staff.add_passkey(passkey, self._note(who, "add_passkey")):
            raise Refusal("wrong_passkey")
        return json({"id": made.credential_id.hex()})

    async def passkey_drop(self, request: Request, who: Signed) -> Response:
        """A passkey that signs in no more, and opens nothing."""
        sent = await read(request, _Dropped, SMALL)
        note = self._note(who, "drop_passkey")
        gone = await self._desk.staff.drop_passkey(who.account.handle, bytes.fromhex(sent.id), note)
        if not gone:
            raise Refusal("not_found")
        return json({})

    async def end_others(self, _: Request, who: Signed) -> Response:
        """Sign out everywhere else."""
        ended = await self._desk.staff.end_sessions(who.account.handle, who.session.hash)
        return json({"ended": ended})

    def _note(self, who: Signed, act_: str) -> Note:
        return Note(hour_of(self._desk.clock.now()), who.account.handle, act_, b"")
