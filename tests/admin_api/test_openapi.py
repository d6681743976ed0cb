"""The description of the API: complete, and true to what the API does."""

from typing import Any

import jsonschema_rs
import pytest

from admin_api.openapi import describe, operations
from admin_api.problem import MEDIA_TYPE, ProblemDocument
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
            expected = {"401", "429", "503"} | ({"404"} if "{" in path else set())
            expected |= {"400", "413", "415", "422"} if method != "get" else set()
            expected |= {"422"} if any(each["in"] == "query" for each in operation["parameters"]) else set()
            headers = {each["name"]: each for each in operation["parameters"] if each["in"] == "header"}
            expected |= {"409"} if "Idempotency-Key" in headers else set()
            expected |= {"412"} if "If-Match" in headers else set()
            expected |= {"428"} if headers.get("If-Match", {}).get("required") else set()
            expected |= set() if operation["x-permission"] in ("member", "anybody") else {"403"}
            assert expected <= statuses, operation["operationId"]
            for status in statuses:
                if status.startswith(("4", "5")):
                    content = operation["responses"][status]["content"]
                    assert {each: {"schema": told["schema"]} for each, told in content.items()} == PROBLEM
                    ProblemDocument.model_validate(content[MEDIA_TYPE]["example"])
                    assert content[MEDIA_TYPE]["example"]["status"] == int(status)
                    assert operation["responses"][status]["description"]


def test_the_document_itself_is_complete(document: dict[str, Any]) -> None:
    info = document["info"]
    assert all(info[name] for name in ("title", "version", "summary", "description", "license"))
    described = {each["name"]: each["description"] for each in document["tags"]}
    assert all(described.values())
    assert {operation["tags"][0] for operation in operations(document)} == set(described)
    assert "apiKey" in document["components"]["securitySchemes"]
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "enum" in schema, name
        assert "__" not in name, f"two models are called {name.rpartition('__')[2]}: a client could not tell them apart"


def test_every_parameter_and_header_has_its_form(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation["parameters"]:
            assert parameter["schema"], (operation["operationId"], parameter["name"])
            if parameter["in"] == "path":
                assert parameter["required"]
        for status, response in operation["responses"].items():
            headers = set(response["headers"])
            assert headers <= set(document["components"]["headers"])
            counted = status != "401" and operation["security"] != []
            assert ({"RateLimit", "RateLimit-Policy"} <= headers) == counted
            assert ("Retry-After" in headers) == (status in ("429", "503"))


def test_every_body_and_every_answer_has_an_example_that_fits(document: dict[str, Any]) -> None:
    tried = 0
    for operation in operations(document):
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            for kind, content in holder.get("content", {}).items():
                if content["schema"].get("format") == "binary":
                    continue
                schema = {**content["schema"], "components": document["components"]}
                validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
                assert list(validator.iter_errors(content["example"])) == [], (operation["operationId"], kind)
                tried += 1
    assert tried > 400


def test_every_pattern_is_one_that_others_read_the_same(document: dict[str, Any]) -> None:
    """JSON Schema's patterns are ECMA 262: no Python extensions."""

    def walk(node: Any) -> list[str]:
        if isinstance(node, list):
            return [each for member in node for each in walk(member)]
        if not isinstance(node, dict):
            return []
        own = [node["pattern"]] if isinstance(node.get("pattern"), str) else []
        return own + [each for member in node.values() for each in walk(member)]

    for pattern in walk(document):
        assert "(?P" not in pattern
        assert "\\Z" not in pattern


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("$ref", "").startswith("#/components/schemas/"):
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
