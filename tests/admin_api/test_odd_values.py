"""Whatever stands where a value should be, the answer is an answer: never a crash."""

import json
from collections.abc import Iterator
from typing import Any

from admin_api.openapi import describe
from tests.admin_api.office import Office
from tests.admin_api.requests import REQUESTS
from tests.admin_api.world import NAMED, build, described

TEXTS = ("", " ", "\0", "\ud800", "x" * 5000, "../..", "{name}")
MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:01+14:00")
NUMBERS = ("-1", "1e9", "9" * 40, "true", "null")
IN_ADDRESSES = ("", "\0", "a\0b", "x" * 3000, *NUMBERS, "证", "a&b=c", "[]", *MOMENTS)
ODD: tuple[Any, ...] = (*TEXTS, None, 0, -1, 1.5, 10**30, True, [], {}, [[]], {"a": {"b": 1}})


def variations(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with each odd value in each place, one at a time, one level down as well."""
    for key, value in body.items():
        yield {name: member for name, member in body.items() if name != key}
        for odd in ODD:
            yield body | {key: odd}
            if isinstance(value, dict):
                for inner in value:
                    yield body | {key: value | {inner: odd}}
            if isinstance(value, list):
                yield body | {key: [odd]}
                yield body | {key: [*value, *value, odd]}


def test_no_value_in_any_body_crashes_anything(postgres_office: Office) -> None:
    ids, tried = build(postgres_office)[0].ids, 0
    for operation in described(postgres_office):
        request = REQUESTS[operation.name](ids)
        for body in variations(request.get("json", {})):
            path = operation.path.removeprefix("/api/v1").format(**NAMED, **ids)
            answer = postgres_office.call(
                "visa.admin",
                operation.method,
                path,
                content=json.dumps(body).encode(),
                headers={"content-type": "application/json", "if-match": "*"},
            )
            tried += 1
            assert answer.status_code < 500, (operation.name, body, answer.text)
    assert tried > 600


def test_no_parameter_of_any_address_crashes_anything(postgres_office: Office) -> None:
    """Every query parameter that the description names; on PostgreSQL, which is the stricter one."""
    ids, tried = build(postgres_office)[0].ids, set()
    for path, operations in describe(postgres_office.app)["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if parameter["in"] != "query" or not path.startswith("/api/v1"):
                continue
            address, name = path.removeprefix("/api/v1").format(**NAMED, **ids), parameter["name"]
            wanted = {"q": "a"} if path.endswith("/find") else {}
            for odd in IN_ADDRESSES:
                answer = postgres_office.call("visa.admin", "GET", address, params={**wanted, name: odd})
                assert answer.status_code in (200, 404, 422), (address, name, odd, answer.text)
            tried.add((path.removeprefix("/api/v1"), name))
    named = {("/find", "q"), ("/templates", "visa"), ("/texts", "prefix"), ("/reports/response", "since")}
    assert tried >= named


def test_what_no_database_can_be_asked_is_refused_where_it_stands(small_office: Office) -> None:
    for path, name in (("/find", "q"), ("/templates", "country"), ("/texts", "prefix")):
        answer = small_office.call("visa.admin", "GET", path, params={name: "a\0b"})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, name), answer.text
    for name, odd in (("since", MOMENTS[0]), ("until", MOMENTS[1]), ("until", MOMENTS[2])):
        answer = small_office.call("visa.admin", "GET", "/reports/response", params={name: odd})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, name), answer.text
    answer = small_office.call("visa.admin", "GET", "/reports/response", params={"until": "0001-01-01T00:00:01Z"})
    assert answer.status_code == 200
