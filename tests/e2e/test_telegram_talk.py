"""The whole program on Telegram: from the first hello to a reply that is read with the code."""

import asyncio
import time

import pytest

from bot.domain import contexts
from tests.e2e.house import House, content, serving
from tests.e2e.people import OnTelegram, OnWhatsApp, plain
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

ROSE, SARA, GROUP = 4_503_599_627_000_001, 4_503_599_627_000_002, -1_000_000_000_077
WORDS = "he keeps my papers and I may not leave the house"


@pytest.fixture
def book():
    return content().shelf.current


async def test_a_report_is_answered_and_read_on_the_other_channel(tmp_path, book):
    """Language, service, full report, code; claimed, opened, answered; read on WhatsApp; withdrawn.
    """
    house = House(tmp_path)
    async with FakeTelegram() as telegram, FakeTwilio() as twilio:
        async with serving(house, telegram, twilio):
            rose = OnTelegram(book, telegram, ROSE)
            await rose.begin("ckb")
            await rose.report(WORDS)
            print(rose.text)
            print(house.queue(), house.told())
