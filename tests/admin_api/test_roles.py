"""Roles, grants and masks as data: an agency changes them, every door goes by them, and nobody gets too much."""

from datetime import timedelta

import pytest

from core.engine.access import PII_CLASSES
from core.staff.living import LivingPolicy
from core.staff.policy import DEFAULT
from core.staff.tables import role_grant
from tests.admin_api.office import PHONE, Office

NAMES = {"zh-CN": "实习顾问", "en": "Trainee"}


def grant(office: Office, role: str, permission: str, reach: str, who: str = "visa.admin") -> None:
    office.post(who, f"/roles/{role}/grants", {"permission": permission, "reach": reach})


def mask(office: Office, role: str, data: str, shown: str, who: str = "visa.admin") -> None:
    office.post(who, f"/roles/{role}/masks", {"data": data, "mask": shown})


def admin_of_staff_alone(office: Office) -> None:
    """`other.sales` manages roles and staff, and may otherwise only what sales may."""
    office.post("visa.admin", "/roles", {"role": "deputy_admin", "names": NAMES})
    for permission in ("staff.manage", "role.manage"):
        grant(office, "deputy_admin", permission, "all")
    office.post("visa.admin", f"/staff/{office.staff['other.sales']}", {"roles": ["sales", "deputy_admin"]})


def test_the_houses_roles_rights_and_masks_are_told(small_office: Office) -> None:
    found = {each["role"]: each for each in small_office.get("visa.admin", "/roles")["roles"]}
    assert set(found) == set(DEFAULT.roles)
    assert all(each["built_in"] and not each["changed"] for each in found.values())
    assert found["finance"]["grants"]["contract.finance"] == "all"
    rights = {each["permission"]: each for each in small_office.get("visa.admin", "/permissions")["permissions"]}
    assert set(rights) == {name for grants in DEFAULT.grants.values() for name in grants}
    assert all(each["sentence"]["en"] and each["sentence"]["zh-CN"] for each in rights.values())
    assert rights["staff.manage"]["reaches"] == ["none", "all"]
    masks = small_office.get("visa.admin", "/field-masks")
    assert {"kind": "client", "field": "phone", "data": "contact"} in masks["fields"]
    assert masks["roles"]["reviewer"] == {
        "none": "write",
        "contact": "masked",
        "identity": "masked",
        "finance": "hidden",
    }


def test_a_changed_right_counts_at_the_next_request(office: Office) -> None:
    office.refused(403, "not_allowed", "visa.copywriter", "POST", "/clients", json={"name": "赵六"})
    grant(office, "copywriter", "client.create", "all")
    office.post("visa.copywriter", "/clients", {"name": "赵六"})
    assert office.get("visa.copywriter", "/me")["permissions"]["client.create"] == "all"
    case_id = office.case()
    office.get("visa.sales", f"/cases/{case_id}")
    grant(office, "sales", "case.read", "none")
    office.refused(403, "not_allowed", "visa.sales", "GET", f"/cases/{case_id}")
    grant(office, "sales", "case.read", "house")
    office.get("visa.sales", f"/cases/{case_id}")


def test_a_changed_mask_counts_at_the_next_request(office: Office) -> None:
    office.case()
    path = f"/clients/{office.clients['张三']}"
    assert office.get("visa.sales", path)["phone"] == PHONE
    mask(office, "sales", "contact", "masked")
    assert office.get("visa.sales", path)["phone"] == "138****1234"
    mask(office, "sales", "contact", "hidden")
    assert "phone" not in office.get("visa.sales", path)
    office.post("visa.admin", "/roles/sales/reset")
    assert office.get("visa.sales", path)["phone"] == PHONE


def test_an_agency_makes_a_role_of_its_own_and_gives_it_up(office: Office) -> None:
    made = office.post("visa.admin", "/roles", {"role": "trainee", "names": NAMES})
    assert made["grants"] == {"staff.account": "own", "staff.digest": "own", "staff.language": "own"}
    assert (made["names"], made["built_in"], made["changed"]) == (NAMES, False, True)
    member = office.staff["visa.service"]
    office.post("visa.admin", f"/staff/{member}", {"roles": ["trainee"]})
    case_id = office.case(team=office.team() | {"trainee": str(member)})
    office.refused(403, "not_allowed", "visa.service", "GET", f"/cases/{case_id}")
    grant(office, "trainee", "case.read", "assigned")
    shown = office.get("visa.service", f"/cases/{case_id}")
    assert {"role": "trainee", "id": str(member), "name": "visa.service"} in shown["team"]
    assert office.get("visa.service", "/me")["role_names"] == {"trainee": NAMES}
    office.refused(409, "not_possible_now", "visa.admin", "POST", "/roles/trainee/reset")
    office.post("visa.admin", f"/staff/{member}", {"roles": ["service"]})
    office.post("visa.admin", "/roles/trainee/reset")
    office.refused(404, "not_found", "visa.admin", "POST", "/roles/trainee/reset")
    office.refused(422, "invalid", "visa.admin", "POST", f"/staff/{member}", json={"roles": ["trainee"]})


def test_a_change_of_a_role_is_not_written_over_unseen(office: Office) -> None:
    seen = office.seen("visa.admin", "/roles/sales")
    assert seen == office.seen("other.admin", "/roles/sales")
    bodies = {
        "grants": {"permission": "contract.read", "reach": "all"},
        "masks": {"data": "contact", "mask": "hidden"},
        "reset": None,
    }
    for what, body in bodies.items():
        office.refused(428, "precondition_required", "visa.admin", "POST", f"/roles/sales/{what}", json=body)
    changed = office.call("visa.admin", "POST", "/roles/sales/grants", json=bodies["grants"], headers=seen)
    assert office.seen("visa.admin", "/roles/sales") == {"if-match": changed.headers["etag"]}
    for what, body in bodies.items():
        path = f"/roles/sales/{what}"
        office.refused(412, "precondition_failed", "other.admin", "POST", path, json=body, headers=seen)
    office.refused(412, "precondition_failed", "other.admin", "PUT", "/roles/sales", json=NAMES, headers=seen)
    assert office.get("visa.admin", "/roles/sales")["grants"]["contract.read"] == "all"


