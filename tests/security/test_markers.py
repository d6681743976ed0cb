"""Nothing that tells about a person or a secret is in logs, metrics, spans or problem documents (S23)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.watch.traces import Traces
from core.kit.settings import Metrics
from tests.house import open_house
from tests.security.test_secrets import MAIL, NAME, PHONE, logs_at_debug
from tests.security.whole_case import ALL_MARKS, WRONG_KEY, Walk, walk
from tests.services.databases import Databases
from tests.watch.scraped import scrape


@dataclass
class Told:
    """Everything that the house said about one whole case to its operator, and to callers whom it refused."""

    log: str
    metrics: str
    spans: str
    walked: Walk
    secret: str


@pytest.fixture(scope="module")
def told(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    spans = InMemorySpanExporter()
    with (
        databases.fresh("sqlite") as url,
        logs_at_debug() as heard,
        open_house(url, tmp_path_factory.mktemp("house")) as house,
    ):
        banli = house.banli
        banli.watches.add(Traces(SimpleSpanProcessor(spans), "0"))
        settings = banli.settings.model_copy(update={"metrics": Metrics(port=0)})
        watching = replace(banli, settings=settings).watching()
        watching.start()
        try:
            walked = walk(house)
            metrics = scrape(watching.metrics_port)
        finally:
            watching.stop()
        traced = "\n".join(each.to_json() for each in spans.get_finished_spans())
        secret = banli.settings.keys
        assert secret is not None
        yield Told(heard.getvalue(), metrics, traced, walked, secret.get_secret_value().partition(":")[2])


def found_in(text: str, told: Told) -> list[str]:
    """Which marks stand in it, as they are or as JSON writes them when told to use ASCII."""
    marks = (*ALL_MARKS, NAME, PHONE, MAIL, WRONG_KEY, told.walked.key, told.secret)
    return [mark for mark in marks if mark in text or mark.encode("unicode_escape").decode() in text]


def test_the_walk_met_every_kind_of_mistake(told: Told) -> None:
    assert {200, 204, 400, 401, 404, 409, 422, 500} <= told.walked.statuses
    for event in ("crashed", "update_unreadable", "send_failed"):
        assert f'"{event}"' in told.log


def test_no_mark_is_in_the_log(told: Told) -> None:
    lines = told.log.splitlines()
    assert len(lines) > 10
    assert [(found, line[:300]) for line in lines if (found := found_in(line, told))] == []


def test_no_mark_is_in_the_metrics(told: Told) -> None:
    assert "banli_http_request_seconds_count" in told.metrics
    assert found_in(told.metrics, told) == []


def test_no_mark_is_in_a_span(told: Told) -> None:
    assert "update loopback" in told.spans
    assert found_in(told.spans, told) == []


def test_no_mark_is_in_a_problem_document(told: Told) -> None:
    assert len(told.walked.refused) >= 10
    assert [(found, body) for body in told.walked.refused if (found := found_in(body, told))] == []


def test_the_search_would_find_them(told: Told, tmp_path: Path) -> None:
    assert found_in("x MARKNOTE y", told) == ["MARKNOTE"]
    assert found_in(f"x {told.walked.key} y", told) == [told.walked.key]
