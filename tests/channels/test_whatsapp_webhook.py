"""The WhatsApp webhook: who is let in, and what becomes of what they bring."""

import asyncio
import os
import random
from collections.abc import Iterable
from urllib.parse import urlencode

import pytest

from bot.channels.whatsapp.arrival import from_form, unknown_names
from bot.channels.whatsapp.signature import PATH, addresses
from bot.errors import ConfigurationError, StoreError
from bot.prove.providers.twilio import AUTH_TOKEN, FakeTwilio, sign
from tests.channels.whatsapp_stage import AMAL, PUBLIC_URL, Talk, channel, mark, running

FORMS = int(os.environ.get("SANAD_FUZZ", "5000"))
SID = "SM" + "1" * 32
UNREACHABLE = "http://127.0.0.1:9"


def silence(_inbound: object) -> tuple[()]:
    return ()


async def call(
    webhook, form: Iterable[tuple[str, str]] | bytes, signature: str | None, method: str = "POST"
) -> int:
    """One request straight into the ASGI application; its status."""
    body = form if isinstance(form, bytes) else urlencode(list(form)).encode()
    headers = [] if signature is None else [(b"x-twilio-signature", signature.encode())]
    incoming = [{"type": "http.request", "body": body, "more_body": False}]
    sent = []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "headers": headers, "path": PATH}
    await webhook(scope, receive, send)
    return sent[0]["status"]


def message(**fields: str) -> list[tuple[str, str]]:
    return list({"MessageSid": SID, "From": AMAL, "Body": "hello", **fields}.items())


@pytest.mark.parametrize(
    "signed_as",
    [
        "https://sanad.example/hooks/whatsapp",
        "https://sanad.example:443/hooks/whatsapp",
        "https://sanad.example/hooks/whatsapp#rc=5&rp=all",
    ],
)
async def test_a_call_signed_for_the_public_address_is_let_in(signed_as):
    """Whatever scheme and host the proxy uses inside, the public address from settings counts."""
    talk = Talk()
    async with FakeTwilio(signed_as=signed_as) as twilio, running(twilio, talk):
        assert await twilio.write(AMAL, "hello") == 200
        assert talk.texts == ["hello"]


@pytest.mark.parametrize(
    "signed_as",
    [
        "http://sanad.example/hooks/whatsapp",
        "https://sanad.example/hooks/whatsapp/",
        "https://elsewhere.example/hooks/whatsapp",
        "http://127.0.0.1:8080/hooks/whatsapp",
    ],
)
async def test_a_call_signed_for_another_address_is_refused(signed_as):
    """A signature for http, another host or another path answers 403 and changes nothing."""
    talk = Talk()
    async with FakeTwilio(signed_as=signed_as) as twilio, running(twilio, talk):
        assert await twilio.write(AMAL, "hello") == 403
        assert talk.taken == []


@pytest.mark.parametrize(
    "signature",
    [None, "", "wrong", sign(PUBLIC_URL + PATH, message(), token="another"), "\u0661\u0662\u0663"],
)
async def test_a_forged_call_changes_nothing(signature):
    """A missing, empty, wrong or foreign signature answers 403, and nobody is asked."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    assert await call(webhook, message(), signature) == 403
    assert talk.taken == []


async def test_an_altered_call_is_refused():
    """Any field changed, added or removed after signing answers 403."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    right = sign(PUBLIC_URL + PATH, message(Label=""))
    assert await call(webhook, message(), right) == 403
    assert await call(webhook, message(Label="", Body="hallo"), right) == 403
    assert await call(webhook, [*message(Label=""), ("Body", "more")], right) == 403
    assert talk.taken == []
    assert await call(webhook, message(Label=""), right) == 200


async def test_the_time_of_a_refusal_does_not_depend_on_the_address_that_matches():
    """Every form of the public address is compared, so all of them accept."""
    webhook = channel(Talk(), UNREACHABLE).webhook
    for address in addresses(PUBLIC_URL + PATH):
        assert await call(webhook, message(), sign(address, message())) == 200


