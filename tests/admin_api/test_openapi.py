"""The description of the API: complete, and true to what the API does."""

from typing import Any

import pytest

from admin_api.openapi import describe, operations
from admin_api.problem import MEDIA_TYPE
from admin_api.schemas import acts, contracts, documents, people
from admin_api.schemas.model import Sent
from tests.admin_api.office import Office

PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}


@pytest.fixture
def document(small_office: Office) -> dict[str, Any]:
    answer = small_office.http.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_it_is_the_description_that_is_served(small_office: Office, document: dict[str, Any]) -> None:
    assert document == describe(small_office.app)
    assert document["openapi"].startswith("3.1")


def test_every_operation_is_described_in_full(document: dict[str, Any]) -> None:
    found = list(operations(document))
    assert len(found) == len({each["operationId"] for each in found})
    for operation in found:
        name = operation["operationId"]
        assert operation["summary"], name
        assert not operation["summary"].endswith("."), name
        assert len(operation["tags"]) == 1, name
        assert operation["security"] == ([] if operation["x-permission"] == "anybody" else [{"apiKey": []}]), name
        assert operation["x-permission"], name
        assert any(status.startswith("2") for status in operation["responses"]), name


def test_every_error_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            statuses = set(operation["responses"])
            expected = {"401", "503"} | ({"404"} if "{" in path else set())
            expected |= {"413"} if method == "post" else set()
            expected |= {"422"} if "requestBody" in operation else set()
            expected |= set() if operation["x-permission"] in ("member", "anybody") else {"403"}
            assert expected <= statuses, operation["operationId"]
            for status in statuses:
                if status.startswith(("4", "5")):
                    assert operation["responses"][status]["content"] == PROBLEM
                    assert operation["responses"][status]["description"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                names.add(node["$ref"].removeprefix("#/components/schemas/"))
            for member in node.values():
                walk(member)
        elif isinstance(node, list):
            for member in node:
                walk(member)

    walk(document)
    schemas = document["components"]["schemas"]
    assert names <= set(schemas)
    assert {"ProblemDocument", "ErrorEntry"} <= names
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_ids_are_texts_wherever_they_stand(document: dict[str, Any]) -> None:
    numbers = []
    for name, schema in document["components"]["schemas"].items():
        for key, member in schema.get("properties", {}).items():
            if (key == "id" or key.endswith("_id")) and key != "external_id":
                kinds = [member.get("type"), *(each.get("type") for each in member.get("anyOf", ()))]
                numbers += [f"{name}.{key}"] if "integer" in kinds or "number" in kinds else []
    assert numbers == []
    for operation in operations(document):
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                assert parameter["schema"]["type"] == "string"


BODIES = [
    model
    for module in (acts, contracts, documents, people)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Sent) and model is not Sent
]


@pytest.mark.parametrize("model", BODIES, ids=lambda model: str(model.__name__))
def test_the_examples_of_a_body_fit_it(model: type[Sent]) -> None:
    examples = {
        name: info.examples[0] for name, info in model.model_fields.items() if info.examples and name != "travellers"
    }
    required = {name for name, info in model.model_fields.items() if info.is_required()}
    given = {"client_id": "301234567890123456", "staff_id": "301234567890123456", "signed_on": "2026-03-01"}
    traveller = {"name": "张三", "kind": "employed"}
    given |= {"travellers": [traveller], "traveller": traveller}  # type: ignore[dict-item]  # all kinds of values
    missing = required - set(examples) - set(given)
    assert missing == set(), f"no example for {missing}"
    model.model_validate({**{name: given[name] for name in required if name in given}, **examples})
