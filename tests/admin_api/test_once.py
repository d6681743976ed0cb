"""A request with an Idempotency-Key: done once and answered the same, however often and wherever it comes again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from admin_api import once as keyed
from admin_api.route import DeskRoute
from core.cases.tables import document_version
from core.clients.tables import client
from core.ledger import repeats
from core.ledger.tables import repeat
from core.staff.tables import api_key
from tests.admin_api.office import Office
from tests.admin_api.requests import REQUESTS
from tests.admin_api.world import NAMED, build, described
from tests.files.papers import pdf

NEW = {"name": "赵六"}
KEY = {"Idempotency-Key": "5b1f3a6e-0000-4000-8000-000000000001"}


def clients(office: Office) -> int:
    with office.parts.reading.open() as reader:
        return len(reader.find(client))


def test_the_same_request_again_is_told_what_came_of_it(office: Office) -> None:
    before = clients(office)
    first = office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    again = office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert clients(office) == before + 1


def test_another_body_path_or_query_needs_another_key(small_office: Office) -> None:
    small_office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    for path, body in (("/clients", {"name": "孙七"}), ("/clients?x=1", NEW), ("/departments", NEW)):
        who = "visa.admin" if path == "/departments" else "visa.sales"
        if who == "visa.admin":
            small_office.call(who, "POST", "/clients", json=NEW, headers=KEY)
        small_office.refused(422, "key_reused", who, "POST", path, json=body, headers=KEY)


def test_a_key_is_its_callers_own(small_office: Office) -> None:
    first = small_office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    other = small_office.call("other.sales", "POST", "/clients", json=NEW, headers=KEY)
    assert first.json()["id"] != other.json()["id"]


def test_a_no_has_done_nothing_and_the_key_is_still_free(small_office: Office) -> None:
    case_id = small_office.case()
    path, wrong = f"/cases/{case_id}/substate", {"substate": "no_such"}
    assert small_office.call("visa.consultant", "POST", path, json=wrong, headers=KEY).status_code in (409, 422)
    assert small_office.call("visa.sales", "POST", "/clients", json={}, headers=KEY).status_code == 422
    assert small_office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "schlüssel".encode("latin-1")])
def test_a_key_that_is_none_is_refused(small_office: Office, key: str | bytes) -> None:
    headers: Any = {"Idempotency-Key": key}
    small_office.refused(400, "key_malformed", "visa.sales", "POST", "/clients", json=NEW, headers=headers)


def test_many_at_once_are_one_deed(office: Office) -> None:
    before = clients(office)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY), range(8))
        )
    assert clients(office) == before + 1
    done = [each for each in answers if each.status_code == 201]
    assert len({each.content for each in done}) == 1
    others = [each for each in answers if each.status_code != 201]
    assert {each.json()["code"] for each in others} <= {"still_running"}
    assert all(each.headers["retry-after"] == "1" for each in others)


def test_what_another_process_carries_out_at_this_moment_is_not_done_twice(office: Office) -> None:
    """Two processes know nothing of each other's running requests: the store's lock and the row decide."""
    before = clients(office)

    def ask(_: int) -> Any:
        office.app.state.running.clear()
        return office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = [each for each in pool.map(ask, range(16)) if each.status_code == 201]
    assert clients(office) == before + 1
    assert len({each.content for each in answers}) == 1


def test_a_crash_between_the_deed_and_its_answer_costs_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = clients(office)

    def crashes(self: keyed.Once, response: object) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patched:
        patched.setattr(keyed.Once, "answer", crashes)
        assert office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY).status_code == 500
    again = office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    assert again.status_code == 201
    assert clients(office) == before + 1
    third = office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    assert third.content == again.content


def test_after_a_day_a_key_is_forgotten(office: Office) -> None:
    first = office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY).json()
    office.clock.advance(repeats.KEPT - timedelta(seconds=1))
    assert office.parts.store.run(repeats.sweep) == 0
    assert office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY).json() == first
    office.clock.advance(timedelta(seconds=1))
    again = office.call("visa.sales", "POST", "/clients", json=NEW, headers=KEY)
    assert again.json() != first
    office.clock.advance(repeats.KEPT)
    assert office.parts.store.run(repeats.sweep) == 1
    with office.parts.reading.open() as reader:
        assert reader.find(repeat) == []


def test_a_file_is_handed_in_once_whatever_its_form_looks_like(office: Office) -> None:
    item = office.item(office.case(), "retire")
    path, data = f"/items/{item['id']}/documents", pdf(words="once")
    first = office.call("visa.consultant", "POST", path, files={"file": ("a.pdf", data)}, headers=KEY)
    again = office.call("visa.consultant", "POST", path, files={"file": ("a.pdf", data)}, headers=KEY)
    assert first.request.headers["content-type"] != again.request.headers["content-type"]  # another boundary
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    other = {"file": ("a.pdf", pdf(words="twice"))}
    office.refused(422, "key_reused", "visa.consultant", "POST", path, files=other, headers=KEY)
    with office.parts.reading.open() as reader:
        [version] = reader.find(document_version)
    assert len(list(office.parts.files.aged(office.clock.now() + timedelta(days=36500)))) <= 2  # type: ignore[attr-defined]  # the folder's
    assert str(version["id"]) == first.json()["id"]


def test_what_is_shown_once_is_kept_nowhere(small_office: Office) -> None:
    """An operation that deals in a secret heeds no key: nothing of it lies where it could be had again."""
    path = f"/staff/{small_office.staff['visa.sales']}/keys"
    secret = small_office.post("visa.admin", path, {"name": "once"}, headers=KEY)["key"]
    assert small_office.post("visa.admin", path, {"name": "once"}, headers=KEY)["key"] != secret
    with small_office.parts.reading.open() as reader:
        assert len(reader.find(api_key, name="once")) == 2
        assert reader.connection.exec_driver_sql("SELECT * FROM repeat").all() == []


SECRET = {
    "open_session", "change_password", "enrol_totp", "confirm_totp", "disable_totp", "issue_api_key", "reset_password",
    "export_client",
}  # fmt: skip


ASKS = {"check_migration", "preview_migration"}
"""They change nothing, so there is nothing that a key would have done once."""


def test_the_operations_that_deal_in_secrets_are_these(small_office: Office) -> None:
    routes = [route for route in small_office.app.routes if isinstance(route, DeskRoute)]
    without = {route.operation_id for route in routes if route.ways.method == "POST" and not route.ways.keyed}
    assert without == SECRET | ASKS


def test_every_post_of_the_api_takes_a_key(small_office: Office) -> None:
    """Each is sent twice by an admin: whatever the first came to, the second tells the same and does nothing."""
    ids = build(small_office)[0].ids
    operations = [each for each in described(small_office) if each.method == "POST" and each.name not in SECRET | ASKS]
    done = 0
    for operation in operations:
        what = REQUESTS[operation.name](ids)
        what["headers"] = {**what.get("headers", {}), "Idempotency-Key": operation.name}
        path = operation.path.removeprefix("/api/v1").format(**NAMED, **ids)
        send: Callable[[], Any] = lambda path=path, what=what: small_office.call("visa.admin", "POST", path, **what)  # type: ignore[misc]  # noqa: E731
        first, again = send(), send()
        assert first.status_code < 500, (operation.name, first.text)
        assert again.status_code == first.status_code, operation.name
        if first.status_code < 300:
            done += 1
            assert again.content == first.content, operation.name
            assert again.headers["idempotency-replayed"] == "true", operation.name
    assert done > 15
