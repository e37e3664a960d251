"""Replies arrive in order, are repeated while that has a point, and hold nobody else up."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from bot.channels.addresses import Addresses
from bot.channels.telegram import delivery
from bot.channels.telegram.backoff import pause
from bot.channels.telegram.delivery import Courier
from bot.channels.telegram.parcels import Chat
from bot.channels.telegram.updates import CHANNEL, Heard
from bot.domain.message import Inbound, Outgoing, Reply
from bot.domain.visitor import Visitor

ROSE, SARA = 7_100_000_001, 7_100_000_002
SENT = b'{"ok":true,"result":{"message_id":%d}}'


class Post:
    """A Telegram that answers when the test says so."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._waiting: list[Callable[[int, bytes], None]] = []

    def post(self, method: str, body: bytes, done: Callable[[int, bytes], None]) -> None:
        self.calls.append((method, json.loads(body)))
        self._waiting.append(done)

    def answer(self, status: int, body: bytes = b"", at: int = 0) -> None:
        self._waiting.pop(at)(status, body)

    def refuse(self, status: int, description: str = "", retry_after: int = 0) -> None:
        body = {"ok": False, "description": description, "parameters": {"retry_after": retry_after}}
        self.answer(status, json.dumps(body).encode())

    def sent(self, reference: int) -> None:
        self.answer(200, SENT % reference)

    @property
    def said(self) -> list[tuple[int, str]]:
        return [(body["chat_id"], body["text"]) for _method, body in self.calls]

    @property
    def methods(self) -> list[str]:
        return [method for method, _body in self.calls]


class Desk:
    """A courier, its Telegram, and what it reported."""

    def __init__(self) -> None:
        self.post = Post()
        self.delivered: dict[int, list[int]] = {}
        self.ended: list[int] = []
        self.courier = Courier(self.post, self._note, self.ended.append)

    def _note(self, _visitor: Visitor, mark: int, references: list[int]) -> None:
        self.delivered[mark] = list(references)

    def deliver(self, mark: int, *texts: str, chat: int = ROSE, **more: Any) -> None:
        erase = more.pop("erase", ())
        heard = Heard(Visitor(CHANNEL, str(chat)), Inbound(mark, **more), chat)
        self.courier.deliver(heard, Reply(tuple(Outgoing(text, "en") for text in texts), erase))

    def press(self, mark: int, pressed: int, *texts: str) -> None:
        self.deliver(mark, *texts, press="y:1", pressed=pressed)

    @property
    def waits(self) -> list[float]:
        """Seconds until each repetition."""
        now = asyncio.get_running_loop().time()
        return [timer.when() - now for timer in self.courier._timers.values()]

    def let_time_pass(self) -> None:
        """Every repetition is due now."""
        for parcel, timer in list(self.courier._timers.items()):
            timer.cancel()
            self.courier._once_more(parcel)


@pytest.fixture
async def desk():
    made = Desk()
    yield made
    made.courier.close()


async def test_messages_of_a_turn_go_one_after_another(desk):
    """The second message of a turn starts when the first arrived; then the turn is reported."""
    desk.deliver(1, "first", "second")
    assert desk.post.said == [(ROSE, "first")]
    desk.post.sent(20)
    assert desk.post.said == [(ROSE, "first"), (ROSE, "second")]
    desk.post.sent(21)
    assert (desk.delivered, desk.ended, desk.courier.pending) == ({1: [20, 21]}, [1], 0)


async def test_next_turn_does_not_wait_for_the_answer_to_the_last(desk):
    """A visitor's next turn is sent while the call of the turn before is still under way."""
    desk.deliver(1, "one")
    desk.deliver(2, "two")
    assert desk.post.said == [(ROSE, "one"), (ROSE, "two")]


@pytest.mark.parametrize("told", [1, 7, 30])
async def test_retry_after_is_obeyed(desk, told):
    """A wait that Telegram asks for is kept, and exceeded by less than a second."""
    desk.deliver(1, "one")
    desk.post.refuse(429, "Too Many Requests", retry_after=told)
    (wait,) = desk.waits
    assert told - 0.05 <= wait < told + 1.0
    assert len(desk.post.calls) == 1


async def test_failures_are_waited_out_longer_each_time(desk):
    """After 5xx, a reset or silence the same call is repeated, each time after a longer wait."""
    desk.deliver(1, "one")
    waits = []
    for status in (500, 0, 502, 0, 503):
        desk.post.answer(status)
        waits += desk.waits
        desk.let_time_pass()
    desk.post.sent(20)
    assert desk.post.said == [(ROSE, "one")] * 6
    for wait, least in zip(waits, (0.25, 0.5, 1, 2, 4), strict=True):
        assert least - 0.05 <= wait <= 2 * least
    assert desk.delivered == {1: [20]}


