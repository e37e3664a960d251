"""Logs that cannot tell on anybody: an allow-list of fields, third-party loggers silenced."""

import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

from bot.app import events

ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "channel", "mode", "count", "kind", "status", "attempt",
        "seconds", "placeholder", "error", "version", "rung", "urgency", "waiting", "language",
        "name", "address", "missing", "reason",
    }
)  # fmt: skip
"""Fields that may be logged. Everything else is dropped, whoever logs it."""
SAFE_TYPES: Final = (int, float, bool, type(None))
WORDS: Final = 80
"""Most characters of a logged string: event names and enum values are short."""


def deny_by_default(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep allowed fields with plain values; an event that is not in the list loses its name.

    A string that is long, not ASCII, or has an @ or a run of 7 digits is dropped.
    """
    kept = {key: value for key, value in event.items() if key in ALLOWED and _safe(key, value)}
    if event.get("event") not in events.EVENTS:
        kept["event"] = events.OTHER  # what was put into its text may be anything
    return kept


def _safe(key: str, value: object) -> bool:
    if isinstance(value, str):
        plain = key in ("timestamp", "address") or not _tells(value)
        return plain and len(value) <= WORDS and value.isascii()
    return isinstance(value, SAFE_TYPES)


def _tells(text: str) -> bool:
    run = 0
    for sign in text:
        run = run + 1 if sign.isdigit() else 0
        if run >= 7 or sign == "@":
            return True
    return False


class _Narrow(logging.Handler):
    """Third-party records become a count of their logger and level; their text is never read."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log where it came from, not what it says: texts of libraries hold URLs and tokens."""
        structlog.get_logger().warning(
            "library_message", name=record.name.partition(".")[0], kind=record.levelname
        )


def configure(level: int = logging.INFO) -> None:
    """Set up all logging of the process: our events to stderr as JSON, others only counted."""
    structlog.configure(
        processors=[
            events.count,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%MZ", utc=True),
            deny_by_default,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Narrow(logging.WARNING)]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.WARNING)
    # A handler that stumbles would print the record, a warning its text.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    # A traceback on stderr shows source lines and the error's text; ours carry no personal data,
    # a library's may. Only the type is printed.
    sys.excepthook = _bare_excepthook
    threading.excepthook = _bare_thread
    sys.unraisablehook = _bare_unraisable


def _bare_thread(thrown: threading.ExceptHookArgs) -> None:
    print(f"a thread stopped: {thrown.exc_type.__name__}", file=sys.stderr)  # noqa: T201 - last words


def _bare_unraisable(thrown: "sys.UnraisableHookArgs") -> None:
    print(f"ignored: {thrown.exc_type.__name__}", file=sys.stderr)  # noqa: T201 - nobody else says it


def _bare_excepthook(kind: type[BaseException], _: BaseException, __: Any) -> None:
    print(f"sanad stopped: {kind.__name__}", file=sys.stderr)  # noqa: T201 - last words
