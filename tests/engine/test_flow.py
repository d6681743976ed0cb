"""A flow is read from its source: types, defaults, parameters, and every mistake of shape at once."""

import pytest

from core.engine.calendar import Span
from core.engine.flow import read_flow
from core.engine.machine import compile_flow
from core.engine.spec_checks import ExpiryAfter
from core.kit.errors import Invalid
from tests.engine.flow_parts import as_source, cut, flow_of, healthy, put, resolve

YAML = """
key: tiny
version: 1
kind: visa
name: {zh-CN: 小, en: Tiny}
meta: {country: NO}
calendar: cn-office
stages:
  - key: one
    name: {zh-CN: 一, en: One}
    owner: sales
    due: 2d
    weight: 100
    final: no
fields:
  - key: open
    name: {zh-CN: 开, en: On}
    type: enum
    choices: [{key: on, name: {zh-CN: 开, en: On}}, {key: 0123, name: {zh-CN: 时, en: 9:30}}]
"""


def shape_problems(tree: object) -> dict[str, str]:
    """Pointer -> code; every pointer has to resolve."""
    with pytest.raises(Invalid) as caught:
        flow_of(tree)
    for problem in caught.value.problems:
        resolve(tree, problem.pointer)
        assert all(problem.message[language] for language in ("zh-CN", "en"))
    return {problem.pointer: problem.code for problem in caught.value.problems}


def test_the_spec_gives_the_types() -> None:
    flow = read_flow(YAML.encode())
    assert flow.meta["country"] == "NO"
    assert [choice.key for choice in flow.fields[0].choices] == ["on", "0123"]
    assert flow.fields[0].choices[1].name["en"] == "9:30"
    stage = flow.stages[0]
    assert (flow.version, stage.weight, stage.final, stage.due) == (1, 100, False, Span(2, "d"))


def test_parts_are_found_by_key() -> None:
    flow = flow_of(healthy())
    assert flow.initial == "collect"
    assert flow.stage("review").owner == "reviewer"
    assert flow.item("bank").group == "means"
    assert flow.field("back").type == "date"
    assert flow.rule("remind").at is not None
    assert flow.group("means").min == 1
    assert flow.transition("hand_in").from_stages == ("collect",)
    for look in (flow.stage, flow.item, flow.field, flow.rule, flow.group, flow.transition):
        with pytest.raises(KeyError):
            look("nothing")


def test_the_client_sees_internal_stages_as_what_they_are_part_of() -> None:
    flow = flow_of(healthy())
    assert [stage.key for stage in flow.client_stages] == ["collect", "result", "done"]
    assert flow.shown("review").key == "collect"
    assert flow.shown("result").key == "result"


def test_a_transition_asks_for_the_stages_form_and_its_own() -> None:
    flow = compile_flow(flow_of(put(healthy(), "/transitions/0/form", ["back", "ready"])))
    asked = {
        key: [field.key for field in flow.asks(flow.flow.transition(key), stage)]
        for key, stage in (("hand_in", "collect"), ("decide", "review"))
    }
    assert asked == {"hand_in": ["back", "ready"], "decide": ["back"]}


def test_staff_set_the_substates_that_no_transition_sets() -> None:
    flow = flow_of(healthy())
    assert [choice.key for choice in flow.free_substates("result")] == ["late"]
    assert flow.free_substates("collect") == ()


def test_facts_come_from_fields_and_proofs() -> None:
    flow = flow_of(healthy())
    types = flow.fact_types()
    assert types["case.place"] == "text"
    assert types["case.back"] == "date"
    assert types["docs.proof.receipt"] == "bool"
    assert "docs.proof.passport" not in types
    assert "applicant.type" not in types
    assert flow.fact_types("applicant")["applicant.type"] == "text"
    assert flow.fact_types("event")["event.score"] == "int"
    assert set(types) <= set(flow.fact_names)
    assert flow.fact_names["case.place"]["en"] == "Place"


def test_a_field_cannot_change_what_a_fact_means() -> None:
    flow = flow_of(put(healthy(), "/fields/1/key", "applicants"))
    assert flow.fact_types()["case.applicants"] == "int"


def test_parameters_are_put_in() -> None:
    flow = flow_of(healthy())
    check = flow.item("passport").checks[0]
    assert isinstance(check, ExpiryAfter)
    assert check.months == 6
    assert check.args == {"field": "back", "months": 6}
    assert flow.item("passport").requirement["en"] == "Valid for 6 months"
    when = flow.transition("hand_in").when
    assert when is not None
    assert when.all is not None
    assert getattr(when.all[1], "value", None) == ("north", "south")


def test_a_changed_parameter_changes_the_flow_everywhere() -> None:
    flow = flow_of(put(healthy(), "/params/months/value", "9"))
    assert flow.item("passport").checks[0].args["months"] == 9
    assert flow.item("passport").requirement["zh-CN"] == "有效期 9 个月"


