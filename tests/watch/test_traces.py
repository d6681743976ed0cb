"""Traces: one for each update and request, from the door to the platform; nobody's words; off unless configured."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from bot.watch.traces import Traces, trace_of
from bot.web import web
from core.channel.port import DeliveryFailed
from core.ledger.tables import inbox
from tests.bot.chat import open_case, picture
from tests.house import TestHouse, open_house


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def house(database: str, tmp_path: Path, spans: InMemorySpanExporter) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        opened.agency()
        opened.banli.watches.add(Traces(SimpleSpanProcessor(spans), "0"))
        yield opened


def of(spans: InMemorySpanExporter, cause: int) -> dict[str, ReadableSpan]:
    """The spans of what follows from one id, by their names."""
    return {each.name: each for each in spans.get_finished_spans() if each.context.trace_id == trace_of(cause).trace_id}


def newest_update(house: TestHouse) -> int:
    with house.looking() as reader:
        return int(reader.find(inbox, order=inbox.c.id.desc(), limit=1)[0]["id"])


def test_an_update_its_unit_and_its_answer_are_one_trace(house: TestHouse, spans: InMemorySpanExporter) -> None:
    house.people["张三"].says("菜单")
    update = newest_update(house)
    found = of(spans, update)
    assert set(found) == {"update loopback", "unit loopback", "send loopback"}
    root = found["update loopback"]
    assert (root.parent, root.context.span_id) == (None, trace_of(update).span_id)
    for name in ("unit loopback", "send loopback"):
        parent = found[name].parent
        assert parent is not None
        assert parent.span_id == root.context.span_id


def test_what_follows_from_a_file_belongs_to_its_message(house: TestHouse, spans: InMemorySpanExporter) -> None:
    client = open_case(house)
    spans.clear()
    client.sends("a.jpg", picture(1), caption="信用卡金卡")
    second = newest_update(house)
    with house.looking() as reader:
        first = next(row["id"] for row in reader.find(inbox, order=inbox.c.id.desc()) if row["channel"] == "loopback")
    assert of(spans, second) == {}
    assert {"update loopback", "update fetcher", "send loopback"} <= set(of(spans, first))


def test_a_send_that_fails_is_marked(house: TestHouse, spans: InMemorySpanExporter) -> None:
    house.channel.failures = [DeliveryFailed("down")]
    house.people["张三"].says("菜单")
    sent = of(spans, newest_update(house))["send loopback"]
    assert sent.status.status_code is StatusCode.ERROR
    assert (sent.attributes or {})["banli.outcome"] == "failed"


def test_a_request_is_a_trace_under_the_id_that_it_answers_with(house: TestHouse, spans: InMemorySpanExporter) -> None:
    with TestClient(web(house.banli, loops=False)) as http:
        request_id = int(http.get("/livez?name=MARK").headers["x-request-id"])
    assert set(of(spans, request_id)) == {"request GET /livez"}


def test_no_span_tells_what_somebody_said_or_is_called(house: TestHouse, spans: InMemorySpanExporter) -> None:
    client = open_case(house)
    client.says("MARKWORDS").sends("MARKFILE.jpg", picture(2), caption="MARKCAPTION")
    told = "".join(each.to_json() for each in spans.get_finished_spans())
    assert "unit loopback" in told
    for mark in ("MARK", client.chat, "13800001234"):
        assert mark not in told
    names = {name for each in spans.get_finished_spans() for name in each.attributes or {}}
    assert names == {"banli.kind", "banli.outcome", "banli.cause"}


def test_without_an_endpoint_nothing_of_it_is_imported() -> None:
    """But for the empty interface (opentelemetry-api) that the web framework itself imports."""
    code = (
        "import sys, bot.cli.main, bot.watch.watching\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
