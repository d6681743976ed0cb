"""The machine decides: where a case goes, why it does not, who may; and nothing that a flow says is ever called."""

import os
import types
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import EventData

from core.engine.flow import Flow, read_flow
from core.engine.machine import CompiledFlow, FlowMachine, compile_flow
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow
from tests.engine.flow_parts import SHIPPED, flow_of, healthy, put, shipped, shipped_source, words

READY = {"docs.complete": True, "case.place": "north"}


@pytest.fixture(scope="module")
def compiled() -> CompiledFlow:
    return compile_flow(flow_of(healthy()))


@pytest.fixture(scope="module")
def machine(compiled: CompiledFlow) -> FlowMachine:
    return compiled.machine


def test_a_step_that_is_possible_gives_a_move(machine: FlowMachine) -> None:
    move = machine.decide("review", "decide", {"actor.prepared": False}, ["reviewer"])
    assert (move.to, move.substate, move.outcome, move.transition.key) == ("result", "good", "granted", "decide")
    assert machine.decide("collect", "hand_in", READY, {"sales"}).to == "review"
    assert machine.decide("review", "back", {}, {"reviewer"}).substate is None


def test_a_guard_says_why_not_in_both_languages(machine: FlowMachine) -> None:
    with pytest.raises(NotPossibleNow) as caught:
        machine.decide("collect", "hand_in", {"docs.complete": False, "case.place": "north"}, {"sales"})
    assert caught.value.params["reasons"] == [{"zh-CN": "材料须齐全", "en": "Documents must be complete"}]
    with pytest.raises(NotPossibleNow) as caught:
        machine.decide("collect", "hand_in", {"docs.complete": False, "case.place": "west"}, {"sales"})
    reasons: Any = caught.value.params["reasons"]
    assert len(reasons) == 2
    assert all(set(reason) == {"zh-CN", "en"} for reason in reasons)


def test_what_is_not_known_is_not_good_enough(machine: FlowMachine) -> None:
    with pytest.raises(NotPossibleNow):
        machine.decide("collect", "hand_in", {}, {"sales"})
    with pytest.raises(NotPossibleNow):
        machine.decide("review", "decide", {}, {"reviewer"})


@pytest.mark.parametrize(
    "stage,trigger",
    [("review", "hand_in"), ("done", "close"), ("collect", "fly"), ("collect", ""), ("nowhere", "hand_in"), ("", "")],
)
def test_a_step_out_of_place_is_refused_with_a_reason(machine: FlowMachine, stage: str, trigger: str) -> None:
    with pytest.raises(NotPossibleNow) as caught:
        machine.decide(stage, trigger, READY, {"sales", "reviewer", "system"})
    reasons: Any = caught.value.params["reasons"]
    assert all(reason["zh-CN"] and reason["en"] for reason in reasons)
    assert reasons


def test_the_wrong_stage_is_called_by_its_name(machine: FlowMachine) -> None:
    with pytest.raises(NotPossibleNow) as caught:
        machine.decide("result", "hand_in", READY, {"sales"})
    assert caught.value.params["reasons"] == [
        {"zh-CN": "当前阶段“结果”不能“提交”", "en": '"Hand in" is not possible in stage "Result"'}
    ]


@pytest.mark.parametrize("roles", [[], ["reviewer"], ["admin", "client"], ["sale"]])
def test_who_is_not_named_may_not(machine: FlowMachine, roles: list[str]) -> None:
    with pytest.raises(NotAllowed):
        machine.decide("collect", "hand_in", READY, roles)


def test_rules_may_where_system_is_named(machine: FlowMachine) -> None:
    assert machine.decide("collect", "hand_in", READY, {"system"}).to == "review"
    with pytest.raises(NotAllowed):
        machine.decide("review", "back", {}, {"system"})


def test_a_stage_offers_its_steps_in_order(machine: FlowMachine) -> None:
    assert [each.key for each in machine.triggers("review")] == ["back", "decide"]
    assert machine.triggers("done") == ()
    assert machine.triggers("nowhere") == ()


def test_the_machine_says_which_facts_a_decision_needs(machine: FlowMachine) -> None:
    assert machine.needs("hand_in") == {"docs.complete", "case.place"}
    assert machine.needs("back") == frozenset()
    assert machine.needs("fly") == frozenset()