def test_a_role_of_the_house_gets_another_name(office: Office) -> None:
    office.refused(409, "not_possible_now", "visa.admin", "POST", "/roles", json={"role": "sales", "names": NAMES})
    office.refused(404, "not_found", "visa.admin", "PUT", "/roles/nobody", json=NAMES)
    assert office.put("visa.admin", "/roles/sales", NAMES)["names"] == NAMES
    assert office.get("visa.sales", "/me")["role_names"] == {"sales": NAMES}
    office.post("visa.admin", "/roles/sales/reset")
    assert office.get("visa.sales", "/me")["role_names"]["sales"]["en"] == "Sales"


def test_nobody_gives_more_than_he_has(office: Office) -> None:
    admin_of_staff_alone(office)
    grant(office, "copywriter", "client.create", "all", who="other.sales")  # sales may that without a limit
    for role, permission, reach in (
        ("sales", "case.read", "subtree"),
        ("deputy_admin", "flow.publish", "all"),
        ("reviewer", "document.waive", "assigned"),
    ):
        body = {"permission": permission, "reach": reach}
        told = office.refused(403, "not_allowed", "other.sales", "POST", f"/roles/{role}/grants", json=body)
        assert told["detail"].startswith("This gives more than you may")
    mask(office, "sales", "identity", "masked")
    body = {"data": "identity", "mask": "read"}
    office.refused(403, "not_allowed", "other.sales", "POST", "/roles/reviewer/masks", json=body)
    grant(office, "admin", "survey.ask", "none")
    office.refused(403, "not_allowed", "other.sales", "POST", "/roles/admin/reset")  # it would give it back
    for higher in ("admin", "supervisor"):
        path = f"/staff/{office.staff['other.copywriter']}"
        office.refused(403, "not_allowed", "other.sales", "POST", path, json={"roles": [higher]})


def test_whoever_manages_staff_takes_over_nobody_who_may_more(office: Office) -> None:
    admin_of_staff_alone(office)
    admin = f"/staff/{office.staff['visa.admin']}"
    for path, body in (
        (admin, {"roles": ["sales"]}),
        (f"{admin}/disable", None),
        (f"{admin}/password", {"password": "four words and a half"}),
        (f"{admin}/totp/reset", None),
        (f"{admin}/login", {"login": "mine"}),
        (f"{admin}/keys", {"name": "mine"}),
        (f"{admin}/identities", {"channel": "webchat", "account": "demo", "external_id": "mine"}),
    ):
        office.refused(403, "not_allowed", "other.sales", "POST", path, **({} if body is None else {"json": body}))
    office.post("other.sales", f"/staff/{office.staff['visa.sales']}/keys", {"name": "his"})


@pytest.mark.parametrize("permission", ["staff.manage", "role.manage"])
def test_an_overlay_that_would_leave_no_admin_is_refused(office: Office, permission: str) -> None:
    body = {"permission": permission, "reach": "none"}
    told = office.refused(409, "not_possible_now", "visa.admin", "POST", "/roles/admin/grants", json=body)
    assert told["detail"].startswith("Nobody else could manage staff")
    office.post("visa.admin", "/departments", {"name": "x"})
    admin_of_staff_alone(office)
    grant(office, "admin", permission, "none")  # somebody else can give it back


@pytest.mark.parametrize(
    "path, body, pointer",
    [
        ("/roles/client/grants", {"permission": "case.read", "reach": "all"}, "/role"),
        ("/roles/system/masks", {"data": "contact", "mask": "write"}, "/role"),
        ("/roles/sales/grants", {"permission": "rule.run", "reach": "all"}, "/permission"),
        ("/roles/sales/grants", {"permission": "pilot", "reach": "all"}, "/permission"),
        ("/roles/sales/grants", {"permission": "staff.manage", "reach": "subtree"}, "/reach"),
        ("/roles/sales/grants", {"permission": "staff.account", "reach": "all"}, "/reach"),
        ("/roles/sales/grants", {"permission": "case.read", "reach": "far"}, "/reach"),
        ("/roles", {"role": "system", "names": NAMES}, "/role"),
        ("/roles", {"role": "No Role", "names": NAMES}, "/role"),
    ],
)
def test_what_cannot_be_changed_is_refused(small_office: Office, path: str, body: object, pointer: str) -> None:
    told = small_office.refused(422, "invalid", "visa.admin", "POST", path, json=body)
    assert [each["pointer"] for each in told["errors"]] == [pointer]
    with small_office.parts.reading.open() as reader:
        assert reader.find(role_grant) == []


def test_another_process_goes_by_it_within_a_second(office: Office) -> None:
    other = LivingPolicy()
    with office.parts.reading.open() as reader:
        other.catch_up(reader, office.clock.now())
    grant(office, "copywriter", "client.create", "all")
    with office.parts.reading.open() as reader:
        other.catch_up(reader, office.clock.now() + timedelta(milliseconds=900))
        assert "client.create" not in other.grants["copywriter"]
        other.catch_up(reader, office.clock.now() + timedelta(seconds=1))
    assert "client.create" in other.grants["copywriter"]
    assert {pii: other.field_rules.masks["sales"].get(pii) for pii in PII_CLASSES} == {
        pii: DEFAULT.field_rules.masks["sales"].get(pii) for pii in PII_CLASSES
    }
