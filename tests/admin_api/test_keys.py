"""API keys: narrower than their owner, ended by a day or a person, and known by when they were used."""

from datetime import timedelta

import pytest

from core.staff.tables import api_key
from core.store.sealing import Row
from tests.admin_api.office import Json, Office


def issue(office: Office, name: str, owner: str, **more: object) -> Json:
    """A key of this member, by which `name` is known afterwards."""
    made = office.post("visa.admin", f"/staff/{office.staff[owner]}/keys", {"name": name, **more})
    office.keys[name] = made["key"]
    return made


def row_of(office: Office, key_id: str) -> Row:
    office.parts.store.run(lambda uow: None)  # what was noted on the way is written before this
    with office.parts.reading.open() as reader:
        row = reader.peek(api_key, int(key_id))
    assert row is not None
    return row


def test_a_narrow_key_may_what_it_names_and_no_more(office: Office) -> None:
    case_id = office.case()
    issue(office, "narrow", "visa.sales", scopes=["case.read"])
    assert office.get("narrow", f"/cases/{case_id}")["id"] == case_id
    assert office.get("narrow", "/me")["permissions"] == {"case.read": "assigned"}
    office.refused(403, "not_allowed", "narrow", "POST", "/clients", json={"name": "赵六"})
    office.refused(403, "not_allowed", "narrow", "GET", f"/clients/{office.clients['张三']}")
    office.refused(403, "not_allowed", "narrow", "POST", f"/cases/{case_id}/notes", json={"text": "x"})
    office.post("visa.sales", "/clients", {"name": "赵六"})


def test_a_narrow_key_is_as_narrow_for_a_colleague_whom_its_owner_stands_in_for(office: Office) -> None:
    case_id = office.case()
    days = {"delegate_id": str(office.staff["other.sales"]), "first": "2026-03-02", "last": "2026-03-05"}
    office.post("visa.sales", "/delegations", days)
    issue(office, "narrow", "other.sales", scopes=["client.read"])
    assert office.get("other.sales", f"/cases/{case_id}")["id"] == case_id
    office.refused(403, "not_allowed", "narrow", "GET", f"/cases/{case_id}")


def test_no_key_gives_more_than_its_maker_or_its_owner_has(office: Office) -> None:
    path = f"/staff/{office.staff['visa.sales']}/keys"
    body = {"name": "x", "scopes": ["case.read", "staff.manage", "pilot"]}
    told = office.refused(422, "invalid", "visa.admin", "POST", path, json=body)
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [
        ("/scopes/1", "staff.scope"),
        ("/scopes/2", "staff.scope"),
    ]
    issue(office, "hand", "visa.admin", scopes=["staff.manage", "case.read"])
    office.refused(403, "not_allowed", "hand", "POST", path, json={"name": "x"})  # sales may more than that key
    office.post("hand", path, {"name": "x", "scopes": ["case.read"]})


def test_a_key_ends_on_its_day(office: Office) -> None:
    office.refused(
        422,
        "invalid",
        "visa.admin",
        "POST",
        f"/staff/{office.staff['visa.sales']}/keys",
        json={"name": "x", "expires_at": "2026-03-02T02:00:00Z"},
    )
    issue(office, "short", "visa.sales", expires_at="2026-03-02T10:05:00+08:00")
    office.clock.advance(timedelta(minutes=5, microseconds=-1))
    office.get("short", "/me")
    office.clock.advance(timedelta(microseconds=1))
    office.refused(401, "unauthenticated", "short", "GET", "/me")


def test_a_revoked_key_opens_nothing_at_the_next_request(office: Office) -> None:
    made = issue(office, "second", "visa.sales")
    office.get("second", "/me")
    office.refused(403, "not_allowed", "visa.supervisor", "POST", f"/keys/{made['id']}/revoke")
    for _ in range(2):
        office.post("visa.admin", f"/keys/{made['id']}/revoke")
        office.refused(401, "unauthenticated", "second", "GET", "/me")
    office.get("visa.sales", "/me")
    listed = office.get("visa.admin", f"/staff/{office.staff['visa.sales']}/keys")["keys"]
    assert [(each["name"], each["revoked_at"] is None) for each in listed] == [("test", True), ("second", False)]
    assert all(made["key"] not in str(each) and each["prefix"] == each["prefix"][:10] for each in listed)


def test_the_last_use_is_noted_at_most_once_a_minute(office: Office) -> None:
    made = issue(office, "watched", "visa.sales")
    assert row_of(office, made["id"])["used_at"] is None
    first = office.clock.now()
    office.get("watched", "/me")
    assert row_of(office, made["id"])["used_at"] == first
    office.clock.advance(timedelta(seconds=59))
    office.get("watched", "/me")
    assert row_of(office, made["id"])["used_at"] == first
    office.clock.advance(timedelta(seconds=1))
    office.get("watched", "/me")
    assert row_of(office, made["id"])["used_at"] == first + timedelta(minutes=1)


@pytest.mark.parametrize("scopes", [[], ["case.read"] * 201])
def test_a_list_of_scopes_has_something_and_an_end(small_office: Office, scopes: list[str]) -> None:
    path = f"/staff/{small_office.staff['visa.sales']}/keys"
    small_office.refused(422, "invalid", "visa.admin", "POST", path, json={"name": "x", "scopes": scopes})
