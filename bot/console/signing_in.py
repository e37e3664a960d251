"""Being signed in: a session and its cookies, made and ended."""

import base64
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bot.console.answers import json
from bot.console.desk import ConsoleDesk
from bot.console.guard import COOKIE, DEVICE_COOKIE, IDLE, Signed, token_hash
from bot.console.refusals import Refusal
from bot.console.shell import HOME
from bot.domain.audit import Note
from bot.domain.baghdad import hour_of
from bot.domain.roster import Handle
from bot.ports.staff import Account, ConsoleSession

LONGEST: Final = 12 * 3600
TOKEN_BYTES: Final = 32
CSRF_BYTES: Final = 16
DEVICE_SECONDS: Final = 180 * 86_400


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a page learns when somebody signed in: the session's token for requests, and where to.

    The keys are still locked: the page opens them with what was typed (static/pages/login.js).
    """

    handle: Handle
    role: str
    csrf: str
    home: str
    sample: dict[str, str] | None = None


async def sign_in(
    request: Request, account: Account, act: str, sample: dict[str, str] | None = None
) -> Response:
    """Open a session for an account whose proof held; `act` names the proof.

    `sample` is the passphrase of a sample person, in the demo only.
    """
    desk: ConsoleDesk = request.app.state.desk
    now = desk.clock.now()
    token = _token(desk)
    session = ConsoleSession(
        hash=token_hash(token),
        handle=account.handle,
        csrf=desk.entropy.random_bytes(CSRF_BYTES).hex(),
        expires=now + LONGEST,
        idle_until=now + IDLE,
    )
    note = Note(hour_of(now), account.handle, act, b"")
    if not await desk.staff.open_session(session, note):
        raise Refusal("wrong_credentials")
    done = SignedIn(account.handle, account.role, session.csrf, HOME[account.role], sample)
    response = json(done)
    _set(response, COOKIE, token, None)
    await _know_device(request, response, account.handle)
    return response


async def sign_out(request: Request, who: Signed) -> Response:
    """End the session; the browser forgets the cookie and whatever it kept of our pages.

    Its storage stays: it holds what this browser has pinned, which must outlive a session.
    """
    desk: ConsoleDesk = request.app.state.desk
    await desk.staff.end_session(who.session.hash)
    response = json({}, headers={"Clear-Site-Data": '"cache"'})
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return response


async def device_owner(request: Request) -> tuple[bytes, Handle | None]:
    """The hash of this browser's cookie, and who signed in with it before."""
    desk: ConsoleDesk = request.app.state.desk
    cookie = request.cookies.get(DEVICE_COOKIE, "")
    if not cookie:
        return b"", None
    device = token_hash(cookie)
    return device, await desk.staff.device_of(device)


async def _know_device(request: Request, response: Response, handle: Handle) -> None:
    """From now on a stranger's wrong tries at this name do not slow this browser down."""
    desk: ConsoleDesk = request.app.state.desk
    _, owner = await device_owner(request)
    if owner == handle:
        return
    token = _token(desk)
    await desk.staff.know_device(token_hash(token), handle)
    _set(response, DEVICE_COOKIE, token, DEVICE_SECONDS)


def _token(desk: ConsoleDesk) -> str:
    raw = base64.urlsafe_b64encode(desk.entropy.random_bytes(TOKEN_BYTES))
    return raw.rstrip(b"=").decode()


def _set(response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
    )
