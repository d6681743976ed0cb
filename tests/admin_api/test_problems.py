"""Every "no" of the application is a problem document in the caller's language, and gives nothing away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from admin_api import desk
from admin_api.app import Parts, install
from admin_api.problem import MEDIA_TYPE, ProblemDocument
from core.clients.tables import client
from core.commands.people import AddDepartment
from core.files.child import InspectorDown
from core.kit.errors import AlreadyDecided, Busy, Invalid, Problem, Refusal, TooOften
from core.store.reading import Reader
from core.store.store import Unit
from core.store.unit import UnitOfWork
from tests.admin_api.office import Office
from tests.files.papers import pdf

WORDS = {"zh-CN": "颜色不对", "en": "the colour is wrong"}


def checked(answer: Any) -> dict[str, Any]:
    """The document, which has exactly the shape that the description promises."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    document: dict[str, Any] = answer.json()
    ProblemDocument.model_validate(document)
    assert document["status"] == answer.status_code
    return document


@pytest.mark.parametrize(
    "wanted, language",
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("zh-TW", "zh-CN"),
        ("fr", "zh-CN"),
        ("fr, en;q=0.3", "en"),
        ("en;q=0.2, zh;q=0.9", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("*", "zh-CN"),
        ("en;q=many", "zh-CN"),
        (";;,,", "zh-CN"),
    ],
)
def test_the_caller_reads_his_language(small_office: Office, wanted: str | None, language: str) -> None:
    headers = {} if wanted is None else {"accept-language": wanted}
    answer = small_office.http.get("/api/v1/nowhere", headers=headers)
    assert checked(answer)["title"] == {"zh-CN": "未找到", "en": "Not found"}[language]
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/nothing", "/api/v2/cases", "/elsewhere"])
def test_an_unknown_path_is_a_problem(small_office: Office, path: str) -> None:
    answer = small_office.http.get(path)
    assert (answer.status_code, checked(answer)["code"]) == (404, "unknown_path")


