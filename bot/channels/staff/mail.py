"""Letters through the organisation's own mail server: one bland call to each of the staff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from bot.domain.roster import Handle
from bot.errors import ConfigurationError
from bot.ports.cases import Call

SECONDS: Final = 20.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says: nothing of any case."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how mail is handed over."""

    host: str
    port: int
    tls: bool
    user: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """Read `smtps://user:password@host:465` or `smtp://…:587` (with STARTTLS).

        Without encryption mail goes only to this very machine.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if host is None or parts.scheme not in ("smtp", "smtps"):
            raise ConfigurationError(
                "SANAD_SMTP_URL must look like smtps://user:password@host:465 or smtp://host:587"
            )
        tls = parts.scheme == "smtps"
        return cls(
            host=host,
            port=port or (465 if tls else 587),
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @property
    def here(self) -> bool:
        """Whether it runs on this machine: then nothing crosses a network."""
        return self.host in ("localhost", "127.0.0.1", "::1")


class Post:
    """Hands letters over to the organisation's mail server."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, letters: Mapping[str, Notice]) -> int:
        """Send each address its letter; how many were taken. Raises if none was."""
        return await self._send([self._letter(to, notice) for to, notice in letters.items()])

    async def _send(self, letters: list[EmailMessage]) -> int:
        """Hand over each letter; one refused address does not keep the others from theirs."""
        sent = 0
        last: aiosmtplib.SMTPException | None = None
        async with aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.tls,
            start_tls=None if self._server.here or self._server.tls else True,
            username=self._server.user or None,
            password=self._server.password or None,
            timeout=SECONDS,
            local_hostname="localhost",  # not what this machine is called
        ) as client:
            for letter in letters:
                try:
                    await client.send_message(letter)
                    sent += 1
                except aiosmtplib.SMTPException as error:
                    # The error's text may repeat the address: only what kind it is.
                    _log.error("notice_refused", kind=type(error).__name__)
                    last = error
        if not sent and last is not None:
            raise last
        return sent

    def _letter(self, address: str, notice: Notice) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, address, notice.subject
        # A random name of our own: the library's would tell this machine's.
        letter["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(notice.text)
        return letter


class MailAlarm:
    """An alarm by e-mail; `addresses` come from the organisation's file, by handle."""

    def __init__(
        self,
        post: Post,
        addresses: Mapping[Handle, str],
        notice: Callable[[Handle, Call], Notice],
    ) -> None:
        self._post = post
        self._addresses = addresses
        self._notice = notice

    async def ring(self, call: Call) -> bool:
        """See Alarm.ring; everybody with an address is called where nobody is planned."""
        handles = call.handles or tuple(self._addresses)
        letters = {
            self._addresses[handle]: self._notice(handle, call)
            for handle in handles
            if handle in self._addresses
        }
        return await self._post.send(letters) > 0 if letters else False
