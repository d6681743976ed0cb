"""Every key of an answer has a rule, every role sees what its rule says, and no other key can be written."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from admin_api.masked import FORMS
from admin_api.openapi import describe
from admin_api.schemas.contracts import Contract
from admin_api.schemas.people import ClientFile
from core.bus.wiring import Wiring
from core.clients.tables import client
from core.contracts.tables import contract
from core.engine.access import PII_CLASSES, Mask, Policy, Reach, mask_value
from core.staff.policy import DEFAULT, ROLES
from tests.admin_api.office import EMAIL, FLOWS, PHONE, Office
from tests.admin_api.requests import REQUESTS
from tests.admin_api.world import NAMED, build, described
from tests.files.papers import pdf

RULES = DEFAULT.field_rules
PROBES = "".join(
    f"  - {{key: probe_{pii}, name: {{zh-CN: {pii}, en: {pii}}}, type: text, source: staff, pii: {pii}}}\n"
    for pii in PII_CLASSES
)
PROBED = (
    (FLOWS / "visa_jp_tourist" / "v1.yaml")
    .read_text("utf-8")
    .replace("version: 1", "version: 2", 1)
    .replace("\nfields:\n", f"\nfields:\n{PROBES}", 1)
)
ANY = {"If-Match": "*"}  # whatever state it is in
INTERNAL = {  # columns that no answer has: digests, and what is shown elsewhere under rules of its own
    "client": {
        "phone_index",
        "email_index",
        "passport_index",
        "edition",
        "zone",
        "reminded_on",
        "snoozed_until",
        "consent_asked_at",
        "erased_at",
    },
    "contract": {"team", "travellers", "fields", "version", "effective_at", "deposit_by", "effective_by"},
}


def mask_of(role: str, kind: str, field: str) -> Mask:
    """What the table says, without asking the policy that the API asks."""
    path, pii = f"{kind}.{field}", RULES.kinds[kind][field]
    own = RULES.fields.get(role, {}).get(path)
    return own if own is not None else RULES.masks.get(role, {}).get(pii, Mask.HIDDEN)


@pytest.mark.parametrize("kind, model, table", [("client", ClientFile, client), ("contract", Contract, contract)])
def test_every_column_and_every_key_has_a_rule(kind: str, model: Any, table: Any) -> None:
    assert set(model.model_fields) == set(RULES.kinds[kind])
    elsewhere = {"tags"} if kind == "client" else set()  # in a table of their own
    assert {column.name for column in table.columns} == set(RULES.kinds[kind]) - elsewhere | INTERNAL[kind]


def widened(office: Office) -> None:
    """Every role may read every client and contract: what is left to decide is which fields."""
    everything = dict.fromkeys(("client.read", "contract.read", "case.read"), Reach.ALL)
    grants = {role: {**granted, **everything} for role, granted in DEFAULT.grants.items()}
    policy = Policy(grants, DEFAULT.client, DEFAULT.system, RULES)
    office.app.state.admin_api = replace(office.parts, policy=policy)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_exactly_the_fields_of_its_rules(small_office: Office, role: str) -> None:
    contract_id = small_office.contract()
    widened(small_office)
    paths = {"client": f"/clients/{small_office.clients['张三']}", "contract": f"/contracts/{contract_id}"}
    plain = {"name": "张三", "phone": PHONE, "email": EMAIL, "amount": 128_000, "currency": "CNY"}
    for kind, path in paths.items():
        found = small_office.get(f"visa.{role}", path)
        masks = {field: mask_of(role, kind, field) for field in RULES.kinds[kind]}
        assert set(found) == {field for field, mask in masks.items() if mask is not Mask.HIDDEN}
        for field in plain.keys() & found.keys():
            hidden = masks[field] is Mask.MASKED
            assert found[field] == (mask_value(FORMS[field], str(plain[field])) if hidden else plain[field])


@pytest.mark.parametrize("role", ROLES)
def test_a_case_shows_names_and_fields_under_the_same_rules(small_office: Office, role: str) -> None:
    small_office.post("visa.admin", "/flows", content=PROBED.encode(), headers={"content-type": "application/yaml"})
    case_id = small_office.case()
    written = {"fields": {f"probe_{pii}": "marker" for pii in PII_CLASSES}}
    small_office.post("visa.admin", f"/cases/{case_id}/fields", written)
    widened(small_office)
    found = small_office.get(f"visa.{role}", f"/cases/{case_id}")
    masks = RULES.masks[role]
    name = {Mask.HIDDEN: "", Mask.MASKED: "张*"}.get(masks.get("identity", Mask.HIDDEN), "张三")
    assert found["client"]["name"] == name
    assert [each["name"] for each in found["travellers"]] == [name]
    for pii in PII_CLASSES:
        mask = masks.get(pii, Mask.HIDDEN)
        assert (f"probe_{pii}" in found["fields"]) is (mask is not Mask.HIDDEN)
        assert found["fields"].get(f"probe_{pii}", "****") == ("marker" if mask >= Mask.READ else "****")
    [line] = small_office.get(f"visa.{role}", "/cases")["cases"]
    assert line["client_name"] == name


@pytest.mark.parametrize("role", ROLES)
def test_a_role_writes_the_fields_of_the_classes_that_are_its_to_write(small_office: Office, role: str) -> None:
    small_office.post("visa.admin", "/flows", content=PROBED.encode(), headers={"content-type": "application/yaml"})
    case_id, who = small_office.case(), f"visa.{role}"
    for pii in PII_CLASSES:
        body = {"fields": {f"probe_{pii}": f"by {role}"}}
        answer = small_office.call(who, "POST", f"/cases/{case_id}/fields", json=body)
        writes = "case.write" in DEFAULT.grants[role] and RULES.masks[role].get(pii, Mask.HIDDEN) is Mask.WRITE
        assert answer.status_code == (200 if writes else 403), (pii, answer.text)
        kept = small_office.get("visa.admin", f"/cases/{case_id}")["fields"]
        assert kept.get(f"probe_{pii}") == (f"by {role}" if writes else None)


def test_every_field_that_may_not_be_written_is_named_and_none_is_kept(small_office: Office) -> None:
    small_office.post("visa.admin", "/flows", content=PROBED.encode(), headers={"content-type": "application/yaml"})
    path = f"/cases/{small_office.case()}"
    body = {"fields": {f"probe_{pii}": "MARKED" for pii in PII_CLASSES}}
    told = small_office.refused(403, "not_allowed", "visa.reviewer", "POST", f"{path}/fields", json=body)
    assert {each["pointer"] for each in told["errors"]} == {
        "/fields/probe_contact",
        "/fields/probe_identity",
        "/fields/probe_finance",
    }
    assert "MARKED" not in str(told)
    assert "probe_none" not in small_office.get("visa.admin", path)["fields"]
    traveller = {"traveller": {"name": "赵六", "kind": "employed"}}
    small_office.refused(403, "not_allowed", "visa.reviewer", "POST", f"{path}/travellers", json=traveller)
    small_office.post("visa.copywriter", f"{path}/travellers", traveller)


def test_a_field_that_is_seen_only_is_not_written(small_office: Office) -> None:
    case_id = small_office.case()
    body = {"fields": {"own_itinerary": True}}
    small_office.post("visa.consultant", f"/cases/{case_id}/fields", body)
    small_office.post("visa.admin", "/roles/consultant/masks", {"data": "none", "mask": "read"})
    small_office.refused(403, "not_allowed", "visa.consultant", "POST", f"/cases/{case_id}/fields", json=body)
    assert small_office.get("visa.consultant", f"/cases/{case_id}")["fields"]["own_itinerary"] is True


def test_documents_are_shown_to_those_who_may_read_them(small_office: Office) -> None:
    case_id = small_office.case()
    small_office.upload(small_office.item(case_id, "retire")["id"], pdf())
    assert small_office.item(case_id, "retire", who="visa.reviewer")["versions"]
    assert "versions" not in small_office.item(case_id, "retire", who="visa.finance")


# -- what may be written -----------------------------------------------------------------------------------------------

SERVER_SIDE = (
    "id",
    "status",
    "state",
    "stage_since",
    "version",
    "department_id",
    "created_at",
    "deposit_paid_at",
    "by",
)


def test_a_key_that_is_not_named_is_refused_everywhere(small_office: Office) -> None:
    ids = build(small_office)[0].ids
    tried = 0
    for operation in described(small_office):
        request = REQUESTS[operation.name](ids)
        if "json" not in request:
            continue
        path = operation.path.removeprefix("/api/v1").format(**NAMED, **ids)
        for key in ("colour", *SERVER_SIDE):
            if key in request["json"] or (operation.name in ("add_staff", "change_staff") and key == "department_id"):
                continue
            body = request["json"] | {key: "1"}
            told = small_office.refused(422, "invalid", "visa.admin", operation.method, path, json=body, headers=ANY)
            assert (f"/{key}", "shape.unknown_key") in {(each["pointer"], each["code"]) for each in told["errors"]}
            tried += 1
    assert tried > 100


def test_every_model_is_closed(small_office: Office) -> None:
    schemas = describe(small_office.app)["components"]["schemas"]
    loose = [name for name, schema in schemas.items() if schema.get("additionalProperties") is not False]
    assert loose == []
    used = itertools.chain.from_iterable(schema.get("properties", {}) for schema in schemas.values())
    assert not {"phone_index", "email_index", "digest", "handle", "preview_handle"} & set(used)


def test_a_permission_that_the_bus_knows_is_one_that_somebody_is_granted(small_office: Office) -> None:
    wiring: Wiring = small_office.parts.bus.wiring
    wiring.everything_is_wired()
    declared = {operation.permission for operation in described(small_office)} - {"member", "anybody"}
    assert declared <= {name for grants in DEFAULT.grants.values() for name in grants}
