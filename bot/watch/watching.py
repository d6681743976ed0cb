"""What a process tells its operator: health always; metrics and traces only where the settings ask for them."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import start_http_server

from bot.connector import Connector
from bot.watch.beats import live
from bot.watch.health import Health, version
from bot.watch.meter import Meter, Present
from bot.watch.pulse import Pulse
from core.kit.bell import Bell
from core.kit.clock import Clock
from core.kit.settings import Settings
from core.kit.watch import Watches
from core.ledger.processes import Me, Running, running
from core.store.reading import Reading
from core.store.store import Store
from core.views.queues import Queue, queues

if TYPE_CHECKING:
    from bot.watch.traces import Traces

log = structlog.get_logger(__name__)


class Watching:
    """Built by the root for one process. `health` answers at once; the rest begins with `start`.

    `pulse` is a loop of its own, which the root runs and ends.
    """

    def __init__(
        self,
        settings: Settings,
        watches: Watches,
        store: Store,
        reading: Reading,
        clock: Clock,
        bells: Mapping[str, Bell],
        me: Me,
        connector: Connector,
        joined: Callable[[], bool] | None = None,
    ) -> None:
        self.health = Health(store, reading, clock, bells, joined)
        self.pulse = Pulse(store, me, lambda: {**self.health.ages(), **connector.downs()})
        self._connector = connector
        self._settings = settings
        self._watches = watches
        self._store = store
        self._reading = reading
        self._clock = clock
        self._page: tuple[WSGIServer, threading.Thread] | None = None
        self._traces: Traces | None = None

    @property
    def metrics_port(self) -> int | None:
        """Where the metrics are, while they are."""
        return None if self._page is None else int(self._page[0].server_port)

    def start(self) -> None:
        """Open the page of the metrics, and begin to trace.

        Raises OSError when the page's port is taken, ImportError without the libraries for traces; the log has the
        remedy.
        """
        if self._settings.metrics.port is not None:
            self._measure(self._settings.metrics.port, self._settings.metrics.host)
        if self._settings.traces.endpoint is not None:
            self._trace(self._settings.traces.endpoint)

    def _trace(self, endpoint: str) -> None:
        try:
            from bot.watch.traces import traces_to  # only here: whoever does not trace has none of it in memory
        except ImportError:
            log.error("traces_not_installed", remedy="pip install 'banli[otel]', or unset BANLI_TRACES__ENDPOINT")
            raise
        self._traces = traces_to(endpoint, version())
        self._watches.add(self._traces)

    def _measure(self, port: int, host: str) -> None:
        meter = Meter()
        meter.ask(
            Present(
                version=version(),
                queues=self._queues,
                processes=self._processes,
                units=self._store.waiting,
                beats=self.health.ages,
                connections=self._connector.connections,
                joined=self.health.joined,
            )
        )
        try:
            self._page = start_http_server(port, host, meter.registry)
        except OSError:
            log.error("metrics_port_taken", port=port, remedy="choose another BANLI_METRICS__PORT")
            raise
        self._watches.add(meter)

    def stop(self) -> None:
        """Close the page again; what waits to be traced is sent."""
        if self._traces is not None:
            self._traces.stop()
        if self._page is not None:
            server, thread = self._page
            server.shutdown()
            server.server_close()
            thread.join()
            self._page = None

    def _queues(self) -> list[Queue]:
        with self._reading.open() as reader:
            return queues(reader, self._clock.now())

    def _processes(self) -> list[Running]:
        with self._reading.open() as reader:
            return live(running(reader, self._clock.now()))
