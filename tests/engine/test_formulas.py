"""Computed fields: exact figures, nothing where something is not known, never an exception and never a float."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.calendar import CalendarDay, WorkingCalendar
from core.engine.forms import check_fields, fits
from core.engine.lint_formulas import formula_problems
from core.engine.machine import CompiledFlow, compile_flow
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid
from tests.engine.flow_parts import FLOWS, flow_of, healthy, look, words

OFFICE = WorkingCalendar("Asia/Shanghai", [[(540, 1080)]] * 5 + [[], []], [CalendarDay(date(2026, 5, 1))])
TODAY = date(2026, 3, 2)
GIVEN = {"n": "int", "m": "int", "fee": "money", "paid": "money", "rate": "decimal", "start": "date", "end": "date"}
GIVEN |= {"yes": "bool", "note": "text"}


def tree(*computed: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    """A flow without conditions of its own, with fields of every type and these computed ones: key, type, formula."""
    whole = healthy() | {"items": [], "groups": [], "rules": []}
    whole["fields"] = [field for field in whole["fields"] if "compute" not in field]
    for step in whole["transitions"]:
        step.pop("when", None)
    whole["fields"] += [{"key": key, "name": words(key, key), "type": kind} for key, kind in GIVEN.items()]
    whole["fields"] += [
        {"key": key, "name": words(key, key), "type": kind, "source": "computed", "compute": formula}
        for key, kind, formula in computed
    ]
    whole["fields"][-1] |= more
    return whole


def compiled(*computed: tuple[str, str, Any]) -> CompiledFlow:
    found = look(whole := tree(*computed))
    assert found.problems == (), whole
    return compile_flow(flow_of(whole))


def worked_out(kind: str, formula: Any, **fields: Any) -> object:
    formulas = compiled(("x", kind, formula)).formulas
    return formulas.work_out(fields, fields.pop("applicants", 1), OFFICE, today=TODAY)["x"]


THIRD = {"ratio": ["case.n", "3"]}
CASES: list[tuple[str, Any, dict[str, Any], object]] = [
    ("money", {"sum": ["case.fee", {"product": ["case.n", {"money": "117100"}]}]}, {"fee": 5, "n": 9}, 1053905),
    ("money", {"max": ["0", {"difference": ["case.fee", "case.paid"]}]}, {"fee": 5, "paid": 8}, 0),
    ("money", {"product": ["case.fee", "0.155"]}, {"fee": 100}, 16),  # half of a fen goes up
    ("money", {"product": ["case.fee", "0.155"]}, {"fee": -100}, -16),  # and away from nought
    ("money", {"product": ["case.fee", "0.155"], "round": "down"}, {"fee": 100}, 15),
    ("money", {"product": ["case.fee", "0.155"], "round": "down"}, {"fee": -100}, -16),
    ("money", {"ratio": ["case.fee", "case.n"]}, {"fee": 1000, "n": 3}, 333),
    ("money", {"product": [{"ratio": ["case.fee", "3"]}, "3"]}, {"fee": 1000}, 1000),  # exact on the way
    ("decimal", THIRD, {"n": 2}, "0.6667"),
    ("decimal", {**THIRD, "round": "up", "places": "1"}, {"n": 2}, "0.7"),
    ("decimal", {"ratio": ["case.fee", "case.paid"]}, {"fee": 1, "paid": 4}, "0.25"),
    ("decimal", {"sum": ["case.rate", "0.2"]}, {"rate": "0.1"}, "0.3"),  # which it is not in floats
    ("int", {**THIRD, "round": "up"}, {"n": 7}, 3),
    ("int", {"days": ["case.start", "case.end"]}, {"start": "2024-02-28", "end": "2024-03-01"}, 2),
    ("int", {"product": ["case.applicants", "2"]}, {"applicants": 3}, 6),
    ("date", {"date": "case.start", "plus": "1month"}, {"start": "2026-01-31"}, "2026-02-28"),
    ("date", {"date": "case.start", "minus": "1year"}, {"start": "2024-02-29"}, "2023-02-28"),
    ("date", {"date": "case.start", "plus": "1d"}, {"start": "2026-04-30"}, "2026-05-04"),  # a holiday, a weekend
    ("date", {"date": "case.start", "minus": "1d"}, {"start": "2026-05-04"}, "2026-04-30"),
    ("date", {"date": "case.start", "plus": "0d"}, {"start": "2026-05-02"}, "2026-05-02"),
    ("date", {"date": "case.start", "plus": "3w"}, {"start": "9999-12-31"}, None),
    ("date", {"min": ["case.start", "case.end"]}, {"start": "2026-05-02", "end": "2026-05-01"}, "2026-05-01"),
    ("date", {"first": ["case.start", "case.end"]}, {"end": "2026-05-01"}, "2026-05-01"),
    ("decimal", {"ratio": ["case.n", "case.m"]}, {"n": 1, "m": 0}, None),
    ("money", {"sum": ["case.fee", "case.paid"]}, {"fee": 5}, None),  # not 5
    ("money", {"sum": ["case.fee", "case.paid"]}, {"fee": 5, "paid": None}, None),
    ("int", {"product": ["case.n", "case.m"]}, {"n": 10**14, "m": 10**14}, None),
    ("int", {"sum": ["case.n", "1"]}, {"n": True}, None),
    ("int", {"sum": ["case.n", "1"]}, {"n": "2"}, None),
]
BIG = {"all": [{"field": "case.n", "op": "gt", "value": "5"}]}
BRANCHES = {"when": BIG, "then": "case.fee", "else": {"money": "7"}}
CASES += [
    ("money", BRANCHES, {"n": 6, "fee": 3}, 3),
    ("money", BRANCHES, {"n": 5}, 7),
    ("money", BRANCHES, {"n": 6}, None),
    ("money", BRANCHES, {"fee": 3}, None),  # whether is not known
    ("money", {**BRANCHES, "when": {"all": [{"field": "case.n", "op": "empty"}]}}, {"fee": 3}, 3),
    ("bool", {"when": {"all": [{"cel": "case.rate > 0.5"}]}, "then": "true", "else": "false"}, {"rate": "0.25"}, False),
    ("text", {"when": BIG, "then": "many"}, {"n": 5}, None),
]


@pytest.mark.parametrize(("kind", "formula", "fields", "wanted"), CASES)
def test_a_formula_gives_what_it_says(kind: str, formula: Any, fields: dict[str, Any], wanted: object) -> None:
    found = worked_out(kind, formula, **fields)
    assert (found, type(found)) == (wanted, type(wanted))


def test_fields_are_computed_after_those_that_they_look_at() -> None:
    late = ("a", "int", {"sum": ["case.b", "1"]})
    early = ("b", "int", {"when": {"all": [{"cel": "case.n > 1"}]}, "then": "case.n", "else": "0"})
    formulas = compiled(late, early).formulas
    found = formulas.work_out({"n": 4, "b": 99}, 1, OFFICE, today=TODAY)
    assert found == {"b": 4, "a": 5}  # what was kept before does not count
    assert formulas.work_out({}, 1, OFFICE, today=TODAY) == {"b": None, "a": None}


def test_the_page_of_the_language_reckons_as_it_says() -> None:
    page = (FLOWS / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml fields\n(.*?)```", page, re.DOTALL)
    document: Any = read_yaml(block.encode()).data
    whole = tree()
    whole["fields"] += document
    assert look(whole).problems == ()
    formulas = compile_flow(flow_of(whole)).formulas
    given = {"tuition": 2000000, "tuition_paid": 500000, "course_months": 12}
    assert formulas.work_out(given, 1, OFFICE, today=TODAY) == {"funds_required": 1500000 + 9 * 117100}


def test_nobody_sets_a_computed_field() -> None:
    flow = compiled(("x", "int", {"sum": ["case.n", "1"]})).flow
    with pytest.raises(Invalid) as refused:
        check_fields(flow, {"n": 1, "x": 2, "rate": "nan", "place": ["north"]})
    told = {problem.pointer: problem.code for problem in refused.value.problems}
    assert told == {"/fields/x": "field.computed", "/fields/rate": "field.value", "/fields/place": "field.value"}


NAMES = {
    "int": ["case.n", "case.m", "case.applicants", "0", "-3", "999999999999999"],
    "money": ["case.fee", "case.paid", "0", "7"],
    "decimal": ["case.rate", "case.n", "0.5"],
    "date": ["case.start", "case.end", "case.back", "2026-01-31"],
    "bool": ["case.yes", "true"],
    "text": ["case.note", "case.place", "word"],
}
SHIFTS = ["1d", "9999d", "3w", "9999cd", "1month", "9999years", "0d"]
BRANCH = {"all": [{"field": "case.n", "op": "gt", "value": "5"}]}


def formula(kind: str, depth: int) -> st.SearchStrategy[Any]:
    """A formula that gives this, over such formulas."""
    same = (
        st.sampled_from(NAMES[kind])
        if depth == 0
        else st.one_of(st.sampled_from(NAMES[kind]), formula(kind, depth - 1))
    )
    dates = st.sampled_from(NAMES["date"])

    def made(form: str, least: int, most: int, terms: st.SearchStrategy[Any] = same) -> st.SearchStrategy[Any]:
        return st.lists(terms, min_size=least, max_size=most).map(lambda each: {form: each})

    found = [made("first", 1, 3), st.builds(lambda one, two: {"when": BRANCH, "then": one, "else": two}, same, same)]
    if kind == "date":
        by, shift = st.sampled_from(["plus", "minus"]), st.sampled_from(SHIFTS)
        found += [st.builds(lambda day, way, far: {"date": day, way: far}, same, by, shift)]
    if kind in ("int", "money", "decimal", "date"):
        found += [made("min", 1, 3), made("max", 1, 3)]
    if kind in ("int", "money", "decimal"):
        found += [made("sum", 1, 4), made("difference", 2, 2)]
    if kind == "int":
        found += [
            made("product", 1, 4),
            made("days", 2, 2, dates),
            made("ratio", 2, 2).map(lambda each: {**each, "round": "up"}),
        ]
    if kind == "decimal":
        found += [made("product", 1, 4), made("ratio", 2, 2)]
    if kind == "money":
        found += [
            st.builds(lambda one, two: {"product": [one, two]}, same, st.sampled_from(["case.n", "case.rate", "0.1"]))
        ]
    return st.one_of(*found)


ODD = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.booleans())
DAYS = st.dates().map(date.isoformat)
RIGHT = {"int": st.integers(-(10**6), 10**6), "money": st.integers(0, 10**9), "date": DAYS, "bool": st.booleans()}
RIGHT |= {"decimal": st.decimals(-100, 100, places=4).map(str), "text": st.text(max_size=5)}
VALUES = {key: st.one_of(RIGHT[kind], RIGHT[kind], RIGHT[kind], ODD) for key, kind in GIVEN.items()}
KINDS = ("int", "money", "decimal", "date", "bool", "text")
SEEN: Counter[tuple[str, bool]] = Counter()


@given(st.fixed_dictionaries({kind: formula(kind, 2) for kind in KINDS}), st.fixed_dictionaries(VALUES), st.integers())
@settings(max_examples=60, deadline=None)
def test_any_formula_over_any_fields_has_a_fitting_value_or_none(made: Any, fields: Any, applicants: int) -> None:
    flow = flow_of(tree(*((kind, kind, made[kind]) for kind in KINDS)))
    wrong = {problem.pointer.split("/")[2] for problem in formula_problems(flow)}
    right = [field for index, field in enumerate(flow.fields) if str(index) not in wrong]
    done = compile_flow(flow.model_copy(update={"fields": tuple(right)}))
    for key, value in done.formulas.work_out(fields, applicants, OFFICE, today=TODAY).items():
        SEEN[key, value is None] += 1
        assert value is None or (fits(done.flow.field(key), value) and not isinstance(value, float))


def test_the_formulas_above_had_values_and_had_none() -> None:
    if SEEN:  # it may be asked for alone
        assert min(SEEN[kind, none] for kind in KINDS for none in (False, True)) > 0, SEEN


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=2), st.integers(-(10**6), 10**6).filter(bool))
@settings(max_examples=100, deadline=None)
def test_figures_are_those_of_decimal_arithmetic(pair: list[int], by: int) -> None:
    fields = {"fee": pair[0], "paid": pair[1], "n": by, "rate": str(Decimal(by) / 10**6)}
    whole = REFERENCE.formulas.work_out(fields, 1, OFFICE, today=TODAY)
    rate = Decimal(by) / 10**6
    wanted = ((pair[0] - pair[1]) * rate).quantize(Decimal(1), "ROUND_HALF_UP")
    assert whole["due"] == int(wanted)
    assert Decimal(str(whole["part"])) == (Decimal(pair[0]) / Decimal(by)).quantize(Decimal("0.0001"), "ROUND_HALF_UP")


REFERENCE = compiled(
    ("due", "money", {"product": [{"difference": ["case.fee", "case.paid"]}, "case.rate"]}),
    ("part", "decimal", {"ratio": ["case.fee", {"product": ["case.n", {"money": "1"}]}]}),
)
