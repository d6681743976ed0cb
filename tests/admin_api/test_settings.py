"""Settings that change while the house runs: written over the API, taken by every process, taken back."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from admin_api.schemas.settings import shown
from core.catalog.settings import CHANGEABLE, STALE, LivingAgency
from core.catalog.tables import setting_override
from core.kit.settings import Agency
from core.ledger.tables import audit
from tests.admin_api.office import Office
from tests.admin_api.requests import ANY

PATH = "/settings/agency.remind_days"


def test_a_setting_is_said_otherwise_and_counts_in_every_process(office: Office) -> None:
    other = LivingAgency(Agency())  # what another process knows
    now = office.clock.now()
    with office.parts.reading.open() as reader:
        other.catch_up(reader, now)
    assert list(other.manners.days) == [7, 3, 1, 0]
    assert office.get("visa.admin", PATH) == {
        "name": "agency.remind_days",
        "value": "7,3,1,0",
        "written": "7,3,1,0",
        "own": False,
    }
    assert office.put("visa.admin", PATH, {"value": "5,2"})["value"] == "5,2"
    with office.parts.reading.open() as reader:
        other.catch_up(reader, now + STALE / 2)
        assert list(other.manners.days) == [7, 3, 1, 0]
        other.catch_up(reader, now + STALE + timedelta(seconds=1))
        [raw] = reader.rows(setting_override.select())
        [done] = reader.find(audit, audit.c.command == "SetSetting")
    assert list(other.manners.days) == [5, 2]
    assert b"5,2" not in bytes(raw["value"])
    assert (done["outcome"], done["actor_id"]) == ("done", office.staff["visa.admin"])
    again = office.delete("visa.admin", PATH).json()
    assert (again["value"], again["own"]) == ("7,3,1,0", False)


@pytest.mark.parametrize(
    "name, wrong",
    [("remind_days", "seven"), ("quiet_from", "25:00"), ("language", "fr"), ("name_zh", ""), ("remind_hour", "9")],
)
def test_a_value_is_typed_by_the_tree_of_settings(small_office: Office, name: str, wrong: str) -> None:
    path = f"/settings/agency.{name}"
    before = small_office.get("visa.admin", path)
    told = small_office.refused(422, "invalid", "visa.admin", "PUT", path, json={"value": wrong}, headers=ANY)
    assert [each["pointer"] for each in told["errors"]] == ["/value"]
    assert small_office.get("visa.admin", path) == before


def test_what_is_read_at_the_start_alone_cannot_be_changed_here(small_office: Office) -> None:
    for name in ("agency.calendar", "database_url", "keys", "agency.nothing"):
        small_office.refused(404, "not_found", "visa.admin", "GET", f"/settings/{name}")
        sent = {"json": {"value": "x"}, "headers": ANY}
        small_office.refused(404, "not_found", "visa.admin", "PUT", f"/settings/{name}", **sent)
    listed = small_office.get("visa.admin", "/settings")["settings"]
    assert tuple(each["name"] for each in listed) == CHANGEABLE
    small_office.refused(428, "precondition_required", "visa.admin", "PUT", PATH, json={"value": "1"})
    small_office.refused(403, "not_allowed", "visa.supervisor", "GET", "/settings")


def test_a_secret_shows_as_set_or_unset() -> None:
    assert [shown(each, secret=True) for each in (SecretStr("x"), "x", None)] == ["set", "set", "unset"]
    assert shown("x", secret=False) == "x"