async def test_repetitions_end(desk, monkeypatch):
    """A call that never works is given up in the end, without a report that it was delivered."""
    monkeypatch.setattr(delivery, "RETRY_SECONDS", 0.0)
    with structlog.testing.capture_logs() as logged:
        desk.deliver(1, "one", "two")
        desk.post.answer(500)
    assert (desk.waits, desk.delivered, desk.ended) == ([], {}, [1])
    assert logged == [
        {"event": "telegram.gave_up", "log_level": "warning", "attempts": 1, "calls": 2}
    ]


async def test_order_is_kept_behind_a_repeated_call(desk):
    """While a call is being repeated, that visitor's later turns wait and follow in order."""
    desk.deliver(1, "one")
    desk.post.answer(500)
    desk.deliver(2, "two")
    desk.deliver(3, "three")
    assert desk.post.said == [(ROSE, "one")]
    desk.let_time_pass()
    for reference in (20, 21, 22):
        desk.post.sent(reference)
    assert [text for _chat, text in desk.post.said] == ["one", "one", "two", "three"]
    assert desk.ended == [1, 2, 3]
    desk.deliver(4, "four")
    desk.deliver(5, "five")
    assert [text for _chat, text in desk.post.said[-2:]] == ["four", "five"]


async def test_others_are_not_held_up(desk):
    """While one visitor's call is being repeated, another visitor is answered at once."""
    desk.deliver(1, "one")
    desk.post.refuse(429, retry_after=900)
    desk.deliver(2, "for Sara", chat=SARA)
    assert desk.post.said == [(ROSE, "one"), (SARA, "for Sara")]


async def test_two_turns_that_fail_together_keep_their_order(desk):
    """Two calls under way that both fail are repeated one after the other."""
    desk.deliver(1, "one")
    desk.deliver(2, "two")
    desk.post.answer(500)
    desk.post.answer(500)
    assert len(desk.waits) == 1
    desk.let_time_pass()
    desk.post.sent(20)
    desk.post.sent(21)
    assert [text for _chat, text in desk.post.said] == ["one", "two", "one", "two"]
    assert desk.ended == [1, 2]


async def test_waits_have_an_end():
    """However often a call failed, the next wait is half a minute at most."""
    assert max(pause(attempt) for attempt in (7, 50, 10_000)) <= 30


async def test_who_blocked_the_bot_is_let_go(desk):
    """After "forbidden" nothing more of that turn is tried."""
    desk.deliver(1, "one", "two")
    desk.post.refuse(403, "Forbidden: for whatever reason")
    assert (len(desk.post.calls), desk.ended, desk.delivered) == (1, [1], {})


async def test_refused_message_is_reported_without_content(desk):
    """A message that Telegram will never take is logged as such, and the rest goes on."""
    with structlog.testing.capture_logs() as logged:
        desk.deliver(1, "secret words", "two")
        desk.post.refuse(400, "Bad Request: secret words cannot be parsed")
    desk.post.sent(20)
    assert logged == [{"event": "telegram.refused", "log_level": "error", "status": 400}]
    assert desk.delivered == {1: [20]}


async def test_press_is_answered_in_its_place(desk):
    """The one message that answers a press replaces the one that was pressed."""
    desk.press(1, 20, "next question")
    assert desk.post.methods == ["editMessageText"]
    assert desk.post.calls[0][1]["message_id"] == 20
    desk.post.sent(20)
    assert desk.delivered == {1: [20]}


@pytest.mark.parametrize(
    ("heard", "texts"),
    [
        ({"press": "y:1", "pressed": 20}, ("one", "two")),
        ({"press": "y:1", "pressed": 0}, ("one",)),
        ({"press": "y:1", "pressed": 20, "erase": (20,)}, ("one",)),
        ({"text": "typed", "reference": 20}, ("one",)),
    ],
)
async def test_other_answers_are_new_messages(desk, heard, texts):
    """Several messages, typed inputs, and presses on what goes away are answered below."""
    desk.deliver(1, *texts, **heard)
    while desk.courier.pending:
        desk.post.sent(30)
    assert "editMessageText" not in desk.post.methods


async def test_old_message_is_not_edited_out_of_sight(desk):
    """A press on a message that newer ones have pushed up is answered at the bottom."""
    desk.deliver(1, "one", reference=19)
    desk.post.sent(25)
    desk.press(2, 20, "answer")
    assert desk.post.methods[-1] == "sendMessage"


