"""Lint: each kind of mistake is told at its place, twenty kinds at once, and nothing is told of a healthy flow."""

import re
from pathlib import Path
from typing import Any

import pytest

import core.engine
from core.engine.lint import examine, lint
from core.engine.text import LABEL_COLUMNS, columns
from core.kit.errors import Problem
from tests.engine.flow_parts import (
    KNOWN,
    SHIPPED,
    as_source,
    cut,
    flow_of,
    healthy,
    look,
    put,
    resolve,
    shipped_source,
    words,
)

LOOP = {"key": "again", "from": ["result"], "to": "review", "label": words("再来", "Again"), "by": ["sales"]}
SPARE = {
    "key": "island",
    "name": words("孤岛", "Island"),
    "client_text": words("孤岛", "Island"),
    "owner": "sales",
}

TASK = {"action": "create_task", "args": {"role": "sales", "title": words("跟进", "Follow up")}}
SHARE = {"role": "sales", "by": "round_robin"}
SHARED: dict[str, Any] = {"action": "assign"}
CHILD = {"key": "visa", "name": words("签证", "Visa"), "flow": "entry_visa"}
START = {"action": "start_child", "args": {"child": "nothing"}}
ENDLESS = {"key": "endless", "name": words("不停", "Endless"), "on": "TaskCreated", "then": [TASK]}

