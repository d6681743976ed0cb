"""Nothing leaves the agency's own machine but what is configured to: a whole case, imports, and a start (SE6)."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.kit.settings import Metrics, Traces
from tests.house import TestHouse, open_house
from tests.security.socket_guard import Forbidden, only
from tests.security.whole_case import walk

START = """
import os, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
os.environ.update(
    BANLI_DATABASE_URL=f"sqlite:///{folder}/b.sqlite3", BANLI_FILES_DIR=f"{folder}/files", BANLI_KEYS=sys.argv[2],
    FASTAPI_OTEL_AUTO_CONFIGURE="true", OTEL_EXPORTER_OTLP_ENDPOINT="http://192.0.2.1:4318",
    http_proxy="http://192.0.2.2:3128", https_proxy="http://192.0.2.2:3128",
)
from tests.security.socket_guard import only
with only() as guard:
    import importlib, pkgutil, adapters, admin_api, bot, core
    for package in (adapters, admin_api, bot, core):
        for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if ".migrations." not in each.name and each.name != "core.files.inspect":
                importlib.import_module(each.name)
    from fastapi.testclient import TestClient
    from bot.app import build
    from bot.web import web
    from core.kit import migrate
    from core.kit.settings import load_settings
    settings = load_settings()
    banli = build(settings)
    migrate.upgrade(settings.database_url.get_secret_value())
    with TestClient(web(banli)) as http:
        assert http.post("/chat/me/api/session").status_code == 200
        for _ in range(200):  # it is ready with its first beat
            if (told := http.get("/readyz")).status_code == 200:
                break
            time.sleep(0.1)
        assert told.status_code == 200, told.text
print(guard.tried)
"""


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield opened


@pytest.mark.row("SE6")
def test_a_whole_case_needs_no_connection_to_anybody(house: TestHouse) -> None:
    """By chat and over HTTP, from the contract to the survey, with metrics on; the agency's channels are here."""
    banli = house.banli
    settings = banli.settings.model_copy(update={"metrics": Metrics(port=0)})
    watching = replace(banli, settings=settings).watching()
    with only() as guard:
        watching.start()
        try:
            walk(house)
        finally:
            watching.stop()
    assert guard.tried == []


@pytest.mark.row("SE6")
def test_nothing_is_told_to_anybody_at_import_and_start(tmp_path: Path) -> None:
    """Also when variables of libraries ask for it: those are not settings of Banli."""
    from core.kit.crypto import generate_key

    command = [sys.executable, "-c", START, str(tmp_path), generate_key()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr[-2000:]


@pytest.mark.row("SE6")
def test_what_is_configured_is_reached_and_nothing_else(house: TestHouse) -> None:
    """A collector of the agency's own gets spans, without anybody's words."""
    got: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    banli = house.banli
    endpoint = f"http://127.0.0.1:{server.server_port}/v1/traces"
    settings = banli.settings.model_copy(update={"traces": Traces(endpoint=endpoint)})
    watching = replace(banli, settings=settings).watching()
    try:
        with only() as guard:
            watching.start()
            house.client("李四").says("MARKWORDS")
            watching.stop()
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
    assert guard.tried == []
    assert got
    assert b"banli" in b"".join(got)
    assert b"MARKWORDS" not in b"".join(got)


def test_the_guard_sees_and_stops_what_leaves() -> None:
    with only("192.0.2.7") as guard:
        with pytest.raises(Forbidden):
            socket.getaddrinfo("telemetry.example", 443)
        with socket.socket() as raw, pytest.raises(Forbidden):
            raw.connect(("192.0.2.1", 443))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw, pytest.raises(Forbidden):
            raw.sendto(b"x", ("192.0.2.1", 53))
    assert guard.tried == ["telemetry.example", "192.0.2.1", "192.0.2.1"]
