"""A whole case in a real browser, in both languages: signing to granted, after-service, closed."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.accessible import faults
from tests.browser.case_pane import CasePane
from tests.browser.conftest import OpenDemo
from tests.browser.desk import WIDE, at_the_demo, foreign_words, in_windows, window
from tests.browser.office import APPROVE, Office
from tests.browser.phone import Phone
from tests.services.browser import Visitors

STAGES = ["signed", "collect", "prepare", "filed", "tracking", "result", "after"]
STREAM = "**/api/events*"
WHOLE = ["prepare", "internal", "receipt", "file", "tracking", "granted", "survey", "finish"]


def test_between_two_browsers_in_chinese(open_demo: OpenDemo, visitors: Visitors, tmp_path: Path) -> None:
    """The client in one, the staff's windows in the other. The first passport photo goes back and comes again."""
    visitors.allowed.append("net::ERR_FAILED")  # the stream that the late window is denied
    demo = open_demo("sqlite")
    office = in_windows(demo, visitors, "zh-CN", tmp_path)
    office.reject_first = True
    office.work(until="review")
    late = late_window(visitors, office, f"{demo.url}/chat/reviewer/")
    office.work(until="send")
    second_press_is_answered(late, office)
    office.work(until="done")
    assert office.steps[:5] == ["deposit", "contract", "send", "review", "send"]
    assert office.steps[-len(WHOLE) :] == WHOLE
    all_in_one_language(office)
    office.client.says("进度")
    expect(office.client.card("progress")).to_contain_text("已办结")
    views = [each.view for each in (office.client, office.reviewer, office.consultant)]
    assert [faults(view) for view in views if isinstance(view, Page)] == [[], [], []]


def test_at_the_demo_page_in_english_on_postgresql(open_demo: OpenDemo, visitors: Visitors, tmp_path: Path) -> None:
    """The staff at the demo page, the client at a phone of his own; the pane tells it all."""
    demo = open_demo("postgres")
    client = window(visitors.page(locale="en"), demo, "client", "en")
    page = visitors.page(locale="en", size=WIDE)
    office, pane = at_the_demo(demo, page, "en", tmp_path, client), CasePane(page)
    told: list[int] = []

    def look(what: str) -> None:
        if what == "deposit":
            return
        told.append(len(pane.timeline))
        states = pane.stages
        assert list(states) == STAGES
        assert list(states.values()) == sorted(states.values(), key=["done", "current", "todo"].index)

    office.after_each = look
    office.work(until="internal")
    assert set(pane.statuses.values()) == {"approved", "todo"}  # of the means any one is enough
    assert pane.stages["prepare"] == "current"  # the review is the agency's own, the client never sees it
    assert pane.pointed_seat == "reviewer"
    office.work(until="survey")
    assert pane.stages == {**dict.fromkeys(STAGES, "done"), "after": "current"}
    office.work(until="done")
    assert set(pane.stages.values()) == {"done"}
    assert told == sorted(told)
    assert told[-1] > told[0] + 20
    assert pane.number in page.get_by_test_id("pane-case").inner_text()
    all_in_one_language(office)
    assert faults(page) == []
    assert isinstance(client.view, Page)
    assert faults(client.view) == []


def late_window(visitors: Visitors, office: Office, address: str) -> Phone:
    """A second window of the reviewer that hears nothing new from now on, as on a phone without a signal."""
    assert isinstance(office.reviewer.view, Page)
    page = visitors.window(office.reviewer.view.context)
    page.route(STREAM, lambda route: route.abort())
    page.goto(f"{address}?lang={office.language}")
    phone = Phone(page, page.bring_to_front)
    phone.card("review")
    return phone


def second_press_is_answered(late: Phone, office: Office) -> None:
    """The press on a decided card: a polite answer, and the card is drawn as it is now."""
    assert isinstance(late.view, Page)
    card = late.card("review")
    assert APPROVE[office.language] in late.buttons(card)
    late.presses(APPROVE[office.language], card)
    late.view.unroute(STREAM)
    late.hears("已由 复核丙")
    expect(card.get_by_test_id("card-button")).to_have_count(0)
    expect(card).to_contain_text("复核丙")


def all_in_one_language(office: Office) -> None:
    for phone in (office.client, office.consultant, office.copywriter, office.reviewer):
        assert foreign_words(phone, office.language) == []