# What is put where, and what has to be told where: pointer, value, code, pointer of the problem.
BY_STEP = {
    "key": "never",
    "name": words("从不", "Never"),
    "on": "SubstateSet",
    "when": {"all": [{"field": "case.substate", "op": "eq", "value": "good"}]},
    "then": [{"action": "advance_case", "args": {"trigger": "hand_in"}}],
}
MISTAKES: list[tuple[str, Any, str, str]] = [
    ("/stages/-", SPARE, "flow.unreachable", "/stages/4"),
    ("/transitions/3/from", ["review"], "flow.no_way_out", "/stages/2"),
    ("/transitions/3", LOOP, "flow.cycle", "/stages/0"),
    ("/transitions/-", {**LOOP, "from": ["done"]}, "flow.final_way_out", "/stages/3"),
    ("/stages/3/final", "false", "flow.no_final", "/stages"),
    ("/stages/0/weight", "59", "flow.weights", "/stages"),
    ("/stages/1/part_of", "nowhere", "flow.unknown_stage", "/stages/1/part_of"),
    ("/stages/2/part_of", "review", "flow.part_of", "/stages/2/part_of"),
    ("/transitions/1/to", "nowhere", "flow.unknown_stage", "/transitions/1/to"),
    ("/transitions/1/from/-", "*", "flow.unknown_stage", "/transitions/1/from/1"),
    ("/transitions/1/to", "=", "flow.unknown_stage", "/transitions/1/to"),
    ("/stages/0/key", "os.system", "flow.unsafe_key", "/stages/0/key"),
    ("/transitions/0/key", "Hand In", "flow.unsafe_key", "/transitions/0/key"),
    ("/items/0/key", "a" * 49, "flow.unsafe_key", "/items/0/key"),
    ("/key", "../etc", "flow.unsafe_key", "/key"),
    ("/reasons/0/key", "Ä", "flow.unsafe_key", "/reasons/0/key"),
    ("/items/1/key", "passport", "flow.duplicate", "/items/1/key"),
    ("/fields/0/choices/1/key", "north", "flow.duplicate", "/fields/0/choices/1/key"),
    ("/roles/-", "wizard", "flow.unknown_role", "/roles/2"),
    ("/stages/0/owner", "wizard", "flow.unknown_role", "/stages/0/owner"),
    ("/transitions/0/by/-", "wizard", "flow.unknown_role", "/transitions/0/by/2"),
    ("/stages/0/owner", "admin", "flow.role_not_listed", "/stages/0/owner"),
    ("/stages/0/exit_form/-", "colour", "flow.unknown_field", "/stages/0/exit_form/1"),
    ("/transitions/2/form/-", "colour", "flow.unknown_field", "/transitions/2/form/1"),
    ("/items/0/checks/0/field", "colour", "flow.unknown_field", "/items/0/checks/0/field"),
    ("/items/0/checks/0/field", "place", "flow.field_type", "/items/0/checks/0/field"),
    ("/items/0/checks/-", {"kind": "fresh", "days": "9", "at": "x"}, "flow.unknown_field", "/items/0/checks/1/at"),
    (
        "/items/0/checks/-",
        {"kind": "covers", "start": "back", "end": "x"},
        "flow.unknown_field",
        "/items/0/checks/1/end",
    ),
    (
        "/items/0/checks/-",
        {"kind": "held_days", "days": "9", "amount": "x"},
        "flow.unknown_field",
        "/items/0/checks/1/amount",
    ),
    ("/transitions/2/substate", "bad", "flow.unknown_substate", "/transitions/2/substate"),
    ("/fields/1/key", "stage", "flow.reserved_key", "/fields/1/key"),
    ("/fields/0/choices", [], "flow.no_choices", "/fields/0"),
    ("/fields/1/choices", [{"key": "x", "name": words("一", "X")}], "flow.choices", "/fields/1/choices"),
    ("/items/0/lapses_before", "moon", "flow.unknown_stage", "/items/0/lapses_before"),
    ("/items/0/lapses_before", "collect", "flow.never_lapses", "/items/0/lapses_before"),
    ("/items/1/lapses_before", "result", "flow.never_lapses", "/items/1/lapses_before"),
    ("/items/1/warn_days", "3", "flow.never_lapses", "/items/1/warn_days"),
    ("/items/1/group", "nothing", "flow.unknown_group", "/items/1/group"),
    ("/groups/0/min", "3", "flow.group_size", "/groups/0"),
    ("/items/2/per", "case", "flow.group_mixed", "/groups/0"),
    ("/items/0/min_files", "11", "flow.file_count", "/items/0/min_files"),
    ("/items/1/required_when/all/0/value", "wizard", "flow.unknown_choice", "/items/1/required_when/all/0/value"),
    ("/rules/0/when/all/0/value", "nowhere", "flow.unknown_stage", "/rules/0/when/all/0/value"),
    ("/transitions/0/when/all/1/value", ["north", "up"], "flow.unknown_choice", "/transitions/0/when/all/1/value/1"),
    ("/transitions/0/when/all/0/field", "docs.compleet", "condition.field", "/transitions/0/when/all/0/field"),
    ("/transitions/0/when/all/0/op", "is_odd", "condition.op", "/transitions/0/when/all/0/op"),
    (
        "/transitions/0/when/all/0",
        {"cel": "os.system('x')"},
        "condition.cel.undeclared",
        "/transitions/0/when/all/0/cel",
    ),
    ("/transitions/0/when", {"all": []}, "condition.no_clause", "/transitions/0/when/all"),
    ("/rules/0/at", {"anchor": "stage.due", "offset": "1d"}, "flow.rule_trigger", "/rules/0"),
    ("/rules/-", ENDLESS, "flow.rule_circle", "/rules/2/then/0"),
    ("/children", [{**CHILD, "flow": "../etc"}], "flow.unsafe_key", "/children/0/flow"),
    ("/children", [CHILD, CHILD], "flow.duplicate", "/children/1/key"),
    ("/children", [{**CHILD, "name": words("签证", "")}], "flow.missing_text", "/children/0/name/en"),
    ("/children", [{**CHILD, "most": "51"}], "shape.range", "/children/0/most"),
    ("/children", [{**CHILD, "as": "school"}], "flow.child_each", "/children/0"),
    ("/children", [{**CHILD, "each": "case.colour", "as": "x"}], "flow.unknown_field", "/children/0/each"),
    ("/children", [{**CHILD, "each": "case.place", "as": "x"}], "flow.field_type", "/children/0/each"),
    (
        "/children",
        [{**CHILD, "each": "case.place", "as": "x", "gives": {"x": "case.place"}}],
        "flow.child_twice",
        "/children/0/gives/x",
    ),
    ("/children", [{**CHILD, "gives": {"x": "docs.done"}}], "flow.unknown_field", "/children/0/gives/x"),
    ("/children", [{**CHILD, "kinds": {"robot": "x"}}], "flow.unknown_type", "/children/0/kinds/robot"),
    ("/rules/0/then/-", START, "flow.unknown_child", "/rules/0/then/3/args/child"),
    ("/rules/0/on", "MoonRose", "flow.unknown_event", "/rules/0/on"),
    ("/rules/1/at/anchor", "case.place", "flow.unknown_anchor", "/rules/1/at/anchor"),
    ("/rules/0/then/0/action", "os.system", "flow.unknown_action", "/rules/0/then/0/action"),
    ("/rules/0/then/0/args/trigger", "fly", "flow.unknown_transition", "/rules/0/then/0/args/trigger"),
    ("/rules/0/then/0/args/trigger", "decide", "flow.not_by_system", "/rules/0/then/0/args/trigger"),
    ("/rules/0/then/1/args/role", "wizard", "flow.unknown_role", "/rules/0/then/1/args/role"),
    ("/rules/0/then/1/args/stage", "nowhere", "flow.unknown_stage", "/rules/0/then/1/args/stage"),
    ("/rules/0/then/1/args/due", "soon", "shape.value", "/rules/0/then/1/args/due"),
    ("/rules/0/then/1/args/title", words("复核", ""), "flow.missing_text", "/rules/0/then/1/args/title/en"),
    ("/rules/0/then/2/args/message", "nothing", "flow.unknown_message", "/rules/0/then/2/args/message"),
    ("/rules/0/then/2/args/volume", "loud", "shape.unknown_key", "/rules/0/then/2/args/volume"),
    ("/rules/0/then/2", {"action": "notify_client"}, "shape.missing", "/rules/0/then/2"),
    (
        "/rules/0/then/-",
        {"action": "open_items", "args": {"items": ["passport", "moon"]}},
        "flow.unknown_item",
        "/rules/0/then/3/args/items/1",
    ),
    (
        "/rules/0/then/-",
        SHARED | {"args": {**SHARE, "region": "moon"}},
        "flow.unknown_field",
        "/rules/0/then/3/args/region",
    ),
    (
        "/rules/0/then/-",
        SHARED | {"args": {**SHARE, "region": "back"}},
        "flow.field_type",
        "/rules/0/then/3/args/region",
    ),
    (
        "/rules/0/then/-",
        SHARED | {"args": {**SHARE, "role": "admin"}},
        "flow.role_not_listed",
        "/rules/0/then/3/args/role",
    ),
    ("/rules/0/then/-", SHARED | {"args": {**SHARE, "by": "chance"}}, "shape.choice", "/rules/0/then/3/args/by"),
    (
        "/rules/0/then/-",
        SHARED | {"args": {**SHARE, "region": "place", "department": "东"}},
        "flow.assign_where",
        "/rules/0/then/3/args/department",
    ),
    ("/languages/-", "fr", "flow.unknown_language", "/languages/2"),
    ("/name/zh", "小", "flow.unknown_language", "/name/zh"),
    ("/messages/hello/en", "Hello {passport_number}", "text.placeholder", "/messages/hello/en"),
    ("/messages/hello/en", "Hello {0.__class__}", "text.brace", "/messages/hello/en"),
    ("/stages/0/client_text/en", "Ask {boss}", "text.placeholder", "/stages/0/client_text/en"),
    ("/messages/hello/en", "x" * 2049, "flow.text_size", "/messages/hello/en"),
    ("/messages/hello", {"en": "Hello"}, "flow.missing_text", "/messages/hello"),
    ("/stages/0/name/en", " ", "flow.missing_text", "/stages/0/name/en"),
    ("/transitions/0/when/all/0/label", {"en": "Documents"}, "flow.missing_text", "/transitions/0/when/all/0/label"),
    ("/transitions/0/label/zh-CN", "十三个汉字的按钮文字太长了", "flow.label_length", "/transitions/0/label/zh-CN"),
    ("/stages/2/substates/0/name/en", "x" * 25, "flow.label_length", "/stages/2/substates/0/name/en"),
    ("/stages/0/due", "${nothing}d", "flow.unknown_param", "/stages/0/due"),
    ("/stages/2/due", None, "flow.pause_no_due", "/stages/2/pause"),
    ("/stages/2/pause/substates/0", "lost", "flow.unknown_substate", "/stages/2/pause/substates/0"),
    ("/stages/2/pause/substates", ["late", "good"], "flow.pause_no_way_back", "/stages/2/pause/substates"),
    ("/stages/2/pause/resume", "late", "flow.pause_resume", "/stages/2/pause/resume"),
    ("/stages/2/pause/until", None, "flow.pause_resume_alone", "/stages/2/pause/resume"),
    ("/stages/0/name/en", "in ${places}", "flow.param_not_text", "/stages/0/name/en"),
    ("/stages/0/name/en", "${months.keys}", "flow.param_no_keys", "/stages/0/name/en"),
    ("/transitions/0/ask_why", "true", "flow.ask_why", "/transitions/0/ask_why"),
    ("/stages/0/handover", {"to": "sales", "accept": "hand_in"}, "flow.handover_to_itself", "/stages/0/handover/to"),
    ("/stages/0/handover", {"to": "reviewer", "accept": "decide"}, "flow.handover_step", "/stages/0/handover/accept"),
    (
        "/stages/2/handover",
        {"to": "reviewer", "accept": "close", "form": ["colour"]},
        "flow.handover_by",
        "/stages/2/handover/accept",
    ),
    (
        "/rules/0/then/0",
        {"action": "add_service", "args": {"service": "tea"}},
        "flow.unknown_service",
        "/rules/0/then/0/args/service",
    ),
    ("/rules/0/then/-", {"action": "send_content"}, "flow.content_which", "/rules/0/then/3"),
    (
        "/rules/0/then/-",
        {"action": "send_content", "args": {"content": "event"}},
        "flow.content_event",
        "/rules/0/then/3/args/content",
    ),
    (
        "/rules/0/then/-",
        {"action": "send_content", "args": {"content": "Not a key"}},
        "flow.unsafe_key",
        "/rules/0/then/3/args/content",
    ),
    (
        "/rules/0/then/-",
        {"action": "send_content", "args": {"topics": "place"}},
        "flow.field_type",
        "/rules/0/then/3/args/topics",
    ),
    ("/rules/-", BY_STEP, "flow.substate_by_step", "/rules/2/when/all/0/value"),
]
# Told by tests of their own: too many characters put in needs a large document, departments need a house.
CONTENTS = {"flow.no_content"}  # shown by tests/contents
HOOKS = {"flow.no_hook", "flow.hook_personal", "flow.hook_not_personal"}  # shown by tests/core/test_hooks
FAMILY = {"flow.unknown_flow", "flow.child_computed", "flow.child_type", "flow.child_choices"}  # shown by tests/family
OTHERS = {
    "flow.personal_title",
    "flow.gag_remind",
    "flow.gag_except_alone",
    "flow.approval_seats",
}  # tests/core/test_gag, engine/test_approvals, parts
ELSEWHERE = {"flow.unknown_department", "flow.params_size"} | HOOKS | CONTENTS | FAMILY | OTHERS


