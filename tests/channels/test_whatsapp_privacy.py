"""No number, message id or word of a visitor is ever logged or shown in an error."""

import logging
import traceback

import pytest
import structlog
from structlog.testing import capture_logs

from bot.channels.whatsapp.arrival import Arrival, from_form
from bot.channels.whatsapp.client import TwilioApi
from bot.channels.whatsapp.outbox import Parcel
from bot.domain.message import Inbound, Outgoing
from bot.errors import StoreError
from bot.prove.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, FakeTwilio
from tests.channels.whatsapp_stage import Talk, mark, running

NUMBER = "whatsapp:+10009998877"
WORD = "canaryword"
SECRETS = ("10009998877", WORD, AUTH_TOKEN, ACCOUNT_SID, SENDER.rpartition("+")[2], "Invented Name")


def assert_clean(shown: str, sids: list[str]) -> None:
    for secret in (*SECRETS, *sids):
        assert secret not in shown


@pytest.fixture
def everything_logged(caplog):
    structlog.reset_defaults()
    caplog.set_level(logging.DEBUG)
    # Somebody turns everything on, libraries included.
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in {"aiohttp", "asyncio", "uvicorn", "urllib3"}:
            caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize(
    "trouble",
    [
        {},
        {"status": 400, "code": 21211},
        {"status": 500, "times": 2},
        {"status": 429, "retry_after": 0},
        {"reset": True},
        {"seconds": 1.0},
    ],
    ids=["well", "refused", "500", "429", "reset", "slow"],
)
async def test_logs_never_name_a_visitor(everything_logged, trouble):
    """At DEBUG, through every kind of failure, the logs hold events and counts only."""
    talk = Talk()
    with capture_logs() as entries:
        async with FakeTwilio() as twilio, running(twilio, talk):
            twilio.retries = 2
            if trouble:
                for operation in ("create", "erase", "list"):
                    twilio.trouble(operation, **trouble)
            talk.trouble = [StoreError(f"stored for {NUMBER}"), ValueError(WORD)]
            message = twilio.record(NUMBER, WORD)
            await twilio.deliver(message, {"Unheard": WORD})
            await twilio.post(twilio.form(message), headers={})
            await twilio.until(lambda: not twilio.left(NUMBER))
            sids = [message.sid]
    assert {entry["event"] for entry in entries} >= {"whatsapp.not_stored", "whatsapp.failed"}
    assert all(set(entry) <= ALLOWED for entry in entries)
    assert_clean(repr(entries), sids)
    assert_clean(everything_logged.text, sids)


ALLOWED = {"event", "log_level", "status", "reason", "seconds", "error", "count"}


def test_a_failing_conversation_leaves_no_values_in_a_traceback():
    """An exception inside the channel, formatted in full, shows no visitor."""
    arrival = Arrival(NUMBER, "SM" + "a" * 32, Inbound(mark=1, text=WORD))
    parcel = Parcel(arrival, (Outgoing(text=WORD, language="en"),))
    error = RuntimeError(f"{arrival!r} {parcel!r} {arrival.visitor!r}")
    assert_clean("".join(traceback.format_exception(error)), [arrival.sid])


async def test_twilios_answers_hide_their_content():
    """The repr of an answer has the status and the code, not the message Twilio sent back."""
    async with FakeTwilio() as twilio:
        api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url)
        await api.open()
        answer = await api.send(SENDER, NUMBER, {"Body": WORD})
        await api.close()
    assert answer.ok
    assert_clean(repr(answer), [answer.text("sid")])


async def test_the_transport_keeps_no_last_request():
    """The library's client keeps the last request, number and all, on itself; ours does not."""
    async with FakeTwilio() as twilio:
        api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url)
        await api.open()
        await api.send(SENDER, NUMBER, {"Body": WORD})
        kept = repr(vars(api._transport))
        await api.close()
    assert "10009998877" not in kept
    assert WORD not in kept
    assert api._transport._test_only_last_request is None


def test_a_mark_does_not_show_the_message_id():
    """What goes to the conversation is the keyed mark; the id stays in the channel."""
    sid = "SM" + "b" * 32
    arrival = from_form([("MessageSid", sid), ("From", NUMBER), ("Body", "x")], mark)
    assert arrival is not None
    assert sid not in repr(arrival.inbound)
    assert arrival.inbound.mark == mark(sid) < 1 << 63
