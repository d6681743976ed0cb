"""Whatever stands where a value should be, the answer is an answer: never a crash."""

import json
from collections.abc import Iterator
from typing import Any

from tests.admin_api.office import Office
from tests.admin_api.world import REQUESTS, build, described

TEXTS = ("", " ", "\0", "\ud800", "x" * 5000, "../..", "{name}")
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
            path = operation.path.removeprefix("/api/v1").format(**ids)
            answer = postgres_office.call(
                "visa.admin",
                operation.method,
                path,
                content=json.dumps(body).encode(),
                headers={"content-type": "application/json"},
            )
            tried += 1
            assert answer.status_code < 500, (operation.name, body, answer.text)
    assert tried > 600


def test_no_parameter_of_an_address_crashes_anything(small_office: Office) -> None:
    ids = build(small_office)[0].ids
    paths = [
        ("/cases", ("group_by", "state", "before", "limit")),
        ("/templates", ("country", "visa")),
        ("/tasks", ("state",)),
        (f"/cases/{ids['case_id']}/timeline", ("item_id", "everything")),
    ]
    for path, names in paths:
        for name in names:
            for odd in ("", "\0", "x" * 3000, "-1", "1e9", "9" * 40, "true", "null", "证", "a&b=c", "[]"):
                answer = small_office.call("visa.admin", "GET", path, params={name: odd})
                assert answer.status_code in (200, 422), (path, name, odd, answer.text)
