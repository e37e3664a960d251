"""Whether a webhook call really comes from Twilio."""

import hmac
from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

PATH: Final = "/hooks/whatsapp"
OVERRIDES: Final = "#rc=5&rp=all"
"""Connection overrides to append to the address at Twilio: five retries, for every failure."""
PORTS: Final = {"https": 443, "http": 80}


class SignatureCheck:
    """Checks `X-Twilio-Signature` against the public address from the settings.

    The request's own Host and scheme are never used: behind a proxy they are not what Twilio
    signed, and a stranger chooses them.
    """

    def __init__(self, auth_token: str, public_url: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._addresses = addresses(public_url.rstrip("/") + PATH)

    def right(self, fields: Sequence[tuple[str, str]], given: bytes) -> bool:
        """Whether `given` signs these form fields (repeated names count) for our address."""
        form = MultiDict(fields)
        matches = 0
        for address in self._addresses:
            expected = self._validator.compute_signature(address, form)
            # Every address is compared whatever came before, so the time tells nothing.
            matches += hmac.compare_digest(expected.encode(), given)
        return matches > 0


def addresses(url: str) -> tuple[str, ...]:
    """The forms in which Twilio may sign one address: port written or not, overrides or not."""
    parts = urlsplit(url)
    hosts = {parts.netloc, _without_port(parts), _with_port(parts)}
    plain = [urlunsplit(parts._replace(netloc=host)) for host in sorted(hosts)]
    return tuple(plain + [address + OVERRIDES for address in plain])


def _without_port(parts: SplitResult) -> str:
    return parts.netloc if parts.port is None else parts.netloc.rpartition(":")[0]


def _with_port(parts: SplitResult) -> str:
    return parts.netloc if parts.port else f"{parts.netloc}:{PORTS.get(parts.scheme, 443)}"
