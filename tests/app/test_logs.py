"""Logs cannot tell on anybody."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from bot.app import logs

NUMBER = "+9647000000001"


@pytest.fixture(autouse=True)
def configured(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    logs.configure(logging.DEBUG)
    yield
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_only_allowed_fields_with_plain_values_are_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A field nobody allowed, a long text, a number run and an address are dropped."""
    structlog.get_logger().warning(
        "turn_failed", count=3, text="help me", reason="a@b.c", kind=NUMBER, status="x" * 200
    )
    line = json.loads(capsys.readouterr().err)
    assert line["count"] == 3
    assert not {"text", "reason", "kind", "status"} & set(line)


def test_a_librarys_message_is_counted_and_never_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a library logs, token and all, becomes its name and level."""
    logging.getLogger("httpx").warning("POST https://api/bot1:secret %s", NUMBER)
    written = capsys.readouterr().err
    assert json.loads(written)["name"] == "httpx"
    assert "secret" not in written
    assert NUMBER not in written
