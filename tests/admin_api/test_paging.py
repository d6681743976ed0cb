"""Every list of the API comes in pages, and the pages together are the list, whatever happens in between."""

import contextlib
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_api.openapi import describe, operations
from admin_api.paging import MOST, cursor_at, cut, id_before, page_of, read_cursor
from core.commands.desk import TagClient
from core.kit.errors import Invalid
from tests.admin_api.office import Office
from tests.admin_api.world import build

LISTS = {
    "/cases": "cases",
    "/find?q=tag:加急办理": "cases",
    "/texts?prefix=welcome": "texts",
    "/flows": "flows",
    "/templates": "templates",
    "/tasks": "tasks",
    "/handoffs": "handoffs",
    "/held-files": "files",
    "/cases/{case_id}/timeline?everything=true": "events",
    "/cases/{case_id}/rules": "runs",
    "/cases/{case_id}/children": "children",
    "/cases/{case_id}/approvals": "rounds",
    "/clients": "clients",
    "/conversations": "conversations",
    "/conversations/{conversation_id}/messages": "messages",
    "/queue-entries?queue=outbox&state=waiting": "entries",
    "/audit?command=OpenCase": "entries",
    "/flow-drafts": "drafts",
    "/flow-drafts/{draft_id}/simulation/cases": "cases",
    "/flow-migrations/{batch_id}/cases": "cases",
    "/sessions": "sessions",
    "/staff": "staff",
    "/staff/{staff_id}/keys": "keys",
    "/staff/{staff_id}/identities": "identities",
    "/departments": "departments",
    "/roles": "roles",
    "/calendars": "calendars",
    "/service-templates": "templates",
    "/tables": "tables",
    "/tables/{table_name}/rows": "rows",
    "/tables/{table_name}/editions": "editions",
    "/contents": "contents",
    "/contents/{content_key}/versions": "versions",
    "/lost-cards": "cards",
}
"""Every list that comes in pages, and what its entries are called. One that is not here is not tried, and fails."""

WHOLE = {"/permissions", "/field-masks", "/settings", "/queues"}
"""Lists of what the code itself knows: nobody can make them longer, so they are told in one piece."""


def answers(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of what a GET may answer, each resolved one step."""
    content = operation["responses"]["200"].get("content", {}).get("application/json")
    if content is None:
        return []
    schema = content["schema"]
    names = [each["$ref"].rpartition("/")[2] for each in schema.get("anyOf", [schema])]
    return [document["components"]["schemas"][name] for name in names]


def lists_in(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: each for name, each in schema["properties"].items() if each.get("type") == "array"}


def test_every_list_has_pages_or_says_how_long_it_is_at_most(small_office: Office) -> None:
    """What belongs to one thing (a case's items, a role's rights) is a part of it and no list of its own."""
    document = describe(small_office.app)
    paged, whole = set(), set()
    for path, item in document["paths"].items():
        if "get" not in item or item["get"] not in list(operations(document)):
            continue
        operation = item["get"]
        parameters = {each["name"]: each for each in operation.get("parameters", [])}
        for schema in answers(document, operation):
            if "next" in schema["properties"]:
                paged.add(path.removeprefix("/api/v1"))
                assert "next" in schema["required"], path
                assert parameters["limit"]["schema"]["maximum"] == MOST, path
                assert parameters["cursor"]["required"] is False, path
            elif operation["operationId"].startswith(("list_", "find")) and schema["title"] != "Board":
                assert lists_in(schema), path
                if path.removeprefix("/api/v1") in WHOLE:
                    whole.add(path.removeprefix("/api/v1"))
                    continue
                assert all("maxItems" in each for each in lists_in(schema).values()), path
    assert paged == {path.partition("?")[0] for path in LISTS}
    assert whole == WHOLE


def test_the_pages_together_are_the_list(office: Office) -> None:
    world = build(office)
    for name in office.clients.values():
        office.do(TagClient(client_id=name, tag="加急办理"))
    lengths = {}
    for path, key in LISTS.items():
        place = path.format(**world[0].ids)
        joint = "&" if "?" in place else "?"
        whole = office.get("visa.admin", f"{place}{joint}limit={MOST}")
        assert whole["next"] is None, path
        found, cursor, rounds = [], "", 0
        while True:
            page = office.get("visa.admin", f"{place}{joint}limit=2{cursor}")
            assert len(page[key]) <= 2, path
            found += page[key]
            rounds += 1
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert found == whole[key], path
        assert rounds == max(1, -(-len(found) // 2)), path
        lengths[path] = len(found)
    assert sum(length > 2 for length in lengths.values()) >= 6, lengths


def test_what_comes_or_goes_in_between_moves_nothing(small_office: Office) -> None:
    first = [small_office.case() for _ in range(3)]
    page = small_office.get("visa.admin", "/cases?limit=1")
    newer = small_office.case("李四")
    small_office.post("visa.supervisor", f"/cases/{first[2]}/advance", {"trigger": "withdraw", "reason": "改期"})
    rest = small_office.get("visa.admin", f"/cases?limit=5&cursor={page['next']}")["cases"]
    assert [each["id"] for each in rest] == [first[1], first[0]]
    assert small_office.get("visa.admin", "/cases?limit=1")["cases"][0]["id"] == newer


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_is_none_is_named(small_office: Office, path: str) -> None:
    place = path.format(**build(small_office)[0].ids)
    for cursor in ("x", "!", "W10", urlsafe_b64encode(b'[{"a": 1}]').decode(), urlsafe_b64encode(b"[null]").decode()):
        joint = "&" if "?" in place else "?"
        told = small_office.refused(422, "invalid", "visa.admin", "GET", f"{place}{joint}cursor={cursor}")
        assert [each["parameter"] for each in told["errors"]] == ["cursor"]


@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=2)), unique=True, max_size=12), st.integers(1, 5))
def test_pages_of_anything_that_has_an_order(entries: list[tuple[int, str]], limit: int) -> None:
    found: list[tuple[int, str]] = []
    cursor: str | None = None
    while True:
        page, cursor = page_of(entries, lambda each: each, cursor, limit)
        found += page
        if cursor is None:
            break
        assert len(page) == limit
    assert found == sorted(entries)


@given(st.text(max_size=30))
def test_whatever_is_sent_as_a_cursor_is_read_or_refused(cursor: str) -> None:
    for reading in (read_cursor, id_before, lambda text: page_of([(1, "a")], lambda entry: entry, text, 1)):
        with contextlib.suppress(Invalid):
            reading(cursor)


def test_a_cursor_leads_back_to_its_place() -> None:
    assert read_cursor(cursor_at((0, "值", -5))) == (0, "值", -5)
    assert id_before(cursor_at((-7,))) == 7
    assert cut([1, 2, 3], lambda each: (each,), 2) == ([1, 2], cursor_at((2,)))
    assert json.loads(json.dumps(read_cursor(None))) is None
