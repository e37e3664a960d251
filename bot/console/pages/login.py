"""Signing in: a passkey, or passphrase and one-time code, or the printed recovery code."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console import one_time_codes, passkeys, signing_in
from bot.console.answers import act, json, open_route, read
from bot.console.delays import Delays, Who, who_tries
from bot.console.desk import ConsoleDesk
from bot.console.guard import Signed
from bot.console.passkeys import Passkeys, WrongPasskey
from bot.console.refusals import Refusal
from bot.console.shell import HOME
from bot.domain.roster import LONGEST_HANDLE
from bot.ports.staff import Account

SALT_BYTES: Final = 16
SMALL: Final = 16 * 1024
NO_ACCOUNT: Final = bytes(32)

HandleText = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_HANDLE)]
Secret = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Code = Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$")]


class _Start(msgspec.Struct):
    handle: HandleText


class _Passphrase(msgspec.Struct):
    handle: HandleText
    auth: Secret
    code: Code


class _Recovery(msgspec.Struct):
    handle: HandleText
    auth: Secret


class _Passkey(msgspec.Struct):
    credential: dict[str, Any]


def routes(desk: ConsoleDesk) -> Sequence[Route]:
    """The page and its endpoints."""
    login = Login(desk)
    return [
        open_route("/console/login", login.page),
        open_route("/console/api/login/start", login.start, ("POST",)),
        open_route("/console/api/login/passphrase", login.passphrase, ("POST",)),
        open_route("/console/api/login/recovery", login.recovery, ("POST",)),
        open_route("/console/api/login/passkey/options", login.passkey_options, ("POST",)),
        open_route("/console/api/login/passkey/verify", login.passkey_verify, ("POST",)),
        act("/console/api/logout", signing_in.sign_out),
    ]


class Login:
    """Checks what a person proves; it never learns a passphrase, a code of paper or a key."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk
        self._delays = Delays()
        self._passkeys = Passkeys(desk)

    async def page(self, request: Request) -> Response:
        """The form; who is signed in already goes on."""
        who: Signed | None = request.state.signed
        if who is not None:
            return RedirectResponse(HOME[who.account.role], 303)
        page: Response = request.app.state.shell.page(request, "login.html")
        return page

    async def start(self, request: Request) -> Response:
        """How this account's passphrase is derived; a name nobody has is answered alike."""
        asked = await read(request, _Start, SMALL)
        account = await self._account(asked.handle)
        made_up = hmac.digest(self._desk.seed, b"sanad/salt/v1" + asked.handle.encode(), "sha256")
        salt = account.salt if account else made_up[:SALT_BYTES]
        cost = self._desk.cost
        return json({"salt": salt.hex(), "memory": cost.memory, "passes": cost.passes})

    async def passphrase(self, request: Request) -> Response:
        """Passphrase and one-time code; both are looked at before anything is said."""
        tried = await read(request, _Passphrase, SMALL)
        who = await self._who(request, tried.handle, "passphrase")
        account = await self._account(tried.handle)
        known = _matches(tried.auth, account.auth if account else NO_ACCOUNT)
        secret = account.totp if account else NO_ACCOUNT
        step = one_time_codes.step_of(secret, tried.code, self._desk.clock.now())
        guess = (f"code of {who[0]}", who[1])
        holds = known and self._code_holds(guess, step)
        if account is None or step is None or not holds:
            raise self._refused(who, "wrong_credentials")
        if not await self._desk.staff.use_step(account.handle, step):
            raise Refusal("code_used")
        for count in (who, guess):
            self._delays.right(count)
        return await signing_in.sign_in(request, account, "sign_in")

    async def recovery(self, request: Request) -> Response:
        """The printed code, which stands for passphrase and one-time code together."""
        tried = await read(request, _Recovery, SMALL)
        who = await self._who(request, tried.handle, "recovery")
        account = await self._account(tried.handle)
        known = _matches(tried.auth, account.recovery_auth if account else NO_ACCOUNT)
        if account is None or not known:
            raise self._refused(who, "wrong_recovery")
        self._delays.right(who)
        return await signing_in.sign_in(request, account, "sign_in_recovery")

    async def passkey_options(self, _: Request) -> Response:
        """What the browser asks an authenticator."""
        return json(self._passkeys.to_sign_in())

    async def passkey_verify(self, request: Request) -> Response:
        """An authenticator's answer; it names its account itself."""
        tried = await read(request, _Passkey, SMALL)
        try:
            passkey = await self._desk.staff.passkey(passkeys.credential_id(tried.credential))
            if passkey is None:
                raise Refusal("wrong_passkey")
            count = self._passkeys.signed_in(passkey, tried.credential)
        except WrongPasskey:
            raise Refusal("wrong_passkey") from None
        await self._desk.staff.use_passkey(passkey.credential_id, count)
        account = await self._account(passkey.handle)
        if account is None:
            raise Refusal("wrong_passkey")
        return await signing_in.sign_in(request, account, "sign_in_passkey")

    async def _account(self, handle: str) -> Account | None:
        account = await self._desk.staff.account(handle)
        return account if account and not account.revoked else None

    async def _who(self, request: Request, handle: str, way: str) -> Who:
        """Whose count this try goes to."""
        device, owner = await signing_in.device_owner(request)
        handle_, device_ = who_tries(handle, device, owner)
        return (f"{way} {handle_}", device_)

    def _code_holds(self, guess: Who, step: int | None) -> bool:
        """Whether the one-time code counts, of somebody whose passphrase is right.

        Six digits can be guessed, a passphrase that we made cannot: so a wrong code keeps even the
        right one waiting, and nothing that is said tells this from a wrong passphrase.
        """
        now = self._desk.clock.monotonic()
        if self._delays.left(guess, now):
            return False
        if step is None:
            self._delays.wrong(guess, now)
        return step is not None

    def _refused(self, who: Who, code: str) -> Refusal:
        """The answer to a wrong try: how long to wait, or one more is counted.

        Only wrong ones wait: a stranger's tries at a name never keep out whose name it is.
        """
        now = self._desk.clock.monotonic()
        left = self._delays.left(who, now)
        if left:
            return Refusal("slow_down", {"n": left}, {"Retry-After": str(left)})
        self._delays.wrong(who, now)
        return Refusal(code)


def _matches(auth: str, stored: bytes) -> bool:
    return hmac.compare_digest(hashlib.sha256(bytes.fromhex(auth)).digest(), stored)