@pytest.mark.parametrize(
    "method, path, allowed",
    [("DELETE", "/flows", "GET, POST"), ("PUT", "/clients", "GET, POST"), ("PATCH", "/cases/1", "GET")],
)
def test_a_wrong_method_names_those_that_are_taken(small_office: Office, method: str, path: str, allowed: str) -> None:
    answer = small_office.call("visa.admin", method, path)
    assert (answer.status_code, checked(answer)["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("content", [b"{", b'{"name": }', b"\xff\xfe{}", b'{"name": "x"} trailing'])
def test_malformed_json_is_told_with_its_place(small_office: Office, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = small_office.call("visa.sales", "POST", "/clients", content=content, headers=headers)
    assert answer.status_code == 400
    assert checked(answer)["code"] in ("malformed_json", "malformed")


def test_a_body_that_is_no_json_or_too_large_is_refused(small_office: Office) -> None:
    told = small_office.refused(422, "invalid", "visa.sales", "POST", "/clients", content=b"name=x")
    assert [each["pointer"] for each in told["errors"]] == [""]
    small_office.refused(413, "too_much", "visa.sales", "POST", "/clients", json={"name": "x" * 600_000})
    chunks = (b'{"name": "' for _ in range(60_000))  # no announced length
    headers = {"content-type": "application/json"}
    small_office.refused(413, "too_much", "visa.sales", "POST", "/clients", content=chunks, headers=headers)


def test_every_pointer_leads_somewhere_in_what_was_sent(small_office: Office) -> None:
    body = {
        "client_id": None,
        "flow": 5,
        "travellers": [{"name": "", "kind": "x", "a/b": 1}, 7],
        "team": {"sales": "none"},
        "fields": {"x": {"y": 1}},
    }
    told = small_office.refused(422, "invalid", "visa.sales", "POST", "/contracts", json=body)
    assert len(told["errors"]) >= 8
    for error in told["errors"]:
        place: Any = body
        for part in error["pointer"].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            place = place[int(name)] if isinstance(place, list) else place[name]
    assert "/travellers/0/a~1b" in {error["pointer"] for error in told["errors"]}


def test_the_same_mistakes_are_told_in_chinese(small_office: Office) -> None:
    headers = {"accept-language": "zh-CN"}
    body = {"name": "", "phone": "x" * 50, "language": "fr", "colour": 1}
    told = small_office.refused(422, "invalid", "visa.sales", "POST", "/clients", json=body, headers=headers)
    assert {each["pointer"]: each["message"] for each in told["errors"]} == {
        "/name": "“name”至少 1 个字符。",
        "/phone": "“phone”最多 40 个字符。",
        "/language": "“language”只能是 'zh-CN' or 'en'。",
        "/colour": "没有“colour”这个键。",
    }


@pytest.mark.parametrize("number", ["x", "0", "-1", "01", "1.0", "9223372036854775808", "١", "1e3", "%00"])
def test_an_id_that_is_none_looks_like_one_that_does_not_exist(small_office: Office, number: str) -> None:
    missing = small_office.call("visa.admin", "GET", "/cases/7").text
    for path in (f"/cases/{number}", f"/cases/{number}/timeline", f"/versions/{number}/file"):
        answer = small_office.call("visa.admin", "GET", path)
        assert (answer.status_code, answer.text) == (404, missing)
    answer = small_office.call("visa.admin", "POST", f"/cases/{number}/advance", json={"trigger": "begin"})
    assert (answer.status_code, answer.text) == (404, missing)


# -- refusals anywhere in the application, also outside of this API ----------------------------------------------------


def raises(error: Exception) -> Callable[[Request], Any]:
    async def endpoint(_: Request) -> Response:
        raise error

    return endpoint


@contextmanager
def page(office: Office, error: Exception) -> Iterator[Any]:
    """What a plain Starlette route of the same application answers when it raises."""
    app = FastAPI(openapi_url=None)
    app.router.routes.append(Route("/page", raises(error)))
    install(app, office.parts)
    with TestClient(app, raise_server_exceptions=False) as http:
        yield http.get("/page", headers={"accept-language": "en"})


def test_a_refusal_of_a_plain_route_is_a_problem_too(small_office: Office) -> None:
    problems = [Problem(f"/rows/{n}", "row.colour", WORDS) for n in range(5)]
    with page(small_office, Invalid(problems=problems)) as answer:
        told = checked(answer)
    assert (told["status"], told["code"], told["type"]) == (422, "invalid", "urn:banli:problem:invalid")
    assert [each["pointer"] for each in told["errors"]] == [f"/rows/{n}" for n in range(5)]
    assert told["detail"].endswith("(+2)")


@pytest.mark.parametrize(
    "error, status, code, after",
    [
        (Busy(), 503, "busy", "1"),
        (Busy(retry_after=0.2), 503, "busy", "1"),
        (Busy(retry_after=30), 503, "busy", "30"),
        (TooOften(retry_after=7), 429, "too_often", "7"),
        (InspectorDown("x"), 503, "busy", "5"),
        (OperationalError("SELECT 1", {}, Exception("gone")), 503, "busy", "5"),
    ],
)
def test_what_may_come_again_says_when(
    small_office: Office, error: Exception, status: int, code: str, after: str
) -> None:
    with page(small_office, error) as answer:
        assert (answer.status_code, checked(answer)["code"]) == (status, code)
        assert answer.headers["retry-after"] == after


def test_a_refusal_that_nobody_wrote_a_sentence_for_has_one_all_the_same(small_office: Office) -> None:
    class Odd(Refusal):
        """An odd one."""

        code, status = "odd", 409

    with page(small_office, Odd(secret="marker-118")) as answer:
        assert checked(answer)["detail"] == "This was not done."
        assert "marker-118" not in answer.text
    with page(small_office, AlreadyDecided(who_kind="client", when=small_office.clock.now())) as answer:
        assert checked(answer)["detail"] == "Already decided by the client at 2026-03-02 02:00 UTC."


def test_a_rule_of_the_database_is_a_conflict(small_office: Office) -> None:
    error = IntegrityError("INSERT INTO staff VALUES ('marker-116')", {}, Exception("foreign key of marker-116"))
    with page(small_office, error) as answer:
        assert (answer.status_code, checked(answer)["code"]) == (409, "conflict")
        assert "marker-116" not in answer.text


def test_a_crash_gives_nothing_away(small_office: Office) -> None:
    with page(small_office, ValueError("marker-117 at /srv/secret")) as answer:
        assert (answer.status_code, checked(answer)["code"]) == (500, "internal")
        assert "marker" not in answer.text


# -- a store that does not answer --------------------------------------------------------------------------------------


def test_a_store_that_takes_too_long_is_told_as_busy_and_does_nothing_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "SECONDS", 0.05)
    started, let_go = Event(), Event()

    def hold(_: UnitOfWork) -> None:
        started.set()
        assert let_go.wait(60)

    held = office.parts.store.submit(Unit(hold))
    assert started.wait(60)
    try:
        answer = office.call("visa.sales", "POST", "/clients", json={"name": "赵六"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert checked(answer)["code"] == "busy"
    finally:
        let_go.set()
        held.result(60)
    office.do(AddDepartment(name="later"))  # whatever was queued before has had its turn
    with office.parts.reading.open() as reader:
        assert len(reader.find(client)) == len(office.clients)


class _Down:
    """A reading whose database does not answer."""

    def open(self) -> Reader:
        raise OperationalError("SELECT 1", {}, Exception("connection refused, user marker-119"))


def test_a_database_that_is_down_is_told_as_busy(small_office: Office) -> None:
    app = FastAPI(openapi_url=None)
    parts: Parts = replace(small_office.parts, reading=_Down())  # type: ignore[arg-type]  # a fake
    install(app, parts)
    with TestClient(app, raise_server_exceptions=False) as http:
        answer = http.get("/api/v1/me", headers={"authorization": "Bearer bk_x"})
    assert (answer.status_code, checked(answer)["code"]) == (503, "busy")
    assert "marker-119" not in answer.text


class _NoInspector:
    def inspect(self, data: bytes) -> object:
        raise InspectorDown("no process")


def test_a_file_that_nobody_could_look_at_is_kept_by_nobody(small_office: Office, tmp_path: Path) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    app = FastAPI(openapi_url=None)
    install(app, replace(small_office.parts, inspector=_NoInspector()))  # type: ignore[arg-type]  # a fake
    with TestClient(app, raise_server_exceptions=False) as http:
        headers = {"authorization": f"Bearer {small_office.keys['visa.sales']}"}
        answer = http.post(f"/api/v1/items/{item_id}/documents", files={"file": ("a.pdf", pdf())}, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_what_is_no_json_is_told_apart(small_office: Office) -> None:
    """A body of another type, one that is broken, and a method that the address does not take."""
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x"):
        headers = {"content-type": kind}
        small_office.refused(
            415, "unsupported_media_type", "visa.sales", "POST", "/clients", content=b"{}", headers=headers
        )
    headers = {"content-type": "application/json"}
    small_office.refused(400, "malformed_json", "visa.sales", "POST", "/clients", content=b"{", headers=headers)
    for method in ("PUT", "DELETE", "POST", "TRACE", "OPTIONS"):
        answer = small_office.call("visa.sales", method, f"/clients/{small_office.clients['张三']}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PATCH"), method
    answer = small_office.call("visa.sales", "PUT", "/cases")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_blanks_at_the_ends_are_left_out_and_still_count_for_the_length(small_office: Office) -> None:
    name = "  " + "张" * 197 + " "
    client_id = small_office.call("visa.admin", "POST", "/clients", json={"name": name}).json()["id"]
    assert small_office.get("visa.admin", f"/clients/{client_id}")["name"] == "张" * 197
    for wrong in (" " * 5, " " + "张" * 200):
        refused = small_office.call("visa.admin", "POST", "/clients", json={"name": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/name")
