import pytest
import structlog
from structlog.testing import CapturingLogger

from bot.prove.providers.telegram import FakeTelegram
from bot.prove.providers.twilio import FakeTwilio
from tests.e2e.house import House, content


@pytest.fixture(autouse=True)
def quiet():
    """Events go to a list instead of standard output, where commands print what is compared."""
    structlog.configure(logger_factory=lambda *_: CapturingLogger(), processors=[_as_they_are])
    yield
    structlog.reset_defaults()


def _as_they_are(_logger, _name, event):
    return ((), event)


@pytest.fixture
def book():
    return content().shelf.current


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
async def telegram():
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def twilio():
    async with FakeTwilio() as fake:
        yield fake
