"""The schema that editors check a flow with says the same as what reads flows, and so does the reference page."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, get_args

import jsonschema_rs
import pytest
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from core.actions.registry import actions
from core.catalog.language import described, schema
from core.engine import spec_described
from core.engine.conditions import Clause, ConditionSpec
from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_described import describe, parts_of
from core.engine.spec_meanings import MEANINGS
from core.engine.spec_params import fill_params
from core.engine.yaml_source import read_yaml
from scripts.flow_language import PAGE, main, page
from tests.engine.flow_parts import FLOWS, KNOWN, SHIPPED, look, resolve, shipped_source

README = (FLOWS / "README.md").read_text(encoding="utf-8")
SOURCES = {
    **{key: shipped_source(key) for key in SHIPPED},
    "readme": re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0].encode(),
}
VALID = jsonschema_rs.Draft202012Validator(schema(), validate_formats=True)
Tree = Any

# Scalars of YAML 1.2 (its core schema), by which editors go.
_PLAIN = ((r"true|True|TRUE", lambda _: True), (r"false|False|FALSE", lambda _: False), (r"null|~|", lambda _: None))
_FIGURES = ((r"[-+]?[0-9]+", int), (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float))


def as_editor(tree: Tree) -> Tree:
    """A document that was read as text, as an editor reads it where no scalar is in quotes."""
    if isinstance(tree, dict):
        return {key: as_editor(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [as_editor(value) for value in tree]
    fitting = (make(tree) for pattern, make in (*_PLAIN, *_FIGURES) if re.fullmatch(pattern, tree))
    return next(fitting, tree)


def wrong(tree: Tree) -> list[str]:
    return [error.message for error in VALID.iter_errors(tree)]


def places(tree: Tree, pointer: str = "") -> Iterator[str]:
    """Every place of a document below its root."""
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in members:
        at = join(pointer, key)
        yield at
        yield from places(value, at)


def read_shape(tree: Tree) -> bool:
    """Whether the language's own reader takes it."""
    try:
        Flow.model_validate(fill_params(tree)[0])
    except ValidationError:
        return False
    return True


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("name", SOURCES)
def test_a_good_flow_is_taken_however_it_is_read(name: str) -> None:
    """As text, as the language reads it; with YAML 1.2's types, as editors do; and as Python's usual loader does,
    whose dates an editor would see as texts."""
    text = read_yaml(SOURCES[name]).data
    loaded = json.loads(json.dumps(YAML(typ="safe", pure=True).load(SOURCES[name]), default=str))
    assert wrong(text) == []
    assert wrong(as_editor(text)) == []
    assert wrong(loaded) == []
    assert loaded != text


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/stags", []),
        ("/stages/0/colour", "red"),
        ("/kind", "visum"),
        ("/version", "one"),
        ("/version", 0),
        ("/stages", []),
        ("/stages/0/due", "three days"),
        ("/stages/0/weight", 101),
        ("/stages/0/name", {"zh-CN": "收集"}),
        ("/stages/0/name", {"zh-CN": "收集", "en": "Collect", "fr": "Recueillir"}),
        ("/transitions/0/when/all/0/op", "is"),
        ("/transitions/0/when/all/0/cel", "true"),
        ("/transitions/0/when/any", []),
        ("/transitions/0/confirm", "perhaps"),
        ("/items/0/checks/0", {"kind": "sharpness"}),
        ("/items/0/checks/0", {"kind": "fresh"}),
        ("/items/0/accept", ["gif"]),
        ("/rules/0/on", "Someday"),
        ("/rules/0/then/0/action", "dance"),
        ("/rules/0/then/0/args/colour", "red"),
        ("/params/delivery_days", "${delivery_days}"),
        ("/params/delivery_days/as_of", "last year"),
    ],
)
def test_what_the_language_does_not_know_is_refused(pointer: str, value: Tree) -> None:
    tree = deepcopy(read_yaml(SOURCES["readme"]).data)
    above, _, key = pointer.rpartition("/")
    holder: Any = resolve(tree, above)
    holder[int(key) if isinstance(holder, list) else key] = value
    assert wrong(tree)


