"""The gate: a change of the API that breaks its callers is found, and one that does not is not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from scripts.api_changes import ACCEPT, RELEASED, accepted, breaking, described, written

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    return described()


def test_nothing_breaks_whoever_was_written_for_the_last_release(now: dict[str, Any]) -> None:
    old = json.loads(RELEASED.read_text("utf-8"))
    found = [] if accepted(old, now) else breaking(old, now)
    assert not found, "\n".join([*found, ACCEPT])


def test_the_released_description_is_written_in_one_way(now: dict[str, Any]) -> None:
    text = RELEASED.read_text("utf-8")
    assert text == written(json.loads(text))
    assert breaking(now, copy.deepcopy(now)) == []


def test_the_command_prints_the_description(now: dict[str, Any]) -> None:
    done = CliRunner().invoke(app, ["openapi"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == now


def operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for item in document["paths"].values() for each in item.values() if each["operationId"] == name)


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def limit(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each["schema"] for each in operation(document, "list_tasks")["parameters"] if each["name"] == "limit"
    )
    return found


HEADER = {"in": "header", "name": "X-New", "required": True, "schema": {"type": "string"}}
BREAKING: dict[str, Change] = {
    "GET /api/v1/me: removed": lambda d: d["paths"].pop("/api/v1/me"),
    "GET /api/v1/me: operationId read_me is now me": lambda d: operation(d, "read_me").update(operationId="me"),
    "GET /api/v1/me: needs a.b instead of member": lambda d: operation(d, "read_me").update({"x-permission": "a.b"}),
    "GET /api/v1/me: 200 removed": lambda d: operation(d, "read_me")["responses"].pop("200"),
    "GET /api/v1/me: 200: language removed": lambda d: schema(d, "Me")["properties"].pop("language"),
    "GET /api/v1/me: 200: name may be missing now": lambda d: schema(d, "Me")["required"].remove("name"),
    "GET /api/v1/me: parameter X-New is required now": lambda d: operation(d, "read_me")["parameters"].append(HEADER),
    "GET /api/v1/tasks: parameter limit removed": lambda d: operation(d, "list_tasks")["parameters"].remove(
        next(each for each in operation(d, "list_tasks")["parameters"] if each["name"] == "limit")
    ),
    "GET /api/v1/tasks: parameter limit: maximum is 5 now": lambda d: limit(d).update(maximum=5),
    "GET /api/v1/tasks: parameter limit: integer became another type": lambda d: limit(d).update(type="string"),
    "GET /api/v1/tasks: 200.tasks[]: title removed": lambda d: schema(d, "Task")["properties"].pop("title"),
    "POST /api/v1/clients: body: zone is required now": lambda d: schema(d, "NewClient")["required"].append("zone"),
    "POST /api/v1/clients: body: phone is not taken any more": lambda d: schema(d, "NewClient")["properties"].pop(
        "phone"
    ),
    "POST /api/v1/clients: body.name: maxLength is 1 now": lambda d: schema(d, "NewClient")["properties"][
        "name"
    ].update(maxLength=1),
    "POST /api/v1/versions/{version_id}/review: body.decision: does not take 'approved' now": lambda d: schema(
        d, "NewReview"
    )["properties"]["decision"]["enum"].remove("approved"),
    "POST /api/v1/flows: body application/yaml is not taken any more": lambda d: operation(d, "publish_flow")[
        "requestBody"
    ]["content"].pop("application/yaml"),
}
HARMLESS: dict[str, Change] = {
    "a new operation": lambda d: d["paths"].update({"/api/v1/new": {"get": operation(d, "read_me")}}),
    "a new property of an answer": lambda d: schema(d, "Me")["properties"].update(new={"type": "string"}),
    "a new property of a body that need not be sent": lambda d: schema(d, "NewClient")["properties"].update(new={}),
    "a wider limit": lambda d: limit(d).update(maximum=5000),
    "a new error": lambda d: operation(d, "read_me")["responses"].update({"410": {"description": "Gone"}}),
    "other words": lambda d: operation(d, "read_me").update(summary="Other words", description="More of them."),
    "a new choice": lambda d: schema(d, "NewReview")["properties"]["decision"]["enum"].append("later"),
}


@pytest.mark.parametrize("said", BREAKING)
def test_what_breaks_callers_is_found_and_named(now: dict[str, Any], said: str) -> None:
    changed = copy.deepcopy(now)
    BREAKING[said](changed)
    assert said in breaking(now, changed)
    assert not accepted(now, changed)
    changed["info"]["version"] = f"{int(now['info']['version'].split('.')[0]) + 1}.0.0"
    assert accepted(now, changed)


@pytest.mark.parametrize("change", HARMLESS)
def test_what_breaks_nobody_is_let_through(now: dict[str, Any], change: str) -> None:
    changed = copy.deepcopy(now)
    HARMLESS[change](changed)
    assert changed != now
    assert breaking(now, changed) == []