@pytest.mark.parametrize(
    "pointer,value,code",
    [
        ("/stages/0/due", "${nothing}d", "flow.unknown_param"),
        ("/stages/0/name/en", "${Not a name}", "flow.unknown_param"),
        ("/stages/0/name/en", "in ${places}", "flow.param_not_text"),
        ("/transitions/0/when/all/1/value", "${months.keys}", "flow.param_no_keys"),
    ],
)
def test_a_reference_without_a_fitting_parameter_is_told(pointer: str, value: str, code: str) -> None:
    assert shape_problems(put(healthy(), pointer, value))[pointer] == code


def test_parameters_cannot_blow_a_flow_up() -> None:
    big = put(healthy(), "/params/months/value", "x" * 20_000)
    assert "flow.params_size" in shape_problems(put(big, "/name/en", "${months}" * 100)).values()


def test_nothing_inside_params_is_replaced() -> None:
    flow = flow_of(put(healthy(), "/params/months/source", "see ${places}"))
    assert flow.params["months"].source == "see ${places}"


def test_every_mistake_of_shape_is_told_at_once() -> None:
    tree = healthy()
    tree = cut(tree, "/calendar")
    tree = put(tree, "/kind", "holiday")
    tree = put(tree, "/version", "one")
    tree = put(tree, "/colour", "red")
    tree = put(tree, "/stages/0/due", "soon")
    tree = put(tree, "/stages/0/weight", "-5")
    tree = put(tree, "/stages/1/waiting_on", "godot")
    tree = put(tree, "/stages/2/final", "perhaps")
    tree = put(tree, "/stages/2/substates", "none")
    tree = put(tree, "/stages/3/name", "Done")
    tree = put(tree, "/transitions/0/from", [])
    tree = cut(tree, "/transitions/1/to")
    tree = put(tree, "/transitions/2/when", {"all": [{"fact": "docs.complete"}]})
    tree = put(tree, "/items/0/checks/0/kind", "sniff")
    tree = put(tree, "/items/1/accept", ["exe"])
    tree = put(tree, "/items/2/max_mb", "many")
    tree = put(tree, "/rules/0/then/0", "advance_case")
    tree = put(tree, "/rules/1/at/offset", "before")
    tree = put(tree, "/params/months/as_of", "last spring")
    assert shape_problems(tree) == {
        "": "shape.missing",
        "/kind": "shape.choice",
        "/version": "shape.int",
        "/colour": "shape.unknown_key",
        "/stages/0/due": "shape.value",
        "/stages/0/weight": "shape.range",
        "/stages/1/waiting_on": "shape.choice",
        "/stages/2/final": "shape.bool",
        "/stages/2/substates": "shape.list",
        "/stages/3/name": "shape.mapping",
        "/transitions/0/from": "shape.too_short",
        "/transitions/1": "shape.missing",
        "/transitions/2/when/all/0/fact": "shape.unknown_key",
        "/items/0/checks/0": "shape.choice",
        "/items/1/accept/0": "shape.choice",
        "/items/2/max_mb": "shape.int",
        "/rules/0/then/0": "shape.mapping",
        "/rules/1/at/offset": "shape.value",
        "/params/months/as_of": "shape.date",
    }


def test_two_keys_that_are_missing_are_two_problems() -> None:
    tree = cut(cut(healthy(), "/stages/0/owner"), "/stages/0/name")
    with pytest.raises(Invalid) as caught:
        flow_of(tree)
    assert [(each.pointer, each.message["en"]) for each in caught.value.problems] == [
        ("/stages/0", '"name" is missing.'),
        ("/stages/0", '"owner" is missing.'),
    ]


def test_what_an_author_wrote_is_never_taken_for_a_format() -> None:
    with pytest.raises(Invalid) as caught:
        flow_of(put(healthy(), "/kind", "{0.__class__} %s {expected}"))
    assert "visa" in caught.value.problems[0].message["en"]


@pytest.mark.parametrize("tree", ["text", ["a list"], {}, {"stages": "none"}, [[]], {"": {}}])
def test_a_document_that_is_no_flow_is_refused(tree: object) -> None:
    assert shape_problems(tree)


def test_problems_of_the_source_and_of_the_shape_are_told_together() -> None:
    source = as_source(put(healthy(), "/version", "x")).replace(b'"small",', b'"small", "key": "again",', 1)
    with pytest.raises(Invalid) as caught:
        read_flow(source)
    assert [problem.code for problem in caught.value.problems] == ["yaml.duplicate_key", "shape.int"]


def test_a_doubled_key_alone_refuses_the_flow() -> None:
    source = as_source(healthy()).replace(b'"small",', b'"small", "key": "again",', 1)
    with pytest.raises(Invalid):
        read_flow(source)


@pytest.mark.parametrize(
    "pointer,value",
    [
        ("/stages/0/due", "soon"),
        ("/transitions/0/when/all/1/value", {"a": "b"}),
        ("/items/0/checks/0/months", "x"),
        ("/items/0/checks/0", "sharp"),
    ],
)
def test_a_value_that_fits_nothing_is_one_problem(pointer: str, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        flow_of(put(healthy(), pointer, value))
    assert [problem.pointer for problem in caught.value.problems] == [pointer]
