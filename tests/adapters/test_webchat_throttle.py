"""Abuse limits of the web chat: one visitor and one address, messages, files, bytes and sessions; politely told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.webchat.tables import web_session
from core.kit.settings import MIB, Webchat
from core.ledger.tables import inbox
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site, new_id, open_site

FEW = Webchat(
    texts_per_minute=30, texts_at_once=3, files_in_ten_minutes=2, bytes_a_day=MIB, sessions_an_hour=1
)  # an address has ten times as much


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with open_site(sqlite_url, tmp_path, demo=False, webchat=FEW) as opened:
        yield opened


def say(page: Page, text: str = "你好", said_id: str | None = None) -> tuple[int, int]:
    """Status, and how long to wait."""
    answer = page.http.post(page.path("messages"), json={"id": said_id or new_id(), "text": text})
    return answer.status_code, int(answer.headers.get("retry-after", 0))


def send(page: Page, size: int) -> int:
    files = {"file": ("a.jpg", bytes(size), "image/jpeg")}
    return int(page.http.post(page.path("files"), data={"id": new_id()}, files=files).status_code)


def later(site: Site, **more: float) -> None:
    site.clock.move_to(site.clock.now() + timedelta(**more))


def test_a_visitor_who_is_too_fast_is_told_when_to_go_on(site: Site) -> None:
    page, other = site.page(), site.page()
    assert [say(page)[0] for _ in range(3)] == [202] * 3
    answer = page.http.post(page.path("messages"), json={"id": "again-0001", "text": "x"})
    assert_problem(answer, 429, "too_often")
    assert answer.headers["retry-after"] == "2"
    assert "稍等" in answer.json()["detail"]
    assert say(other)[0] == 202  # somebody else is not held back
    later(site, seconds=2)
    assert say(page, "x", "again-0001")[0] == 202  # the very same message goes through
    assert say(page)[0] == 429
    with site.banli.reading.open() as reader:
        assert len([row for row in reader.find(inbox) if b"again-0001" in row["platform_id"].encode()]) == 1


def test_the_sentence_is_in_the_readers_language(site: Site) -> None:
    page = site.page()
    for _ in range(3):
        say(page)
    said = {"id": new_id(), "text": "x"}
    answer = page.http.post(page.path("messages"), json=said, headers={"accept-language": "en"})
    assert "wait a few seconds" in answer.json()["detail"]


def test_presses_count_as_messages(site: Site) -> None:
    page = site.page()
    for _ in range(3):
        say(page)
    answer = page.http.post(page.path("presses"), json={"id": new_id(), "token": "x", "message": "y"})
    assert answer.status_code == 429


def test_files_and_their_bytes_are_limited_before_anything_is_kept(site: Site, tmp_path: Path) -> None:
    page, other = site.page(), site.page()
    assert [send(page, 1000) for _ in range(3)] == [202, 202, 429]
    assert send(other, MIB - 10_000) == 202
    there = len([each for each in (tmp_path / "files").rglob("*") if each.is_file()])
    assert send(other, MIB // 2) == 429
    assert len([each for each in (tmp_path / "files").rglob("*") if each.is_file()]) == there
    later(site, minutes=30)
    assert send(page, 1000) == 202
    assert send(other, MIB // 2) == 429  # a day's bytes come back in a day
    later(site, days=1)
    assert send(other, MIB // 2) == 202


def test_one_address_opens_only_so_many_sessions(site: Site) -> None:
    for _ in range(10):
        site.page()
    refused = site.page(opened=False).open(**{"accept-language": "en"})
    assert_problem(refused, 429, "too_often")
    assert "this network" in refused.json()["detail"]
    with site.banli.reading.open() as reader:
        assert len(reader.find(web_session)) == 10


def test_a_made_up_cookie_opens_no_session_more(site: Site) -> None:
    for _ in range(10):
        site.page()
    page = site.page(opened=False)
    page.http.cookies.set("banli_chat", "made-up", path="/chat/me/")
    assert page.open().status_code == 429


def test_a_known_visitor_comes_back_whatever_others_do(site: Site) -> None:
    page = site.page()
    for _ in range(9):
        site.page()
    assert site.page(opened=False).open().status_code == 429
    assert page.open().status_code == 200


def test_all_visitors_of_an_address_together_are_limited(site: Site) -> None:
    pages = [site.page() for _ in range(10)]
    assert [say(page)[0] for page in pages for _ in range(3)] == [202] * 30
    later(site, hours=1)
    one_more = site.page()
    later(site, seconds=-3600)
    assert say(one_more)[0] == 429
