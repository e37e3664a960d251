"""Every check of `sanad prove` can fail: with its own fault in the program it does."""

import pytest
import structlog
from typer.testing import CliRunner

from bot.cli import prove as command
from bot.prove.checks import CHECKS, prove
from bot.prove.ledger import Ledger


@pytest.fixture
def ledger():
    return Ledger(lambda _: None)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", CHECKS)
async def test_a_check_fails_when_its_fault_is_planted(ledger, name):
    """A careless log line, a kept key, an early acknowledgement …: each is found."""
    await prove(ledger, [name], "quick", plant=name, talks=10)
    told = [f"{row.promise}: {row.remark}" for row in ledger.rows if row.result == "FAILS"]
    assert told
    assert not [line for line in told if "broke off" in line]


def test_what_was_not_tried_never_reads_as_if_it_held(ledger):
    """Left out, nothing tried, tried and held, failed: four different things."""
    ledger.leave_out("a promise", "as root", "only root can")
    ledger.record("a promise", "never", 0)
    ledger.record("a promise", "often", 1_000, note="fast")
    ledger.record("a promise", "badly", 2, ["one", "two", "three", "four"])
    assert [row.result for row in ledger.rows] == ["not tried", "FAILS", "holds", "FAILS"]
    assert ledger.failed
    assert ledger.table().splitlines()[2:] == [
        "| a promise | as root | 0 | not tried: only root can |",
        "| a promise | never | 0 | FAILS: nothing was tried |",
        "| a promise | often | 1,000 | holds: fast |",
        "| a promise | badly | 2 | FAILS: one; two; three; and 1 more |",
    ]


def test_the_command_prints_the_table_and_ends_with_one_when_something_fails(monkeypatch, tmp_path):
    """Exit code 0 only when everything held; the same rows as JSON."""

    async def broken(_bench):
        raise ZeroDivisionError

    async def sound(bench):
        bench.ledger.record("a promise", "something", 3)

    monkeypatch.setitem(CHECKS, "fuzz", sound)
    monkeypatch.setitem(CHECKS, "load", broken)
    app = command.typer.Typer()
    app.command()(command.prove_command)
    results = tmp_path / "results.json"
    done = CliRunner().invoke(app, ["--only", "fuzz", "--json", str(results)])
    assert (done.exit_code, "| a promise | something | 3 | holds |" in done.stdout) == (0, True)
    assert '"count": 3' in results.read_text()
    done = CliRunner().invoke(app, ["--only", "fuzz", "--only", "load"])
    assert (done.exit_code, "broke off: ZeroDivisionError" in done.stdout) == (1, True)
    assert CliRunner().invoke(app, ["--only", "nothing"]).exit_code == 2
    structlog.reset_defaults()