def test_a_public_address_with_a_port_is_signed_with_or_without_it():
    """Twilio is inconsistent about ports, so both forms are known."""
    assert set(addresses("https://sanad.example:8443/hook")) >= {
        "https://sanad.example:8443/hook",
        "https://sanad.example/hook",
    }


async def test_repeated_fields_are_signed_together():
    """A form with the same name twice is checked as Twilio signs it, and the first value counts."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    form = [*message(), ("MediaUrl0", "a"), ("MediaUrl0", "b"), ("Body", "later")]
    assert await call(webhook, form, sign(PUBLIC_URL + PATH, form)) == 200
    assert talk.texts == ["hello"]


async def test_only_posts_of_a_sane_size_are_read():
    """Another method answers 405, a body over 64 KiB 413, far too many fields 403."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    assert await call(webhook, message(), "", method="GET") == 405
    assert await call(webhook, b"a" * 70_000, "") == 413
    assert await call(webhook, b"a=&" * 2_000, "") == 403
    assert talk.taken == []


async def test_nothing_is_acknowledged_before_the_commit():
    """The call waits as long as the conversation does; a repetition waits for the same commit."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    talk.gate.clear()
    signature = sign(PUBLIC_URL + PATH, message())
    calls = [asyncio.create_task(call(webhook, message(), signature)) for _ in range(5)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert not any(task.done() for task in calls)
    talk.gate.set()
    assert await asyncio.gather(*calls) == [200] * 5
    assert len(talk.taken) == 1


async def test_a_database_that_cannot_store_is_not_acknowledged():
    """StoreError answers 503 and an unforeseen error 500; the repetition is then taken."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    signature = sign(PUBLIC_URL + PATH, message())
    talk.trouble = [StoreError("the disk is full"), RuntimeError("unforeseen")]
    assert await call(webhook, message(), signature) == 503
    assert await call(webhook, message(), signature) == 500
    assert await call(webhook, message(), signature) == 200
    assert talk.texts == ["hello"]


