"""Who may speak to the API: a key that is known, not revoked, of a member who is still there."""

import asyncio

import pytest
from starlette.types import Message

from core.staff.tables import api_key, staff
from tests.admin_api.office import Office


def call(office: Office, header: str | None, path: str = "/me", method: str = "GET") -> tuple[int, str, str]:
    headers = {"accept-language": "en"} | ({} if header is None else {"authorization": header})
    answer = office.http.request(method, f"/api/v1{path}", headers=headers)
    return answer.status_code, answer.headers.get("www-authenticate", ""), answer.text


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic {key}", "{key}", "Bearer {key}x", "Bearer bk_", "Bearer ключ"]
)
def test_without_a_key_that_is_known_nothing_is_told(small_office: Office, header: str | None) -> None:
    given = header if header is None else header.replace("{key}", small_office.keys["visa.admin"])
    encoded = given if given is None or given.isascii() else given.encode("utf-8").decode("latin-1")
    if encoded is not None and not encoded.isascii():
        answer = small_office.http.get("/api/v1/me", headers=[(b"authorization", encoded.encode("latin-1"))])
        assert answer.status_code == 401
        return
    status, challenge, text = call(small_office, encoded)
    assert (status, challenge) == (401, 'Bearer realm="banli"')
    assert call(small_office, "Bearer bk_unknown")[2] == text == call(small_office, None, "/cases/1")[2]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_acts_as_its_member(small_office: Office, scheme: str) -> None:
    status, _, text = call(small_office, f"{scheme} {small_office.keys['visa.reviewer']}")
    assert status == 200
    assert "visa.reviewer" in text


def test_a_key_ends_with_its_revocation_and_with_its_member(office: Office) -> None:
    revoked, left = office.staff["visa.sales"], office.staff["visa.reviewer"]
    assert office.call("visa.sales", "GET", "/me").status_code == 200
    with office.parts.reading.open() as reader:
        [key] = reader.find(api_key, api_key.c.staff_id == revoked)
    office.parts.store.run(lambda uow: uow.change(api_key, key["id"], revoked_at=uow.now))
    office.parts.store.run(lambda uow: uow.change(staff, left, active=False))
    for who in ("visa.sales", "visa.reviewer"):
        office.refused(401, "unauthenticated", who, "GET", "/me")
        office.refused(401, "unauthenticated", who, "POST", "/clients", json={"name": "x"})


def test_a_changed_role_counts_at_once(office: Office) -> None:
    case_id = office.case()
    office.refused(403, "not_allowed", "visa.sales", "POST", "/departments", json={"name": "x"})
    sales = office.staff["visa.sales"]
    office.parts.store.run(lambda uow: uow.change(staff, sales, roles=["admin"]))
    office.post("visa.sales", "/departments", {"name": "x"})
    office.parts.store.run(lambda uow: uow.change(staff, sales, roles=["finance"]))
    office.refused(403, "not_allowed", "visa.sales", "GET", f"/clients/{office.clients['张三']}")
    assert office.get("visa.sales", f"/cases/{case_id}")["id"] == case_id


def test_the_body_is_not_read_before_the_caller_is_known(small_office: Office) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/api/v1/items/{small_office.clients['张三']}/documents",
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=x"), (b"authorization", b"Bearer bk_x")],
    }
    asyncio.run(small_office.app(scope, receive, send))
    assert sent[0]["status"] == 401
