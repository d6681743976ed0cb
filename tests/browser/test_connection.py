"""What the page does when things go wrong: a server that is down, a reload, a file that cannot be taken."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import papers
from tests.browser.conftest import OpenDemo
from tests.browser.desk import at_the_demo, window
from tests.browser.office import DEPOSIT, EFFECTIVE
from tests.browser.phone import Phone
from tests.browser.server import DemoServer
from tests.services.browser import Visitors

DOWN = r"net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)"
MAX_FIRST_LOAD = 60_000  # bytes as they travel


def with_a_case(demo: DemoServer, visitors: Visitors) -> Phone:
    """The client's phone; the contract takes effect first, unless it has."""
    consultant = window(visitors.page(), demo, "consultant", "zh-CN")
    card = consultant.card("contract")
    for label in (DEPOSIT["zh-CN"], EFFECTIVE["zh-CN"]):
        if consultant.button(label, card).count():
            consultant.presses(label, card, gone=True)
    client = window(visitors.page(), demo, "client", "zh-CN")
    client.hears("护照首页和签字页")
    return client


def test_a_message_said_while_the_server_is_down_goes_out_when_it_is_back(demo: DemoServer, visitors: Visitors) -> None:
    visitors.allowed.append(DOWN)
    client = with_a_case(demo, visitors)
    page, banner = client.view, client.view.get_by_test_id("connection-banner")
    assert isinstance(page, Page)
    expect(banner).to_be_hidden()
    demo.stop()
    expect(banner).to_contain_text("正在重新连接", timeout=15_000)
    client.says("进度")
    waiting = page.locator('[data-testid="message"][data-from="me"]').last
    expect(waiting).to_have_attribute("data-state", "waiting")
    page.get_by_test_id("composer-input").fill("还没写完")
    demo.start()
    expect(banner).to_be_hidden(timeout=30_000)
    answer = page.locator('[data-testid="message"][data-from="me"] ~ [data-testid="message"][data-from="bot"]').last
    expect(answer).to_contain_text("材料收集")
    expect(waiting).to_have_attribute("data-state", "confirmed")
    expect(page.get_by_test_id("composer-input")).to_have_value("还没写完")


def test_a_reload_keeps_the_conversation_and_what_was_being_written(demo: DemoServer, visitors: Visitors) -> None:
    client = with_a_case(demo, visitors)
    page = client.view
    assert isinstance(page, Page)
    client.says("材料")
    expect(client.card("checklist")).to_contain_text("/8")
    page.get_by_test_id("composer-input").fill("我想问")
    before = client.words
    page.reload()
    expect(client.messages).to_have_count(len(before))
    assert client.words == before
    expect(page.get_by_test_id("composer-input")).to_have_value("我想问")


def test_the_language_switch_turns_the_page_the_open_cards_and_all_that_follows(
    demo: DemoServer, visitors: Visitors
) -> None:
    with_a_case(demo, visitors)
    page = visitors.page()
    copywriter = window(page, demo, "copywriter", "zh-CN")
    card = copywriter.card("task")
    expect(card).to_contain_text("跟进客户材料")
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("chat-title")).to_have_text("Demo Visa Agency")
    expect(card).to_contain_text("Follow up the client's documents")
    copywriter.says("help")
    copywriter.hears("tasks - my open tasks")
    page.goto(f"{demo.url}/chat/copywriter/")  # the language is the person's, not the address's
    expect(page.get_by_test_id("chat-title")).to_have_text("Demo Visa Agency")


def test_files_that_cannot_be_taken_are_told_politely(demo: DemoServer, visitors: Visitors, tmp_path: Path) -> None:
    client = with_a_case(demo, visitors)
    page = client.view
    assert isinstance(page, Page)
    client.sends(papers.write(tmp_path / "photo.jpg", b"MZ" + bytes(5000)))
    client.hears("这份文件没有收下")
    large = papers.write(tmp_path / "scan.png", bytes(21 * 2**20))
    page.get_by_test_id("file-input").set_input_files(large)
    expect(page.get_by_test_id("attachment")).to_contain_text("超过上限 20 MB")
    expect(page.get_by_test_id("send-button")).to_be_disabled()
    page.get_by_test_id("attachment-remove").click()
    expect(page.get_by_test_id("attachment")).to_have_count(0)


def test_the_server_refuses_a_large_file_whatever_the_page_allows(demo: DemoServer, visitors: Visitors) -> None:
    visitors.allowed.append("413")
    page = visitors.page()
    window(page, demo, "client", "zh-CN").hears("张三")
    told = page.evaluate(
        """async () => {
            const form = new FormData();
            form.append("id", crypto.randomUUID());
            form.append("file", new File([new Uint8Array(21 * 2 ** 20)], "scan.jpg"));
            const answer = await fetch("api/files", {method: "POST", body: form});
            return [answer.status, (await answer.json()).detail];
        }"""
    )
    assert told[0] == 413
    assert told[1]


def test_the_first_load_is_light(demo: DemoServer, visitors: Visitors) -> None:
    sizes: dict[str, int] = {}
    page = visitors.page()
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    window(page, demo, "client", "zh-CN").hears("张三")
    page.wait_for_load_state("load")
    loaded = {url: size for url, size in sizes.items() if "/chat/" in url}
    assert any(url.endswith("chat.js") for url in loaded)
    assert sum(loaded.values()) < MAX_FIRST_LOAD, loaded


def test_the_demo_in_chinese_points_at_the_phone_where_the_next_step_is(
    open_demo: OpenDemo, visitors: Visitors, tmp_path: Path
) -> None:
    page = visitors.page(size=(1440, 900))
    office = at_the_demo(open_demo("sqlite"), page, "zh-CN", tmp_path)
    expect(page.get_by_test_id("caseless")).to_be_visible()
    office.work(until="review")
    expect(page.locator('[data-seat="reviewer"][data-unread="true"]')).to_have_count(1)
    expect(page.locator('[data-testid="checklist-row"][data-item="passport"]')).to_have_attribute(
        "data-status", "submitted"
    )
    page.reload()
    expect(page.get_by_test_id("stage")).to_have_count(7)
    office.work(until="send")
    expect(page.locator('[data-testid="checklist-row"][data-item="passport"]')).to_have_attribute(
        "data-status", "approved"
    )
    page.get_by_test_id("language-en").click()
    expect(page.get_by_test_id("hint")).to_contain_text("On the client's phone")


def test_the_page_says_that_an_answer_is_coming_until_it_comes(demo: DemoServer, visitors: Visitors) -> None:
    client = with_a_case(demo, visitors)
    page = client.view
    assert isinstance(page, Page)
    sign = "retry: 200\n\nevent: typing\ndata: {}\n\n"
    page.route("**/api/events*", lambda route: route.fulfill(content_type="text/event-stream", body=sign))
    page.reload()
    expect(page.get_by_test_id("presence")).to_have_text("正在回复…", timeout=15_000)
    page.unroute("**/api/events*")
    client.says("进度")
    expect(client.messages.last).to_contain_text("材料收集")
    expect(page.get_by_test_id("presence")).to_have_text("在线", timeout=15_000)
