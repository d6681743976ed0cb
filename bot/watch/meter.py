"""Metrics for Prometheus: counters and times as work is done; what waits is asked when somebody scrapes.

No label holds an id, an address or a word that somebody wrote. Every metric stands in docs/metrics.md.
"""

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.connector import STATES, Connection
from core.kit.watch import Counted, Worked
from core.ledger.processes import KINDS, Running
from core.views.queues import Queue

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_WAITS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


class Meter:
    """Implements `core.kit.watch.Watch`; one registry for each process, so that two in one test do not mix."""

    def __init__(self) -> None:
        # A second gauge for each series, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives no types here
        self.registry = CollectorRegistry(auto_describe=True)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._received = self._counter("updates_received", "Deliveries taken in, repeated ones too.", "channel")
        self._commands = self._counter("commands", "Commands carried out or refused.", "door", "outcome")
        self._refusals = self._counter("refusals", "Commands refused, by the code of the refusal.", "door", "code")
        self._timers = self._counter("timers_fired", "Timers whose hour had come.", "outcome")
        self._lost = self._counter("connections_lost", "Connections to platforms that were up and ended.", "channel")
        told = "From taking an update in to the commit of its answer."
        self._updates = self._times("update_seconds", told, "channel", "outcome", buckets=_WAITS)
        self._sends = self._times("send_seconds", "Handing one notice to its channel.", "channel", "outcome")
        self._checks = self._times("file_check_seconds", "Opening and checking one file.", "verdict")
        told = "Until the answer of an HTTP request begins."
        self._requests = self._times("http_request_seconds", told, "operation", "status")
        self._by_work = {"update": self._updates, "send": self._sends, "request": self._requests}

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(name, told, labels, namespace="banli", registry=self.registry)

    def _times(self, name: str, told: str, *labels: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
        return Histogram(name, told, labels, namespace="banli", registry=self.registry, buckets=buckets)

    def worked(self, work: Worked) -> None:
        if work.what in self._by_work:
            self._by_work[work.what].labels(work.kind, work.outcome).observe(work.seconds)
        elif work.what == "check":
            self._checks.labels(work.outcome).observe(work.seconds)
        elif work.what == "timer":
            self._timers.labels(work.outcome).inc()

    def counted(self, things: Iterable[Counted]) -> None:
        for (what, *labels), times in Tally(things).items():
            if what == "received":
                self._received.labels(*labels).inc(times)
            elif what == "connection_lost":
                self._lost.labels(*labels).inc(times)
            elif what == "command":
                door, code = labels
                self._commands.labels(door, "done" if code == "done" else "refused").inc(times)
                if code != "done":
                    self._refusals.labels(door, code).inc(times)

    def ask(self, now: "Present") -> None:
        """Have the gauges asked of this at every scrape."""
        self.registry.register(_Gauges(now))


class Present:
    """What can be asked of a process at any moment. Each may raise: then its gauges are left out of that scrape."""

    def __init__(
        self,
        version: str,
        queues: Callable[[], list[Queue]],
        processes: Callable[[], list[Running]],
        units: Callable[[], int],
        beats: Callable[[], dict[str, float]],
        connections: Callable[[], list[Connection]],
        joined: Callable[[], bool] | None = None,
    ) -> None:
        self.version = version
        self.queues = queues
        self.processes = processes  # that live, on every machine
        self.units = units  # that wait for the writer
        self.beats = beats  # loop -> seconds since its last sign of life
        self.connections = connections  # of this process, or for which it stands by
        self.joined = joined  # whether the others are heard over Redis; None: it is not configured


class _Gauges(Collector):
    def __init__(self, now: Present) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield self._one("banli_build_info", "What runs here.", _build(self._now.version), 1)
        yield self._one("banli_units_waiting", "Units that wait for the writer.", {}, self._now.units())
        beats = GaugeMetricFamily("banli_heartbeat_age_seconds", "Since a loop's last sign of life.", labels=["loop"])
        for loop, age in self._now.beats().items():
            beats.add_metric([loop], age)
        yield beats
        yield self._connections()
        if self._now.joined is not None:
            yield self._one("banli_redis_up", "Whether other processes are heard over Redis.", {}, self._now.joined())
        yield from self._stored()

    def _connections(self) -> Metric:
        told = "Accounts whose connection this process keeps (up, down), or for which it stands by."
        family = GaugeMetricFamily("banli_connections", told, labels=["channel", "state"])
        found = self._now.connections()
        numbers = Tally((each.channel, each.state) for each in found)
        for channel in sorted({each.channel for each in found}):
            for state in STATES:
                family.add_metric([channel, state], numbers[channel, state])
        return family

    def _stored(self) -> Iterator[Metric]:
        try:
            found, alive = self._now.queues(), Tally(each.kind for each in self._now.processes())
        except Exception:  # a database that is down must not take the other metrics along
            yield self._one("banli_database_up", "Whether the database answered this scrape.", {}, 0)
            return
        yield self._one("banli_database_up", "Whether the database answered this scrape.", {}, 1)
        rows = GaugeMetricFamily("banli_queue_rows", "Rows of a queue: open or parked.", labels=["queue", "state"])
        age = GaugeMetricFamily("banli_queue_oldest_seconds", "Age of the oldest open row.", labels=["queue"])
        for queue in found:
            rows.add_metric([queue.name, "open"], queue.waiting)
            rows.add_metric([queue.name, "parked"], queue.parked)
            age.add_metric([queue.name], queue.age)
        running = GaugeMetricFamily("banli_processes", "Live processes of this house, by kind.", labels=["kind"])
        for kind in KINDS:  # also those that nobody is, so that an alert can ask for them
            running.add_metric([kind], alive[kind])
        yield from (rows, age, running)

    def _one(self, name: str, told: str, labels: dict[str, str], value: float) -> Metric:
        family = GaugeMetricFamily(name, told, labels=list(labels))
        family.add_metric(list(labels.values()), value)
        return family


def _build(version: str) -> dict[str, str]:
    return {"version": version, "python": platform.python_version()}
