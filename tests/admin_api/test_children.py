"""Child cases over the API: opening them, listing them with their parent, and who sees which."""

from typing import Any

from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.work import PublishFlow
from tests.admin_api.office import Office
from tests.family.flows import ALL


def study(office: Office, roles: tuple[str, ...] = ("consultant", "copywriter")) -> str:
    team = {role: office.staff[f"visa.{role}"] for role in roles}
    people = (Traveller(name="小明", kind="student"),)
    fields: dict[str, Any] = {"schools": ["ucl", "leeds", "york"]}
    command = OpenCase(client_id=office.clients["张三"], flow="study", travellers=people, team=team, fields=fields)
    return str(office.do(command))


def test_children_are_opened_and_listed(small_office: Office) -> None:
    for source in ALL:
        small_office.do(PublishFlow(source=source))
    case_id = study(small_office)
    path, adviser = f"/cases/{case_id}/children", "visa.consultant"
    one = small_office.post(adviser, path, {"child": "application", "value": "leeds"})["ids"]
    rest = small_office.post(adviser, path, {"child": "application"})["ids"]
    assert len(set(rest)) == 3
    assert one[0] == rest[1]
    family = small_office.get(adviser, path)
    assert family["parent"] is None
    told = [
        (each["child"], each["value"], each["value_name"]["en"], each["stage"]["key"]) for each in family["children"]
    ]
    assert told == [
        ("application", "leeds", "Leeds", "prepare"),
        ("application", "ucl", "UCL", "prepare"),
        ("application", "york", "York", "prepare"),
    ]
    page = small_office.get(adviser, f"{path}?limit=2")
    assert len(page["children"]) == 2
    assert [each["value"] for each in small_office.get(adviser, f"{path}?cursor={page['next']}")["children"]] == [
        "york"
    ]

    beneath = small_office.get(adviser, f"/cases/{one[0]}/children")
    assert beneath["children"] == []
    assert (beneath["parent"]["id"], beneath["parent"]["stage"]["key"]) == (case_id, "choose")

    refused = small_office.refused(422, "invalid", adviser, "POST", path, json={"child": "application", "value": "mit"})
    assert [each["pointer"] for each in refused["errors"]] == ["/value"]
    asked = {"child": "application", "value": "ucl", "again": True}
    small_office.refused(409, "not_possible_now", adviser, "POST", path, json=asked)
    small_office.refused(404, "not_found", "other.consultant", "POST", path, json=asked)
