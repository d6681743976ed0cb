"""Where the four people of a test sit: in windows of their own, or at the demo page."""

import json
import re
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, expect

from tests.browser import papers
from tests.browser.case_pane import CasePane
from tests.browser.office import Office
from tests.browser.phone import Phone
from tests.browser.server import DemoServer
from tests.services.browser import DESKTOP, Visitors

WIDE = (1440, 900)
PAUSE = 100  # milliseconds between two looks at the hint
STAFF = ("consultant", "copywriter", "reviewer")
NAMES = re.compile("张三|顾问甲|文案乙|复核丙|日本旅游签证标准套餐|“户口”")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")


def window(page: Page, demo: DemoServer, seat: str, language: str) -> Phone:
    """The chat page of a seat, alone in a window."""
    page.goto(f"{demo.url}/chat/{seat}/?lang={language}")
    return Phone(page, page.bring_to_front)


def in_windows(demo: DemoServer, visitors: Visitors, language: str, folder: Path) -> Office:
    """The client in one browser, the staff's three seats in windows of another."""
    client = visitors.page(locale=language)
    first = visitors.page(locale=language, size=DESKTOP)
    pages = [first, visitors.window(first.context), visitors.window(first.context)]
    staff = [window(page, demo, seat, language) for page, seat in zip(pages, STAFF, strict=True)]

    def hint() -> str:
        with urlopen(f"{demo.url}/demo/api/case?lang={language}") as answer:
            return str(json.load(answer)["hint"])

    mine = window(client, demo, "client", language)
    return Office(
        language=language,
        client=mine,
        consultant=staff[0],
        copywriter=staff[1],
        reviewer=staff[2],
        hint=hint,
        pause=lambda: client.wait_for_timeout(PAUSE),
        papers=papers.make(folder / "papers"),
    )


def at_the_demo(demo: DemoServer, page: Page, language: str, folder: Path, client: Phone | None = None) -> Office:
    """Everybody at the demo page; the client at his own phone, if he has one."""
    page.goto(f"{demo.url}/demo?lang={language}")
    pane = CasePane(page)
    expect(page.get_by_test_id("hint")).to_be_visible()
    return Office(
        language=language,
        client=client or Phone(page.frame_locator('iframe[data-seat="client"]')),
        consultant=staff_phone(page, "consultant"),
        copywriter=staff_phone(page, "copywriter"),
        reviewer=staff_phone(page, "reviewer"),
        hint=lambda: pane.hint,
        pause=lambda: page.wait_for_timeout(PAUSE),
        papers=papers.make(folder / "papers"),
    )


def staff_phone(page: Page, seat: str) -> Phone:
    """A frame of the demo page that is in front after a press on its tab."""
    tab = page.locator(f'[data-testid="staff-tab"][data-seat="{seat}"]')
    return Phone(page.frame_locator(f'iframe[data-seat="{seat}"]'), tab.click)


def foreign_words(phone: Phone, language: str) -> list[str]:
    """Messages of the other side in the wrong language; names stay as they are."""
    wrong = CHINESE if language == "en" else ENGLISH
    return [text for text in phone.heard if wrong.search(NAMES.sub("", text))]
