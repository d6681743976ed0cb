"""The upload page: whose link it is, how long it opens, what it takes, and that a file comes in as one of the chat."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from adapters.uploads.routes import CSP
from adapters.webchat.tables import web_session
from bot.dialogs.uploads import UNTAKEN
from core.cases.tables import case, document_version, item
from core.clients.tables import client, client_identity, consent
from core.commands.contracts import ActivateContract, RecordDeposit
from core.commands.people import BindClientIdentity
from core.contracts.tables import contract
from core.conversations.tables import conversation
from core.files.links import UPLOAD_VALID, Opening
from core.files.tables import file
from core.kit.settings import Limits, Webchat
from core.ledger.tables import inbox
from tests.adapters.test_webchat_files import do
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site, new_id, open_site
from tests.bot.chat import paper, picture
from tests.services.databases import Databases

FEW = Webchat(texts_at_once=10_000, files_in_ten_minutes=3, sessions_an_hour=10_000)


@pytest.fixture(params=["sqlite", "postgres"])
def demo(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Site]:
    with databases.fresh(request.param) as url, open_site(url, tmp_path, demo=True, filled=True) as site:
        yield begun(site)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    limits = Limits(upload_bytes=200_000, check_seconds=60)
    with open_site(sqlite_url, tmp_path, demo=True, filled=True, limits=limits) as site:
        yield begun(site)


def begun(site: Site) -> Site:
    site.page("consultant").presses("定金").presses("生效")
    return site


def link_of(page: Page) -> str:
    """The path of the newest upload link of this chat."""
    card = next(each["card"] for each in reversed(page.messages()) if each["card"]["kind"] == "upload_link")
    return str(urlsplit(card["link"]["url"]).path)


def asked(site: Site, chosen: str = "") -> tuple[Page, str, TestClient]:
    """The client writes for a link; his page, its path, and a browser that has nothing but the link."""
    page = site.page("client")
    if chosen:
        page.says(chosen)
    page.says("上传链接")
    return page, link_of(page), TestClient(site.app, base_url=site.base_url)


def put(browser: TestClient, path: str, name: str, data: bytes, said_id: str = "", **headers: str) -> Any:
    form = {"id": said_id or new_id()}
    return browser.post(f"{path}/files", data=form, files={"file": (name, data)}, headers=headers)


def versions(site: Site) -> list[Any]:
    with site.banli.reading.open() as reader:
        return reader.find(document_version)


def kept(site: Site) -> list[Any]:
    with site.banli.reading.open() as reader:
        return reader.find(file)


def test_a_file_from_the_page_takes_the_way_of_one_from_the_chat(demo: Site) -> None:
    """Two files at once: one summary in his chat, each on its item; the inbox says where they came from."""
    page, path, browser = asked(demo)
    before = len(page.messages())
    assert put(browser, path, "退休证.jpg", picture(90)).status_code == 202
    assert put(browser, path, "户口簿整本.pdf", paper("Register")).status_code == 202
    demo.rest()
    fresh = page.messages()[before:]
    assert [each["card"]["kind"] for each in fresh] == ["say", "accepted"]  # the sign, and what became of both
    assert "《退休证》" in fresh[1]["card"]["text"]
    assert "《户口簿整本》" in fresh[1]["card"]["text"]
    assert [(row["by_kind"], row["channel"]) for row in versions(demo)[-2:]] == [("client", "webchat")] * 2
    with demo.banli.reading.open() as reader:
        assert [row["state"] for row in reader.find(inbox) if row["channel"] == "uploads"] == ["done", "done"]


def test_the_same_upload_again_changes_nothing(demo: Site) -> None:
    _, path, browser = asked(demo)
    for _ in range(2):
        assert put(browser, path, "退休证.jpg", picture(91), "again-000001").status_code == 202
        demo.rest()
    assert len(versions(demo)) == 1


def test_a_link_for_one_item_puts_every_file_there_whatever_it_is_called(demo: Site) -> None:
    page, path, browser = asked(demo, "1")
    told = browser.get(f"{path}/about").json()
    assert told["item"]
    assert told["item"] in page.messages()[-1]["card"]["text"]
    assert put(browser, path, "户口簿整本.jpg", picture(92)).status_code == 202
    demo.rest()
    with demo.banli.reading.open() as reader:
        wanted = reader.peek(item, versions(demo)[-1]["item_id"])
        assert wanted is not None
        row = reader.peek(case, wanted["case_id"])
        assert row is not None
        flow = demo.banli.catalogue.compiled(reader, row["flow_version_id"]).flow
    assert flow.item(wanted["key"]).name["zh-CN"] == told["item"]


def test_the_page_says_until_when_and_nothing_about_the_person(demo: Site) -> None:
    page, path, browser = asked(demo)
    about = browser.get(f"{path}/about")
    assert set(about.json()) == {"language", "title", "item", "accept", "until", "max_file_bytes"}
    assert about.json()["until"] == (demo.clock.now() + UPLOAD_VALID).replace(microsecond=0).isoformat()
    assert f"{demo.clock.now().astimezone(demo.banli.house.zone) + UPLOAD_VALID:%H:%M}" in page.texts()[-1]
    assert "张三" not in about.text


def test_the_page_and_its_answers_carry_safe_headers(demo: Site) -> None:
    _, path, browser = asked(demo)
    shown = browser.get(path)
    assert shown.status_code == 200
    assert shown.headers["content-security-policy"] == CSP
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP
    assert "unsafe" not in CSP
    for answer in (shown, browser.get(f"{path}/about"), put(browser, path, "a.jpg", picture(93))):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert "style=" not in shown.text
    assert "http" not in shown.text  # nothing is loaded from elsewhere


def test_another_site_cannot_send_a_file(demo: Site) -> None:
    _, path, browser = asked(demo)
    answer = put(browser, path, "a.jpg", picture(), origin="https://elsewhere.example")
    assert_problem(answer, 403, "not_allowed")


def test_a_link_that_was_changed_is_none(demo: Site) -> None:
    _, path, browser = asked(demo)
    head, token = path.rsplit("/", 1)
    wrong = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token) - 1, 5)]
    there = len(kept(demo))
    for each in [*wrong, token[:-3], token + "AAAA", token + "====", "x", "%00", "é", "A" * 4000]:
        assert browser.get(f"{head}/{each}/about").status_code == 404, each
        assert put(browser, f"{head}/{each}", "a.jpg", picture()).status_code == 404, each
    demo.rest()
    assert len(kept(demo)) == there


def test_the_token_of_another_purpose_opens_nothing(demo: Site) -> None:
    """Both are signed, each with a key of its own."""
    page, path, browser = asked(demo)
    page.sends("退休证.jpg", picture(94), "退休证")
    reviewer = demo.page("reviewer").presses("打开原件")
    original = urlsplit(reviewer.messages()[-1]["card"]["link"]["url"]).path.rsplit("/", 1)[1]
    assert browser.get(f"/upload/{original}/about").status_code == 404
    assert browser.get(f"/originals/{path.rsplit('/', 1)[1]}").status_code == 404


def test_after_an_hour_it_is_over_and_says_what_to_do(demo: Site) -> None:
    _, path, browser = asked(demo)
    demo.clock.move_to(demo.clock.now() + UPLOAD_VALID - timedelta(seconds=1))
    assert browser.get(f"{path}/about").status_code == 200
    demo.clock.move_to(demo.clock.now() + timedelta(seconds=1))
    for answer in (browser.get(f"{path}/about"), put(browser, path, "a.jpg", picture())):
        assert_problem(answer, 409, "stale")
    said = browser.get(f"{path}/about", headers={"accept-language": "en"}).json()["detail"]
    assert "upload link" in said


def test_closing_the_case_ends_the_link_and_its_message(demo: Site) -> None:
    page, path, browser = asked(demo)
    demo.page("consultant").says("案 V-2026-0001")
    with demo.banli.reading.open() as reader:
        [row] = reader.find(case)
    demo.banli.store.run(lambda uow: uow.change(case, row["id"], state="closed"))
    assert_problem(browser.get(f"{path}/about"), 409, "stale")
    assert_problem(put(browser, path, "a.jpg", picture()), 409, "stale")
    page.says("上传链接")
    assert [each["card"]["kind"] for each in page.messages()].count("upload_link") == 1


def test_a_link_opens_nothing_of_anybody_else(demo: Site) -> None:
    """A genuine signature over another client's case, item or chat, and a chat that is somebody else's by now."""
    _, path, browser = asked(demo)
    links, now = demo.banli.house.uploads, demo.clock.now()
    good = links.read(path.rsplit("/", 1)[1], now)
    with demo.banli.reading.open() as reader:
        items = [row["id"] for row in reader.find(item)]
        staff_chat = next(row["id"] for row in reader.find(conversation) if row["staff_id"])
        mine = next(row for row in reader.find(client_identity) if row["client_id"] == good.client_id)
    until = good.until
    foreign = [
        Opening(good.client_id + 1, good.conversation_id, good.case_id, 0, until),
        Opening(good.client_id, staff_chat, good.case_id, 0, until),
        Opening(good.client_id, good.conversation_id, good.case_id + 1, 0, until),
        Opening(good.client_id, good.conversation_id, good.case_id, max(items) + 1, until),
    ]
    for opening in foreign:
        token = links.link(opening).rsplit("/", 1)[1]
        assert browser.get(f"/upload/{token}/about").status_code == 404
        assert put(browser, f"/upload/{token}", "a.jpg", picture()).status_code == 404
    demo.banli.store.run(lambda uow: uow.change(client_identity, mine["id"], external_id="somebody-else"))
    assert browser.get(f"{path}/about").status_code == 404


def test_too_big_is_refused_before_it_is_read(small: Site) -> None:
    _, path, browser = asked(small)
    there = len(kept(small))
    assert browser.get(f"{path}/about").json()["max_file_bytes"] == 200_000
    assert_problem(put(browser, path, "a.jpg", bytes(300_000)), 413, "too_much")
    small.rest()
    assert len(kept(small)) == there


def test_a_wrong_kind_is_told_in_the_chat(demo: Site) -> None:
    page, path, browser = asked(demo)
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert put(browser, path, "退休证.jpg", script).status_code == 202
    demo.rest()
    assert "这份文件没有收下" in page.texts()[-1]
    assert not versions(demo)


def test_no_form_and_no_file_are_told_as_such(demo: Site) -> None:
    _, path, browser = asked(demo)
    assert_problem(browser.post(f"{path}/files", content=b"x"), 422, "invalid")
    assert_problem(browser.post(f"{path}/files", data={"id": new_id()}), 422, "invalid")


def test_a_client_is_limited_however_many_links_he_has(sqlite_url: str, tmp_path: Path) -> None:
    """Three files in ten minutes, as a visitor of the chat; nothing is limited in the demo."""
    with open_site(sqlite_url, tmp_path, demo=False, filled=True, webchat=FEW) as site:
        page = site.page()
        with site.banli.reading.open() as reader:
            visitor = reader.find(web_session)[0]["visitor"]
            client_id, contract_id = reader.find(client)[0]["id"], reader.find(contract)[0]["id"]
        bind = BindClientIdentity(client_id=client_id, channel="webchat", account="web", external_id=visitor)
        for command in (bind, RecordDeposit(contract_id=contract_id), ActivateContract(contract_id=contract_id)):
            do(site, command)
        site.rest()
        browser, path = TestClient(site.app, base_url=site.base_url), link_of(page.says("上传链接"))
        assert [put(browser, path, "a.jpg", picture(n)).status_code for n in range(4)] == [202, 202, 202, 429]
        another = link_of(page.says("upload link"))
        there = len([each for each in (tmp_path / "files").rglob("*") if each.is_file()])
        refused = put(browser, another, "a.jpg", picture())
        assert_problem(refused, 429, "too_often")
        assert int(refused.headers["retry-after"]) > 100
        assert len([each for each in (tmp_path / "files").rglob("*") if each.is_file()]) == there


def test_before_consent_a_file_of_the_page_is_held_too(demo: Site) -> None:
    page, path, browser = asked(demo)
    with demo.banli.reading.open() as reader:
        [signed] = reader.find(consent)
    demo.banli.store.run(lambda uow: uow.change(consent, signed["id"], given=False))
    put(browser, path, "退休证.jpg", picture(95))
    demo.rest()
    assert not versions(demo)
    page.presses("同意")
    assert "《退休证》" in page.texts()[-1]
    assert len(versions(demo)) == 1


def test_it_opens_no_window_of_the_platform(demo: Site) -> None:
    """What comes by the page is not something that the client wrote in his messenger."""
    _, path, browser = asked(demo)

    def heard() -> Any:
        with demo.banli.reading.open() as reader:
            return next(row["last_in_at"] for row in reader.find(conversation) if row["client_id"])

    before = heard()
    demo.clock.move_to(demo.clock.now() + timedelta(minutes=5))
    put(browser, path, "退休证.jpg", picture(96))
    demo.rest()
    assert heard() == before
    assert UNTAKEN == "file"