async def test_not_in_place_is_never_an_edit(desk):
    """A message that must not replace another is sent as one of its own."""
    heard = Heard(Visitor(CHANNEL, "1"), Inbound(1, press="y:1", pressed=20), 1)
    desk.courier.deliver(heard, Reply((Outgoing("keep", "en", in_place=False),)))
    assert desk.post.methods == ["sendMessage"]


async def test_unchanged_edit_is_a_success(desk):
    """A refusal "message is not modified" means the screen is as it should be."""
    desk.press(1, 20, "same")
    desk.post.refuse(400, "Bad Request: message is not modified: specified new message content …")
    assert (desk.ended, desk.post.methods) == ([1], ["editMessageText"])


@pytest.mark.parametrize("why", ["message can't be edited", "message to edit not found"])
async def test_failed_edit_becomes_a_message(desk, why):
    """What cannot stand in place of the pressed message is sent as a new one."""
    desk.press(1, 20, "answer")
    desk.post.refuse(400, f"Bad Request: {why}")
    desk.post.sent(21)
    assert desk.post.methods == ["editMessageText", "sendMessage"]
    assert desk.delivered == {1: [21]}


async def test_late_edit_never_hides_what_is_newer(desk):
    """An edit that must be repeated after a later turn went out is sent as a message instead."""
    desk.press(1, 20, "older answer")
    desk.press(2, 20, "newer answer")
    desk.post.answer(500)
    desk.post.sent(20)
    desk.let_time_pass()
    desk.post.sent(21)
    assert desk.post.methods == ["editMessageText", "editMessageText", "sendMessage"]
    assert desk.post.calls[-1][1]["text"] == "older answer"


async def test_erasing_comes_first_and_in_hundreds(desk):
    """Leaving deletes everything, a hundred a call, before the goodbye is sent."""
    desk.deliver(1, "bye", erase=(0, *range(1, 251)))
    for _ in range(3):
        desk.post.answer(200, b'{"ok":true,"result":true}')
    desk.post.sent(300)
    assert desk.post.methods == ["deleteMessages"] * 3 + ["sendMessage"]
    assert [len(body["message_ids"]) for _method, body in desk.post.calls[:3]] == [100, 100, 50]


async def test_one_message_too_old_does_not_keep_the_others(desk):
    """When Telegram refuses a batch, it is split until only what cannot be deleted is left."""
    desk.deliver(1, erase=range(1, 9))
    gone: set[int] = set()
    while desk.courier.pending:
        asked = desk.post.calls[-1][1]["message_ids"]
        if 3 in asked:
            desk.post.refuse(400, "Bad Request: message can't be deleted for everyone")
        else:
            gone.update(asked)
            desk.post.answer(200, b'{"ok":true,"result":true}')
    assert gone == {1, 2, 4, 5, 6, 7, 8}


async def test_empty_reply_ends_at_once(desk):
    """A turn that says nothing calls nothing."""
    desk.deliver(1)
    assert (desk.post.calls, desk.ended, desk.delivered) == ([], [1], {})


async def test_drain_tells_what_is_left(desk):
    """Waiting for deliveries ends when they are done, or says how many are not."""
    desk.deliver(1, "one")
    assert await desk.courier.drain(0.01) == 1
    desk.post.sent(20)
    assert await desk.courier.drain(0.01) == 0


async def test_nothing_is_repeated_after_the_end(desk):
    """Once closed, a call that fails ends its delivery instead of being repeated."""
    desk.deliver(1, "one")
    desk.deliver(2, "two")
    desk.post.answer(500)
    desk.courier.close()
    desk.post.answer(0)
    assert (desk.waits, desk.ended) == ([], [2])


def test_addresses_are_forgotten():
    """An address is dropped when its time is over, or when there are too many, oldest first."""
    now = [0.0]
    book: Addresses[Chat] = Addresses(seconds=10, most=2, clock=lambda: now[0])
    rose, sara, lana = (Visitor(CHANNEL, str(at)) for at in range(3))
    book.put(rose, Chat(1))
    book.put(sara, Chat(2))
    book.put(rose, Chat(1))
    book.put(lana, Chat(3))
    assert book.get(sara) is None
    assert book.get(rose) is not None
    now[0] = 10.5
    assert book.get(lana) is None
    assert book.sweep() == 0


def test_addresses_do_not_show_themselves():
    """Neither the address book nor a chat can be printed or pickled."""
    book: Addresses[Chat] = Addresses()
    book.put(Visitor(CHANNEL, "7100000001"), Chat(7_100_000_001))
    assert "7100000001" not in f"{book!r} {book} {Chat(7_100_000_001)!r}"
    with pytest.raises(TypeError):
        book.__reduce__()
