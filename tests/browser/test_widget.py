"""The widget in a page of another site, in a real browser: opened, spoken to, left, found again, without a cookie."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.accessible import faults
from tests.browser.server import DemoServer, free_port
from tests.services.browser import PHONE, Visitors
from tests.services.databases import Databases

HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Demo agency</title></head>
<body><main><h1>Demo agency</h1><p>Visas.</p></main>
<script src="{0}/chat/static/widget.js" async></script></body></html>"""
POLICY = "default-src 'none'; script-src {0}; frame-src {0}; base-uri 'none'"


class Other:
    """The agency's own site: localhost, which is another site for the browser than 127.0.0.1."""

    def __init__(self) -> None:
        self.port = free_port()
        self.banli = ""
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = HOST.format(other.banli).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", POLICY.format(other.banli))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Not in the test's output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@pytest.fixture
def other(databases: Databases, tmp_path: Path) -> Iterator[Other]:
    site = Other()
    with databases.fresh("sqlite", tables=False) as url:
        settings = {"BANLI_WEBCHAT__ORIGINS": site.url}
        server = DemoServer(url, tmp_path, demo=False, settings=settings).start()
        site.banli = server.url
        yield site
        server.stop()
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture(autouse=True)
def only_our_own_requests() -> None:
    """Here a page of another site is what is tried."""


def frame_of(page: Page) -> Frame:
    found = page.get_by_test_id("banli-frame").element_handle().content_frame()
    assert found is not None
    found.wait_for_url(re.compile("/chat/widget/(#.*)?$"))
    expect(found.get_by_test_id("presence")).to_have_attribute("data-state", "live", timeout=15_000)
    return found


def test_a_visitor_of_another_site_talks_and_comes_back(other: Other, visitors: Visitors) -> None:
    page = visitors.page(locale="en-GB", size=(1280, 800))
    page.goto(other.url)
    launcher = page.get_by_test_id("banli-launcher")
    expect(launcher).to_have_text("Chat with us")
    assert len(page.frames) == 1  # nothing is loaded before somebody asks for it
    launcher.focus()
    page.keyboard.press("Enter")
    frame = frame_of(page)
    frame.get_by_test_id("composer-input").fill("hello there")
    frame.get_by_test_id("composer-input").press("Enter")
    expect(frame.locator('[data-from="bot"]').last).to_be_visible(timeout=15_000)
    mine = frame.locator('[data-testid="message"][data-from="me"]')
    expect(mine).to_have_attribute("data-state", "confirmed")
    assert faults(frame) == []
    assert faults(page) == []
    assert page.context.cookies() == []

    frame.get_by_test_id("composer-input").press("Escape")
    expect(page.get_by_test_id("banli-frame")).to_be_hidden()
    expect(launcher).to_be_focused()

    page.reload()
    page.get_by_test_id("banli-launcher").click()
    again = frame_of(page)
    expect(again.locator('[data-testid="message"][data-from="me"]')).to_contain_text("hello there")


def test_on_a_phone_it_fills_the_screen_and_the_camera_is_there(other: Other, visitors: Visitors) -> None:
    page = visitors.page(locale="zh-CN", size=PHONE, has_touch=True, is_mobile=True)
    page.goto(other.url)
    page.get_by_test_id("banli-launcher").click()
    frame = frame_of(page)
    box = page.get_by_test_id("banli-frame").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE[0])
    camera = frame.get_by_test_id("camera-button")
    expect(camera).to_be_visible()
    assert frame.locator("#camera").get_attribute("capture") == "environment"
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(frame) == []
    page.get_by_test_id("banli-close").click()
    expect(page.get_by_test_id("banli-launcher")).to_be_focused()


def test_a_site_that_is_not_listed_gets_no_frame(other: Other, visitors: Visitors) -> None:
    visitors.allowed.append("frame-ancestors|Refused to frame|Framing")
    page = visitors.page()
    page.goto(other.url.replace("localhost", "127.0.0.1"))  # another origin, which nobody has listed
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.get_by_test_id("banli-launcher").click()
    assert not [each for each in page.frames if each.url.startswith(f"{other.banli}/chat")]
