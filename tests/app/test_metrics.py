"""Metrics tell how the installation is, and cannot tell on anybody."""

import ast
import re
import socket
import sqlite3
from pathlib import Path

import aiohttp
import pytest
import structlog
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.app import events, logs
from bot.app.counted import Counted
from bot.app.metrics import LABELS, Metrics, closed
from bot.app.providers import questions
from bot.app.settings import load_settings
from bot.domain.message import Inbound
from bot.domain.visitor import Visitor
from bot.errors import ConfigurationError, StoreError
from bot.prove.people import OnTelegram
from bot.prove.providers.telegram import FakeTelegram
from bot.web.private import private_surface
from tests.app.vitals import some_vitals
from tests.e2e.house import House, content, serving

PROJECT = Path(__file__).resolve().parents[2]
ROSE = 4_503_599_627_000_031
OWN_LABELS = {"le"}
"""Of histograms: a number we chose."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Watched(House):
    """A house whose metrics are switched on."""

    port = 0

    def settings(self, **more):
        return super().settings(metrics_port=self.port, **more)

    async def page(self):
        url = f"http://127.0.0.1:{self.port}/metrics"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert answer.status == 200
            return await answer.text()

    async def samples(self):
        families = text_string_to_metric_families(await self.page())
        return [sample for family in families for sample in family.samples]


@pytest.fixture
def house(tmp_path):
    house = Watched(tmp_path)
    house.port = free_port()
    return house


def value(samples, name, **labels):
    (found,) = [one.value for one in samples if one.name == name and one.labels == labels]
    return found


async def test_a_talk_and_a_report_show_as_figures_only(house):
    """Turns, queue, readiness, disk, keys and provider; every label is of a closed list.

    Neither the chat's number nor a word of the talk is on the page.
    """
    async with FakeTelegram() as telegram, serving(house, telegram):
        rose = OnTelegram(content().shelf.current, telegram, ROSE)
        await rose.begin("ckb")
        await rose.report("quibzanor keeps my papers")
        page, samples = await house.page(), await house.samples()
    assert value(samples, "sanad_turns_total", channel="telegram", result="answered") > 10
    (waiting,) = [one for one in samples if one.name == "sanad_cases_waiting"]
    assert (waiting.value, waiting.labels["language"]) == (1, "ckb")
    assert 0 <= value(samples, "sanad_queue_age_seconds", urgency=waiting.labels["urgency"]) < 3600
    assert value(samples, "sanad_ready", part="roster") == 1
    assert value(samples, "sanad_sessions") == 1
    assert value(samples, "sanad_backup_age_seconds") == float("inf")
    assert value(samples, "sanad_epoch_rotation_overdue_seconds") == 0
    assert value(samples, "sanad_provider_up", provider="telegram") == 1
    assert value(samples, "sanad_disk_free_bytes") > 0
    assert str(ROSE) not in page
    assert "quibzanor" not in page
    assert_closed(samples)


def assert_closed(samples):
    for sample in samples:
        for label, shown in sample.labels.items():
            assert label in LABELS.keys() | OWN_LABELS, sample
            assert label in OWN_LABELS or shown in LABELS[label], sample


async def test_a_label_cannot_carry_a_person_whatever_is_counted():
    """A channel, language, urgency or event that is in no list becomes `other`."""
    metrics = Metrics()
    metrics.turn("+9647000000001", "answered", 0.1)
    events.count(None, "", {"event": "hello from +9647000000001"})
    events.count(None, "", {"event": ROSE})
    for label in ("channel", "language", "urgency", "rung", "event"):
        assert closed(label, "+9647000000001") == "other"
    assert events.counted.keys() <= events.EVENTS | {events.OTHER}
    page = metrics.page(some_vitals(language="+9647000000001", urgency=77)).decode()
    assert "964700" not in page
    assert 'urgency="other"' in page
    assert_closed([one for each in text_string_to_metric_families(page) for one in each.samples])


async def test_every_alert_names_metrics_that_exist(house):
    """Each name in deploy/alerts.yaml is on the page of a running program."""
    rules = yaml.safe_load((PROJECT / "deploy/alerts.yaml").read_text("utf-8"))
    written = " ".join(rule["expr"] for group in rules["groups"] for rule in group["rules"])
    named = set(re.findall(r"\b(?:sanad|process)_\w+", written))
    async with FakeTelegram() as telegram, serving(house, telegram) as program:
        await OnTelegram(content().shelf.current, telegram, ROSE).begin("en")
        await make_late(program)
        page = await house.page()
    there = set(re.findall(r"^(\w+)", page, re.MULTILINE))
    assert len(named) > 12
    assert named <= there
    shown = {label for _, labels in re.findall(r"(\w+)\{([^}]*)\}", written) for label in
             re.findall(r"(\w+)\s*(?:=|!=|=~)", labels)}  # fmt: skip
    assert shown - {"job"} <= LABELS.keys()


async def make_late(program):
    """An urgent case nobody took, so that every family of the queue has a sample."""

    def write(connection):
        connection.execute(
            "INSERT INTO cases (id, state, urgency, language, hour, wants_woman, child_trained)"
            " VALUES (x'01', 'new', 0, 'ar', 1, 0, 0)"
        )
        connection.execute("INSERT INTO clocks VALUES (x'01', 2, 9999999999)")

    await program.database.write(write)


async def test_an_urgent_case_nobody_took_is_a_breach(house):
    """From the second rung on, and by whom the case has called."""
    async with serving(house) as program:
        await make_late(program)
        samples = await house.samples()
    assert value(samples, "sanad_clock_breaches", urgency="T0") == 1
    assert value(samples, "sanad_cases_called", urgency="T0", rung="backup") == 1
    assert value(samples, "sanad_queue_age_seconds", urgency="T0") > 9e8


async def test_a_provider_that_refuses_us_is_down(house):
    """Also when it answers but does not know the token."""
    async with FakeTelegram() as telegram, serving(house, telegram):
        telegram.token = "another"
        settings = house.settings(
            telegram_token="123456789:AAinventedTokenOfNobodyAtAll-00000000",
            telegram_api_base=telegram.api_base,
        )
        answer = await questions(settings)["telegram"]()
        assert (answer.status, answer.ok) == (401, False)


@pytest.mark.parametrize(
    ("raised", "result"), [(StoreError("full"), "not_stored"), (ValueError("a bug"), "failed")]
)
async def test_turns_that_fail_are_counted_and_fail_all_the_same(raised, result):
    """The count is no net: the channel must not acknowledge what was not stored."""

    class Failing:
        async def answer(self, *_):
            raise raised

        def delivered(self, *_):
            return None

    class Clock:
        def monotonic(self):
            return 1.0

    metrics = Metrics()
    counted = Counted(Failing(), metrics, Clock())
    with pytest.raises(type(raised)):
        await counted.answer(Visitor("telegram", "7"), Inbound(mark=1, text="x"))
    assert f'result="{result}"}} 1.0' in metrics.page(some_vitals()).decode()


async def test_the_private_port_is_on_this_machine_only_and_off_by_default(tmp_path):
    """Without the setting nothing listens; with it, only the loopback address does."""
    assert load_settings(data_dir=tmp_path).metrics_port == 0

    async def page():
        return b"x 1\n"

    async with private_surface(0, page) as port:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
                assert await answer.read() == b"x 1\n"
            async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 404
        with pytest.raises(ConfigurationError, match="SANAD_METRICS_PORT"):
            async with private_surface(port, page):
                pass
        assert listening(port) == {"0100007F"}


def listening(port):
    """The addresses, as the kernel writes them, on which somebody listens at a port."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    found = {tuple(row.split()[1].split(":")) for row in rows if row.split()[3] == "0A"}
    return {address for address, where in found if int(where, 16) == port}


