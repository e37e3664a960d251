"""Waking staff browsers, against a real push endpoint on loopback."""

import base64
import json

import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bot.channels.staff import PushAlarm
from bot.domain.push_services import is_push_service
from bot.ports.cases import Call
from bot.sealing.vapid import authorization, push_public

SEED = bytes(range(32))
NOW = 1_795_000_000


class Clock:
    def now(self):
        return NOW

    def monotonic(self):
        return 0.0


class Browsers:
    """The part of StaffStore an alarm uses."""

    def __init__(self, endpoints):
        self.endpoints = endpoints

    async def pushes(self, handles):
        return tuple(url for url, handle in self.endpoints.items() if handle in handles)

    async def drop_push(self, endpoint):
        return self.endpoints.pop(endpoint, None) is not None


@pytest.fixture
async def service():
    """A push service: /ok takes, /gone forgot, /busy fails, /away leads elsewhere."""
    asked = []

    async def answer(request):
        asked.append((request.path, dict(request.headers), await request.read()))
        status = {"/ok": 201, "/gone": 410, "/busy": 503, "/away": 307}[request.path]
        return web.Response(status=status, headers={"Location": "/ok"} if status == 307 else {})

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", asked
    await runner.cleanup()


def alarm(browsers):
    def authorize(audience, now):
        return authorization(SEED, audience, "https://sample.invalid", now)

    return PushAlarm(browsers, authorize, Clock())


async def test_a_browser_is_woken_without_a_word(service):
    """The call has no body at all, is signed for this service, and leaves by a deadline."""
    base, asked = service
    assert await alarm(Browsers({f"{base}/ok": "amal"})).ring(Call("on_duty", 0, 3, ("amal",)))
    [(_, headers, body)] = asked
    assert body == b""
    assert headers["Urgency"] == "high"
    assert headers["TTL"] == "3600"
    claims = verified(headers["Authorization"])
    assert claims["aud"] == base
    assert NOW < claims["exp"] <= NOW + 24 * 3600


def verified(header):
    """The claims of a VAPID header whose signature holds."""
    token, key = (part.strip().partition("=")[2] for part in header[6:].split(","))
    assert key == push_public(SEED)
    head, claims, signature = token.split(".")
    raw = decoded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, f"{head}.{claims}x".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    return json.loads(decoded(claims))


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_forgotten_browser_is_never_called_again(service):
    """404 and 410 take the address out; that browser counts as not reached."""
    base, asked = service
    browsers = Browsers({f"{base}/gone": "amal"})
    assert not await alarm(browsers).ring(Call("on_duty", 1, 1, ("amal",)))
    assert browsers.endpoints == {}
    assert len(asked) == 1


async def test_a_service_that_fails_is_tried_again(service):
    """With nobody woken and a service away it is an error, so the rung rings again."""
    base, _ = service
    with pytest.raises(OSError):
        await alarm(Browsers({f"{base}/busy": "amal"})).ring(Call("on_duty", 1, 1, ("amal",)))
    unreachable = Browsers({"http://127.0.0.1:1/x": "amal"})
    with pytest.raises(OSError):
        await alarm(unreachable).ring(Call("on_duty", 1, 1, ("amal",)))


async def test_no_redirect_is_followed(service):
    """Only the address that was checked is called, whatever the service answers."""
    base, asked = service
    with pytest.raises(OSError):
        await alarm(Browsers({f"{base}/away": "amal"})).ring(Call("on_duty", 1, 1, ("amal",)))
    assert [path for path, _, _ in asked] == ["/away"]


async def test_only_those_who_are_called(service):
    """A colleague's browser stays still; with none subscribed the alarm says so."""
    base, asked = service
    assert not await alarm(Browsers({f"{base}/ok": "bahar"})).ring(Call("on_duty", 0, 1, ("amal",)))
    assert asked == []


@pytest.mark.parametrize(
    ("endpoint", "good"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://db5p.notify.windows.com/w/?token=abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com.evil.invalid/abc", False),
        ("https://evilfcm.googleapis.com.invalid/abc", False),
        ("https://user@fcm.googleapis.com/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://127.0.0.1/abc", False),
        ("https://[", False),
        ("https://web.push.apple.com/" + "a" * 1000, False),
    ],
)
def test_only_push_services_are_called(endpoint, good):
    """An address a browser gives is a known push service's over https, or it is refused."""
    assert is_push_service(endpoint) is good
