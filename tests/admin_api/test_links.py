"""Links of the description: each leads from a value that an answer has to an operation that takes it."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from admin_api.app import document as described
from admin_api.examples import example_of
from admin_api.links import GIVES
from admin_api.openapi import operations

BODY, SEEN = "$response.body#/", "$response.header.ETag"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return described()


def links(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Each with the operation and the answer that it leads on from."""
    for operation in operations(document):
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                yield operation, answer, link


def parameters(operation: dict[str, Any], place: str) -> dict[str, Any]:
    return {each["name"]: each for each in operation["parameters"] if each["in"] == place}


def example(content: dict[str, Any], document: dict[str, Any]) -> Any:
    """Of the last shape where an answer has several: the list, not the board."""
    shapes = content["schema"].get("anyOf", ())
    return example_of(shapes[-1], document["components"]["schemas"]) if shapes else content["example"]


def at(value: Any, pointer: str) -> Any:
    for part in pointer.split("/"):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def test_every_link_gives_a_value_that_its_operation_takes(document: dict[str, Any]) -> None:
    named = {each["operationId"]: each for each in operations(document)}
    found = list(links(document))
    assert len(found) > 150
    for operation, answer, link in found:
        target = named[link["operationId"]]
        taken = parameters(target, "path") | parameters(target, "header")
        assert link["description"]
        for name, expression in link["parameters"].items():
            assert name in taken, (operation["operationId"], link)
            if expression.startswith(BODY):
                [content] = answer["content"].values()
                value = at(example(content, document), expression.removeprefix(BODY))
                assert jsonschema_rs.is_valid(taken[name]["schema"], value), (operation["operationId"], link, value)
            elif expression == SEEN:
                assert "ETag" in answer["headers"]
            else:
                assert expression == f"$request.path.{name}"
                assert name in parameters(operation, "path")


def test_whatever_stands_in_a_path_is_given_by_some_answer(document: dict[str, Any]) -> None:
    """But the language of a text, which is one of two."""
    reached = {(link["operationId"], name) for _, _, link in links(document) for name in link["parameters"]}
    for operation in operations(document):
        for name in parameters(operation, "path").keys() - {"language"}:
            assert (operation["operationId"], name) in reached
    assert set(GIVES) <= {each["operationId"] for each in operations(document)}


def test_whatever_wants_to_know_what_was_seen_is_linked_from_where_it_is_seen(document: dict[str, Any]) -> None:
    seen = {link["operationId"] for _, _, link in links(document) if SEEN in link["parameters"].values()}
    wanted = {each["operationId"] for each in operations(document) if "If-Match" in parameters(each, "header")}
    guarded = {
        each["operationId"]
        for each in operations(document)
        if parameters(each, "header").get("If-Match", {}).get("required")
    }
    assert guarded <= seen <= wanted
    assert len(guarded) > 15


def test_every_example_of_a_parameter_fits_it(document: dict[str, Any]) -> None:
    tried = 0
    for operation in operations(document):
        for parameter in operation["parameters"]:
            schema = {**parameter["schema"], "components": document["components"]}
            for example in parameter["schema"].get("examples", ()):
                assert jsonschema_rs.is_valid(schema, example), (operation["operationId"], parameter["name"])
                tried += 1
    assert tried > 300