def test_a_step_may_lead_back_to_its_own_stage() -> None:
    tree = put(healthy(), "/transitions/1/to", "review")
    move = compile_flow(flow_of(tree)).machine.decide("review", "back", {}, {"reviewer"})
    assert move.to == "review"


def test_nothing_is_remembered_between_decisions(machine: FlowMachine) -> None:
    for _ in range(3):
        assert machine.decide("collect", "hand_in", READY, {"sales"}).to == "review"
        with pytest.raises(NotPossibleNow) as caught:
            machine.decide("collect", "hand_in", {"docs.complete": False, "case.place": "north"}, {"sales"})
        assert len(caught.value.params["reasons"]) == 1  # type: ignore[arg-type]  # params are of any type


def test_many_threads_may_ask_at_once(machine: FlowMachine) -> None:
    def ask(number: int) -> str:
        facts = {**READY, "docs.complete": number % 3 != 0}
        try:
            return machine.decide("collect", "hand_in", facts, {"sales"}).to
        except NotPossibleNow:
            return "no"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(900)))
    assert answers == ["no" if number % 3 == 0 else "review" for number in range(900)]


def test_conditions_are_compiled_once_and_found_by_what_they_belong_to(compiled: CompiledFlow) -> None:
    assert set(compiled.required) == {("item", "letter"), ("rule", "complete")}
    assert compiled.required["item", "letter"].check({"applicant.type": "employed"}).ok
    assert not compiled.required["item", "letter"].check({"applicant.type": "student"}).ok


def test_everything_that_does_not_compile_is_told_at_once() -> None:
    tree = put(healthy(), "/transitions/0/when/all/0/field", "docs.compleet")
    tree = put(tree, "/items/1/required_when/all/0/op", "is_odd")
    tree = put(tree, "/transitions/1/to", "nowhere")
    with pytest.raises(Invalid) as caught:
        compile_flow(flow_of(tree))
    assert {problem.pointer for problem in caught.value.problems} == {
        "/transitions/0/when/all/0/field",
        "/items/1/required_when/all/0/op",
        "/transitions/1/to",
    }


DANGEROUS = ("os.system", "os", "builtins.exec", "_at", "state", "__class__", "trigger", "*", "=", "on_enter_review")


@pytest.mark.parametrize("name", DANGEROUS)
@pytest.mark.parametrize(
    "pointer",
    [
        "/stages/0/key",
        "/transitions/0/key",
        "/transitions/0/from/0",
        "/transitions/0/to",
        "/transitions/2/substate",
        "/transitions/2/outcome",
        "/transitions/0/by/0",
        "/transitions/0/when/all/0/field",
        "/transitions/0/when/all/0/op",
        "/transitions/0/when/all/0/cel",
        "/stages/0/owner",
        "/rules/0/on",
        "/rules/0/then/0/action",
        "/rules/0/then/0/args/trigger",
    ],
)
def test_a_flow_cannot_have_anything_run(monkeypatch: pytest.MonkeyPatch, pointer: str, name: str) -> None:
    ran: list[object] = []
    monkeypatch.setattr(os, "system", lambda *args: ran.append(args))
    try:
        flow = flow_of(put(healthy(), pointer, name))
        machine = compile_flow(flow).machine
    except Invalid:
        return
    for stage in ("collect", "review", "result", "done", name):
        for trigger in (*(each.key for each in flow.transitions), name):
            try:
                machine.decide(stage, trigger, {**READY, "actor.prepared": False}, ["sales", "reviewer", name])
            except (NotPossibleNow, NotAllowed):
                continue
    assert ran == []


@pytest.mark.parametrize(
    "pointer", ["/stages/0/key", "/transitions/0/key", "/transitions/0/from/0", "/transitions/0/to"]
)
@pytest.mark.parametrize("name", ["os.system", "*", "=", "_at"])
def test_a_dangerous_name_never_reaches_the_library(pointer: str, name: str) -> None:
    flow = flow_of(put(healthy(), pointer, name))
    with pytest.raises(Invalid):
        FlowMachine(flow, {})


