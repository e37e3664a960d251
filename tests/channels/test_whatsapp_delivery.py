"""Replies out, messages erased at Twilio, and everything that can go wrong on the way."""

import asyncio
import time
from dataclasses import replace

import pytest

from bot.channels.whatsapp.client import TwilioApi
from bot.channels.whatsapp.pace import Pace
from bot.domain.message import Inbound, Outgoing
from bot.errors import StoreError
from bot.prove.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, FakeTwilio
from tests.channels.whatsapp_stage import AMAL, BERI, Talk, mark, running

FIVE = [f"word {n}" for n in range(5)]


def three(inbound: Inbound) -> tuple[Outgoing, ...]:
    return tuple(Outgoing(text=f"{inbound.text} {n}", language="en") for n in range(3))


async def cleared(twilio: FakeTwilio, number: str) -> None:
    await twilio.until(lambda: not twilio.left(number))


async def test_a_talk_leaves_nothing_at_twilio():
    """Answered in order, told as delivered, then erased in both directions."""
    talk = Talk(say=three)
    async with FakeTwilio() as twilio, running(twilio, talk) as whatsapp:
        for word in FIVE:
            assert await twilio.write(AMAL, word) == 200
            assert (await twilio.wait(AMAL, 3)).texts == [f"{word} {n}" for n in range(3)]
        await cleared(twilio, AMAL)
        assert talk.texts == FIVE
        assert talk.told == [inbound.mark for inbound in talk.taken]
        assert twilio.calls["create"] == 15
        assert twilio.calls["erase"] == 20
        await twilio.until(lambda: whatsapp.waiting() == {"to_send": 0, "to_erase": 0})


async def test_a_repeated_call_is_answered_once():
    """Five deliveries of one message are five acknowledgements, one turn and one reply."""
    talk = Talk()
    async with FakeTwilio() as twilio, running(twilio, talk):
        message = twilio.record(AMAL, "hello")
        form = twilio.form(message)
        assert await asyncio.gather(*(twilio.post(form) for _ in range(5))) == [200] * 5
        await cleared(twilio, AMAL)
        assert await twilio.post(form) == 200
        assert (talk.asked, twilio.calls["create"]) == (1, 1)


async def test_a_repetition_is_silent_while_its_reply_waits():
    """Twilio repeats a call whose reply is not out yet: no second turn and no second reply."""
    talk = Talk()
    async with FakeTwilio() as twilio, running(twilio, talk):
        twilio.trouble("create", seconds=0.2)
        form = twilio.form(twilio.record(AMAL, "hello"))
        assert await twilio.post(form) == 200
        await twilio.until(lambda: twilio.calls["create"] == 1)
        assert await twilio.post(form) == 200
        await cleared(twilio, AMAL)
        assert (talk.asked, len(twilio.screen(AMAL).texts)) == (1, 1)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 500},
        {"status": 503, "times": 5},
        {"status": 429, "code": 20429, "retry_after": 0, "times": 3},
        {"status": 401},
        {"reset": True, "times": 2},
        {"seconds": 1.0},
    ],
    ids=["500", "503", "429", "401", "reset", "slow"],
)
async def test_a_reply_survives_the_provider(trouble):
    """Errors, resets, rate limits and silence are waited out, and nothing changes its order."""
    talk = Talk(say=three)
    async with FakeTwilio() as twilio, running(twilio, talk):
        twilio.trouble("create", **trouble)
        assert await twilio.write(AMAL, "hello") == 200
        shown = await twilio.wait(AMAL, 3)
        assert shown.texts[-3:] == ["hello 0", "hello 1", "hello 2"]
        assert len(talk.taken) == 1
        await cleared(twilio, AMAL)


async def test_retry_after_is_obeyed():
    """After a 429 nothing is sent to that visitor before the second Twilio asked for is over."""
    loop = asyncio.get_running_loop()
    async with FakeTwilio() as twilio, running(twilio, Talk()):
        twilio.trouble("create", status=429, retry_after=1, address=AMAL)
        await twilio.write(AMAL, "hello")
        await twilio.until(lambda: twilio.calls["create"] == 1)
        refused = loop.time()
        await twilio.wait(AMAL)
        assert loop.time() - refused >= 0.99
        assert twilio.calls["create"] == 2


async def test_a_slow_provider_holds_up_nobody_else():
    """While one visitor's reply hangs, webhooks are answered and other visitors served."""
    talk = Talk()
    async with FakeTwilio() as twilio, running(twilio, talk, request_timeout=30.0):
        twilio.trouble("create", seconds=30.0, address=AMAL)
        await twilio.write(AMAL, "hello")
        await twilio.until(lambda: twilio.calls["create"] == 1)
        assert await twilio.write(AMAL, "again") == 200
        for word in FIVE:
            assert await twilio.write(BERI, word) == 200
            await twilio.wait(BERI)
        assert twilio.screen(AMAL).texts == []
        assert len(talk.taken) == 7


