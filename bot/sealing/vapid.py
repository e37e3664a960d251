"""The signature by which a push service knows who wakes a browser (VAPID, RFC 8292)."""

import base64
import json
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LIFE: Final = 12 * 3600
"""Push services refuse what claims to hold for more than a day."""
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256: a private key is a number from 1 to this, less one."""


def push_public(seed: bytes) -> str:
    """The public key as a browser takes it when it subscribes."""
    public = _private(seed).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


def authorization(seed: bytes, audience: str, contact: str, now: int) -> str:
    """The `Authorization` header for one push service; `contact` is where it may complain."""
    head = _part({"typ": "JWT", "alg": "ES256"})
    claims = _part({"aud": audience, "exp": now + LIFE, "sub": contact})
    signed = f"{head}.{claims}"
    der = _private(seed).sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    signature = _text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={push_public(seed)}"


def _private(seed: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def _part(value: dict[str, object]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
