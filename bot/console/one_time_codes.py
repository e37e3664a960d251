"""One-time codes (RFC 6238) beside the passphrase: the second thing a thief would need."""

import base64
import hashlib
import hmac
import io
from typing import Final

import pyotp
import segno

from bot.domain.roster import Handle

DIGITS: Final = 6
SECONDS: Final = 30
SECRET_BYTES: Final = 20
ISSUER: Final = "Sanad"


def secret_for(seed: bytes, token_hash: bytes) -> bytes:
    """The secret that an invitation's new account will have: always the same, stored nowhere."""
    return hmac.digest(seed, b"sanad/one-time/v1" + token_hash, hashlib.sha256)[:SECRET_BYTES]


def uri(secret: bytes, handle: Handle) -> str:
    """What an authenticator reads from the picture."""
    return _totp(secret).provisioning_uri(name=handle, issuer_name=ISSUER)


def picture(uri_: str) -> str:
    """The address as a QR code: SVG, black on white, four modules of quiet around it."""
    file = io.BytesIO()
    code = segno.make(uri_, error="m", micro=False)
    code.save(file, kind="svg", scale=6, border=4, light="#fff", xmldecl=False)
    return file.getvalue().decode()


def step_of(secret: bytes, code: str, now: int) -> int | None:
    """Which step's code this is, one step early or late allowed; None if it is none."""
    totp = _totp(secret)
    step = now // SECONDS
    found = None
    for near in (step, step - 1, step + 1):
        # Every step is compared, and in constant time: an answer tells nothing by its speed.
        if hmac.compare_digest(totp.generate_otp(near).encode(), code.encode()) and found is None:
            found = near
    return found


def _totp(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(secret).decode(), digits=DIGITS, interval=SECONDS)
