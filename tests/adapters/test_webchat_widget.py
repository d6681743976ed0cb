"""The widget: only where the agency's list allows it, without a cookie, with a visitor of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.webchat.routes import STATIC
from core.kit.settings import Settings, Webchat
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site, new_id, open_site

ORIGINS = "https://agency.example, https://www.agency.example:8443"


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with open_site(sqlite_url, tmp_path, demo=False, webchat=Webchat(origins=ORIGINS)) as opened:
        yield opened


def visitor(site: Site) -> tuple[Page, dict[str, str]]:
    """A widget's page, and the header that it sends from then on."""
    page = site.page("widget", opened=False)
    told = page.open().json()
    site.rest()
    assert told["origins"] == ["https://agency.example", "https://www.agency.example:8443"]
    return page, {"X-Banli-Visitor": told["visitor"]}


def texts(page: Page, proof: dict[str, str]) -> list[str]:
    answer = page.http.get(page.path("messages"), headers=proof)
    assert answer.status_code == 200, answer.text
    return [each["card"]["text"] for each in answer.json()["messages"]]


def test_only_the_listed_sites_may_frame_it_and_nobody_else_the_rest(site: Site) -> None:
    page = site.page("widget", opened=False)
    policy = page.http.get("/chat/widget/").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://agency.example https://www.agency.example:8443")
    assert "script-src 'self';" in policy
    assert page.http.get("/chat/me/").headers["content-security-policy"].endswith("frame-ancestors 'self'")


def test_without_a_list_there_is_no_widget(sqlite_url: str, tmp_path: Path) -> None:
    with open_site(sqlite_url, tmp_path, demo=False) as site:
        page = site.page("widget", opened=False)
        assert page.http.get("/chat/widget/").status_code == 404
        assert_problem(page.open(), 401, "not_invited")


def test_a_visitor_is_known_by_a_header_and_no_cookie_is_set(site: Site) -> None:
    page, proof = visitor(site)
    assert not page.http.cookies
    said = {"id": new_id(), "text": "你好"}
    assert page.http.post(page.path("messages"), json=said, headers=proof).status_code == 202
    site.rest()
    assert "你好" in texts(page, proof)
    again = page.http.post(page.path("session"), headers=proof).json()
    assert again["visitor"] == proof["X-Banli-Visitor"]
    other, others_proof = visitor(site)
    assert "你好" not in texts(other, others_proof)


@pytest.mark.parametrize("proof", [{}, {"X-Banli-Visitor": ""}, {"X-Banli-Visitor": "x" * 43}])
def test_without_the_secret_there_is_nothing(site: Site, proof: dict[str, str]) -> None:
    page, _ = visitor(site)
    for method, name in (("GET", "messages"), ("GET", "events"), ("POST", "files"), ("GET", "files/1")):
        assert page.http.request(method, page.path(name), headers=proof).status_code == 401


def test_a_cookie_of_the_page_is_no_secret_of_the_widget(site: Site) -> None:
    """And a header opens no other seat: each has its own kind of proof."""
    me, (page, proof) = site.page("me"), visitor(site)
    assert me.http.get(page.path("messages"), headers={"cookie": me.cookie}).status_code == 401
    assert page.http.get("/chat/me/api/messages", headers=proof).status_code == 401


def test_another_site_cannot_write_even_with_the_secret(site: Site) -> None:
    """The frame's own requests come from our origin; the surrounding page's would come from its own."""
    page, proof = visitor(site)
    headers = {**proof, "origin": "https://agency.example"}
    said = {"id": new_id(), "text": "x"}
    assert page.http.post(page.path("messages"), json=said, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "origins",
    ["agency.example", "https://a.example/path", "*", "https://*.example", "https://a; script-src *", "https://a 'x'"],
)
def test_the_list_takes_origins_and_nothing_that_a_policy_could_be_bent_with(origins: str) -> None:
    with pytest.raises(ValueError, match="webchat"):
        Settings(webchat={"origins": origins})  # type: ignore[arg-type]  # as an operator writes it


def test_the_script_brings_nothing_from_anywhere_else_and_is_small() -> None:
    source = (STATIC / "widget.js").read_text("utf-8")
    assert len(source.encode()) < 8_000
    assert not re.findall(r"https?://(?!\.\.\.)", source)
    for word in ("innerHTML", "eval(", "document.cookie", "insertAdjacentHTML"):
        assert word not in source
