"""A demo of its own for every browser test, and pages that notice requests to anywhere else."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Request

from tests.browser.server import DemoServer
from tests.services.browser import Visitors
from tests.services.databases import Databases, Kind

OpenDemo = Callable[[Kind], DemoServer]


@pytest.fixture
def open_demo(databases: Databases, tmp_path: Path) -> Iterator[OpenDemo]:
    """Starts a demo on a fresh database: `open_demo("sqlite")`. An error in its log fails the test."""
    with ExitStack() as stack:
        started: list[DemoServer] = []

        def start(kind: Kind) -> DemoServer:
            url = stack.enter_context(databases.fresh(kind, tables=False))
            server = DemoServer(url, tmp_path)
            stack.callback(server.stop)
            started.append(server.start())
            return server

        yield start
        for server in started:
            server.stop()
            assert_no_errors(server)


@pytest.fixture(scope="session")
def demo(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A demo on SQLite that tests share: nothing may depend on what stands in its chats."""
    with databases.fresh("sqlite", tables=False) as url:
        server = DemoServer(url, tmp_path_factory.mktemp("demo")).start()
        yield server
        server.stop()
        assert_no_errors(server)


def assert_no_errors(server: DemoServer) -> None:
    """The server has nothing to complain about, its own end included."""
    assert '"level": "error"' not in server.words, server.words
    assert "Traceback" not in server.words, server.words


@pytest.fixture(autouse=True)
def only_our_own_requests(open_demo: OpenDemo, visitors: Visitors) -> Iterator[None]:
    """No page asks anything of another machine. The pages are closed before their server stops."""
    foreign: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            foreign.append(request.url)

    visitors.each_request = look
    yield
    assert not foreign, f"asked elsewhere: {foreign}"
