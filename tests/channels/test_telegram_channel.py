"""The whole Telegram channel over real HTTP: polling, webhook, faults, and what never shows."""

import asyncio
import json
import logging
import traceback

import aiohttp
import pytest
import structlog

from bot.channels.telegram import Face, TelegramChannel, backoff
from bot.channels.telegram.requests import Request
from bot.domain.message import Inbound, Outgoing, Reply
from bot.errors import ConfigurationError
from bot.prove.providers.telegram import TOKEN, FakeTelegram
from tests.channels.telegram_stage import (
    GROUP,
    REFUSAL,
    ROSE,
    SARA,
    SECRET,
    call,
    make_channel,
    polling,
    text_update,
    webhook,
)
from tests.fakes.echo import Echo, said, screen

MODES = pytest.mark.parametrize("stage", [polling, webhook], ids=["polling", "webhook"])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Failures are waited out in milliseconds instead of seconds."""
    monkeypatch.setattr(backoff, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(backoff, "LONGEST_SECONDS", 0.05)


# -- a talk ----------------------------------------------------------------------------------------


@MODES
async def test_talk_by_text_and_buttons(stage):
    """A visitor writes, presses and gets every answer; presses are answered once, in place."""
    async with stage() as play:
        await play.telegram.write(ROSE, "hello")
        await play.said(ROSE, 1)
        await play.telegram.press(ROSE, "Yes")
        await play.telegram.until(lambda: play.telegram.screen(ROSE)[-1].edits == 1)
        await play.telegram.until(lambda: not play.telegram.open_presses)
        await play.channel.idle(5)
        shown = play.telegram.screen(ROSE)
        assert [one.from_bot for one in shown] == [False, True]
        assert shown[1].text.endswith("y:1")
        assert shown[1].protected
        assert len(play.telegram.called("answerCallbackQuery")) == 1
        assert play.echo.sent == {1001: (shown[1].reference,), 1002: (shown[1].reference,)}


@MODES
async def test_every_kind_of_message_is_answered(stage):
    """Voice, contact, location and a kind nobody knows get one answer each."""
    async with stage() as play:
        await play.telegram.send(ROSE, voice={"file_id": "x"})
        await play.telegram.send(ROSE, contact={"phone_number": "+10000000001"})
        await play.telegram.send(ROSE, location={"latitude": 33.3, "longitude": 44.4})
        await play.telegram.send(ROSE, of_next_year={})
        await play.telegram.push({"message_reaction": {"chat": {"id": ROSE, "type": "private"}}})
        assert len(await play.said(ROSE, 4)) == 4
        assert [one.odd for one in play.echo.inbounds] == ["voice", "contact", "", "other"]
        assert play.echo.inbounds[2].point == (33.3, 44.4)


@MODES
async def test_leaving_deletes_both_sides(stage):
    """What the reply names is deleted in the chat before the goodbye is shown."""
    echo = Echo()
    async with stage(echo) as play:
        first = await play.telegram.write(ROSE, "hello")
        await play.said(ROSE, 1)
        mine = play.telegram.screen(ROSE)[-1].reference
        echo.reply = lambda heard: Reply(
            (Outgoing("Goodbye.", "en"),), (first, mine, heard.reference)
        )
        await play.telegram.write(ROSE, "exit")
        await play.telegram.until(lambda: play.telegram.bot_texts(ROSE) == ["Goodbye."])
        assert len(play.telegram.screen(ROSE)) == 1


@MODES
async def test_group_is_told_once_and_left(stage):
    """In a group the bot says one sentence, leaves, and no turn is taken."""
    async with stage() as play:
        await play.telegram.write(GROUP, "hello bot")
        await play.telegram.until(lambda: GROUP in play.telegram.left)
        await play.telegram.write(GROUP, "hello again")
        await play.telegram.until(lambda: len(play.telegram.called("leaveChat")) == 2)
        assert play.telegram.bot_texts(GROUP) == [REFUSAL]
        assert len(play.telegram.called("sendMessage")) == 1
        assert play.echo.inbounds == []


# -- nothing lost, nothing twice -------------------------------------------------------------------


@MODES
async def test_update_is_kept_until_it_is_stored(stage):
    """While nothing can be stored Telegram keeps the update, and it is answered afterwards."""
    async with stage() as play:
        play.echo.broken = True
        writing = asyncio.create_task(play.telegram.write(ROSE, "hello"))
        await play.telegram.until(
            lambda: 503 in play.telegram.statuses or len(play.telegram.called("getUpdates")) > 2
        )
        assert play.echo.inbounds == []
        play.echo.broken = False
        await writing
        assert await play.said(ROSE, 1) == ["turn 1001: hello"]
        assert [one.mark for one in play.echo.inbounds] == [1001]


async def test_polling_confirms_only_after_the_commit():
    """An update stays at Telegram until its turn is committed, however long that takes."""
    echo = Echo()
    echo.gate = asyncio.Event()
    async with polling(echo) as play:
        await play.telegram.write(ROSE, "hello")
        await play.telegram.until(lambda: len(play.telegram.called("getUpdates")) >= 1)
        await asyncio.sleep(0)
        assert play.telegram.unconfirmed == [1001]
        echo.gate.set()
        await play.said(ROSE, 1)
        await play.telegram.until(lambda: play.telegram.unconfirmed == [])


async def test_polling_keeps_what_follows_a_failure():
    """After an update that could not be stored, later ones of that visitor wait for it."""

    class Picky(Echo):
        async def answer(self, visitor, inbound):
            self.broken = inbound.text == "two" and len(self.inbounds) < 3
            return await super().answer(visitor, inbound)

    echo = Picky()
    async with FakeTelegram() as fake:
        for text in ("one", "two", "three"):
            await fake.write(ROSE, text)
        await fake.write(SARA, "hello")
        async with asyncio.timeout(10):
            channel = TelegramChannel(
                fake.token, fake.api_base, echo, group_refusal=lambda: REFUSAL, poll_seconds=5
            )
            await channel.start()
            await fake.until(lambda: len(echo.inbounds) == 2)
            assert {one.text for one in echo.inbounds} == {"one", "hello"}
            echo.inbounds.append(Inbound(1))
            await fake.until(lambda: fake.unconfirmed == [])
            await channel.stop()
    assert [one.text for one in echo.inbounds if one.text in ("one", "two", "three")] == [
        "one",
        "two",
        "three",
    ]
    assert len(fake.bot_texts(SARA)) == 1


async def test_polling_takes_visitors_at_the_same_time():
    """A visitor whose turn is slow does not keep another from being answered."""
    slow = asyncio.Event()

    class Patient(Echo):
        async def answer(self, visitor, inbound):
            if inbound.text == "slow":
                await slow.wait()
            return await super().answer(visitor, inbound)

    async with FakeTelegram() as fake:
        await fake.write(ROSE, "slow")
        await fake.write(SARA, "quick")
        async with polling(Patient(), fake) as play:
            await fake.until(lambda: len(fake.bot_texts(SARA)) == 1)
            assert fake.bot_texts(ROSE) == []
            slow.set()
            await play.said(ROSE, 1)


async def test_stop_finishes_what_was_begun():
    """A clean stop finishes the turns under way, delivers them, and leaves nothing to repeat."""
    echo = Echo()
    echo.gate = asyncio.Event()
    async with FakeTelegram() as fake:
        channel = TelegramChannel(
            fake.token, fake.api_base, echo, group_refusal=lambda: REFUSAL, poll_seconds=5
        )
        fake.fail("sendMessage", "500", times=2)
        await channel.start()
        await fake.write(ROSE, "hello")
        await asyncio.wait_for(echo.reached.wait(), 5)
        stopping = asyncio.create_task(channel.stop())
        await asyncio.sleep(0)
        echo.gate.set()
        await stopping
        assert fake.unconfirmed == []
        assert fake.bot_texts(ROSE) == ["turn 1001: hello"]


async def test_same_update_at_the_same_time_leads_to_one_message():
    """An update delivered again while the first is under way is not answered twice."""
    echo = Echo()
    echo.gate = asyncio.Event()
    async with FakeTelegram() as fake:
        channel = make_channel(fake, echo)
        both = [asyncio.create_task(call(channel, text_update(7, ROSE, "hi"))) for _ in range(5)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in both), "acknowledged before the commit"
        echo.gate.set()
        assert [status for status, _body, _reads in await asyncio.gather(*both)] == [200] * 5
        assert await call(channel, text_update(7, ROSE, "hi")) == (200, b"", 1)
        await fake.until(lambda: len(fake.bot_texts(ROSE)) == 1)
        await channel.idle(5)
        assert await call(channel, text_update(7, ROSE, "hi")) == (200, b"", 1)
        await channel.stop()
        assert len(fake.bot_texts(ROSE)) == 1


async def test_repeated_press_is_answered_once():
    """A press delivered again is acknowledged without answering its query a second time."""
    async with webhook() as play:
        await play.telegram.write(ROSE, "hello")
        await play.said(ROSE, 1)
        shown = play.telegram.screen(ROSE)[-1]
        who = {"id": ROSE, "type": "private"}
        press = {"id": "9", "from": {"id": ROSE}, "data": "y:1"}
        press["message"] = {"message_id": shown.reference, "chat": who}
        for _ in range(2):
            await play.telegram.push({"update_id": 50, "callback_query": press})
        await play.channel.idle(5)
        assert len(play.telegram.called("answerCallbackQuery")) == 1


async def test_poisonous_update_is_dropped_and_others_flow():
    """An update that makes the program fail is logged by kind and does not come again."""
    async with webhook() as play:
        play.echo.bug = RuntimeError("with secret words")
        with structlog.testing.capture_logs() as logged:
            await play.telegram.write(ROSE, "poison")
        play.echo.bug = None
        await play.telegram.write(ROSE, "hello")
        await play.said(ROSE, 1)
    assert play.telegram.statuses == [200, 200]
    assert logged == [
        {"event": "telegram.turn_failed", "log_level": "error", "kind": "RuntimeError"}
    ]


@MODES
async def test_reply_that_cannot_be_shown_stops_nothing(stage):
    """A reply our own code cannot render is logged by kind; the next turn is answered."""
    async with stage(Echo(lambda _heard: Reply((Outgoing("?", "xx"),)))) as play:  # type: ignore[arg-type]
        with structlog.testing.capture_logs() as logged:
            await play.telegram.write(ROSE, "hello")
            await play.telegram.until(lambda: len(play.echo.inbounds) == 1)
            play.echo.reply = said
            await play.telegram.write(ROSE, "again")
            assert await play.said(ROSE, 1) == ["turn 1002: again"]
    assert [(line["event"], line["kind"]) for line in logged] == [
        ("telegram.reply_failed", "KeyError")
    ]


# -- faults ----------------------------------------------------------------------------------------


@MODES
@pytest.mark.parametrize("kind", ["500", "drop"])
async def test_reply_survives_failures(stage, kind):
    """A reply is repeated through errors and resets until it arrives, once."""
    async with stage() as play:
        play.telegram.fail("sendMessage", kind, times=4)
        await play.telegram.write(ROSE, "hello")
        assert await play.said(ROSE, 1) == ["turn 1001: hello"]
        assert len(play.telegram.called("sendMessage")) >= 5


@pytest.mark.parametrize("kind", ["429", "500", "drop", "400"])
async def test_fetching_survives_failures(kind):
    """The polling loop waits out whatever getUpdates answers and loses nothing."""
    async with FakeTelegram() as fake:
        fake.fail("getUpdates", kind, times=1 if kind == "429" else 3)
        await fake.write(ROSE, "hello")
        async with polling(Echo(), fake) as play:
            assert await play.said(ROSE, 1) == ["turn 1001: hello"]


async def test_fetching_survives_an_unreadable_text():
    """A lone surrogate in one text does not keep the batch it came in."""
    async with FakeTelegram() as fake:
        await fake.write(ROSE, "\ud800 hello")
        await fake.write(SARA, "hello")
        async with polling(Echo(), fake) as play:
            assert await play.said(SARA, 1) == ["turn 1002: hello"]
            assert await play.said(ROSE, 1) == ["turn 1001: ? hello"]


async def test_telegram_out_of_reach_is_tried_again():
    """A start while Telegram is down succeeds, and the channel works as soon as it is back."""
    async with FakeTelegram() as fake:
        fake.fail("deleteWebhook", "500", times=3)
        async with polling(Echo(), fake) as play:
            assert not play.channel.settled
            await fake.write(ROSE, "hello")
            await play.said(ROSE, 1)
            assert play.channel.settled


async def test_conflict_is_waited_out():
    """A webhook somebody else set makes fetching wait, not stop."""
    async with polling() as play:
        play.telegram.webhook = "https://somebody.example"
        await play.telegram.until(lambda: len(play.telegram.called("getUpdates")) >= 1)
        play.telegram.webhook = ""
        await play.telegram.write(ROSE, "hello")
        await play.said(ROSE, 1)


# -- the door --------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [b"", b"wrong", SECRET.encode() + b"x", b"\xff\x00"])
async def test_wrong_secret_is_refused_unread(secret):
    """Without the secret the answer is a bare 403 and the body is never read."""
    async with FakeTelegram() as fake:
        channel = make_channel(fake, Echo())
        headers = {b"x-telegram-bot-api-secret-token": secret}
        answer = await call(channel, text_update(1, ROSE, "hi"), headers=headers)
        await channel.stop()
    assert answer == (403, b"", 0)


async def test_body_too_large_is_refused():
    """A body beyond a megabyte is refused; one just below is read."""
    async with FakeTelegram() as fake:
        channel = make_channel(fake, Echo())
        too_large = b" " * (2 << 20)
        status, _body, reads = await call(channel, too_large)
        assert (status, reads) == (413, 17), "more was read than is needed to refuse"
        assert (await call(channel, too_large, chunk=len(too_large)))[0] == 413
        assert (await call(channel, b" " * (1 << 20)))[0] == 200
        assert (await call(channel, b"", method="GET"))[0] == 405
        await channel.stop()


async def test_webhook_is_set_with_secret_and_all_connections():
    """Telegram is told address, secret, the kinds of updates wanted, and to use 100 connections."""
    async with webhook() as play:
        (told,) = play.telegram.called("setWebhook")
        assert told.params["secret_token"] == SECRET
        assert play.telegram.webhook.endswith("/hooks/telegram")
        assert play.telegram.max_connections == 100
        assert set(told.params["allowed_updates"]) == {
            *("message", "edited_message", "callback_query", "my_chat_member")
        }
        assert play.telegram.webhook in play.channel.describe()
    assert play.telegram.webhook, "a stop must leave the webhook so that updates are kept"


async def test_press_is_answered_within_the_webhook():
    """The answer to a press rides on the webhook's own answer, which saves a call."""
    async with webhook() as play:
        await play.telegram.write(ROSE, "hello")
        await play.said(ROSE, 1)
        await play.telegram.press(ROSE, "No")
        (answered,) = play.telegram.called("answerCallbackQuery")
        assert answered.in_webhook_answer


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"token": "put-your-token-here"}, "SANAD_TELEGRAM_TOKEN"),
        ({"secret": None}, "SANAD_TELEGRAM_WEBHOOK_SECRET"),
        ({"secret": "with space"}, "SANAD_TELEGRAM_WEBHOOK_SECRET"),
        ({"public_url": None}, "SANAD_PUBLIC_URL"),
        ({"public_url": "sanad.example"}, "SANAD_PUBLIC_URL"),
        ({"api_base": "api.telegram.org"}, "SANAD_TELEGRAM_API_BASE"),
    ],
)
async def test_wrong_settings_stop_the_start(change, setting):
    """A placeholder or a missing setting is named, and its value is not shown."""
    proper = {"token": TOKEN, "api_base": "http://127.0.0.1:9", "conversation": Echo()}
    proper |= {"secret": SECRET, "public_url": "https://sanad.example", "mode": "webhook"}
    with pytest.raises(ConfigurationError, match=setting) as caught:
        TelegramChannel(**{**proper, **change}, group_refusal=lambda: "")
    assert "put-your" not in str(caught.value)


