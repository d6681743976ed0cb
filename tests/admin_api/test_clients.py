"""Clients over the API: opened, read under masks, bound to their accounts."""

from dataclasses import replace

import pytest

from core.bus.bus import Bus
from core.clients.tables import client, client_identity, consent
from core.engine.access import Mask, Pii
from core.staff.policy import DEFAULT
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
        "sex": None,
        "birth_date": None,
        "passport_no": None,
        "language": "zh-CN",
        "source": "referral",
        "created_at": "2026-03-02T02:00:00.000Z",
        "tags": [],
        "promotion_off_at": None,
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
        "sex": None,
        "birth_date": None,
        "passport_no": None,
        "language": "zh-CN",
        "source": "other",
        "created_at": "",
        "tags": [],
        "promotion_off_at": None,
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


BASIC = {
    "name": "赵六",
    "sex": "female",
    "birth_date": "1990-05-01",
    "passport_no": "E12345678",
    "phone": "13900005678",
    "email": "zhaoliu@example.com",
}


@pytest.mark.row("CD1")
def test_one_file_per_client_with_the_basics(office: Office) -> None:
    client_id = office.post("visa.sales", "/clients", BASIC | {"passport_no": "e1234 5678"})["id"]
    found = office.get("visa.admin", f"/clients/{client_id}/360")
    assert {name: found["basic"][name] for name in BASIC} == BASIC
    assert (found["contracts"], found["cases"], found["accounts"]) == ([], [], [])
    days = ("1990-13-01", "1990-05-01T00:00:00Z", "0", 0, 19900501)
    for name, wrong in (("email", "zhaoliu"), *(("birth_date", day) for day in days)):
        told = office.refused(422, "invalid", "visa.sales", "POST", "/clients", json={**BASIC, name: wrong})
        assert [each["pointer"] for each in told["errors"]] == [f"/{name}"]
    with office.parts.reading.open() as reader:
        [raw] = reader.rows(client.select().where(client.c.id == int(client_id)))
    for name in ("sex", "birth_date", "passport_no"):
        assert BASIC[name].encode() not in bytes(raw[name])


def test_everything_that_is_wrong_with_a_file_is_told_at_once(small_office: Office) -> None:
    wrong = {"phone": "12", "email": "a@b", "birth_date": "2026-03-02", "passport_no": "12"}
    told = small_office.refused(422, "invalid", "visa.sales", "POST", "/clients", json=BASIC | wrong)
    assert {each["pointer"] for each in told["errors"]} == {f"/{name}" for name in wrong}


def test_a_file_is_changed_where_it_is_named_and_nowhere_else(office: Office) -> None:
    client_id = office.post("visa.admin", "/clients", BASIC)["id"]
    changed = office.patch("visa.admin", f"/clients/{client_id}", {"email": "neu@example.com", "passport_no": ""})
    assert {name: changed[name] for name in BASIC} == BASIC | {"email": "neu@example.com", "passport_no": None}
    assert office.get("visa.admin", "/clients?q=E12345678")["clients"] == []
    assert [each["id"] for each in office.get("visa.admin", "/clients?q=NEU@example.com")["clients"]] == [client_id]
    seen = office.seen("visa.admin", f"/clients/{client_id}")
    wrong = {"json": {"email": "x", "name": "钱七"}, "headers": seen}
    told = office.refused(422, "invalid", "visa.admin", "PATCH", f"/clients/{client_id}", **wrong)
    assert [each["pointer"] for each in told["errors"]] == ["/email"]
    assert office.get("visa.admin", f"/clients/{client_id}")["name"] == "赵六"


def test_nobody_changes_what_he_may_not_see(small_office: Office) -> None:
    """A member of service who is masked for contact data could overwrite what he cannot read."""
    masks: dict[str, dict[Pii, Mask]] = {each: dict(of) for each, of in DEFAULT.field_rules.masks.items()}
    masks |= {"service": {"none": Mask.READ, "identity": Mask.READ, "contact": Mask.MASKED}}
    policy = replace(DEFAULT, field_rules=replace(DEFAULT.field_rules, masks=masks))
    wiring = replace(small_office.parts.bus.wiring, policy=policy)
    small_office.app.state.admin_api = replace(small_office.parts, policy=policy, bus=Bus(wiring))
    small_office.contract()  # the client is now his team's own
    path = f"/clients/{small_office.clients['张三']}"
    seen = {"headers": small_office.seen("visa.service", path)}
    small_office.refused(403, "not_allowed", "visa.service", "PATCH", path, json={"phone": "13911112222"}, **seen)
    assert small_office.patch("visa.service", path, {"sex": "male"})["sex"] == "male"


def test_clients_are_listed_and_found_by_whom_they_concern(office: Office) -> None:
    office.case()
    mine = [office.clients["张三"]]
    client_id = office.post("visa.admin", "/clients", BASIC)["id"]

    def found(who: str, query: str = "") -> list[int]:
        return [int(each["id"]) for each in office.get(who, f"/clients{query}")["clients"]]

    everybody = [int(client_id), *sorted(office.clients.values(), reverse=True)]
    assert found("visa.admin") == everybody
    assert found("visa.sales") == mine
    assert found("other.sales") == []
    for words in ("赵", "E12345678", "139-0000-5678", "ZHAOLIU@example.com"):
        assert found("visa.admin", f"?q={words}") == [int(client_id)], words
        assert found("visa.sales", f"?q={words}") == []
    assert found("visa.reviewer", "?q=张") == []  # he sees 张* only
    pages, query = list[int](), "?limit=1"
    while query:
        answer = office.get("visa.admin", f"/clients{query}")
        pages += [int(each["id"]) for each in answer["clients"]]
        query = "" if answer["next"] is None else f"?limit=1&cursor={answer['next']}"
    assert pages == everybody


def test_the_whole_client_holds_what_the_reader_reaches(office: Office) -> None:
    case_id = office.case()
    path = f"/clients/{office.clients['张三']}/360"
    found = office.get("visa.sales", path)
    assert [each["id"] for each in found["cases"]] == [case_id]
    assert [each["case_id"] for each in found["contracts"]] == [case_id]
    assert [(each["channel"], each["account"]) for each in found["accounts"]] == [("webchat", "demo")]
    office.refused(404, "not_found", "other.sales", "GET", path)
    masked = office.get("visa.reviewer", path)
    assert masked["basic"]["name"] == "张*"
    assert all(each["client_name"] == "张*" for each in masked["cases"])
