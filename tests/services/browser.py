"""Chromium for the tests in tests/browser: pages whose console errors and policy violations fail the test.

A page is its own visitor: own cookies, own storage, own language.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

SETTING = "BANLI_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# The machine's network may be closed: without these Chromium knocks on its maker's doors all the time.
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = (390, 844)
DESKTOP = (1280, 800)


@dataclass(eq=False)
class Visitors:
    """Opens pages and remembers what went wrong in them; `allowed` are patterns of expected messages."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    each_request: Callable[[Request], None] | None = None

    def page(self, *, locale: str = "zh-CN", size: tuple[int, int] = PHONE, **options: Any) -> Page:
        """A blank page of a new visitor; size in CSS pixels, options as for Playwright's new_context."""
        viewport: Any = {"width": size[0], "height": size[1]}
        context = self.browser.new_context(locale=locale, viewport=viewport, **options)
        self.contexts.append(context)
        return self.window(context)

    def window(self, context: BrowserContext) -> Page:
        """One more window of a visitor who is there already."""
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.trouble.append(f"page error: {error}"))
        if self.each_request is not None:
            page.on("request", self.each_request)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        # A violated content security policy is told on the console, as an error.
        if message.type in ("error", "warning"):
            self.trouble.append(f"console {message.type}: {message.text}")

    def unexpected(self) -> list[str]:
        """What went wrong in any page and was not allowed."""
        return [what for what in self.trouble if not any(re.search(known, what) for known in self.allowed)]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all browser tests of this process."""
    path = os.environ.get(SETTING) or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise RuntimeError(f"no Chromium: apt-get install -y chromium fonts-noto-cjk, or set {SETTING}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


@pytest.fixture
def visitors(chromium: Browser) -> Iterator[Visitors]:
    """Opens pages (`visitors.page()`); a console error or a policy violation in one fails the test."""
    made = Visitors(chromium)
    yield made
    for context in made.contexts:
        context.close()
    trouble = made.unexpected()
    assert not trouble, "in the browser: " + "; ".join(trouble)