def test_a_parameter_may_stand_for_anything_but_a_parameter() -> None:
    tree: Any = deepcopy(read_yaml(SOURCES["readme"]).data)
    for at in places(tree):
        if not at.startswith("/params"):
            above, _, key = at.rpartition("/")
            changed = deepcopy(tree)
            holder: Any = resolve(changed, above)
            holder[int(key) if isinstance(holder, list) else key] = "${delivery_days}"
            assert wrong(changed) == [], at


def test_it_refuses_what_the_reader_refuses_and_nothing_that_is_good() -> None:
    """Each kind of place once: without it, with a key too many, and with things that do not belong there."""
    text, tried, seen = read_yaml(SOURCES["readme"]).data, 0, set[str]()
    for at in places(text):
        kind = re.sub(r"/[0-9]+", "/*", at)
        if kind in seen or at.startswith(("/meta", "/params")):
            continue
        seen.add(kind)
        for changed in broken(text, at):
            tried += 1
            refused = wrong(as_editor(changed)) != []
            assert refused or read_shape(changed), f"{at}: the schema takes what the reader refuses"
            assert not refused or not read_shape(changed) or look(changed).problems, f"{at}: the schema refuses good"
    assert tried > 250


def broken(tree: Tree, at: str) -> Iterator[Tree]:
    above, _, key = at.rpartition("/")
    for change in ("gone", "more", "no such thing", "", "7", ["a", ["b"]], {"zz": "zz"}):
        changed = deepcopy(tree)
        holder: Any = resolve(changed, above)
        place: Any = int(key) if isinstance(holder, list) else key
        if change == "gone":
            del holder[place]
        elif change == "more":
            if not isinstance(holder[place], dict):
                continue
            holder[place]["zz"] = "zz"
        else:
            holder[place] = change
        yield changed


def models(node: object, found: dict[str, type[BaseModel]]) -> None:
    """Every class that reads a part of a flow, from the annotations themselves."""
    if isinstance(node, type) and issubclass(node, BaseModel) and node.__name__ not in found:
        found[node.__name__] = node
        for field in node.model_fields.values():
            models(field.annotation, found)
    for inner in get_args(node):
        models(inner, found)


def test_every_key_that_is_read_is_in_the_schema_and_the_other_way_round() -> None:
    found: dict[str, type[BaseModel]] = {}
    models(Flow, found)
    models(Clause | ConditionSpec, found)  # they name each other by text
    found |= {name: action.Args for name, action in actions().items()}
    told = {"Flow": schema(), **schema()["$defs"]}
    assert set(told) - {"Words"} == set(found)
    for name, model in found.items():
        assert set(told[name]["properties"]) == {each.alias or key for key, each in model.model_fields.items()}, name
        needed = {each.alias or key for key, each in model.model_fields.items() if each.is_required()}
        assert set(told[name].get("required", ())) == needed, name
        assert told[name]["additionalProperties"] is False, name


def test_every_key_says_what_it_means() -> None:
    for name, part in {"Flow": schema(), **schema()["$defs"]}.items():
        assert part["description"], name
        for key, value in part["properties"].items():
            assert name == "Words" or value["description"].endswith("."), (name, key)


@pytest.mark.parametrize("meanings", [{"Choice": {"key": "k"}}, {"Nothing": {"key": "k"}}])
def test_a_key_without_a_meaning_and_a_meaning_without_a_key_are_told(
    meanings: Mapping[str, Mapping[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {**MEANINGS, **meanings}
    monkeypatch.setattr(spec_described, "MEANINGS", whole)
    with pytest.raises(LookupError, match=next(iter(meanings))):
        describe(KNOWN.actions, KNOWN.events, dict.fromkeys(KNOWN.actions, "told"))


def test_the_page_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
    assert main([]) == 0


def test_the_page_has_every_part_and_every_key() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page(), re.MULTILINE | re.DOTALL))
    assert set(sections) == {"Flow", *described()["$defs"]} - {"Words"}
    for name, part in parts_of(described()):
        assert re.findall(r"^\| `([^`]+)` \|", sections[name], re.MULTILINE) == list(part["properties"]), name
