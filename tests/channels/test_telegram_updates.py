"""Telegram's JSON becomes what a visitor did, and nothing about who it was."""

import asyncio
import json
import os
import random
from typing import Any

import msgspec
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram import payloads
from bot.channels.telegram.updates import Crowd, Heard, decode, number
from bot.domain.message import Inbound
from bot.prove.providers.telegram import FakeTelegram
from tests.channels.telegram_stage import call, make_channel
from tests.fakes.echo import Echo

EXAMPLES = int(os.environ.get("SANAD_FUZZED_UPDATES", "5000"))
PRIVATE = {"id": 7_100_000_001, "type": "private", "first_name": "Invented"}
SENDER = {"id": 7_100_000_001, "is_bot": False, "first_name": "Invented", "username": "invented"}


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 20, "date": 1, "chat": PRIVATE, "from": SENDER, **content}


def heard(**update: Any) -> Heard:
    found = decode(json.dumps({"update_id": 5, **update}).encode())
    assert isinstance(found, Heard)
    return found


def inbound(**content: Any) -> Inbound:
    return heard(message=message(**content)).inbound


def test_text_is_taken_as_it_is():
    """A typed text arrives unchanged, with its own number and that of the message."""
    assert inbound(text="هل\u0000 <b>1</b>") == Inbound(5, "هل\u0000 <b>1</b>", reference=20)


@pytest.mark.parametrize(
    ("content", "odd"),
    [
        ({"voice": {"file_id": "v"}}, "voice"),
        ({"audio": {"file_id": "a"}}, "voice"),
        ({"photo": [{"file_id": "p"}]}, "photo"),
        ({"video": {}}, "video"),
        ({"video_note": {}}, "video"),
        ({"animation": {}, "document": {}}, "video"),
        ({"document": {}}, "document"),
        ({"contact": {"phone_number": "+10000000001", "first_name": "Invented"}}, "contact"),
        ({"sticker": {"emoji": "🙂"}}, "sticker"),
        ({"poll": {"question": "?"}}, "poll"),
        ({"dice": {"value": 1}}, "other"),
        ({"location": {"latitude": 991.0, "longitude": 0}}, "location"),
    ],
)
def test_what_cannot_be_read_is_named(content, odd):
    """Every kind of content that cannot be read is named and nothing of it is kept."""
    found = inbound(**content)
    assert (found.odd, found.text, found.point) == (odd, "", None)


def test_caption_is_read_with_its_picture():
    """A word written under a picture is heard, though the picture is not fetched."""
    found = inbound(photo=[{"file_id": "p"}], caption="help", forward_origin={"type": "user"})
    assert (found.odd, found.text) == ("photo", "help")


def test_location_becomes_a_point():
    """A shared location, or that of a venue, arrives as latitude and longitude."""
    place = {"latitude": 33.31, "longitude": 44.36}
    assert inbound(location=place, venue={"location": place}).point == (33.31, 44.36)


def test_live_location_is_heard_once():
    """The edits by which a live location repeats itself lead to nothing."""
    moved = message(location={"latitude": 33.0, "longitude": 44.0})
    assert decode(json.dumps({"update_id": 6, "edited_message": moved}).encode()) is None


def test_edit_is_marked():
    """A message edited afterwards is told apart from a new one."""
    found = heard(edited_message=message(text="corrected")).inbound
    assert (found.text, found.edited) == ("corrected", True)


def test_press_carries_token_and_message():
    """A pressed button gives its token, the message it stood on and the query to answer."""
    query = {"id": "77", "from": SENDER, "message": message(text="?"), "data": "y:1"}
    found = heard(callback_query=query)
    assert (found.inbound, found.query) == (Inbound(5, press="y:1", pressed=20), "77")


def test_press_on_a_message_too_old_is_heard():
    """A press whose message Telegram no longer knows reaches the presser's private chat."""
    found = heard(callback_query={"id": "77", "from": SENDER, "data": "y:1"})
    assert (found.chat, found.inbound.pressed) == (7_100_000_001, 0)


@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_groups_are_told_and_left(kind):
    """A message in a group, or being added to one, is a reason to say why and leave."""
    group = {"id": -5, "type": kind, "title": "Invented"}
    added = {"chat": group, "from": SENDER, "new_chat_member": {"status": "member"}}
    for update in ({"message": message(chat=group, text="hi")}, {"my_chat_member": added}):
        found = decode(json.dumps({"update_id": 1, **update}).encode())
        assert isinstance(found, Crowd)
        assert (found.chat, found.speak) == (-5, True)


@pytest.mark.parametrize(
    "update",
    [
        {"channel_post": message(text="news")},
        {"my_chat_member": {"chat": PRIVATE, "new_chat_member": {"status": "kicked"}}},
        {"my_chat_member": {"chat": {"id": -5, "type": "group"}, "new_chat_member": {}}},
        {"message_reaction": {"chat": PRIVATE}},
        {"inline_query": {"id": "1", "query": "x"}},
        {"something_of_next_year": {"chat": PRIVATE}},
        {},
    ],
)
def test_what_needs_no_answer_gets_none(update):
    """Channel posts, blocking and unknown kinds of updates lead to nothing."""
    assert decode(json.dumps({"update_id": 1, **update}).encode()) is None


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"update_id":-1}']
)
def test_broken_json_is_nothing(raw):
    """What is no update is ignored, never raised about."""
    assert decode(raw) is None
    assert number(raw) is None


