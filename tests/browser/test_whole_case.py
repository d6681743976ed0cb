"""A whole case in a real browser, in both languages: signing to granted, and on to the after-service."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from tests.browser import papers
from tests.browser.conftest import OpenDemo
from tests.browser.office import Office
from tests.browser.phone import Phone
from tests.browser.server import DemoServer
from tests.services.browser import DESKTOP, Visitors


def two_contexts(demo: DemoServer, visitors: Visitors, language: str, folder: Path) -> Office:
    """The client in one browser, the staff's three seats in windows of another."""
    def at(page: Page, seat: str) -> Phone:
        page.goto(f"{demo.url}/chat/{seat}/?lang={language}")
        return Phone(page, page.bring_to_front)

    client = visitors.page(locale=language)
    first = visitors.page(locale=language, size=DESKTOP)
    windows = [first, visitors.window(first.context), visitors.window(first.context)]
    consultant, copywriter, reviewer = (
        at(page, seat) for page, seat in zip(windows, ("consultant", "copywriter", "reviewer"), strict=True)
    )

    def hint() -> str:
        with urlopen(f"{demo.url}/demo/api/case?lang={language}") as answer:
            return str(json.load(answer)["hint"])

    return Office(
        language=language,
        client=at(client, "client"),
        consultant=consultant,
        copywriter=copywriter,
        reviewer=reviewer,
        hint=hint,
        pause=lambda: client.wait_for_timeout(100),
        papers=papers.make(folder / "papers"),
    )


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_case_goes_from_signing_to_granted_between_two_browsers(
    language: str, open_demo: OpenDemo, visitors: Visitors, tmp_path: Path
) -> None:
    office = two_contexts(open_demo("sqlite"), visitors, language, tmp_path)
    office.work(until="survey")
