"""How often a caller may ask: told in every answer, refused with the time to wait, each caller for himself."""

from dataclasses import replace

from admin_api.rates import Rates
from core.kit.buckets import OwnBuckets
from tests.admin_api.office import Office


def limited(office: Office, quota: int) -> list[float]:
    """The office with this quota a minute; the list's only member is its clock in seconds."""
    moment = [0.0]
    office.app.state.admin_api = replace(office.parts, rates=Rates(quota, 60, OwnBuckets(lambda: moment[0])))
    return moment


def test_every_answer_tells_what_is_left(small_office: Office) -> None:
    limited(small_office, 3)
    told = [small_office.call("visa.sales", "GET", path).headers for path in ("/me", "/cases/1", "/texts")]
    assert [each["ratelimit"] for each in told] == [f'"caller";r={n};t={t}' for n, t in ((2, 20), (1, 40), (0, 60))]
    assert {each["ratelimit-policy"] for each in told} == {'"caller";q=3;w=60'}


def test_too_many_are_refused_until_time_has_passed(small_office: Office) -> None:
    moment = limited(small_office, 3)
    for _ in range(3):
        small_office.get("visa.sales", "/me")
    for _ in range(5):  # a refused one costs nothing
        refused = small_office.call("visa.sales", "GET", "/me")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
        assert refused.json()["code"] == "too_many_requests"
        assert refused.headers["ratelimit"] == '"caller";r=0;t=60'
    assert small_office.call("visa.finance", "GET", "/me").status_code == 200  # others are not held up
    moment[0] = 20.0
    assert small_office.call("visa.sales", "GET", "/me").status_code == 200
    assert small_office.call("visa.sales", "GET", "/me").status_code == 429
    moment[0] = 1000.0
    assert small_office.call("visa.sales", "GET", "/me").headers["ratelimit"] == '"caller";r=2;t=20'


def test_a_refused_request_does_nothing(small_office: Office) -> None:
    limited(small_office, 1)
    keyed = {"Idempotency-Key": "k"}
    small_office.get("visa.sales", "/me")
    assert small_office.call("visa.sales", "POST", "/clients", json={"name": "赵六"}, headers=keyed).status_code == 429
    limited(small_office, 9)
    assert small_office.call("visa.sales", "POST", "/clients", json={"name": "赵六"}, headers=keyed).status_code == 201


def test_without_a_key_nothing_is_told_of_any_caller(small_office: Office) -> None:
    assert "ratelimit" not in small_office.call(None, "GET", "/me").headers
