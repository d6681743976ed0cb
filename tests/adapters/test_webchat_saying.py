"""What the page may say: limits before parsing, malformed things refused by name, repeated ids with one effect."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.ledger.tables import button, inbox, outbox
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site, new_id, open_site
from tests.files.corpus import REFUSED
from tests.services.databases import Databases

PART = b"--x\r\nContent-Disposition: form-data; "


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    limits = {"limits": {"upload_bytes": 300_000}}
    with databases.fresh("sqlite") as url, open_site(url, folder, demo=False, filled=True, **limits) as site:
        yield site


@pytest.fixture(scope="module")
def page(site: Site) -> Page:
    return site.page()


def count(site: Site, table: Any) -> int:
    with site.banli.reading.open() as reader:
        return len(reader.find(table))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"null", b"nan", b"\xff\xfe", b"[" * 60_000, b'{"a":' * 12_000],
)
def test_a_body_that_is_no_object_is_refused(page: Page, body: bytes) -> None:
    for name in ("messages", "presses", "language"):
        document = assert_problem(page.http.post(page.path(name), content=body), 422, "invalid")
        assert document["errors"]


@pytest.mark.parametrize(
    "name, said, pointer",
    [
        ("messages", {"text": "x"}, "/id"),
        ("messages", {"id": "short", "text": "x"}, "/id"),
        ("messages", {"id": 12345678, "text": "x"}, "/id"),
        ("messages", {"id": "x" * 65, "text": "x"}, "/id"),
        ("messages", {"id": "../../../etc", "text": "x"}, "/id"),
        ("messages", {"id": "a" * 10, "text": None}, "/text"),
        ("messages", {"id": "a" * 10, "text": {"$ne": ""}}, "/text"),
        ("messages", {"id": "a" * 10, "text": "x", "kind": ["sticker"]}, "/kind"),
        ("presses", {"id": "a" * 10, "token": None}, "/token"),
        ("presses", {"id": "a" * 10, "token": "x", "message": 7}, "/message"),
        ("presses", {"token": "x"}, "/id"),
    ],
)
def test_what_is_wrong_is_named(site: Site, page: Page, name: str, said: dict[str, Any], pointer: str) -> None:
    before = count(site, inbox)
    document = assert_problem(page.http.post(page.path(name), json=said), 422, "invalid")
    errors: Any = document["errors"]
    assert [each["pointer"] for each in errors] == [pointer]
    assert errors[0]["message"]
    assert count(site, inbox) == before


def test_limits_hold(page: Page) -> None:
    long = {"id": new_id(), "text": "长" * 4001}
    assert_problem(page.http.post(page.path("messages"), json=long), 413, "too_much")
    assert_problem(page.http.post(page.path("messages"), content=b"x" * 70_000), 413, "too_much")
    page.says("长" * 4000)
    assert page.http.post(page.path("presses"), json={"id": new_id(), "token": "x" * 500}).status_code == 413


@pytest.mark.parametrize(
    "text", ["\ud800", "a\x00b", "\udfff{name}", "<script>alert(1)</script>", "\u202e[x](http://y)"]
)
def test_odd_characters_are_answered_like_others(site: Site, page: Page, text: str) -> None:
    before = len(page.messages())
    body = json.dumps({"id": new_id(), "text": text}).encode()  # lone halves travel as escapes
    assert page.http.post(page.path("messages"), content=body).status_code == 202
    site.rest()
    shown = page.messages()[before:]
    own = next(each for each in shown if each["from"] == "me")
    assert own["card"]["text"] == text.replace("\x00", "").replace("\ud800", "").replace("\udfff", "")
    assert any(each["from"] == "bot" for each in shown)
    with site.banli.reading.open() as reader:
        assert {row["state"] for row in reader.find(inbox)} == {"done"}


def test_a_repeated_id_has_one_effect(site: Site, page: Page) -> None:
    said_id, before, answers = new_id(), count(site, inbox), count(site, outbox)
    for _ in range(5):
        page.says("help", said_id)
    assert count(site, inbox) == before + 1
    assert count(site, outbox) == answers + 1
    assert len([each for each in page.messages() if each["id"] == said_id]) == 1


def test_a_repeated_press_has_one_effect(site: Site, page: Page) -> None:
    said = {"id": new_id(), "token": "A" * 22, "message": "n1"}
    before, opened = count(site, inbox), count(site, button)
    for _ in range(3):
        assert page.http.post(page.path("presses"), json=said).status_code == 202
    site.rest()
    assert count(site, inbox) == before + 1
    assert count(site, button) == opened
    assert "失效" in page.texts()[-1] or "no longer" in page.texts()[-1]


def test_unknown_paths_and_methods_are_problems_too(page: Page) -> None:
    assert_problem(page.http.get(page.path("nothing")), 404, "unknown_path")
    answer = page.http.delete(page.path("messages"))
    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].replace(" ", "").split(",")) >= {"GET", "POST"}


@pytest.mark.parametrize("language, word", [("zh-CN", "过大"), ("en", "too")])
def test_problems_speak_the_callers_language(page: Page, language: str, word: str) -> None:
    answer = page.http.post(page.path("messages"), content=b"x" * 70_000, headers={"accept-language": language})
    assert word in answer.json()["detail"].lower()
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut',
            "multipart/form-data; boundary=x",
        ),
        (b"--y\r\nrubbish\x00--x--", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n\xff\r\n--x--',
            "multipart/form-data; boundary=x; charset=hex",
        ),
        (b"x", ""),
    ],
)
def test_an_upload_that_is_no_form_is_refused(page: Page, content: bytes, kind: str) -> None:
    answer = page.http.post(page.path("files"), content=content, headers={"content-type": kind})
    document = assert_problem(answer, 422, "invalid")
    errors: Any = document["errors"]
    assert errors[0]["pointer"] in ("/file", "/id")


def test_an_upload_without_an_id_leaves_nothing_behind(site: Site, page: Page) -> None:
    folder = site.banli.settings.files_dir
    before = sorted(each.name for each in folder.rglob("*"))
    assert_problem(page.http.post(page.path("files"), files={"file": b"abc"}), 422, "invalid")
    assert sorted(each.name for each in folder.rglob("*")) == before


def test_a_huge_upload_is_refused_before_it_is_read(page: Page) -> None:
    read = []

    def body() -> Iterator[bytes]:
        for _ in range(100):
            read.append(1)
            yield b"x" * 100_000

    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(10_000_000)}
    answer = page.http.post(page.path("files"), content=body(), headers=headers)
    assert_problem(answer, 413, "too_much")
    big = page.http.post(page.path("files"), files={"file": b"x" * 300_001}, data={"id": new_id()})
    assert_problem(big, 413, "too_much")


def test_a_hostile_file_is_answered_in_the_chat(page: Page) -> None:
    samples = {each.name: each for each in REFUSED}
    for name in ("nothing", "a windows program", "a page that is also a pdf", "a pdf with a password"):
        page.sends("passport.jpg", samples[name].make())
        assert "专属链接" in page.texts()[-1]  # a stranger's file is answered, and opened by nobody


def test_a_name_full_of_tricks_is_only_a_name(page: Page) -> None:
    for name in ("../../etc/passwd", "C:\\x\\y.jpg", "a\u202egpj.exe", "x" * 1000, "<img onerror=1>.jpg"):
        page.sends(name, b"abc")
        shown = [each["file"]["name"] for each in page.messages() if each["file"]]
        assert len(shown[-1]) <= 300
        assert "\x00" not in shown[-1]


def test_a_store_that_takes_nothing_says_send_it_again(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_site(sqlite_url, tmp_path_factory.mktemp("busy"), demo=False) as site:
        page = site.page()
        site.banli.store.close()
        answer = page.http.post(page.path("messages"), json={"id": new_id(), "text": "x"})
        assert_problem(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert page.http.get("/livez").status_code == 200
