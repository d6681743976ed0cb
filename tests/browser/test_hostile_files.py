"""Whatever a client sent, nothing of it runs in a real browser: opened, embedded, as a picture, as a script."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Error, Page
from starlette.responses import Response
from starlette.testclient import TestClient

from adapters.folder_store.store import FolderStore
from admin_api import download
from core.files.child import Inspector
from core.kit.crypto import Vault
from tests.files.corpus import REFUSED, TAKEN
from tests.files.corpus_more import RUNS
from tests.files.sample import MIB
from tests.services.browser import Visitors

EMBED = """
<iframe src="{0}"></iframe><object data="{0}"></object><embed src="{0}"><img src="{0}">
<script src="{0}"></script><link rel="stylesheet" href="{0}">
"""
TYPES = {"html": "text/html", "svg": "image/svg+xml", "xml": "application/xml", "text": "text/plain"}
_ACTIVE = re.compile(rb"<script|<svg|<html|<iframe|/ran|/JavaScript|/JS|/Launch|/SubmitForm|/URI", re.IGNORECASE)


@dataclass
class Shelf:
    """A loopback server: `/original/n`, `/preview/n` as the product gives them, `/bare/n` as nobody should."""

    answers: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> str:
        self.answers[path] = (body, headers)
        return self.url + path


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.asked.append(self.path)
            body, headers = shelf.answers.get(self.path, (b"", {"Content-Type": "text/plain"}))
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the browser has seen enough
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The test's output is not a web server's log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shelf.url = f"http://127.0.0.1:{server.server_port}"
    yield shelf
    server.shutdown()
    server.server_close()
    thread.join()


def sent(answer: Response) -> tuple[bytes, dict[str, str]]:
    """What a browser gets of an answer."""
    got = TestClient(answer).get("/")
    return got.content, {name: got.headers[name] for name in got.headers if name != "content-length"}


def embed(page: Page, shelf: Shelf, address: str) -> None:
    """Use it in every way in which a page can use a file."""
    page.goto(shelf.put("/page", EMBED.format(address).encode(), {"Content-Type": "text/html"}), wait_until="load")


def opened(page: Page, address: str) -> None:
    """Go to it, as with a pressed link: a download ends the navigation with an error of the browser's own."""
    try:
        page.goto(address, wait_until="load")
    except Error as ended:
        if "Download is starting" not in str(ended) and "ERR_ABORTED" not in str(ended):
            raise


def test_nothing_in_an_original_or_a_preview_runs(shelf: Shelf, visitors: Visitors, tmp_path: Path) -> None:
    """Every file of the corpus with something active in it: taken ones, and refused ones as if a check had failed."""
    visitors.allowed.append("")  # the browser complains as it should: it is not given what the page asks for
    files = FolderStore(tmp_path, Vault({"k1": bytes(range(32))}, "k1"))
    page = visitors.page()
    with Inspector() as inspector:
        for number, sample in enumerate((*TAKEN, *REFUSED)):
            data = sample.make()
            if len(data) > MIB or not _ACTIVE.search(data):
                continue
            kept = files.put([data], 30 * MIB)
            claimed = TYPES.get(sample.seen, "application/pdf" if sample.seen == "pdf" else "image/jpeg")
            row = {"name": "<script>.html", "media_type": claimed, "size": len(data), "handle": kept.handle}
            row["inspection"] = {"verdict": "ok"}
            original = shelf.put(f"/original/{number}", *sent(download.original(files, row, "passport-v1", named=True)))
            embed(page, shelf, original)
            opened(page, original)
            shown = inspector.inspect(data).preview
            if shown is not None:
                handle = files.put([shown], 30 * MIB).handle
                preview = shelf.put(f"/preview/{number}", *sent(download.preview(files, handle)))
                embed(page, shelf, preview)
                opened(page, preview)
    opened_ones = {path for path in shelf.asked if path.startswith(("/original/", "/preview/"))}
    assert len(opened_ones) > 30
    assert "/ran" not in shelf.asked


def test_the_same_file_without_our_headers_would_run(shelf: Shelf, visitors: Visitors) -> None:
    """So the test above would notice."""
    page = visitors.page()
    page.goto(shelf.put("/bare", RUNS.encode(), {"Content-Type": "text/html"}), wait_until="load")
    page.wait_for_function("document.title === 'ran'")
    assert "/ran" in shelf.asked
