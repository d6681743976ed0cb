"""A password that an admin gave: whoever signs in with it takes one of his own before he does anything else."""

from datetime import timedelta
from typing import Final

import pytest

from admin_api.route import DeskRoute
from core.ledger.tables import audit
from core.staff.sign_in import FORGOTTEN, sweep
from core.staff.tables import credential, wrong_sign_in
from tests.admin_api.office import Office
from tests.admin_api.test_sign_in import OTHER, PASSWORD, attempt, enter

OPEN: Final = {"read_me", "change_password", "sign_out", "sign_out_everywhere"}


@pytest.fixture
def given(office: Office) -> Office:
    """The adviser has signed in as `me` with what the admin typed for him."""
    path = f"/staff/{office.staff['visa.sales']}"
    office.post("visa.admin", f"{path}/login", {"login": "zhangsan"})
    office.post("visa.admin", f"{path}/password", {"password": PASSWORD})
    assert enter(office, "me")["must_change_password"] is True
    return office


def test_nothing_goes_before_the_password_is_his_own(given: Office) -> None:
    given.refused(403, "password_change_needed", "me", "GET", "/cases")
    given.refused(403, "password_change_needed", "me", "POST", "/clients", json={"name": "李四"})
    given.refused(403, "password_change_needed", "me", "POST", "/me/totp")
    assert given.get("me", "/me")["name"] == "visa.sales"

    given.post("me", "/me/password", {"current": PASSWORD, "password": OTHER})

    assert given.get("me", "/cases")["cases"] == []
    assert enter(given, "again", password=OTHER)["must_change_password"] is False


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "请先改为自己的密码"), ("en", "first take one of your own")])
def test_it_is_said_in_both_languages_what_to_do(given: Office, language: str, said: str) -> None:
    answer = given.call("me", "GET", "/cases", headers={"accept-language": language})
    assert (answer.status_code, said in answer.json()["detail"]) == (403, True)


def test_every_other_operation_is_barred(given: Office) -> None:
    """An operation that is new is barred too, unless this list names it."""
    routes = [route for route in given.app.routes if isinstance(route, DeskRoute) and not route.need.public]
    assert len(routes) > 80
    for route in routes:
        path = route.path.removeprefix("/api/v1")
        for parameter in route.param_convertors:
            path = path.replace("{" + parameter + "}", "1")
        if route.operation_id not in OPEN:
            answer = given.call("me", route.ways.method, path)
            assert (answer.status_code, answer.json()["code"]) == (403, "password_change_needed"), path
    assert {route.operation_id for route in routes if route.ways.at_once} == OPEN


def test_he_may_sign_out_and_an_attempt_is_audited(given: Office) -> None:
    given.refused(403, "password_change_needed", "me", "POST", "/clients/1/erase")
    with given.parts.reading.open() as reader:
        noted = [(row["command"], row["code"]) for row in reader.find(audit) if row["code"]]
    assert ("EraseClient", "password_change_needed") in noted
    given.post("me", "/sessions/current/end")
    given.refused(401, "unauthenticated", "me", "GET", "/me")


def test_his_keys_open_what_they_opened(office: Office) -> None:
    """A key is no password: nobody else knows it."""
    path = f"/staff/{office.staff['visa.sales']}"
    office.post("visa.admin", f"{path}/password", {"password": PASSWORD})
    assert office.call("visa.sales", "GET", "/cases").status_code == 200


def test_wrong_tries_that_count_no_more_are_swept(office: Office) -> None:
    attempt(office, "wrong words and more")
    with office.parts.reading.open() as reader:
        before = len(reader.find(wrong_sign_in))
        assert reader.find(credential) == []
    office.clock.advance(FORGOTTEN - timedelta(minutes=1))
    office.parts.store.run(sweep)
    with office.parts.reading.open() as reader:
        assert (before, len(reader.find(wrong_sign_in))) == (2, 2)
    office.clock.advance(timedelta(minutes=2))
    office.parts.store.run(sweep)
    with office.parts.reading.open() as reader:
        assert reader.find(wrong_sign_in) == []
