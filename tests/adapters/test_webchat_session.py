"""Who sits at the page: cookies, seats, other sites' forms, and the headers of every answer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from adapters.webchat.tables import web_session
from adapters.webchat.verify import COOKIE
from core.ledger.tables import inbox
from tests.adapters.webpage import Site, new_id, open_site
from tests.services.databases import Databases


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An agency's own website: everybody may talk to it."""
    with databases.fresh("sqlite") as url, open_site(url, tmp_path_factory.mktemp("site"), demo=False) as site:
        yield site


@pytest.fixture(scope="module")
def demo(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo: every seat is somebody's."""
    folder = tmp_path_factory.mktemp("demo")
    with databases.fresh("sqlite") as url, open_site(url, folder, demo=True, filled=True) as site:
        yield site


def assert_problem(answer: object, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]  # a response of the test client
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    document: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:banli:problem:{code}"
    assert document["title"]
    assert document["detail"]
    assert "{" not in str(document["detail"])
    return document


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    page = site.page(opened=False)
    cookie = page.open().headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/chat/me/" in cookie
    assert "max-age=2592000" in cookie
    assert "secure" not in cookie  # plain http on this machine; see the next test


def test_behind_https_the_cookie_is_secure(sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("https")
    with open_site(sqlite_url, folder, demo=False, public_url="https://chat.example.org") as site:
        assert "secure" in site.page(opened=False).open().headers["set-cookie"].lower()


def test_only_the_digest_of_the_secret_is_kept(site: Site) -> None:
    page = site.page()
    secret = page.http.cookies[COOKIE]
    assert len(secret) >= 43  # 256 bits
    with site.banli.reading.open() as reader:
        for row in [*reader.find(web_session), *reader.find(inbox)]:
            assert secret[:16] not in str(row)


def test_a_session_is_kept_when_it_is_opened_again(site: Site) -> None:
    page = site.page()
    before, greeted = page.http.cookies[COOKIE], len(page.texts())
    assert greeted == 1
    page.open()
    site.rest()
    assert page.http.cookies[COOKIE] == before
    assert len(page.texts()) == greeted  # greeted once


def test_nobody_can_choose_his_own_session(site: Site) -> None:
    for made_up in ("x", "A" * 43, "é", "🙂".encode().decode("latin-1"), '"; --'):
        http = TestClient(site.app)
        headers = {"cookie": f"{COOKIE}=".encode() + made_up.encode("latin-1")}
        assert_problem(http.get("/chat/me/api/messages", headers=headers), 401, "not_invited")  # type: ignore[arg-type]
        answer = http.post("/chat/me/api/session", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 200
        assert answer.cookies[COOKIE] != made_up


def test_without_a_session_every_door_is_closed(site: Site) -> None:
    page = site.page(opened=False)
    said = {"id": new_id(), "text": "x", "token": "x", "message": "x"}
    assert_problem(page.http.get(page.path("messages")), 401, "not_invited")
    assert_problem(page.http.get(page.path("events")), 401, "not_invited")
    assert_problem(page.http.get(page.path("files/1")), 401, "not_invited")
    assert_problem(page.http.post(page.path("files"), files={"file": b"x"}, data=said), 401, "not_invited")
    for name in ("messages", "presses", "language"):
        assert_problem(page.http.post(page.path(name), json=said), 401, "not_invited")


def test_a_session_ends(site: Site) -> None:
    page = site.page()
    site.clock.move_to(site.clock.now() + timedelta(days=31))
    assert_problem(page.http.get(page.path("messages")), 401, "not_invited")
    page.open()
    assert page.messages() == []  # a new visitor, who sees nothing of the old one


def test_two_visitors_see_nothing_of_each_other(site: Site) -> None:
    one, other = site.page(), site.page()
    one.says("MARKER-ONE")
    assert any("MARKER-ONE" in each for each in one.texts())
    assert not any("MARKER-ONE" in each for each in other.texts())


def test_a_seat_that_is_not_set_up_does_not_exist(site: Site, demo: Site) -> None:
    for seat in ("reviewer", "admin", "%2e%2e"):
        assert_problem(site.page(seat, opened=False).open(), 401, "not_invited")
    assert_problem(demo.page("me", opened=False).open(), 401, "not_invited")


def test_a_cookie_of_one_seat_opens_no_other(demo: Site) -> None:
    client, reviewer = demo.page("client"), demo.page("reviewer")
    assert client.open().json()["me"] == "client"
    assert reviewer.open().json()["me"] == "staff"
    stolen = TestClient(demo.app).get(reviewer.path("messages"), headers={"cookie": client.cookie})
    assert_problem(stolen, 401, "not_invited")
    no_press = TestClient(demo.app).post(
        reviewer.path("presses"), json={"id": new_id(), "token": "x"}, headers={"cookie": client.cookie}
    )
    assert_problem(no_press, 401, "not_invited")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81", "http://[", ""]
)
def test_a_form_of_another_site_is_refused(site: Site, origin: str) -> None:
    page = site.page()
    headers = {"origin": origin}
    before = page.texts()
    assert_problem(page.open(**headers), 403, "not_allowed")
    said = {"id": new_id(), "text": "pay me"}
    assert_problem(page.http.post(page.path("messages"), json=said, headers=headers), 403, "not_allowed")
    assert_problem(page.http.post(page.path("files"), files={"file": b"x"}, headers=headers), 403, "not_allowed")
    site.rest()
    assert page.texts() == before
    own = {"origin": "http://testserver"}
    assert page.http.post(page.path("messages"), json=said, headers=own).status_code == 202


def test_pages_and_answers_carry_the_headers_of_safety(site: Site, demo: Site) -> None:
    page = site.page()
    for answer in (page.http.get("/chat"), page.http.get("/chat/me/"), page.http.get(page.path("messages")),
                   page.http.get("/chat/static/chat.js"), page.http.get("/nowhere")):  # fmt: skip
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    for http, path in ((page.http, "/chat/me/"), (demo.page("client").http, "/demo")):
        policy = http.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
    assert "frame-ancestors" in page.http.get("/chat/me/").headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost@evil", ""])
def test_the_demo_answers_under_its_own_name_only(demo: Site, host: str) -> None:
    """DNS rebinding: another site's name that points to this machine."""
    page = demo.page("client")
    for path in ("/demo", "/demo/api/case", page.path("messages"), "/livez"):
        assert page.http.get(path, headers={"host": host}).status_code == 421
    for good in ("localhost", "localhost:8080", "127.0.0.1:1234", "[::1]", "[::1]:8080"):
        assert page.http.get("/livez", headers={"host": good}).status_code == 200


def test_the_demo_has_no_doors_when_it_is_off(site: Site) -> None:
    page = site.page()
    for path in ("/demo", "/demo/api/case", "/demo/api/seats"):
        assert page.http.get(path).status_code == 404


def test_a_name_that_is_there_twice_is_refused(site: Site) -> None:
    """Whoever looks before us may read the first, and we the last."""
    page = site.page()
    body = b'{"id": "twice-000001", "text": "one", "text": "two"}'
    assert_problem(page.http.post(page.path("messages"), content=body), 422, "invalid")
    form = {"id": ["twice-000002", "twice-000003"]}
    assert_problem(page.http.post(page.path("files"), data=form, files={"file": b"x"}), 422, "invalid")


def test_a_number_of_a_file_that_is_none_is_no_crash(site: Site) -> None:
    page = site.page()
    for number in ("9" * 5000, "9" * 19, "0", "-1", "x", "%00"):
        assert_problem(page.http.get(page.path(f"files/{number}")), 404, "not_found")
