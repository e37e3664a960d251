"""Prometheus metrics. Every label's values come from a closed list: none can carry a person.

What they do tell, together with a provider's own logs, is that somebody wrote at about some time:
the port is private, and a scrape a minute is enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)  # fmt: skip
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.app import events
from bot.app.health import Vitals
from bot.domain.ladder import Watch
from bot.domain.language import TAGS

OTHER: Final = "other"
HOUR: Final = 3_600
LABELS: Final[Mapping[str, frozenset[str]]] = {
    "channel": frozenset({"telegram", "whatsapp", "preview", OTHER}),
    "provider": frozenset({"telegram", "twilio"}),
    "language": frozenset({*TAGS, OTHER}),
    "urgency": frozenset({"T0", "T1", "T2", "T3", OTHER}),
    "rung": frozenset({*get_args(Watch), OTHER}),
    "result": frozenset({"answered", "not_stored", "failed"}),
    "event": events.EVENTS | {events.OTHER},
    "part": frozenset({"ready", "db", "epoch", "roster"}),
}
"""The only values a label may have; anything else is shown as `other`."""
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def closed(label: str, value: str) -> str:
    """The value if it is in the label's list, else `other`."""
    return value if value in LABELS[label] else OTHER


class Metrics:
    """One registry of this program's own; nothing registers itself from elsewhere."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter(
            "sanad_turns", "Turns taken", ("channel", "result"), registry=self._registry
        )
        self._seconds = Histogram(
            "sanad_turn_seconds",
            "From the arrival of a message to its commit",
            ("channel",),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._vitals = _VitalsCollector()
        self._registry.register(self._vitals)
        self._registry.register(ProcessCollector(registry=None))

    def turn(self, channel: str, result: str, seconds: float) -> None:
        """Count one turn."""
        known = closed("channel", channel)
        self._turns.labels(known, result).inc()
        self._seconds.labels(known).observe(seconds)

    def provider(self, name: str, *, up: bool) -> None:
        """Remember whether a provider answered when it was last asked."""
        self._vitals.providers[name] = up

    def page(self, vitals: Vitals) -> bytes:
        """The text that Prometheus reads."""
        self._vitals.latest = vitals
        return generate_latest(self._registry)


class _VitalsCollector(Collector):
    """Turns the latest look at the installation into metric families."""

    def __init__(self) -> None:
        self.latest: Vitals | None = None
        self.providers: dict[str, bool] = {}

    def collect(self) -> Iterator[Metric]:
        """See Collector.collect."""
        if self.latest is None:
            return
        yield _family("sanad_ready", "Whether a part works", ("part",), {
            (part,): float(good) for part, good in self.latest.ready.items()
        })  # fmt: skip
        yield _family("sanad_provider_up", "Whether a provider answers", ("provider",), {
            (name,): float(up) for name, up in self.providers.items()
        })  # fmt: skip
        yield from _disk(self.latest)
        yield from _queue(self.latest)
        yield _events()


def _disk(vitals: Vitals) -> Iterator[Metric]:
    told = {
        "sanad_disk_free_bytes": ("Room left for the data", vitals.free),
        "sanad_disk_size_bytes": ("Size of the data's file system", vitals.size),
        "sanad_wal_bytes": ("Write-ahead log of the database", vitals.wal),
        "sanad_epoch_rotation_overdue_seconds": ("How late a key's end is", vitals.overdue),
        "sanad_backup_age_seconds": ("Age of the newest backup", vitals.backup_age),
    }
    for name, (text, value) in told.items():
        yield _family(name, text, (), {(): float(value)})


def _queue(vitals: Vitals) -> Iterator[Metric]:
    queue = vitals.queue
    if queue is None:
        return
    yield _family("sanad_cases_waiting", "Cases nobody owns", ("urgency", "language"), {
        (f"T{urgency}", language): count for (urgency, language), count in queue.waiting.items()
    })  # fmt: skip
    yield _family("sanad_queue_age_seconds", "Age of the oldest waiting case", ("urgency",), {
        (f"T{urgency}",): vitals.now - hour * HOUR for urgency, hour in queue.oldest.items()
    })  # fmt: skip
    yield _family("sanad_cases_called", "Waiting cases by who was called", ("urgency", "rung"), {
        (f"T{urgency}", watch): count for (urgency, watch), count in queue.called.items()
    })  # fmt: skip
    yield _family("sanad_clock_breaches", "Cases whose first call went unanswered", ("urgency",), {
        (f"T{urgency}",): count for urgency, count in queue.breached.items()
    })  # fmt: skip
    late = 0 if queue.due is None else max(0, vitals.now - queue.due)
    yield _family("sanad_clock_late_seconds", "How late the next call is", (), {(): late})
    yield _family("sanad_sessions", "Talks kept at this moment", (), {(): queue.sessions})
    yield _family("sanad_codes_unsettled", "Codes being derived", (), {(): queue.unsettled})


def _events() -> Metric:
    family = CounterMetricFamily("sanad_events", "What was logged", labels=("event",))
    for name in sorted(LABELS["event"]):
        family.add_metric((name,), events.counted[name])
    return family


def _family(
    name: str, text: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]
) -> Metric:
    """A gauge with its values; a label's value that is not in its list becomes `other`."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for given, value in values.items():
        shown = [closed(label, each) for label, each in zip(labels, given, strict=True)]
        family.add_metric(shown, value)
    return family
