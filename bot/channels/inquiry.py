"""One plain question to a provider: whether it answers and knows us, and what time it has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp

SECONDS: Final = 10.0
MOST: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: nothing did; `clock`: the provider's time, 0 if it told none."""

    status: int = 0
    clock: int = 0
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the provider knows us."""
        return self.status == 200


async def ask(url: str, auth: tuple[str, str] | None = None) -> Answer:
    """Get one address; never raises, never logs: the address may hold a token."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    headers = {"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(url, headers=headers, allow_redirects=False) as response,
        ):
            body = await response.content.read(MOST)
            return Answer(response.status, _clock(response.headers.get("Date")), _table(body))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return Answer()


def _clock(date: str | None) -> int:
    try:
        return int(parsedate_to_datetime(date or "").timestamp())
    except ValueError:
        return 0


def _table(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
