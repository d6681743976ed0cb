"""The API's description with examples that fit one agency: ids that exist there, and a right request for each."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import schemathesis

from core.engine.pack import Pack, write_pack
from tests.admin_api.requests import KOREA, REQUESTS, Ids
from tests.admin_api.world import ENDS, NAMED

Json = dict[str, Any]
_PACK: Final = "the pack of an empty agency"  # what no schema can make; the serializer below puts the bytes in


@schemathesis.serializer("application/zip")
def _zip(context: object, value: object) -> bytes:
    """Packs as they are generated: mostly bytes that are none."""
    return write_pack(Pack()) if value == _PACK else _bytes(value)


@schemathesis.serializer("application/yaml")
def _yaml(context: object, value: object) -> bytes:
    """A source is sent as it stands, not as the YAML of a text."""
    return _bytes(value)


def _bytes(value: object) -> bytes:
    data = getattr(value, "data", value)
    return data if isinstance(data, bytes) else str(data).encode("utf-8", "surrogatepass")


def known(document: Json, worlds: Sequence[Ids]) -> Json:
    """The document with examples of these clients and all that is theirs, see `Owned.ids`."""
    found = copy.deepcopy(document)
    for item in found["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            meant = [{**ids, **NAMED} for ids in worlds]
            if name in ENDS:
                meant = [{**ids, "staff_id": ids["leaver_id"]} for ids in meant]
            _parameters(operation, meant)
            _body(operation, [REQUESTS[name](ids) for ids in meant])
    for schema in found["components"]["schemas"].values():
        for name, each in schema.get("properties", {}).items():
            if name in worlds[0]:
                each["examples"] = [ids[name] for ids in worlds]
    return found


def examples_of(operation: Json) -> list[Any]:
    """The right bodies of an operation of a known document."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return [each["value"] for each in content.get("examples", {}).values()]


def _parameters(operation: Json, worlds: Sequence[Mapping[str, str]]) -> None:
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            parameter["schema"].pop("examples", None)
            parameter["examples"] = _examples(ids[parameter["name"]] for ids in worlds)
        elif parameter["name"] == "If-Match":
            parameter["schema"] = {**parameter["schema"], "examples": ["*"]}


def _body(operation: Json, requests: Sequence[Json]) -> None:
    contents: Json = operation.get("requestBody", {}).get("content", {})
    for kind, content in contents.items():
        match kind:
            case "application/json" if all("json" in each for each in requests):
                content.pop("example", None)
                content["examples"] = _examples(each["json"] for each in requests)
            case "application/zip":
                content["example"] = _PACK
            case "application/yaml":
                content["example"] = KOREA


def _examples(values: Iterator[Any]) -> Json:
    return {f"of client {number}": {"value": value} for number, value in enumerate(values, start=1)}
