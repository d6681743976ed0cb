"""Any damage to a flow is told, never a crash: every pointer resolves, and what passes can be compiled and run."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.flow import read_flow
from core.engine.machine import compile_flow
from core.kit.errors import Invalid, Problem
from tests.engine.flow_parts import as_source, healthy, look, resolve

WHOLE = healthy()


def places(node: Any, pointer: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place below the root."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found: list[tuple[str | int, ...]] = []
    for key, value in members:
        found += [(*pointer, key), *places(value, (*pointer, key))]
    return found


PLACES = places(WHOLE)
ODD = st.sampled_from(
    [
        *("", "collect", "nowhere", "true", "no", "-1", "0", "1e9", "9:30", "2026-02-30", "-3cd", "签" * 40),
        *("${months}", "${places}", "${x}d", "{name}", "{name.x}", "os.system", "__class__"),
        *("is_true", "case.back", "docs.complete &&"),
    ]
)
VALUES = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "name", "all", "cel", "field", "~/", "en", "zh-CN"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
DAMAGES = st.lists(
    st.tuples(st.sampled_from(["put", "cut", "double", "move", "add"]), st.sampled_from(PLACES), VALUES),
    min_size=1,
    max_size=6,
)


def parent_of(tree: Any, place: tuple[str | int, ...]) -> Any:
    """What holds a place, or None if earlier damage took it away."""
    for part in place[:-1]:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def damage(tree: Any, deed: str, place: tuple[str | int, ...], value: Any) -> None:
    """Change one place of a document, if it is still there."""
    parent, last = parent_of(tree, place), place[-1]
    if isinstance(parent, dict):
        there = last in parent
    else:
        there = isinstance(parent, list) and isinstance(last, int) and last < len(parent)
    if not there:
        return
    if deed == "cut":
        del parent[last]
    elif deed == "add" and isinstance(parent, dict):
        parent["surplus"] = value
    elif deed in ("double", "add") and isinstance(parent, list):
        parent.append(deepcopy(parent[int(last)]) if deed == "double" else value)
    elif deed == "move" and isinstance(parent, list):
        parent.insert(0, parent.pop(int(last)))
    else:
        parent[last] = value


@settings(max_examples=150)
@given(DAMAGES)
def test_any_damage_is_told_at_places_that_are_there(damages: list[tuple[str, tuple[str | int, ...], Any]]) -> None:
    tree = deepcopy(WHOLE)
    for deed, place, value in damages:
        damage(tree, deed, place, value)
    found = look(tree)
    for problem in found.problems:
        resolve(tree, problem.pointer)
        assert problem.message["zh-CN"]
        assert problem.message["en"]
    if found.flow is not None:
        assert compile_flow(found.flow).machine.triggers(found.flow.initial) is not None
        assert read_flow(as_source(tree)) == found.flow


@settings(max_examples=60)
@given(DAMAGES)
def test_reading_alone_refuses_or_gives_a_flow(damages: list[tuple[str, tuple[str | int, ...], Any]]) -> None:
    tree = deepcopy(WHOLE)
    for deed, place, value in damages:
        damage(tree, deed, place, value)
    problems: tuple[Problem, ...] = ()
    flow = None
    try:
        flow = read_flow(as_source(tree))
    except Invalid as invalid:
        problems = invalid.problems
    assert (flow is None) == bool(problems)
    for problem in problems:
        resolve(tree, problem.pointer)


@given(VALUES)
def test_any_document_is_read_or_refused(value: Any) -> None:
    found = look(value)
    assert found.flow is None
    for problem in found.problems:
        resolve(value, problem.pointer)
