"""Metrics: off unless configured, right when something happens, documented one by one, and without an id."""

import asyncio
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from adapters.loopback.channel import LoopbackChannel
from bot.connector import STATES
from bot.watch.watching import Watching
from bot.web import web
from core.channel.inbound import Update
from core.channel.port import ConnectFailed, DeliveryFailed, Line
from core.kit.settings import Metrics
from core.ledger import inbox, processes
from core.ledger.processes import Me
from tests.bot.chat import open_case, picture
from tests.house import TestHouse, open_house
from tests.watch.scraped import Samples, samples, scrape, value

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
FOREIGN = ("process_", "python_")


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield opened.agency()


@pytest.fixture
def watching(house: TestHouse) -> Iterator[Watching]:
    """The same process with its metrics on a port that the system chose."""
    begun = watch(house)
    yield begun
    begun.stop()


def watch(house: TestHouse) -> Watching:
    banli = house.banli
    settings = banli.settings.model_copy(update={"metrics": Metrics(port=0)})
    bells = {"receiver": banli.receiver.bell}
    begun = Watching(
        settings, banli.watches, banli.store, banli.reading, banli.clock, bells, banli.me, banli.connector, lambda: True
    )
    begun.start()
    return begun


def read(watching: Watching) -> Samples:
    return samples(scrape(watching.metrics_port))


def test_updates_commands_and_sends_are_counted_by_channel(house: TestHouse, watching: Watching) -> None:
    before = read(watching)
    client = house.people["张三"]
    client.says("你好").says("菜单")
    client.press_token("nobody-knows-it")
    found = read(watching)

    def grew(name: str, **labels: str) -> float:
        return value(found, name, **labels) - value(before, name, **labels)

    assert grew("banli_updates_received_total", channel="loopback") == 3
    assert grew("banli_update_seconds_count", channel="loopback", outcome="done") == 3
    assert grew("banli_send_seconds_count", channel="loopback", outcome="sent") == len(client.new())
    assert value(found, "banli_queue_rows", queue="inbox", state="open") == 0


def press_of_another(house: TestHouse) -> None:
    """The copywriter presses what was offered to the consultant."""
    house.contract()
    tokens = [b.token for each in house.people["顾问甲"].messages for b in each.message.card.buttons]
    house.people["文案乙"].press_token(tokens[-1])


def test_live_processes_are_counted_by_kind_also_where_there_is_none(house: TestHouse, watching: Watching) -> None:
    for me in (Me("worker", "1"), Me("worker", "2"), Me("web", "2")):
        house.banli.store.run(partial(processes.beat, me=me, loops={}))
    found = read(watching)
    assert [value(found, "banli_processes", kind=kind) for kind in ("run", "web", "worker")] == [0, 1, 2]


def test_a_refusal_is_counted_by_door_and_code(house: TestHouse, watching: Watching) -> None:
    press_of_another(house)
    found = read(watching)
    refused = {dict(labels)["code"]: count for (name, labels), count in found.items() if name == "banli_refusals_total"}
    assert sum(refused.values()) >= 1
    assert value(found, "banli_commands_total", door="api", outcome="done") >= 1
    assert value(found, "banli_commands_total", door="chat", outcome="refused") >= 1


def test_what_cannot_be_read_is_parked_and_waits_for_a_person(house: TestHouse, watching: Watching) -> None:
    update = Update(channel="loopback", account="test", platform_id="x", conversation="loopback:test:x", raw=b"{")
    house.banli.store.run(lambda uow: inbox.append(uow, update))
    found = read(watching)
    assert value(found, "banli_queue_rows", queue="inbox", state="open") == 1
    house.clock.advance(timedelta(seconds=90))
    assert value(read(watching), "banli_queue_oldest_seconds", queue="inbox") == 90
    house.rest()
    found = read(watching)
    assert value(found, "banli_update_seconds_count", channel="loopback", outcome="unreadable") == 1
    assert value(found, "banli_queue_rows", queue="inbox", state="open") == 0
    assert value(found, "banli_queue_rows", queue="inbox", state="parked") == 1


def test_failed_sends_and_file_checks_are_told(house: TestHouse, watching: Watching) -> None:
    client = open_case(house)
    client.sends("a.jpg", picture(1)).sends("a.exe", b"MZ no paper")
    house.channel.failures = [DeliveryFailed("down"), DeliveryFailed("gone", permanent=True)]
    client.says("进度")
    house.move_to(house.clock.now() + timedelta(minutes=1))
    found = read(watching)
    assert value(found, "banli_file_check_seconds_count", verdict="ok") == 1
    verdicts = {dict(labels)["verdict"] for name, labels in found if name == "banli_file_check_seconds_count"}
    assert len(verdicts) == 2
    assert value(found, "banli_send_seconds_count", channel="loopback", outcome="failed") == 1
    assert value(found, "banli_send_seconds_count", channel="loopback", outcome="given_up") == 1
    assert value(found, "banli_queue_rows", queue="outbox", state="parked") == 1
    assert value(found, "banli_updates_received_total", channel="fetcher") == 2