async def test_twilio_gets_an_empty_answer():
    """The reply never travels in the webhook's answer, which is empty TwiML."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": urlencode(message()).encode()}

    async def send(part):
        sent.append(part)

    signature = sign(PUBLIC_URL + PATH, message()).encode()
    scope = {"type": "http", "method": "POST", "headers": [(b"x-twilio-signature", signature)]}
    await channel(Talk(), UNREACHABLE).webhook(scope, receive, send)
    assert sent[1]["body"].endswith(b"<Response/>")
    assert (b"content-type", b"text/xml") in sent[0]["headers"]


@pytest.mark.parametrize("address", [AMAL, "whatsapp:IQ.13491208655302741918", "IQ.1349", "سلام"])
def test_the_sender_is_an_opaque_name(address):
    """A number, a business-scoped user id and anything else are the same to us."""
    arrival = from_form(message(From=address), mark)
    assert arrival is not None
    assert arrival.visitor.vid == b"whatsapp\x00" + address.encode()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Body": "سلام"}, {"text": "سلام"}),
        ({"ButtonPayload": "=a.b/yes", "Body": "Yes"}, {"press": "=a.b/yes", "text": ""}),
        ({"ListId": "=a.b/!exit", "Body": "Leave"}, {"press": "=a.b/!exit", "text": ""}),
        ({"ButtonPayload": "foreign", "Body": "Yes"}, {"press": "foreign", "text": "Yes"}),
        ({"Latitude": "33.3", "Longitude": "44.4", "Body": ""}, {"point": (33.3, 44.4)}),
        ({"Latitude": "nan", "Longitude": "44.4", "Body": ""}, {"point": None, "odd": "location"}),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg"}, {"odd": "voice"}),
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg", "Body": "911"}, {"text": "911"}),
        ({"NumMedia": "1", "MediaContentType0": "image/webp"}, {"odd": "sticker"}),
        ({"NumMedia": "1", "MediaContentType0": "text/vcard"}, {"odd": "contact"}),
        ({"NumMedia": "1"}, {"odd": "other"}),
    ],
)
def test_each_kind_of_message_is_understood(fields, expected):
    """Texts, taps, places and media become one Inbound; media are named, never fetched."""
    arrival = from_form(message(**fields), mark)
    assert arrival is not None
    assert {name: getattr(arrival.inbound, name) for name in expected} == expected


@pytest.mark.parametrize(
    "fields", [{"MessageSid": ""}, {"From": ""}, {"MessageStatus": "delivered"}]
)
async def test_a_call_that_is_no_message_is_acknowledged_and_ignored(fields):
    """A status report or a call without sender or id answers 200 and asks nobody."""
    talk = Talk()
    webhook = channel(talk, UNREACHABLE).webhook
    form = message(**fields)
    assert await call(webhook, form, sign(PUBLIC_URL + PATH, form)) == 200
    assert talk.taken == []


def test_new_fields_are_counted_and_nothing_else():
    """What Twilio adds one day is a number in the log, never a name or a value."""
    assert unknown_names(message(BrandNew="x", MediaUrl0="y", Another="z")) == 2


@pytest.mark.timeout(1200)  # SANAD_FUZZ=100000 takes minutes
async def test_no_generated_form_breaks_the_webhook():
    """Any signed form answers 200 and any unsigned one 403; nothing raises."""
    talk = Talk(say=silence)
    webhook = channel(talk, UNREACHABLE).webhook
    chance = random.Random(20261123)
    for number in range(FORMS):
        form = strange_form(chance, number)
        clean = [(name, value) for name, value in form if not _lone(name + value)]
        right = sign(PUBLIC_URL + PATH, clean)
        assert await call(webhook, clean, right) == 200
        if number % 10 == 0:
            assert await call(webhook, clean, right[::-1]) == 403
            raw = chance.randbytes(chance.randrange(300))
            assert await call(webhook, raw, right) == 403
    assert len(talk.taken) > FORMS // 3


PIECES = [
    "0", "911", "٩١١", "4️⃣", "a" * 4096, "\x00", "\u202e\u2066", "\u200c\u200d",
    "'; DROP TABLE x;--", "<b>", "{{1}}", "%00", "&=+", "ژیان",
    "\r\n", "=a.b/c", "=/", "7:yes", "NaN", "1e999", "-91",
    "image/png", "audio/ogg", "\U0001f9d5", "", " ", "=" * 300,
]  # fmt: skip
NAMES = [
    "Body", "ButtonPayload", "ListId", "Latitude", "Longitude", "NumMedia", "MediaContentType0",
    "From", "MessageSid", "MessageStatus", "Body", "Unknown", "", "\x00", "ProfileName", "To",
]  # fmt: skip


def strange_form(chance: random.Random, number: int) -> list[tuple[str, str]]:
    form = [("MessageSid", f"SM{number:032x}"), ("From", f"whatsapp:+1000{number:07d}")]
    for _ in range(chance.randrange(8)):
        value = "".join(chance.choices(PIECES, k=chance.randrange(4)))
        if chance.random() < 0.2:
            value += "".join(chr(chance.randrange(0x20000)) for _ in range(chance.randrange(20)))
        form.append((chance.choice(NAMES), value))
    if chance.random() < 0.2:
        del form[chance.randrange(len(form))]
    chance.shuffle(form)
    return form


def _lone(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"sender": "+10000000000"}, "SANAD_TWILIO_SENDER"),
        ({"public_url": "sanad.example"}, "SANAD_PUBLIC_URL"),
        ({"api_base": "ftp://api.example"}, "SANAD_TWILIO_API_BASE"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(changed, named):
    """The error names the setting."""
    from bot.channels.whatsapp.channel import check_settings

    settings = {
        "sender": "whatsapp:+10000000000",
        "public_url": PUBLIC_URL,
        "api_base": "https://api.example",
    }
    with pytest.raises(ConfigurationError, match=named):
        check_settings(**{**settings, **changed})


def test_the_token_is_not_in_what_the_operator_sees():
    """The line for the operator has the address to enter at Twilio and no secret or number."""
    line = channel(Talk(), UNREACHABLE).describe()
    assert "https://sanad.example/hooks/whatsapp#rc=5&rp=all" in line
    assert AUTH_TOKEN not in line
    assert "+1" not in line