class Gone:
    """A database connection that broke."""

    async def execute_fetchall(self, *_):
        raise ValueError("Connection closed")

    async def run(self, *_):
        raise sqlite3.OperationalError("disk I/O error")


async def test_readiness_says_what_is_missing(house):
    """Database, epoch and roster, each a boolean; people are served without a roster too."""
    bare = Watched(house.folder / "bare", roster=False)
    bare.port = free_port()
    async with FakeTelegram() as telegram, serving(bare, telegram) as program:
        await telegram.until(lambda: telegram.webhook)
        base = telegram.webhook.removesuffix("/hooks/telegram")
        await OnTelegram(content().shelf.current, telegram, ROSE).begin("en")
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{base}/readyz") as answer:
                assert answer.status == 200
                assert await answer.json() == {
                    "ready": True, "db": True, "epoch": True, "roster": False,
                }  # fmt: skip
            kept, program.database._connection = program.database._connection, Gone()
            async with http.get(f"{base}/readyz") as answer:
                assert answer.status == 503
                assert (await answer.json())["db"] is False
        samples = await bare.samples()
        program.database._connection = kept
        assert value(samples, "sanad_ready", part="db") == 0


def test_every_event_the_program_logs_is_in_the_list():
    """Read from the source: `_log.warning("…")`. A new event must be added to bot/app/events.py."""
    logged = set()
    for path in (PROJECT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _is_log(node.func) and node.args:
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                logged.add(node.args[0].value)
    assert len(logged) > 30
    assert logged <= events.EVENTS


def _is_log(function):
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    if not isinstance(function, ast.Attribute) or function.attr not in levels:
        return False
    owner = ast.unparse(function.value)
    return owner in {"log", "_log", "structlog.get_logger()"}


def test_events_are_counted_as_they_are_logged(capsys):
    """The same processor chain that writes them counts them."""
    before = events.counted["job_failed"]
    logs.configure()
    try:
        structlog.get_logger().error("job_failed", name="forget")
    finally:
        structlog.reset_defaults()
    assert events.counted["job_failed"] == before + 1