def test_what_is_rolled_back_is_not_counted(house: TestHouse, watching: Watching) -> None:
    before = value(read(watching), "banli_updates_received_total", channel="loopback")
    update = Update(channel="loopback", account="test", platform_id="y", conversation="loopback:test:y", raw=b"{}")

    def fails(uow: object) -> None:
        inbox.append(uow, update)  # type: ignore[arg-type]  # the unit of this store
        raise RuntimeError("taken back")

    with pytest.raises(RuntimeError):
        house.banli.store.run(fails)
    assert value(read(watching), "banli_updates_received_total", channel="loopback") == before


def test_requests_are_named_by_their_route(house: TestHouse, watching: Watching) -> None:
    with TestClient(web(house.banli, loops=False), raise_server_exceptions=False) as http:
        http.get("/api/v1/cases/7")
        http.get("/no/such/path?name=MARK")
        http.request("MARK", "/chat/static/chat.js")
        assert http.get("/livez").headers["x-request-id"].isdigit()
        found = read(watching)
    count = "banli_http_request_seconds_count"
    assert value(found, count, operation="GET /api/v1/cases/{case_id}", status="401") == 1
    assert value(found, count, operation="none", status="404") == 1
    assert value(found, count, operation="OTHER /chat/static", status="405") == 1
    assert value(found, count, operation="GET /livez", status="200") == 1


class Knocking(LoopbackChannel):
    """A channel whose connection comes up and ends at once."""

    async def connect(self, line: Line) -> None:
        line.alive()
        raise ConnectFailed("over")


def connects(house: TestHouse) -> None:
    """Until its connection has been lost once."""

    async def look() -> None:
        await house.banli.connector.work_once()
        await asyncio.sleep(0)

    house.banli.add(Knocking(account="knocking"))
    house.banli.connector._grace = 0.0  # nobody else had the lock
    house.runner.run(look())  # type: ignore[union-attr]  # it has one


def test_connections_are_counted_by_channel_and_state(house: TestHouse, watching: Watching) -> None:
    assert not [name for name, _ in read(watching) if name.startswith("banli_connections")]
    connects(house)
    found = read(watching)
    states = {state: value(found, "banli_connections", channel="loopback", state=state) for state in STATES}
    assert states == {"up": 0, "down": 1, "standby": 0}
    assert value(found, "banli_connections_lost_total", channel="loopback") == 1


def test_every_metric_is_documented_with_its_labels(house: TestHouse, watching: Watching) -> None:
    """All that a scrape gives after everything has happened once, and nothing besides."""
    client = open_case(house)
    client.sends("a.jpg", picture(1))
    press_of_another(house)
    house.move_to(house.clock.now() + timedelta(days=3))
    connects(house)
    with TestClient(web(house.banli, loops=False)) as http:
        http.get("/livez")
        text = scrape(watching.metrics_port)
    found = {}
    for family in text_string_to_metric_families(text):
        if family.name.startswith(FOREIGN):
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {key for sample in family.samples for key in sample.labels} - {"le"}
        found[name] = (family.type, labels)
    assert found == documented()


def documented() -> dict[str, tuple[str, set[str]]]:
    rows = re.findall(r"^\| `(banli_\w+)` \| (\w+) \|([^|]*)\|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def test_no_label_holds_an_id_or_a_word_of_somebody(house: TestHouse, watching: Watching) -> None:
    client = open_case(house)
    client.says("MARKWORDS").sends("MARKFILE.jpg", picture(1), caption="MARKCAPTION")
    text = scrape(watching.metrics_port)
    assert "MARK" not in text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, label in sample.labels.items():
                assert name == "le" or not re.search(r"\d{6,}", label), (family.name, label)


def test_without_a_port_nothing_listens_and_nothing_is_measured(house: TestHouse) -> None:
    banli = house.banli
    watching = Watching(
        banli.settings, banli.watches, banli.store, banli.reading, banli.clock, {}, banli.me, banli.connector
    )
    watching.start()
    assert watching.metrics_port is None
    assert banli.watches.silent


def test_a_port_that_is_taken_stops_the_start(house: TestHouse) -> None:
    banli = house.banli
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = banli.settings.model_copy(update={"metrics": Metrics(port=taken.getsockname()[1])})
        with pytest.raises(OSError, match="in use"):
            Watching(
                settings, banli.watches, banli.store, banli.reading, banli.clock, {}, banli.me, banli.connector
            ).start()


def test_a_database_that_is_down_leaves_the_other_metrics(house: TestHouse) -> None:
    broken = Watching(
        house.banli.settings.model_copy(update={"metrics": Metrics(port=0)}),
        house.banli.watches,
        house.banli.store,
        Broken(),  # type: ignore[arg-type]  # a fake of the reading side
        house.banli.clock,
        {"receiver": house.banli.receiver.bell},
        house.banli.me,
        house.banli.connector,
    )
    broken.start()
    try:
        found = read(broken)
    finally:
        broken.stop()
    assert value(found, "banli_database_up") == 0
    assert not [name for name, _ in found if name.startswith(("banli_queue", "banli_processes"))]
    assert value(found, "banli_units_waiting") == 0


class Broken:
    """A database that does not answer."""

    def open(self) -> None:
        raise ConnectionError