@pytest.mark.parametrize("key", SHIPPED)
def test_the_library_holds_closures_of_ours_and_no_models(key: str) -> None:
    library = shipped(key).machine._machine
    assert library.models == []
    assert not library.has_queue
    assert not any(name.startswith("to_") for name in library.events)
    lists = [library.prepare_event, library.before_state_change, library.after_state_change, library.finalize_event]
    lists += [library.on_exception, library.on_final]
    guarded = 0
    for event in library.events.values():
        for transitions in event.transitions.values():
            for each in transitions:
                lists += [each.prepare, each.before, each.after]
                for condition in each.conditions:
                    assert isinstance(condition.func, types.FunctionType)
                    assert condition.func.__module__ == "core.engine.machine"
                    guarded += 1
    for state in library.states.values():
        lists += [state.on_enter, state.on_exit]
    assert all(callbacks == [] for callbacks in lists)
    assert guarded >= 8


def test_what_a_guard_raises_is_not_taken_for_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = compile_flow(flow_of(healthy()))
    event = compiled.machine._machine.events["hand_in"]

    def broken(event: EventData) -> bool:
        raise ZeroDivisionError

    event.transitions["collect"][0].conditions[0].func = broken
    with pytest.raises(ZeroDivisionError):
        compiled.machine.decide("collect", "hand_in", READY, {"sales"})


FLOWS: Mapping[str, Flow] = {key: read_flow(shipped_source(key)) for key in SHIPPED}
MACHINES = {key: compile_flow(flow) for key, flow in FLOWS.items()}
VALUES: Mapping[str, st.SearchStrategy[object]] = {
    "bool": st.booleans(),
    "int": st.integers(-2, 3),
    "money": st.integers(0, 3),
    "decimal": st.floats(0, 2),
    "date": st.dates(),
    "instant": st.none(),
    "list": st.lists(st.sampled_from(["japan", "none"])),
}


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, str, str, dict[str, object], set[str]]:
    """A flow, a stage, a trigger, some facts and some roles."""
    key = draw(st.sampled_from(SHIPPED))
    flow = FLOWS[key]
    trigger = draw(st.sampled_from([*(each.key for each in flow.transitions), "fly"]))
    needed = MACHINES[key].machine.needs(trigger)
    facts: dict[str, object] = {}
    for name in sorted(needed):
        kind = flow.fact_types()[name]
        texts = st.sampled_from(["supplement", "granted", "refused", "shanghai", "elsewhere", ""])
        value = draw(st.none() | (texts if kind == "text" else VALUES[kind]))
        if value is not None:
            facts[name] = value
    stage = draw(st.sampled_from([stage.key for stage in flow.stages]))
    return key, stage, trigger, facts, draw(st.sets(st.sampled_from([*flow.roles, "system", "client"])))


@given(situations())
def test_the_machine_moves_exactly_where_the_flow_says(
    situation: tuple[str, str, str, dict[str, object], set[str]],
) -> None:
    key, stage, trigger, facts, roles = situation
    flow, machine = FLOWS[key], MACHINES[key].machine
    written = next((each for each in flow.transitions if each.key == trigger), None)
    guard = machine._guards.get(trigger)
    allowed = written is not None and bool(roles & set(written.by))
    possible = allowed and written is not None and stage in written.from_stages
    if possible and (guard is None or guard.check(facts).ok):
        assert written is not None
        move = machine.decide(stage, trigger, facts, roles)
        assert (move.to, move.substate, move.outcome) == (written.to, written.substate, written.outcome)
        return
    with pytest.raises(NotPossibleNow if allowed or written is None else NotAllowed) as caught:
        machine.decide(stage, trigger, facts, roles)
    if isinstance(caught.value, NotPossibleNow):
        assert caught.value.params["reasons"]


def test_a_label_without_a_language_does_not_break_the_refusal() -> None:
    tree = put(healthy(), "/transitions/0/label", {"en": "Hand in"})
    tree = put(tree, "/stages/2/name", words("", "Result"))
    with pytest.raises(NotPossibleNow) as caught:
        compile_flow(flow_of(tree)).machine.decide("result", "hand_in", READY, {"sales"})
    assert caught.value.params["reasons"]