def told(tree: object) -> list[tuple[str, str]]:
    found = look(tree)
    for problem in found.problems:
        resolve(tree, problem.pointer)
    assert (found.flow is None) == bool(found.problems)
    return [(problem.code, problem.pointer) for problem in found.problems]


def test_a_healthy_flow_has_no_problem() -> None:
    assert told(healthy()) == []
    flow = flow_of(healthy())
    found = lint(flow, actions=KNOWN.actions, roles=KNOWN.roles, texts=KNOWN.texts, events=KNOWN.events)
    assert found == []


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_flow_has_no_problem(key: str) -> None:
    assert examine(shipped_source(key), KNOWN).problems == ()


@pytest.mark.parametrize("pointer,value,code,place", MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_is_told_at_its_place(pointer: str, value: Any, code: str, place: str) -> None:
    assert (code, place) in told(put(healthy(), pointer, value))


@pytest.mark.parametrize(
    "pointer,problem",
    [
        ("/stages/0/client_text", ("flow.missing_text", "/stages/0")),
        ("/rules/0/on", ("flow.rule_trigger", "/rules/0")),
    ],
)
def test_what_is_missing_is_told_where_it_should_be(pointer: str, problem: tuple[str, str]) -> None:
    assert set(told(cut(healthy(), pointer))) == {problem}


def test_an_internal_stage_needs_no_text_for_clients() -> None:
    assert ("flow.missing_text", "/stages/1") in told(cut(healthy(), "/stages/1/part_of"))


def test_every_kind_of_problem_has_a_mistake_that_shows_it() -> None:
    folder = Path(core.engine.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in (*folder.glob("lint*.py"), *folder.glob("spec_*.py"))]
    codes = {code for text in sources for code in re.findall(r'"(flow\.[a-z_]+)"', text)}
    nouns = {noun for text in sources for noun in re.findall(r'unknown\(\s*"([a-z]+)"', text)}
    graph = (folder / "lint_graph.py").read_text(encoding="utf-8")
    codes |= {f"flow.{code}" for code in re.findall(r'_problem\([^"]*?"([a-z_]+)"', graph)}
    codes |= {f"flow.unknown_{noun}" for noun in nouns}
    assert len(codes) > 30
    assert codes - {code for _, _, code, _ in MISTAKES} == ELSEWHERE


def test_problems_speak_both_languages() -> None:
    for pointer, value, _, _ in MISTAKES:
        for problem in look(put(healthy(), pointer, value)).problems:
            assert problem.message["zh-CN"].strip()
            assert problem.message["en"].strip()
            assert re.search("[\u4e00-\u9fff]", problem.message["zh-CN"]), problem


def test_twenty_kinds_of_mistake_are_told_at_once() -> None:
    tree = healthy()
    apart = [0, 1, 2, 9, 11, 16, 18, 22, 29, 30, 33, 34, 36]
    for pointer, value, _, _ in (MISTAKES[index] for index in apart):
        tree = put(tree, pointer, value)
    more: list[tuple[str, Any]] = [
        ("/kind", "holiday"),
        ("/version", "one"),
        ("/colour", "red"),
        ("/stages/3/due", "soon"),
        ("/fields/2/type", "boolean"),
        ("/items/4/accept", ["exe"]),
        ("/transitions/1/when", {"all": [{"cel": "docs.done >"}]}),
        ("/rules/0/on", "MoonRose"),
        ("/rules/1/at/anchor", "moon"),
        ("/rules/1/then/0/action", "os.system"),
        ("/rules/0/then/2/args/message", "nothing"),
        ("/messages/hello/en", "{passport_number}"),
        ("/messages/empty", {}),
        ("/stages/0/name/en", "${nothing}"),
        ("/transitions/2/label/en", "x" * 40),
    ]
    for pointer, value in more:
        tree = put(tree, pointer, value)
    source = as_source(tree).replace(b'"languages":', b'"languages": ["zh-CN"], "languages":')
    found = examine(source, KNOWN)
    assert found.flow is None
    kinds = {problem.code for problem in found.problems}
    assert len(kinds) >= 20, sorted(kinds)
    assert {"yaml.duplicate_key", "shape.choice", "shape.int", "shape.unknown_key", "flow.unknown_param"} <= kinds
    assert {"flow.unsafe_key", "flow.unknown_event", "text.placeholder", "condition.cel.syntax"} <= kinds
    for problem in found.problems:
        resolve(tree, problem.pointer)


def test_the_limit_is_named() -> None:
    found = look(put(healthy(), "/transitions/0/label/en", "x" * 25)).problems
    assert [problem.code for problem in found] == ["flow.label_length"]
    assert str(LABEL_COLUMNS) in found[0].message["en"]
    assert str(LABEL_COLUMNS) in found[0].message["zh-CN"]
    assert told(put(healthy(), "/transitions/0/label/en", "x" * 24)) == []
    assert columns("十二个汉字") == 10


def test_a_transition_without_a_button_may_have_a_long_label() -> None:
    tree = put(healthy(), "/transitions/0/label/en", "x" * 60)
    assert told(put(tree, "/transitions/0/button", "false")) == []


def test_a_cycle_is_told_once() -> None:
    tree = put(healthy(), "/transitions/3", LOOP)
    found = [problem for problem in look(tree).problems if problem.code == "flow.cycle"]
    assert len(found) == 1
    assert "collect, review, result" in found[0].message["en"]


def test_lines_lead_an_author_to_the_place() -> None:
    source = shipped_source("visa_kr_tourist").replace(b"owner: sales", b"owner: wizard", 1)
    found = examine(source, KNOWN)
    assert [source.splitlines()[found.lines[each.pointer] - 1] for each in found.problems] == [b"    owner: wizard"]


def problems_left(tree: object) -> list[Problem]:
    return [each for each in look(tree).problems if not each.code.startswith("shape.")]


def test_what_only_follows_from_a_part_with_a_wrong_shape_is_not_told() -> None:
    tree = put(healthy(), "/stages/2", {"key": "result", "colour": "red"})
    assert problems_left(tree) == []
    assert problems_left(put(healthy(), "/fields/0/type", "colour")) == []
    assert problems_left(put(healthy(), "/messages/hello", "Hello")) == []
    assert problems_left(put(healthy(), "/stages/0/weight", "much")) == []


def test_the_rest_is_linted_with_its_own_places() -> None:
    tree = put(healthy(), "/items/0", "passport")
    tree = put(tree, "/items/1/group", "nothing")
    tree = put(tree, "/stages/0/substates", ["x", {"key": "Y", "name": words("一", "Y")}])
    assert {(each.code, each.pointer) for each in problems_left(tree)} == {
        ("flow.unknown_group", "/items/1/group"),
        ("flow.unsafe_key", "/stages/0/substates/1/key"),
    }


def test_what_the_document_itself_lacks_does_not_hide_the_rest() -> None:
    tree = cut(cut(healthy(), "/calendar"), "/name")
    assert told(put(tree, "/stages/0/owner", "wizard")) == [
        ("shape.missing", ""),
        ("shape.missing", ""),
        ("flow.unknown_role", "/stages/0/owner"),
    ]
