"""How the ways of calling staff are put together from settings, organisation and roster."""

import asyncio
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP

from bot.app.heads import daily_head
from bot.app.notices import SUBJECT, TEXT, start_mail
from bot.app.organisation import load_organisation
from bot.app.reach import Reach
from bot.app.settings import load_settings
from bot.app.simulate import StillClock
from bot.domain.audit import Note
from bot.domain.language import TAGS
from bot.errors import ConfigurationError
from bot.i18n.catalogues import Catalogue
from bot.ports.cases import Call
from bot.sealing.checkpoint import read_note
from bot.sealing.keys import signing_public
from bot.stores.memory_cases import MemoryCases
from tests.app.test_settings import own_organisation
from tests.fakes.caseworkers import trusted

SEED = bytes(range(32))
MAIL = '[mail]\namal = "amal@staff.invalid"\nrawa = "rawa@staff.invalid"\n'


def catalogue():
    """Every text is its language's tag and its English."""
    return Catalogue(
        {
            tag: {(each.context, each.text): (f"{tag}: {each.text}",) for each in (SUBJECT, TEXT)}
            for tag in TAGS
        }
    )


class Inbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content))
        return "250 taken"


async def test_each_reads_the_notice_in_their_own_languages(tmp_path, monkeypatch):
    """By the roster; who stands in it without a language gets all four; no case is named."""
    monkeypatch.chdir(tmp_path)
    inbox, loop = Inbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = load_settings(smtp_url=f"smtp://127.0.0.1:{port}", smtp_from="sanad@staff.invalid")
    organisation = load_organisation(own_organisation(tmp_path, **{"[name]": f"{MAIL}\n[name]"}))
    reach = Reach()
    start_mail(settings, organisation, trusted, catalogue(), reach)
    assert await reach.alarms[-1].ring(Call("on_duty", 1, 4, ("amal", "rawa")))
    server.close()
    texts = [letter.get_payload(decode=True).decode() for letter in inbox.letters]
    spoken = trusted().roster.member("amal").languages
    assert [tag for tag in TAGS if f"{tag}: " in texts[0]] == [t for t in TAGS if t in spoken]
    assert all(f"{tag}: " in texts[1] for tag in TAGS)
    assert all("T1 · 4" in text for text in texts)


def test_a_mail_server_without_addresses_stops_the_start(tmp_path, monkeypatch):
    """Calls that could reach nobody are found before the first case, not at it."""
    monkeypatch.chdir(tmp_path)
    settings = load_settings(smtp_url="smtp://127.0.0.1:25", smtp_from="sanad@staff.invalid")
    organisation = load_organisation(own_organisation(tmp_path))
    with pytest.raises(ConfigurationError, match=r"\[mail\]"):
        start_mail(settings, organisation, trusted, catalogue(), Reach())


def test_a_mail_server_needs_a_sender(tmp_path, monkeypatch):
    """The sender's address is named when it is missing, the server's password is not."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="SMTP_FROM") as refused:
        load_settings(smtp_url="smtps://sanad:hidden-word@mail.invalid")
    assert "hidden-word" not in str(refused.value)


@pytest.mark.parametrize("line", ['amal = "amal"', 'amal = "a b@c"', 'amal = "@staff.invalid"'])
def test_an_address_that_is_none_is_refused(tmp_path, line):
    """By the handle it stands under."""
    path = own_organisation(tmp_path, **{"[name]": f"[mail]\n{line}\n\n[name]"})
    with pytest.raises(ConfigurationError, match="amal"):
        load_organisation(path)


async def test_a_daily_head_goes_to_those_outside_who_keep_it(tmp_path, monkeypatch):
    """Each keeper gets the signed note once a day, and it verifies as it was sent."""
    monkeypatch.chdir(tmp_path)
    inbox, loop = Inbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = load_settings(smtp_url=f"smtp://127.0.0.1:{port}", smtp_from="sanad@staff.invalid")
    keepers = 'audit_keepers = ["one@outside.invalid", "two@outside.invalid"]\n'
    organisation = load_organisation(own_organisation(tmp_path, **{"[name]": f"{keepers}[name]"}))
    log, clock = MemoryCases(), StillClock()
    await log.note(Note(clock.now() // 3600, "amal", "open", bytes(16)))
    step = daily_head(log, settings, organisation, seed=SEED, clock=clock)
    await step()
    await step()
    server.close()
    assert sorted(letter["To"] for letter in inbox.letters) == list(organisation.keepers)
    note = inbox.letters[0].get_payload(decode=True).decode()
    head = read_note(note, signing_public(SEED))
    assert head.hash == (await log.audit_head()).hash


def test_keepers_without_a_mail_server_stop_the_start(tmp_path, monkeypatch):
    """Who relies on heads outside must not find out later that none was ever sent."""
    monkeypatch.chdir(tmp_path)
    keepers = {"[name]": 'audit_keepers = ["one@outside.invalid"]\n[name]'}
    organisation = load_organisation(own_organisation(tmp_path, **keepers))
    with pytest.raises(ConfigurationError, match="audit_keepers"):
        start_mail(load_settings(), organisation, trusted, catalogue(), Reach())
