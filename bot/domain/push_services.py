"""Which addresses a staff browser may be woken at: those of the browsers' own push services.

An address comes from a browser and is called by the server, so anything else, an address inside
the organisation's network above all, is refused.
"""

from typing import Final
from urllib.parse import urlsplit

SERVICES: Final = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
LONGEST: Final = 1_000


def is_push_service(endpoint: str) -> bool:
    """Whether this is an address at one of SERVICES."""
    if len(endpoint) > LONGEST:
        return False
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = any(host == name or host.endswith(f".{name}") for name in SERVICES)
    return parts.scheme == "https" and known and port in (None, 443) and "@" not in parts.netloc


def origin(endpoint: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"
