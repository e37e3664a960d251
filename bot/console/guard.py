"""The console's door: right host, no forgery, who is signed in, and the headers of every answer.

A pure ASGI layer around the pages. A page asks `signed(request)` who is there; an endpoint that
changes something is never reached without the session's token (see `Guard._forged`).
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.desk import ConsoleDesk
from bot.console.refusals import Refusal, unexpected
from bot.console.static_files import PREFIX
from bot.ports.staff import Account, ConsoleSession

COOKIE: Final = "__Host-sanad"
DEVICE_COOKIE: Final = "__Host-sanad-device"
CSRF: Final = "x-sanad-csrf"
BACKGROUND: Final = "x-sanad-background"
"""Sent with what a page does by itself: it does not count as somebody being there."""
SAFE: Final = frozenset({"GET", "HEAD"})
IDLE: Final = 30 * 60
TOUCH: Final = 60
"""An active session is written down as such once a minute, not at every request."""
RATE: Final = 20.0
BURST: Final = 120.0
STRANGERS_RATE: Final = 10.0
STRANGERS_BURST: Final = 60.0
MOST_BUCKETS: Final = 4096


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in."""

    session: ConsoleSession
    account: Account


def signed(request: Request) -> Signed:
    """Who sent this; a Refusal if nobody is signed in."""
    who: Signed | None = request.state.signed
    if who is None:
        raise Refusal("signed_out")
    return who


def token_hash(token: str) -> bytes:
    """What is stored of a token that a browser holds."""
    return hashlib.sha256(token.encode()).digest()


def headers_of(desk: ConsoleDesk) -> dict[str, str]:
    """The headers of every answer."""
    primero = f" {desk.primero}" if desk.primero else ""
    policy = (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
        f"connect-src 'self'{primero}; img-src 'self' blob:; font-src 'self'; "
        # No form is sent but by a script: what is typed before a script has begun goes nowhere.
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types htmx sanad"
    )
    fixed = {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "browsing-topics=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if desk.secure:
        fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return fixed


class Buckets:
    """How fast somebody may ask; in memory, and only as many as fit."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._levels: dict[bytes, tuple[float, float]] = {}

    def take(self, key: bytes, now: float) -> bool:
        """Whether `key` may ask once more at `now` (monotonic seconds)."""
        level, then = self._levels.pop(key, (self._burst, now))
        level = min(self._burst, level + (now - then) * self._rate)
        if len(self._levels) >= MOST_BUCKETS:
            del self._levels[next(iter(self._levels))]
        self._levels[key] = (level - 1 if level >= 1 else level, now)
        return level >= 1


class Guard:
    """Around all pages of the console."""

    def __init__(self, app: ASGIApp, desk: ConsoleDesk) -> None:
        self._app = app
        self._desk = desk
        self._headers = headers_of(desk)
        self._colleagues = Buckets(RATE, BURST)
        self._strangers = Buckets(STRANGERS_RATE, STRANGERS_BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or put a refusal in its way (`state.refused`)."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state.update(signed=None, refused=None, desk=self._desk)
        try:
            await self._admit(scope, headers)
        except Refusal as refusal:
            # The pages' own error handling answers, in the reader's language.
            state["refused"] = refusal
        except Exception as error:  # noqa: BLE001 - whatever fails, the person gets a sentence
            state["refused"] = unexpected(error)
        await self._app(scope, receive, self._with_headers(send))

    async def _admit(self, scope: Scope, headers: Headers) -> None:
        if headers.get("host", "").lower() != self._desk.host:
            raise Refusal("wrong_place")
        if scope["path"].startswith(PREFIX):
            return
        request = Request(scope)
        who = await self._who(request)
        scope["state"]["signed"] = who
        await self._pace(request, who)
        if scope["method"] not in SAFE and self._forged(headers, who):
            raise Refusal("forgery")

    async def _who(self, request: Request) -> Signed | None:
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        now = self._desk.clock.now()
        found = await self._desk.staff.session(token_hash(token), now)
        if found is None:
            return None
        session, account = found
        idle_until = min(now + IDLE, session.expires)
        # A page that refreshes itself must not keep an unattended session alive.
        active = BACKGROUND not in request.headers
        if active and idle_until - session.idle_until >= TOUCH:
            await self._desk.staff.touch_session(session.hash, idle_until)
        return Signed(session, account)

    async def _pace(self, request: Request, who: Signed | None) -> None:
        """Strangers share one rate; a flood of them must not keep a colleague from signing in."""
        now = self._desk.clock.monotonic()
        if who is not None:
            allowed = self._colleagues.take(who.session.hash, now)
        else:
            allowed = self._strangers.take(b"strangers", now) or await self._known(request, now)
        if not allowed:
            raise Refusal("too_fast")

    async def _known(self, request: Request, now: float) -> bool:
        """Whether a browser that signed in here before may ask once more."""
        device = token_hash(request.cookies.get(DEVICE_COOKIE, ""))
        if await self._desk.staff.device_of(device) is None:
            return False
        return self._colleagues.take(device, now)

    def _forged(self, headers: Headers, who: Signed | None) -> bool:
        """Whether another site may have made the browser send this.

        A header of our own makes a request of another origin ask first, and is refused; the
        session's token in it is what only our pages know.
        """
        site = headers.get("sec-fetch-site")
        if site is None:
            origin = headers.get("origin")
            if origin is not None and origin != self._desk.url:
                return True
        elif site not in ("same-origin", "none"):
            return True
        given = headers.get(CSRF, "")
        return not given if who is None else not hmac.compare_digest(given, who.session.csrf)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for key, value in self._headers.items():
                    headers.setdefault(key, value)
            await send(message)

        return sending
