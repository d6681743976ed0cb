"""Clients over the API: opened, read under masks, bound to their accounts."""

import pytest

from core.clients.tables import client, client_identity, consent
from tests.admin_api.office import EMAIL, PHONE, Office


def test_a_client_is_registered_and_lies_encrypted(office: Office) -> None:
    body = {"name": "赵六", "phone": "139-0000-5678", "email": "zhaoliu@example.com", "source": "referral"}
    client_id = office.post("visa.sales", "/clients", body)["id"]
    read = office.get("visa.admin", f"/clients/{client_id}")
    assert read == {
        "id": client_id,
        "name": "赵六",
        "phone": "13900005678",
        "email": "zhaoliu@example.com",
        "language": "zh-CN",
        "source": "referral",
        "created_at": "2026-03-02T02:00:00.000Z",
        "tags": [],
    }
    with office.parts.reading.open() as reader:
        raw = reader.rows(client.select().where(client.c.id == int(client_id)))
    assert "赵六".encode() not in bytes(raw[0]["name"])
    assert b"13900005678" not in bytes(raw[0]["phone"])


@pytest.mark.parametrize(
    "body, wrong",
    [
        ({"name": "赵六", "phone": "12", "email": "none"}, {"/phone": "client.phone", "/email": "client.email"}),
        ({"name": ""}, {"/name": "shape.short"}),
        ({"name": "x" * 201}, {"/name": "shape.long"}),
        ({}, {"": "shape.missing"}),
        ({"name": "赵六", "language": "fr"}, {"/language": "shape.choice"}),
        (
            {"name": "赵六", "id": "1", "created_at": "2026-01-01"},
            {"/id": "shape.unknown_key", "/created_at": "shape.unknown_key"},
        ),
        ([], {"": "shape.mapping"}),
    ],
    ids=["phone and mail", "empty", "long", "missing", "language", "not his to write", "no object"],
)
def test_a_wrong_client_is_told_by_field(small_office: Office, body: object, wrong: dict[str, str]) -> None:
    told = small_office.refused(422, "invalid", "visa.sales", "POST", "/clients", json=body)
    assert {each["pointer"]: each["code"] for each in told["errors"]} == wrong


def test_an_account_is_bound_to_one_client(office: Office) -> None:
    body = {"channel": "webchat", "account": "demo", "external_id": "visitor-9"}
    first, second = (office.clients[name] for name in ("张三", "李四"))
    office.contract()  # the client is now his sales' own
    path = f"/clients/{first}/identities"
    assert office.call("visa.sales", "POST", path, json=body).status_code == 204
    assert office.call("visa.sales", "POST", path, json=body).status_code == 204
    office.refused(409, "identity_taken", "visa.admin", "POST", f"/clients/{second}/identities", json=body)
    with office.parts.reading.open() as reader:
        bound = reader.find(client_identity, client_identity.c.external_id == "visitor-9")
    assert [each["client_id"] for each in bound] == [first]


def test_what_is_personal_is_masked_by_role(small_office: Office) -> None:
    small_office.case()
    path = f"/clients/{small_office.clients['张三']}"
    assert small_office.get("visa.sales", path)["phone"] == PHONE
    assert small_office.get("visa.copywriter", path) | {"id": "", "created_at": ""} == {
        "id": "",
        "name": "张三",
        "phone": "138****1234",
        "email": "z****@example.com",
        "language": "zh-CN",
        "source": "other",
        "created_at": "",
        "tags": [],
    }
    reviewer = small_office.get("visa.reviewer", path)
    assert (reviewer["name"], reviewer["phone"]) == ("张*", "138****1234")
    assert EMAIL not in str(reviewer)


def test_consent_on_paper_is_noted_once_with_who_says_so(office: Office) -> None:
    office.contract()  # the client is now his sales' own
    client_id, path = office.clients["张三"], f"/clients/{office.clients['张三']}/paper-consent"
    for _ in range(2):
        assert office.call("visa.sales", "POST", path, json={"signed_on": "2026-03-01"}).status_code == 204
    with office.parts.reading.open() as reader:
        [noted] = reader.find(consent, client_id=client_id)
    assert (noted["given"], noted["channel"], noted["signed_on"]) == (True, "paper", "2026-03-01")
    assert noted["by_id"] == office.staff["visa.sales"]
    told = office.refused(422, "invalid", "visa.sales", "POST", path, json={"signed_on": "2027-03-01"})
    assert [each["pointer"] for each in told["errors"]] == ["/signed_on"]
