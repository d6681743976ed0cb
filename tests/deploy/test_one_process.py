"""One process and one file serve a small agency: `banli run` alone, as an operator starts it (DE1)."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.watch.beats import LOOPS
from tests.browser.server import DemoServer, free_port
from tests.watch.scraped import samples, scrape, value

PATIENCE = 30.0


@pytest.mark.row("DE1")
def test_a_client_is_answered_by_one_process_with_one_file(sqlite_url: str, tmp_path: Path) -> None:
    """No PostgreSQL and no Redis are configured; the database is one file."""
    served(sqlite_url, tmp_path)
    assert Path(sqlite_url.removeprefix("sqlite:///")).is_file()


@pytest.mark.row("DE1")
def test_the_same_process_serves_with_postgresql(postgres_url: str, tmp_path: Path) -> None:
    served(postgres_url, tmp_path)


def served(database: str, folder: Path) -> None:
    """Start it, be greeted in the chat, say something and be answered, ask how it is, scrape it, end it."""
    port = free_port()
    settings = {"BANLI_METRICS__PORT": str(port)}
    server = DemoServer(database, folder, demo=False, settings=settings).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            assert http.post("/chat/me/api/session?lang=en").status_code == 200
            greeted = until(lambda: heard(http))
            http.post("/chat/me/api/messages", json={"id": "first-one", "text": "menu"}).raise_for_status()
            until(lambda: len(heard(http)) > len(greeted))
            ready = http.get("/readyz").json()
            assert (ready["status"], ready["wrong"]) == ("ok", [])
            assert http.get("/version").json()["version"]
        found = samples(scrape(port))
        assert value(found, "banli_update_seconds_count", channel="webchat", outcome="done") == 2
        beats = {dict(labels)["loop"] for name, labels in found if name == "banli_heartbeat_age_seconds"}
        assert beats == set(LOOPS)
    finally:
        server.stop()


def heard(http: httpx.Client) -> list[Any]:
    """What the house has said in this chat."""
    told = http.get("/chat/me/api/messages").json()["messages"]
    return [each for each in told if each["from"] != "me"]


def until(question: Callable[[], Any]) -> Any:
    """The first answer that is something. Raises AssertionError when none comes."""
    end = time.monotonic() + PATIENCE
    while not (found := question()):
        assert time.monotonic() < end, "no answer came"
        time.sleep(0.05)
    return found
