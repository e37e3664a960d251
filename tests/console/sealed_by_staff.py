"""What a caseworker's browser would seal, sealed by Python: notes, letters, re-sealed parts."""

import base64
from typing import Any

from bot.sealing import envelope, keys, reading, signed
from bot.sealing.envelope import Header
from bot.sealing.mailbox import seal_letter
from tests.console.clients import Client
from tests.console.stage import Person, Stage


def text(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


class Writer:
    """Somebody who works on one case."""

    def __init__(self, stage: Stage, client: Client, person: Person, case: str) -> None:
        self.stage, self.client, self.person, self.case = stage, client, person, case

    async def act(self, step: str, body: object = None) -> tuple[int, Any]:
        """Take a step: its status, and the code of a refusal."""
        answer = await self.client.post(f"/api/cases/{self.case}/{step}", body or {})
        return answer.status, answer.body.get("error", "")

    async def parts(self) -> Any:
        return (await self.client.get(f"/api/cases/{self.case}")).body

    async def note(self, what: str = "note", readers: int | None = None, **fields: Any) -> dict:
        """The next note, for everybody of the roster (or only its first `readers`)."""
        trusted = self.stage.desk.rosters()
        written = await self.stage.desk.casework.notes(bytes.fromhex(self.case))
        header = self._header("note", len(written) + 1, trusted.version)
        body = {"what": what, "by": self.person.handle, "at_hour": header.hour, **fields}
        recipients = trusted.recipients[:readers]
        sealed = signed.seal_note(header, body, recipients, self.person.signing)
        return {"number": header.seq, "roster": trusted.version, "sealed": text(sealed)}

    def letter(self, number: int, words: str = "hello", mailbox: bytes = b"m" * 32) -> dict:
        """A reply for the mailbox."""
        recipient = keys.recipient_of(mailbox)
        sealed = seal_letter(self._header("letter", number, 0), {"text": words}, recipient)
        return {"number": number, "sealed": text(sealed), "safe": True}

    def _header(self, kind: Any, seq: int, roster: int) -> Header:
        return Header(
            kind=kind,
            case=bytes.fromhex(self.case),
            seq=seq,
            prev=b"" if kind == "letter" else b"a" * 32,
            roster=roster,
            hour=self.stage.clock.now() // 3600,
            lang="en",
            schema=1,
        )


def opened(sealed: str, person: Person) -> Any:
    """What a person's key opens."""
    return envelope.decode(reading.open_sealed(base64.b64decode(sealed), [person.seed]))
