"""The README's commands are run as they stand there."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
WORDS = "we need somebody to talk to"


def commands() -> list[str]:
    """Every command line of every sh block, comments cut."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Phone:
    """What a newcomer does on the preview page."""

    def __init__(self, base: str, name: str) -> None:
        self.base, self.name, self.mark = base, name, 0
        self.screen: dict = {}

    def say(self, **what: object) -> str:
        self.mark += 1
        body = json.dumps({"visitor": self.name, "mark": self.mark, **what}).encode()
        request = urllib.request.Request(
            f"{self.base}/preview/say", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            messages = json.load(answer)["messages"]
        self.screen = messages[-1]
        return "\n".join(message["text"] for message in messages)

    def press(self, value: str) -> str:
        for button in (*self.screen["choices"], *self.screen["moves"]):
            if button["token"].partition(":")[2] == value:
                return self.say(press=button["token"], pressed=self.screen["reference"])
        raise AssertionError(f"no {value} at {self.screen['screen']}")

    def begin(self) -> None:
        self.say(text="/start")
        for value in ("en", "yes", "go"):
            self.press(value)

    def report(self) -> str:
        """Walk the short report; the code, as shown."""
        self.press("report")
        for _ in range(40):
            screen, choices = self.screen["screen"], self.screen["choices"]
            values = [button["token"].partition(":")[2] for button in choices]
            if screen == "report.read_back":
                break
            if screen == "report.narrative":
                self.say(text=WORDS)
            elif "short" in values:
                self.press("short")
            elif screen.startswith("report.consent"):
                self.press("yes" if "yes" in values else "on")
            elif screen == "report.review":
                self.press("send")
            else:
                self.press("!skip")
        found = re.search(r"\d{5} \d{5} \d{5} \d{5}", str(self.screen["text"]))
        assert found, self.screen["screen"]
        return found[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The README's `./run demo`, on a free port and in a folder of its own."""
    assert "./run demo" in commands()
    port = free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_PORT": str(port),
        "SANAD_DATA_DIR": str(tmp_path_factory.mktemp("demo")),
    }
    process = subprocess.Popen(
        ["./run", "demo"], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(400):
            try:
                with urllib.request.urlopen(f"{base}/healthz", timeout=1):
                    break
            except OSError:
                assert process.poll() is None, "the demo stopped"
                time.sleep(0.1)
        yield base, environment
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


def run(line: str, environment: dict[str, str], folder: Path = PROJECT) -> str:
    done = subprocess.run(
        shlex.split(line), cwd=folder, env=environment, capture_output=True, text=True,
        timeout=120, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def numbers(listed: str) -> set[str]:
    """What `./run case list` calls the cases."""
    return {line.split()[0] for line in listed.splitlines() if line.strip()}


def test_a_newcomer_reports_is_answered_and_reads_the_answer(
    demo: tuple[str, dict[str, str]],
) -> None:
    """Following the README: a report, opened by the caseworker, answered, read with the code."""
    base, environment = demo
    lines = [line for line in commands() if line.startswith("./run case")]
    assert len(lines) == 4
    samples = numbers(run(lines[0], environment))
    phone = Phone(base, "first")
    phone.begin()
    code = phone.report()
    assert "Yes" in phone.say(text=code)
    (number,) = numbers(run(lines[0], environment)) - samples
    run(lines[1].replace("NUMBER", number), environment)
    assert WORDS in run(lines[2].replace("NUMBER", number), environment)
    reply = lines[3].replace("NUMBER", number)
    run(reply, environment)
    other = Phone(base, "second")
    other.begin()
    other.press("code")
    other.say(text=code)
    other.press("!skip")
    assert shlex.split(reply)[-1] in other.press("yes")


def test_a_newcomer_finds_a_service(demo: tuple[str, dict[str, str]]) -> None:
    """Following the README: a need and a governorate give at most three services."""
    phone = Phone(demo[0], "third")
    phone.begin()
    phone.press("service")
    phone.press("health")
    assert "SAMPLE" in phone.say(text="Baghdad")


def test_an_organisation_sets_itself_up(tmp_path: Path) -> None:
    """The README's commands for an organisation make a signed roster and a start that listens."""
    lines = commands()
    start = next(n for n, line in enumerate(lines) if line.startswith("cp deploy/demo"))
    secret = tmp_path / "passphrase"
    secret.write_text("five-quite-random-words-here\n")
    port = free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SANAD_")},
        "SANAD_DATA_DIR": str(tmp_path / "data"),
        "SANAD_SECRETS_DIR": str(tmp_path / "secrets"),
        "SANAD_RUNTIME_DIR": str(tmp_path / "keys"),
        "SANAD_PASSPHRASE_FILE": str(secret),
        "SANAD_ORGANISATION_FILE": str(tmp_path / "organisation.toml"),
        "SANAD_TELEGRAM_TOKEN": "123456789:AAinventedTokenOfNobodyAtAll-00000000",
        "SANAD_TELEGRAM_API_BASE": "http://127.0.0.1:9",
        "SANAD_PORT": str(port),
    }
    for line in lines[start : start + 4]:
        here = (
            line.replace(" organisation.toml", f" {tmp_path}/organisation.toml")
            .replace("admin.age", f"{tmp_path}/admin.age")
            .replace("amal.age", f"{tmp_path}/amal.age")
        )
        run(here, environment)
    words = tmp_path / "organisation.toml"
    words.write_text(words.read_text().replace("sample = true\n", ""))
    assert lines[start + 4] == "./run sanad serve"
    process = subprocess.Popen(
        ["./run", "sanad", "serve"], cwd=PROJECT, env=environment, stderr=subprocess.PIPE
    )
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as ready:
                    assert all(json.load(ready).values())
                break
            except OSError:
                assert process.poll() is None, process.communicate()[1].decode()
                time.sleep(0.1)
        else:
            raise AssertionError("never listened")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
    assert process.returncode == 0


def test_the_readme_names_both_ways_to_begin() -> None:
    """`./run demo` and `./run test` stand in the README, and `run` knows both."""
    script = (PROJECT / "run").read_text(encoding="utf-8")
    assert {"./run demo", "./run test"} <= set(commands())
    assert all(f"\n{name})" in script for name in ("demo", "test", "case", "sanad", "lint"))
    assert sys.version_info >= (3, 11)