@pytest.mark.parametrize("code", [63016, 21211, 21610])
async def test_what_twilio_will_never_send_is_dropped(code):
    """Outside the 24 hours or to a dead address: one attempt, no reply, and still erased."""
    talk = Talk(say=three)
    async with FakeTwilio() as twilio, running(twilio, talk):
        twilio.trouble("create", status=400, code=code)
        await twilio.write(AMAL, "hello")
        await cleared(twilio, AMAL)
        assert twilio.calls["create"] == 1
        await twilio.write(AMAL, "again")
        assert len((await twilio.wait(AMAL, 3)).texts) == 3


async def test_a_flood_is_bounded():
    """A visitor with fifty replies waiting gets no more of them, and no memory is filled."""
    talk = Talk()
    async with (
        FakeTwilio() as twilio,
        running(twilio, talk, stop_grace=0.0, give_up=100.0) as whatsapp,
    ):
        twilio.trouble("create", status=503, retry_after=60, address=AMAL)
        for number in range(60):
            assert await twilio.write(AMAL, str(number)) == 200
        assert whatsapp.waiting()["to_send"] == 50


async def test_messages_too_young_to_delete_are_deleted_later():
    """Twilio's 20009 means wait: asked again until it works, and no longer than needed."""
    async with FakeTwilio() as twilio, running(twilio, Talk()):
        twilio.early_refusals = 3
        await twilio.write(AMAL, "hello")
        await cleared(twilio, AMAL)
        assert twilio.calls["erase"] == 8


@pytest.mark.parametrize(
    "trouble",
    [{"status": 500, "times": 3}, {"status": 429, "retry_after": 0}, {"reset": True}],
    ids=["500", "429", "reset"],
)
async def test_erasing_survives_the_provider(trouble):
    """A failed deletion is tried again."""
    async with FakeTwilio() as twilio, running(twilio, Talk()):
        twilio.trouble("erase", **trouble)
        await twilio.write(AMAL, "hello")
        await cleared(twilio, AMAL)


async def test_after_an_outage_everything_listed_is_answered_and_erased():
    """Nobody was there: after the start each message is answered once, in order, then erased."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.page_limit = 7
        for age, word in zip(range(50, 0, -10), FIVE, strict=True):
            twilio.record(AMAL, word, age=age)
            twilio.record(BERI, word.upper(), age=age)
        async with running(twilio, talk):
            await cleared(twilio, AMAL)
            await cleared(twilio, BERI)
        assert [text for text in talk.texts if text.islower()] == FIVE
        assert [text for text in talk.texts if text.isupper()] == [word.upper() for word in FIVE]
        assert twilio.screen(AMAL).texts == [f"You said {word}" for word in FIVE]


async def test_a_message_older_than_the_window_is_only_erased():
    """WhatsApp lets nobody answer after a day, and a late answer could be read by another."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.record(AMAL, "yesterday", age=86_500)
        async with running(twilio, talk):
            await cleared(twilio, AMAL)
        assert (talk.taken, twilio.calls["create"]) == ([], 0)


async def test_what_a_sender_got_before_the_first_start_is_left_untouched():
    """A sender that served something else before loses none of its messages, in no direction."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.record(AMAL, "for somebody else", age=3600)
        sent = twilio.record(AMAL, "also old", age=600)
        sent.inbound, sent.sender, sent.to, sent.status = False, SENDER, AMAL, "delivered"
        twilio.record(BERI, "hello", age=60)
        async with running(twilio, talk, since=time.time() - 300):
            await cleared(twilio, BERI)
            assert len(twilio.left(AMAL)) == 2
        assert talk.texts == ["hello"]


async def test_a_message_of_the_very_second_of_the_first_start_is_ours():
    """Twilio's times have no fractions: what came in that second is answered and erased."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        message = twilio.record(AMAL, "hello", age=30)
        async with running(twilio, talk, since=float(int(message.created))):
            await cleared(twilio, AMAL)
        assert talk.texts == ["hello"]


async def test_a_message_still_at_the_webhook_is_left_alone():
    """What came in the last minute is the webhook's; the list does not answer it as well."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.record(AMAL, "just now", age=5)
        async with running(twilio, talk, settle=60.0, reconcile_every=0.02):
            await twilio.until(lambda: twilio.calls["list"] >= 6)
        assert (talk.taken, len(twilio.left(AMAL))) == ([], 1)


async def test_a_new_epoch_answers_nothing_again():
    """At midnight the marks change; what Twilio has not let us erase yet is still done with."""
    talk, day = Talk(), ["monday"]
    async with (
        FakeTwilio() as twilio,
        running(twilio, talk, mark=lambda sid: mark(day[0] + sid), reconcile_every=0.02),
    ):
        twilio.early_refusals = 100
        await twilio.write(AMAL, "hello")
        await twilio.wait(AMAL)
        day[0] = "tuesday"
        looked = twilio.calls["list"]
        await twilio.until(lambda: twilio.calls["list"] > looked + 6)
        assert (talk.asked, len(twilio.screen(AMAL).texts)) == (1, 1)


async def test_a_killed_process_repeats_only_what_was_not_sent():
    """Committed but unsent when the process died: the next one repeats the answer, not the turn."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        async with running(twilio, talk, stop_grace=0.0):
            twilio.trouble("create", status=503, times=10_000)
            assert await twilio.write(AMAL, "hello") == 200
            await twilio.until(lambda: twilio.calls["create"] >= 1)
        twilio._troubles.clear()
        async with running(twilio, talk):
            assert (await twilio.wait(AMAL)).texts == ["You said hello"]
            await cleared(twilio, AMAL)
        assert talk.texts == ["hello"]


