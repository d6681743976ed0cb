"""Links of the API's description: which answer holds the id that another operation takes, and the ETag for If-Match."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from admin_api import entity_tag

Link = dict[str, Any]

GIVES: Final[Mapping[str, tuple[str, str]]] = {
    "list_flows": ("flow_version_id", "/flows/0/id"),
    "publish_flow": ("flow_version_id", "/id"),
    "publish_draft": ("flow_version_id", "/id"),
    "start_migration": ("batch_id", "/id"),
    "draft_flow": ("draft_id", "/id"),
    "list_drafts": ("draft_id", "/drafts/0/id"),
    "register_client": ("client_id", "/id"),
    "list_clients": ("client_id", "/clients/0/id"),
    "draft_contract": ("contract_id", "/id"),
    "activate_contract": ("case_id", "/case_id"),
    "list_cases": ("case_id", "/cases/0/id"),
    "read_case": ("item_id", "/items/0/id"),
    "submit_document": ("version_id", "/id"),
    "list_clear_reviews": ("version_id", "/versions/0/version_id"),
    "list_tasks": ("task_id", "/tasks/0/id"),
    "list_texts": ("text_key", "/texts/0/key"),
    "add_calendar": ("calendar_name", "/name"),
    "list_calendars": ("calendar_name", "/calendars/0/name"),
    "add_service_template": ("service_key", "/key"),
    "list_service_templates": ("service_key", "/templates/0/key"),
    "list_table_rows": ("row_key", "/rows/0/key"),
    "list_contents": ("content_key", "/contents/0/key"),
    "list_tables": ("table_name", "/tables/0/name"),
    "list_settings": ("setting_name", "/settings/0/name"),
    "list_conversations": ("conversation_id", "/conversations/0/id"),
    "list_handoffs": ("handoff_id", "/handoffs/0/id"),
    "list_held_files": ("errand_id", "/files/0/id"),
    "list_sessions": ("session_id", "/sessions/0/id"),
    "list_entries": ("entry_id", "/entries/0/id"),
    "add_staff": ("staff_id", "/id"),
    "list_staff": ("staff_id", "/staff/0/id"),
    "issue_api_key": ("key_id", "/id"),
    "list_api_keys": ("key_id", "/keys/0/id"),
    "list_staff_identities": ("identity_id", "/identities/0/id"),
    "add_department": ("department_id", "/id"),
    "list_departments": ("department_id", "/departments/0/id"),
    "read_rule_log": ("rule", "/stopped/0/rule"),
    "add_role": ("role", "/role"),
    "list_roles": ("role", "/roles/0/role"),
    "delegate_work": ("delegation_id", "/id"),
    "list_delegations": ("delegation_id", "/given/0/id"),
}
"""Operation -> the parameter of a path that its answer has a value for, and where it stands (of a list: the first)."""


def add_links(document: dict[str, Any]) -> None:
    """Every answer with an id leads to all that takes it; every answer with an ETag to what may be changed with it."""
    takers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    found = list(_operations(document))
    for _, operation in found:
        for parameter in _path_parameters(operation):
            takers[parameter].append(operation)
    for path, operation in found:
        links = {**_with_tag(path, operation, found), **_with_id(operation, takers)}
        if links:
            _success(operation)["links"] = dict(sorted(links.items()))


def _with_id(operation: dict[str, Any], takers: Mapping[str, list[dict[str, Any]]]) -> dict[str, Link]:
    if operation["operationId"] not in GIVES:
        return {}
    parameter, place = GIVES[operation["operationId"]]
    return {
        taker["operationId"]: _link(taker, {parameter: f"$response.body#{place}"})
        for taker in takers[parameter]
        if taker is not operation
    }


def _with_tag(path: str, operation: dict[str, Any], found: list[tuple[str, dict[str, Any]]]) -> dict[str, Link]:
    """From a look at a thing to what changes the same thing: with the state that was seen."""
    if "ETag" not in _success(operation)["headers"] or _takes_tag(operation):
        return {}
    seen = {name: f"$request.path.{name}" for name in _path_parameters(operation)}
    seen[entity_tag.HEADER] = "$response.header.ETag"
    return {
        each["operationId"]: _link(each, seen)
        for below, each in found
        if (below == path or below.startswith(f"{path}/")) and _takes_tag(each)
    }


def _link(target: dict[str, Any], parameters: dict[str, str]) -> Link:
    return {"operationId": target["operationId"], "parameters": parameters, "description": target["summary"] + "."}


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for operation in item.values():
            yield path, operation


def _path_parameters(operation: dict[str, Any]) -> list[str]:
    return [each["name"] for each in operation["parameters"] if each["in"] == "path"]


def _takes_tag(operation: dict[str, Any]) -> bool:
    return any(each["name"] == entity_tag.HEADER for each in operation["parameters"])


def _success(operation: dict[str, Any]) -> dict[str, Any]:
    """The answer when it went well: each operation has one."""
    [answer] = [each for status, each in operation["responses"].items() if status.startswith("2")]
    found: dict[str, Any] = answer
    return found