def test_surrogates_are_mended():
    """A lone surrogate or a byte that is no UTF-8 does not silence the visitor."""
    template = (
        b'{"update_id":5,"message":{"message_id":1,"chat":{"id":7,"type":"private"},"text":"%b"}}'
    )
    for text in (rb"\ud800 help", b"\xff help"):
        found = decode(template % text)
        assert isinstance(found, Heard)
        assert found.inbound.text.endswith(" help")
        assert number(template % text) == 5
        found.inbound.text.encode()


def test_unknown_shape_is_answered_as_odd():
    """A message whose fields have another shape than we know still gets an answer."""
    found = inbound(text={"rich": True}, location="here")
    assert (found.odd, found.reference) == ("other", 20)


def test_names_and_numbers_have_no_field():
    """No structure of the decoder has a place for a name, a phone number or a file."""
    structs = [one for one in vars(payloads).values() if isinstance(one, msgspec.StructMeta)]
    fields = {
        field.encode_name: field.type for one in structs for field in msgspec.structs.fields(one)
    }
    assert len(structs) > 10
    assert not fields.keys() & {"first_name", "last_name", "username", "phone_number", "file_id"}
    assert fields["contact"] is msgspec.Raw
    assert fields["voice"] is msgspec.Raw


def test_nothing_shows_itself():
    """Printing an update shows neither chat nor text."""
    found = heard(message=message(text="secret words"))
    shown = f"{found} {found!r} {found.visitor} {Crowd(-77, speak=True)!r}"
    assert "7100000001" not in shown
    assert "secret" not in shown
    assert "77" not in shown


def test_oversized_parts_are_cut():
    """A text or a token longer than Telegram's own limits goes no further than those."""
    assert len(inbound(text="x" * 9000).text) == 4096
    query = {"id": "77", "from": SENDER, "message": message(), "data": "d" * 500}
    assert len(heard(callback_query=query).inbound.press) == 64


# -- whatever comes --------------------------------------------------------------------------

KEYS = (
    *("message_id", "chat", "id", "type", "text", "caption", "location", "latitude", "longitude"),
    *(
        "voice",
        "photo",
        "video",
        "document",
        "contact",
        "sticker",
        "poll",
        "from",
        "data",
        "status",
    ),
    *("new_chat_member", "message", "forward_origin", "reply_to_message"),
)
TEXTS = (
    *("", "private", "group", "channel", "/start", "٩١١", "0️⃣", "\u202e\u2066", "\u200b", "\x00"),
    *("\ud800", "<b>x</b>", "'; DROP TABLE sessions; --", "y:1", "é" * 4096),
)
LEAVES = (None, True, False, 0, 1, -1, 7_100_000_001, 2**63, -(2**70), 1.5, -1e308, [], {}, *TEXTS)
KINDS = (
    *("message", "message", "message", "callback_query", "callback_query", "edited_message"),
    *("my_chat_member", "channel_post", "inline_query", "business_message", "unheard_of"),
)
AT_ONCE = 20


def anything(chance: random.Random, depth: int = 0) -> Any:
    """A JSON value of Telegram's words in any order and shape."""
    if depth > 4 or chance.random() < 0.3:
        return chance.choice(LEAVES)
    if chance.random() < 0.15:
        return [anything(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {chance.choice(KEYS): anything(chance, depth + 1) for _ in range(chance.randrange(6))}


def bent(chance: random.Random, value: Any) -> Any:
    """A proper value with some of its parts replaced."""
    if chance.random() < 0.03:
        return anything(chance, 3)
    if isinstance(value, dict):
        return {key: bent(chance, part) for key, part in value.items()}
    return value


def an_update(chance: random.Random) -> bytes:
    kind = chance.choice(KINDS)
    proper = message(text=chance.choice(TEXTS))
    if chance.random() < 0.5:
        proper[chance.choice(KEYS)] = anything(chance, 2)
    if kind == "callback_query":
        proper = {"id": "1", "from": SENDER, "message": proper, "data": "y:1"}
    body = bent(chance, proper) if chance.random() < 0.8 else anything(chance)
    mark: Any = chance.choice(LEAVES) if chance.random() < 0.05 else chance.randrange(2**40)
    raw = json.dumps({"update_id": mark, kind: body}).encode()
    if chance.random() < 0.1:
        at = chance.randrange(len(raw))
        raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + chance.randrange(3) :]
    return raw


@pytest.mark.timeout(0 if EXAMPLES > 5000 else 120)
def test_any_update_is_survived():
    """Thousands of made-up updates pass the whole channel: always 200, and never an exception."""
    loop = asyncio.new_event_loop()
    echo = Echo()
    channel = make_channel(_nowhere(), echo)
    channel._intake._poster = channel._courier._poster = _Swallow()

    @settings(
        max_examples=EXAMPLES // AT_ONCE,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64))
    def survive(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(AT_ONCE):
            status, _body, _reads = loop.run_until_complete(call(channel, an_update(chance)))
            assert status == 200
        echo.inbounds.clear()

    try:
        with structlog.testing.capture_logs() as logged:
            survive()
    finally:
        loop.run_until_complete(channel.stop())
        loop.close()
    assert len(echo.sent) > EXAMPLES // 4, "hardly any made-up update was answered"
    assert not logged


class _Swallow:
    """A Telegram to which everything can be said."""

    def post(self, _method, body, done):
        json.loads(body)
        done(200, b'{"ok":true,"result":{"message_id":99}}')


def _nowhere() -> FakeTelegram:
    fake = FakeTelegram()
    fake.api_base = "http://127.0.0.1:9"
    return fake
