"""Somebody at the console without a browser: cookies, the session's token, JSON."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.console.guard import COOKIE
from bot.console.key_material import PROOF
from bot.sealing import canonical, keys
from tests.console.stage import AUTH, SALT, Person, Stage, slot_of

RECOVERY = hashlib.sha256(b"what a printed code gives").digest()
SAME = {"Sec-Fetch-Site": "same-origin"}


class StageClock:
    """Time that a test moves."""

    def __init__(self, now: int = 1_795_424_400) -> None:
        self.seconds = now

    def now(self) -> int:
        return self.seconds

    def monotonic(self) -> float:
        return float(self.seconds)


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any


@dataclass
class Client:
    """A browser's manners without one. `__Host-` cookies need https: they are kept by hand."""

    stage: Stage
    http: aiohttp.ClientSession
    csrf: str = "-"
    cookies: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        sent = {**SAME, "X-Sanad-CSRF": self.csrf, **named}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {key: value for key, value in sent.items() if value}
        url = f"{self.stage.url}/console{path}"
        async with self.http.request(
            method, url, json=body, headers=sent, allow_redirects=False
        ) as answer:
            for name, cookie in answer.cookies.items():
                self.cookies[name] = cookie.value
            kind = answer.headers.get("content-type", "")
            read = await (answer.json() if kind.startswith("application/json") else answer.text())
            return Answer(answer.status, read, answer.headers)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, **headers)

    async def post(self, path: str, body: object, **headers: str) -> Answer:
        return await self.send("POST", path, body, **headers)

    async def passphrase(self, handle: str, code: str, auth: bytes = AUTH) -> Answer:
        body = {"handle": handle, "auth": auth.hex(), "code": code}
        return await self.post("/api/login/passphrase", body)

    async def sign_in(self, person: Person) -> Answer:
        answer = await self.passphrase(person.handle, person.code(self.stage.clock.now()))
        assert answer.status == 200, answer.body
        self.csrf = answer.body["csrf"]
        return answer

    @property
    def signed_in(self) -> bool:
        return bool(self.cookies.get(COOKIE))


@asynccontextmanager
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Client(stage, http)


def token_of(name: str) -> str:
    """An invented invitation's token."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def keys_of(person: Person, handle: str = "", **changed: object) -> dict[str, object]:
    """What a browser would send as new keys of `person`, with a proof by their signing key."""
    member = person.member()
    claim = {
        "handle": handle or person.handle, "recipient": member.recipient, "verify": member.verify,
    }  # fmt: skip
    proof = keys.sign(person.signing, PROOF + canonical.dump(claim)).hex()
    slot = {"wrapped": base64.b64encode(slot_of(person).wrapped).decode(), "params": {}}
    sent = {
        "recipient": member.recipient, "verify": member.verify, "salt": SALT.hex(),
        "auth": AUTH.hex(), "recovery_auth": RECOVERY.hex(), "proof": proof,
        "slots": [{"kind": "passphrase", **slot}, {"kind": "recovery", **slot}],
    }  # fmt: skip
    return {**sent, **changed}
