"""Lint of computed fields: every mistake of a formula at its place, and nobody is asked for what is computed."""

import re
from typing import Any

import pytest

from core.engine.formula_kinds import MAX_DEPTH
from core.engine.lint_formulas import formula_problems
from core.engine.machine import compile_flow
from core.kit.errors import Invalid
from tests.engine.flow_parts import flow_of, look, resolve, words
from tests.engine.test_formulas import BIG, THIRD, tree


def deep(levels: int) -> Any:
    formula: Any = "case.n"
    for _ in range(levels):
        formula = {"sum": [formula]}
    return formula


OF_STAGE = {"all": [{"cel": "case.n > 1 && case.stage == 'collect'"}]}
# Type of the field, its formula, code, and where it is told below the formula.
MISTAKES: list[tuple[str, Any, str, str]] = [
    ("int", {}, "formula.form", ""),
    ("int", {"sum": ["1"], "max": ["2"]}, "formula.form", ""),
    ("int", {"sum": []}, "formula.terms", "/sum"),
    ("int", {"difference": ["case.n"]}, "formula.terms", "/difference"),
    ("int", {"sum": ["1"] * 51}, "formula.terms", "/sum"),
    ("int", {"sum": ["1"], "plus": "1month"}, "formula.form", "/plus"),
    ("date", {"date": "case.start"}, "formula.form", ""),
    ("date", {"date": "case.start", "plus": "1h"}, "shape.value", "/plus"),
    ("int", {"when": BIG}, "formula.form", ""),
    ("int", {"when": OF_STAGE, "then": "1"}, "formula.fact", "/when"),
    (
        "int",
        {"when": {"all": [{"field": "case.no", "op": "filled"}]}, "then": "1"},
        "condition.field",
        "/when/all/0/field",
    ),
    ("int", deep(MAX_DEPTH + 1), "formula.depth", "/sum/0" * MAX_DEPTH),
    ("int", {"sum": ["case.n", "case.m2"]}, "formula.fact", "/sum/1"),
    ("int", {"sum": ["case.n", "docs.missing"]}, "formula.fact", "/sum/1"),
    ("date", {"date": "2026-02-30", "plus": "1d"}, "formula.literal", "/date"),
    ("money", {"money": "1.5"}, "formula.literal", "/money"),
    ("money", {"sum": ["case.fee", "case.n"]}, "formula.type", "/sum/1"),
    ("money", {"product": ["case.fee", "case.paid"]}, "formula.type", "/product/1"),
    ("money", {"ratio": ["case.n", "case.fee"]}, "formula.type", "/ratio/1"),
    ("date", {"sum": ["case.start", "case.n"]}, "formula.type", "/sum/0"),
    ("int", {"days": ["case.start", "case.n"]}, "formula.type", "/days/1"),
    ("money", {"when": BIG, "then": "case.fee", "else": "case.start"}, "formula.type", "/else"),
    ("money", {"product": ["case.n", "117100"]}, "formula.result", ""),
    ("int", THIRD, "formula.result", ""),
    ("multi", {"sum": ["case.n"]}, "formula.field_type", ""),
    ("int", {"sum": ["case.n"], "places": "2"}, "formula.rounding", "/places"),
    ("money", {"sum": ["case.fee"], "round": "up", "places": "2"}, "formula.rounding", "/places"),
    ("date", {"min": ["case.start"], "round": "up"}, "formula.rounding", "/round"),
    ("int", {"sum": [{"max": ["case.x", "1"]}]}, "formula.cycle", ""),
    ("int", {"when": {"all": [{"cel": "filled.case.x"}]}, "then": "1"}, "formula.cycle", ""),
    ("int", {"sum": [["1"]]}, "shape.text", "/sum/0"),
    ("int", {"total": ["1"]}, "shape.unknown_key", "/total"),
]


@pytest.mark.parametrize(("kind", "formula", "code", "place"), MISTAKES)
def test_a_mistake_is_told_at_its_place(kind: str, formula: Any, code: str, place: str) -> None:
    more = {"choices": [{"key": "a", "name": words("甲", "A")}]} if kind == "multi" else {}
    whole = tree(("x", kind, formula), **more)
    told = look(whole).problems
    at = f"/fields/{len(whole['fields']) - 1}/compute"
    assert (code, at + place) in [(problem.code, problem.pointer) for problem in told], told
    for problem in told:
        resolve(whole, problem.pointer)
        assert re.search("[一-鿿]", problem.message["zh-CN"])
        assert problem.message["en"].isascii()


def test_a_computed_field_needs_a_formula_and_nobody_is_asked_for_it() -> None:
    whole = tree(("x", "int", {"sum": ["case.n"]}), ask=words("几？", "How many?"), required_when=BIG)
    at = len(whole["fields"]) - 1
    whole["fields"] += [
        {"key": "bare", "name": words("空", "Bare"), "type": "int", "source": "computed"},
        {"key": "set", "name": words("填", "Set"), "type": "int", "source": "staff", "compute": {"sum": ["case.n"]}},
        {"key": "wage", "name": words("薪", "Wage"), "type": "money", "pii": "finance"},
        {"key": "double", "name": words("倍", "D"), "type": "money", "source": "computed",
         "compute": {"sum": ["case.wage"]}},
        {
            "key": "spot",
            "name": words("处", "Spot"),
            "type": "enum",
            "choices": [{"key": "north", "name": words("北", "N")}],
            "source": "computed",
            "compute": {"when": BIG, "then": "north", "else": "nrth"},
        },
    ]  # fmt: skip
    whole["stages"][0]["exit_form"].append("x")
    whole["transitions"][2]["form"] = ["x"]
    told = [(problem.code, problem.pointer) for problem in look(whole).problems]
    assert sorted(told) == sorted(
        [
            ("formula.asked", f"/fields/{at}/ask"),
            ("formula.asked", f"/fields/{at}/required_when"),
            ("formula.asked", "/stages/0/exit_form/1"),
            ("formula.asked", "/transitions/2/form/0"),
            ("formula.no_formula", f"/fields/{at + 1}"),
            ("formula.given", f"/fields/{at + 2}/compute"),
            ("formula.personal", f"/fields/{at + 4}/compute"),
            ("formula.choice", f"/fields/{at + 5}/compute/else"),
        ]
    )


def test_each_round_of_fields_is_told_once() -> None:
    rounds = [("a", "int", {"sum": ["case.b"]}), ("b", "int", {"sum": ["case.a"]})]
    rounds += [("c", "int", {"sum": ["case.c"]}), ("d", "int", {"sum": ["case.a"]})]
    flow = flow_of(tree(*rounds))
    assert [problem.message["en"] for problem in formula_problems(flow)] == [
        "These fields are computed from each other: a, b.",
        "These fields are computed from each other: c.",
    ]
    with pytest.raises(Invalid):
        compile_flow(flow)