async def test_refused_token_stops_the_start():
    """A token Telegram does not know stops the start with the setting's name."""
    async with FakeTelegram(token="2000002:another_token") as fake:
        channel = TelegramChannel(TOKEN, fake.api_base, Echo(), group_refusal=lambda: "")
        with pytest.raises(ConfigurationError, match="SANAD_TELEGRAM_TOKEN") as caught:
            await channel.start()
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


async def test_face_is_shown_in_each_language_and_set_once():
    """Name, descriptions and commands are set per language, and only where they differ."""
    face = Face("Notes", "A place for notes", "Notes", (("start", "Begin"), ("exit", "Leave")))
    async with polling() as play:
        await play.channel.introduce({"": face, "ku": face})
        await play.channel.introduce({"": face, "ku": face})
        assert len(play.telegram.called("setMyName")) == 2
        assert play.telegram.settings["name", "ku"] == "Notes"
        assert play.telegram.settings["commands", ""][1]["command"] == "exit"
        assert await play.channel.user_name() == "fake_bot"
        await play.channel.notify(SARA, "a case waits")
        assert play.telegram.bot_texts(SARA) == ["a case waits"]


# -- what never shows ------------------------------------------------------------------------------


@MODES
async def test_logs_at_debug_hold_neither_token_nor_person(stage, caplog, capfd):
    """With everything logged at DEBUG and faults all around, no secret and no person is in it."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with stage(Echo(lambda heard: Reply((screen(heard.text or heard.press),)))) as play:
        play.telegram.fail("sendMessage", "drop", times=2)
        play.telegram.fail("sendMessage", "500", times=2)
        play.telegram.fail("getUpdates", "500", times=1)
        play.telegram.fail("editMessageText", "400", description="Bad Request: canarytext")
        play.echo.broken = True
        writing = asyncio.create_task(play.telegram.write(ROSE, "canarytext"))
        await play.telegram.until(
            lambda: 503 in play.telegram.statuses or len(play.telegram.called("getUpdates")) > 2
        )
        play.echo.broken = False
        await writing
        await play.said(ROSE, 1)
        await play.telegram.press(ROSE, "Yes")
        await play.said(ROSE, 2)
        play.echo.bug = ValueError("canarytext")
        await play.telegram.write(SARA, "canarytext")
    out, err = capfd.readouterr()
    everything = caplog.text + out + err
    for secret in (TOKEN, TOKEN.split(":")[1], SECRET, str(ROSE), str(SARA), "canarytext"):
        assert secret not in everything


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:9", "http://no-such-host.invalid", "http://[bad"]
)
async def test_exceptions_never_hold_the_token(base):
    """Neither an exception of the transport nor anything it hangs on to shows the address."""
    request = Request()
    await request.initialize()
    try:
        await request.post(f"{base}/bot{TOKEN}/getMe")
    except Exception as error:  # noqa: BLE001 - any of them
        caught: BaseException | None = error
    else:
        caught = None
    await request.shutdown()
    assert caught is not None
    while caught is not None:
        assert TOKEN not in f"{caught!r} {caught} {caught.args}"
        assert not isinstance(caught, aiohttp.ClientError)
        caught = caught.__cause__ or caught.__context__


@pytest.mark.parametrize("status", [200, 404, 502])
@pytest.mark.parametrize("quote", [b"<p>not found: %b", b'["%b"]'])
async def test_error_pages_that_quote_the_address_are_not_quoted(status, quote):
    """A gateway's page with the path in it does not end up in an exception."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        page = quote % head.split(b" ")[1]
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(page), page))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    request = Request()
    await request.initialize()
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Exception) as caught:
        await request.post(f"http://127.0.0.1:{port}/bot{TOKEN}/getMe")
    await request.shutdown()
    server.close()
    await server.wait_closed()
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_channel_does_not_show_itself():
    """Printing the channel or its parts shows no token and no secret."""
    channel = TelegramChannel(
        TOKEN,
        "http://127.0.0.1:9",
        Echo(),
        group_refusal=lambda: "",
        mode="webhook",
        secret=SECRET,
        public_url="https://sanad.example",
    )
    parts = [channel, channel.webhook, channel._wire, channel._request, channel._courier]
    shown = json.dumps([repr(part) + str(part) for part in parts])
    assert TOKEN not in shown
    assert SECRET not in shown
