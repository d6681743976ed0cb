"""The upload page in a real browser: on a phone, in both languages, with what goes wrong on the way."""

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser import papers
from tests.browser.accessible import faults
from tests.browser.phone import Phone
from tests.browser.server import DemoServer
from tests.browser.test_connection import with_a_case
from tests.services.browser import PHONE, Visitors


def opened(demo: DemoServer, visitors: Visitors, words: str = "上传链接") -> tuple[Phone, Page]:
    """The client asks for a link in his chat and opens it on his phone, in a browser that knows nothing else."""
    client = with_a_case(demo, visitors)
    client.says(words)
    link = client.card("upload_link").locator("a")
    expect(link).to_be_visible()
    page = visitors.page(size=PHONE, has_touch=True, is_mobile=True)
    page.goto(link.get_attribute("href") or "")
    expect(page.get_by_test_id("pick")).to_be_visible()
    return client, page


def test_several_files_from_a_phone_and_one_answer_in_the_chat(
    demo: DemoServer, visitors: Visitors, tmp_path: Path
) -> None:
    files = papers.make(tmp_path / "papers")
    client, page = opened(demo, visitors)
    expect(page.get_by_test_id("hint")).to_contain_text("链接在")
    expect(page.get_by_test_id("hint")).to_contain_text("20 MB")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.get_by_test_id("pick").bounding_box()
    assert box is not None
    assert box["height"] >= 100  # for a thumb
    assert faults(page) == []
    page.get_by_test_id("file-input").set_input_files([files["retire"], files["hukou"]])
    expect(page.get_by_test_id("done")).to_contain_text("已收到 2 个文件", timeout=20_000)
    expect(page.locator('[data-testid="file"][data-state="sent"]')).to_have_count(2)
    assert faults(page) == []
    client.take()
    client.hears("收到 2 份文件")
    assert page.context.cookies() == []


def test_a_file_that_is_too_large_is_told_before_anything_is_sent(
    demo: DemoServer, visitors: Visitors, tmp_path: Path
) -> None:
    _, page = opened(demo, visitors)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    big = papers.write(tmp_path / "big.pdf", bytes(21 * 2**20))
    page.get_by_test_id("file-input").set_input_files(big)
    expect(page.get_by_test_id("file")).to_contain_text("21 MB，超过上限 20 MB")
    assert "POST" not in asked


def test_a_broken_connection_can_be_tried_again(demo: DemoServer, visitors: Visitors, tmp_path: Path) -> None:
    visitors.allowed.append("net::ERR_FAILED")
    files = papers.make(tmp_path / "papers")
    _, page = opened(demo, visitors)
    page.route("**/files", lambda route: route.abort())
    page.get_by_test_id("file-input").set_input_files(files["form"])
    row = page.get_by_test_id("file")
    expect(row).to_contain_text("网络不通")
    page.unroute("**/files")
    row.get_by_role("button").click()
    expect(row).to_have_attribute("data-state", "sent", timeout=20_000)


def test_too_fast_goes_on_by_itself(demo: DemoServer, visitors: Visitors, tmp_path: Path) -> None:
    visitors.allowed.append("429")
    files, turns = papers.make(tmp_path / "papers"), iter([True])
    _, page = opened(demo, visitors)

    def first_not(route: Route) -> None:
        if next(turns, False):
            route.fulfill(status=429, headers={"Retry-After": "1"}, body="{}")
        else:
            route.continue_()

    page.route("**/files", first_not)
    page.get_by_test_id("file-input").set_input_files(files["photo"])
    expect(page.get_by_test_id("file")).to_contain_text("稍等会自动继续")
    expect(page.get_by_test_id("file")).to_have_attribute("data-state", "sent", timeout=20_000)


def test_a_link_that_is_none_says_so_and_takes_nothing(demo: DemoServer, visitors: Visitors) -> None:
    visitors.allowed.append("404")
    page = visitors.page(locale="en-GB", size=PHONE)
    page.goto(f"{demo.url}/upload/nothing")
    expect(page.get_by_test_id("over")).to_contain_text("not valid")
    expect(page.get_by_test_id("pick")).to_be_hidden()
    assert faults(page) == []


def test_it_speaks_the_clients_language_whatever_the_browser_does(demo: DemoServer, visitors: Visitors) -> None:
    client, page = opened(demo, visitors)
    client.take()
    client.says("english")
    client.hears("English")
    page.reload()
    expect(page.get_by_test_id("pick")).to_have_text("Choose files (one or more)")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    client.take()
    client.says("中文")
    client.hears("已切换为中文")