async def test_what_could_not_be_stored_is_taken_from_the_list():
    """A 503 that Twilio does not repeat is made good by the next look at its list."""
    talk = Talk()
    async with FakeTwilio() as twilio, running(twilio, talk):
        twilio.retries = 0
        talk.trouble = [StoreError("locked"), StoreError("locked")]
        assert await twilio.write(AMAL, "hello") == 503
        assert (await twilio.wait(AMAL)).texts == ["You said hello"]
        await cleared(twilio, AMAL)


async def test_a_reply_that_came_too_late_is_answered_afresh():
    """Past the limit a reply is not sent; its message is found in the list once Twilio is back."""
    talk = Talk()
    async with FakeTwilio() as twilio, running(twilio, talk, give_up=0.0):
        twilio.trouble("create", status=503, times=2)
        await twilio.write(AMAL, "hello")
        assert (await twilio.wait(AMAL)).texts == ["You said hello"]
        await cleared(twilio, AMAL)
        assert len(talk.taken) == 1


async def test_a_list_that_fails_is_asked_again():
    """Twilio's list may be down at the start; it is asked until it answers."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.record(AMAL, "hello", age=10)
        twilio.trouble("list", status=500, times=4)
        async with running(twilio, talk):
            await cleared(twilio, AMAL)
        assert talk.texts == ["hello"]


async def test_replies_lost_by_the_eraser_are_found_by_the_list():
    """An outbound message left by an earlier process is erased, one still being sent is not."""
    async with FakeTwilio() as twilio:
        for status in ("delivered", "failed", "read", "queued"):
            left = twilio.record(AMAL, "old", age=10)
            left.inbound, left.sender, left.to, left.status = False, SENDER, AMAL, status
        async with running(twilio, Talk()):
            await twilio.until(lambda: len(twilio.left(AMAL)) == 1)
        assert [message.status for message in twilio.left(AMAL)] == ["queued"]


async def test_media_in_the_list_is_an_odd_message():
    """What the list cannot tell apart is answered as something that cannot be read here."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.record(AMAL, "", age=10, num_media=1)
        async with running(twilio, talk):
            await cleared(twilio, AMAL)
        assert [inbound.odd for inbound in talk.taken] == ["other"]


async def test_the_clients_timeout_is_the_one_it_was_given():
    """A request ends after the constructor's timeout, which the library's own client ignores."""
    loop = asyncio.get_running_loop()
    async with FakeTwilio() as twilio:
        api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url, timeout=0.1)
        await api.open()
        twilio.trouble("list", seconds=5.0)
        began = loop.time()
        assert await api.messages() is None
        assert loop.time() - began < 4.0
        await api.close()


async def test_a_closed_client_answers_instead_of_raising():
    """After the stop a late call is a failed call, not an exception with an address in it."""
    api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9")
    answer = await api.send(SENDER, AMAL, {"Body": "hello"})
    assert (answer.status, answer.passing, answer.ok) == (0, True, False)


def test_pauses_double_up_to_the_longest():
    """No busy loop: 1, 2, 4 … 32, then 60 seconds for ever."""
    waits = replace(Pace(), first_wait=1.0, longest_wait=60.0).waits()
    assert [next(waits) for _ in range(8)] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


async def test_a_message_that_came_while_nobody_was_here_is_not_left_for_ten_minutes():
    """Too young to be judged at the start, it is looked at again soon and not on schedule."""
    talk = Talk()
    async with FakeTwilio() as twilio:
        twilio.record(AMAL, "nobody was here", age=1.0)
        async with running(twilio, talk, settle=2.0, reconcile_every=600.0, reconcile_soon=0.1):
            await cleared(twilio, AMAL)
        assert talk.texts == ["nobody was here"]


async def test_a_message_that_makes_the_program_stumble_is_set_aside_after_three_tries():
    """It is erased unanswered, and neither holds up others nor what is to be erased."""
    talk = Talk()
    talk.trouble = [RuntimeError("unforeseen") for _ in range(3)]
    async with FakeTwilio() as twilio:
        twilio.retries = 0
        async with running(twilio, talk, settle=0.0, reconcile_every=0.05):
            assert await twilio.write(AMAL, "poison") == 500
            await cleared(twilio, AMAL)
            assert await twilio.write(BERI, "hello") == 200
            await cleared(twilio, BERI)
        assert talk.texts == ["hello"]
        assert talk.asked == 4
