"""Spans over OpenTelemetry: update -> unit -> send, and HTTP requests. Imported only where an endpoint is configured.

The ids of a trace are derived from the id of what began it (an update, a request, a timer), so that no row has to
carry them: whoever knows the id in the log or in the audit finds the trace.
"""

import hashlib
import threading
import time
from collections.abc import Iterable
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags, set_span_in_context

from core.kit.watch import Counted, Worked

_WRONG: Final = frozenset({"raised", "failed", "given_up", "unreadable"})
_BILLION: Final = 1_000_000_000


class Traces:
    """Implements `core.kit.watch.Watch`: a span is made when its work has ended, with the times that it took."""

    def __init__(self, processor: SpanProcessor, version: str) -> None:
        self._ids = _Ids()
        about = Resource({"service.name": "banli", "service.version": version})
        self._provider = TracerProvider(resource=about, id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("banli", version)

    def worked(self, work: Worked) -> None:
        if work.cause is None:
            return
        root = trace_of(work.cause)
        self._ids.root = root if work.begins else None
        end = time.time_ns()
        span = self._tracer.start_span(
            f"{work.what} {work.kind}",
            context=None if work.begins else set_span_in_context(NonRecordingSpan(root)),
            start_time=end - int(work.seconds * _BILLION),
            attributes={"banli.kind": work.kind, "banli.outcome": work.outcome, "banli.cause": str(work.cause)},
        )
        if work.outcome in _WRONG or (work.what == "request" and work.outcome.startswith("5")):
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def counted(self, things: Iterable[Counted]) -> None:
        """Counts are for the metrics."""

    def stop(self) -> None:
        """Send what waits, as far as the collector answers."""
        self._provider.shutdown()


def traces_to(endpoint: str, version: str) -> Traces:
    """Spans in batches to a collector of the operator's own (OTLP over HTTP)."""
    return Traces(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)), version)


def trace_of(cause: int) -> SpanContext:
    """The first span of everything that follows from this id."""
    digest = hashlib.sha256(str(cause).encode()).digest()
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int.from_bytes(digest[:16]), int.from_bytes(digest[16:24]), is_remote=True, trace_flags=flags)


class _Ids(IdGenerator):
    """Random ids, but for a span that begins a trace. Work is told in several threads, so each has its own."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self._local = threading.local()

    @property
    def root(self) -> SpanContext | None:
        found: SpanContext | None = getattr(self._local, "root", None)
        return found

    @root.setter
    def root(self, value: SpanContext | None) -> None:
        self._local.root = value

    def generate_trace_id(self) -> int:
        return self._random.generate_trace_id() if self.root is None else self.root.trace_id

    def generate_span_id(self) -> int:
        return self._random.generate_span_id() if self.root is None else self.root.span_id
