"""E-mail to staff, against a real SMTP server on loopback."""

import asyncio
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP

from bot.channels.staff import MailAlarm, MailServer, Notice, Post
from bot.errors import ConfigurationError
from bot.ports.cases import Call


class Inbox:
    """What a server took, and whom it refuses."""

    def __init__(self):
        self.taken = []
        self.refused = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append((tuple(envelope.rcpt_tos), message_from_bytes(envelope.content)))
        return "250 taken"


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
async def post(inbox):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield MailServer("127.0.0.1", port, tls=False, user="", password="")
    server.close()
    await server.wait_closed()


STAFF = {"amal": "amal@sample.invalid", "bahar": "bahar@sample.invalid"}


def alarm(server):
    return MailAlarm(
        Post(server, "sanad@sample.invalid"),
        STAFF,
        lambda _, call: Notice("عمل بانتظارك", f"T{call.urgency} · {call.cases}\n"),
    )


def call(*handles):
    return Call("on_duty", 0, 2, handles)


async def test_each_gets_a_message_of_their_own(post, inbox):
    """Nobody sees who else is called; the text says how urgent and how many, never what."""
    assert await alarm(post).ring(call("amal", "bahar"))
    assert [to for to, _ in inbox.taken] == [("amal@sample.invalid",), ("bahar@sample.invalid",)]
    for _, letter in inbox.taken:
        assert letter.get_payload(decode=True).decode().strip() == "T0 · 2"
        assert "bahar" not in str(letter["To"]) or "amal" not in str(letter)


async def test_no_name_of_this_machine_is_told(post, inbox):
    """The message's number is made of the sender's domain, not of the host's name."""
    await alarm(post).ring(call("amal"))
    assert inbox.taken[0][1]["Message-ID"].endswith("@sample.invalid>")


async def test_nobody_planned_calls_everybody(post, inbox):
    """A call without handles goes to all who have an address."""
    assert await alarm(post).ring(call())
    assert len(inbox.taken) == 2


async def test_without_an_address_the_alarm_says_so(post, inbox):
    """Somebody without an address was not called: the ladder must know."""
    assert not await alarm(post).ring(call("zana"))
    assert inbox.taken == []


async def test_one_refused_address_keeps_nobody_from_theirs(post, inbox):
    """The other is called; with nobody called at all it is an error, tried again later."""
    inbox.refused = {"amal@sample.invalid"}
    assert await alarm(post).ring(call("amal", "bahar"))
    assert len(inbox.taken) == 1
    inbox.refused |= {"bahar@sample.invalid"}
    with pytest.raises(Exception, match="550"):
        await alarm(post).ring(call("amal", "bahar"))


async def test_a_server_that_is_away_is_an_error():
    """So that the rung is tried again instead of being taken for called."""
    with pytest.raises(OSError):
        await alarm(MailServer("127.0.0.1", 1, tls=False, user="", password="")).ring(call("amal"))


def test_the_address_of_a_server():
    """Scheme, port and credentials are read; what is no such address is refused by name."""
    server = MailServer.parse("smtps://sanad:p%40ss@mail.sample.invalid")
    assert (server.host, server.port, server.tls) == ("mail.sample.invalid", 465, True)
    assert (server.user, server.password) == ("sanad", "p@ss")
    assert "p@ss" not in repr(server)
    assert MailServer.parse("smtp://mail.sample.invalid").port == 587
    for wrong in ("mail.sample.invalid", "https://mail.sample.invalid", "smtp://[", "smtp://"):
        with pytest.raises(ConfigurationError, match="SANAD_SMTP_URL"):
            MailServer.parse(wrong)
