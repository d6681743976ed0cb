"""Conditions: what each operator means, what is not known satisfies nothing, and every mistake is told in words."""

import itertools
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from core.engine.cel import MAX_SOURCE, _environment
from core.engine.clauses import Op
from core.engine.conditions import (
    MAX_DEPTH,
    MAX_NODES,
    Clause,
    Condition,
    ConditionSpec,
    FactType,
    Verdict,
    compile_condition,
)
from core.kit.errors import Invalid, Problem

TYPES: dict[str, FactType] = {
    "case.t": "text",
    "case.text": "text",
    "case.n": "int",
    "case.fee": "money",
    "case.x": "decimal",
    "case.d": "date",
    "case.at": "instant",
    "case.ok": "bool",
    "case.l": "list",
}


def compiled(spec: Mapping[str, Any], shown: Mapping[str, dict[str, str]] | None = None) -> Condition:
    return compile_condition(ConditionSpec.model_validate(spec), TYPES, "/when", shown)


def one(**clause: Any) -> Condition:
    return compiled({"all": [clause]})


def check(facts: Mapping[str, object], **clause: Any) -> Verdict:
    return one(**clause).check(facts)


def holds(facts: Mapping[str, object], cel: str) -> bool:
    return check(facts, cel=cel).ok


def problems_of(spec: Mapping[str, Any]) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        compiled(spec)
    return list(caught.value.problems)


def the_problem(**clause: Any) -> Problem:
    (problem,) = problems_of({"all": [clause]})
    return problem


NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
OPS = [op for op in get_args(Op) if op != "within"]  # which looks at another fact: test_office_table
TABLE: list[tuple[str, str, Any, object, bool]] = [  # field, op, value as a flow gives it, fact, holds
    ("case.t", "eq", "a", "a", True),
    ("case.t", "eq", "a", "A", False),
    ("case.t", "ne", "a", "b", True),
    ("case.t", "ne", "a", "a", False),
    ("case.t", "in", ["a", "b"], "b", True),
    ("case.t", "in", ["a", "b"], "c", False),
    ("case.t", "not_in", ["a", "b"], "c", True),
    ("case.t", "not_in", ["a", "b"], "a", False),
    ("case.t", "contains", "三", "张三丰", True),
    ("case.t", "contains", "李", "张三丰", False),
    ("case.n", "eq", "5", 5, True),
    ("case.n", "eq", 5, 6, False),
    ("case.n", "lt", "5", 4, True),
    ("case.n", "lt", "5", 5, False),
    ("case.n", "le", "5", 5, True),
    ("case.n", "le", "5", 6, False),
    ("case.n", "gt", "-1", 0, True),
    ("case.n", "gt", "0", 0, False),
    ("case.n", "ge", "0", 0, True),
    ("case.n", "ge", "1", 0, False),
    ("case.n", "in", ["1", "2"], 2, True),
    ("case.n", "not_in", [1, 2], 2, False),
    ("case.fee", "ge", "10000000", 10_000_000, True),
    ("case.fee", "ge", "10000000", 9_999_999, False),
    ("case.x", "gt", "1.5", 2, True),
    ("case.x", "gt", "1.5", Decimal("1.4"), False),
    ("case.x", "eq", "2", 2.0, True),
    ("case.d", "lt", "2026-05-02", date(2026, 5, 1), True),
    ("case.d", "lt", "2026-05-01", date(2026, 5, 1), False),
    ("case.d", "eq", "2026-05-01", "2026-05-01", True),
    ("case.d", "in", ["2026-05-01"], date(2026, 5, 1), True),
    ("case.at", "ge", "2026-05-01T20:00:00+08:00", NOON, True),
    ("case.at", "gt", "2026-05-01T20:00:00+08:00", NOON, False),
    ("case.at", "lt", "2026-05-01T12:00:01Z", NOON.astimezone(timezone(timedelta(hours=-5))), True),
    ("case.ok", "eq", "true", True, True),
    ("case.ok", "eq", False, True, False),
    ("case.ok", "is_true", None, True, True),
    ("case.ok", "is_true", None, False, False),
    ("case.ok", "is_false", None, False, True),
    ("case.ok", "is_false", None, True, False),
    ("case.l", "contains", "a", ["b", "a"], True),
    ("case.l", "contains", "a", ("b",), False),
    ("case.l", "contains", "a", frozenset("ab"), True),
    ("case.t", "filled", None, "x", True),
    ("case.t", "filled", None, " ", False),
    ("case.t", "empty", None, "", True),
    ("case.t", "empty", None, "x", False),
    ("case.n", "filled", None, 0, True),
    ("case.ok", "filled", None, False, True),
    ("case.l", "filled", None, ["a"], True),
    ("case.l", "empty", None, ["a"], False),
]


@pytest.mark.parametrize("field, op, value, fact, expected", TABLE)
def test_what_an_operator_means(field: str, op: str, value: Any, fact: object, expected: bool) -> None:
    verdict = check({field: fact}, field=field, op=op, value=value)
    assert verdict.ok is expected
    assert bool(verdict.unmet) is not expected


def test_the_table_has_every_operator_both_ways() -> None:
    told = {(op, expected) for _, op, _, _, expected in TABLE}
    assert told == set(itertools.product(OPS, (True, False)))


EMPTY: list[object] = [None, "", "  ", [], ()]


@pytest.mark.parametrize("op", [op for op in OPS if op != "empty"])
@pytest.mark.parametrize("blank", EMPTY)
def test_an_empty_fact_meets_no_operator_but_empty(op: str, blank: object) -> None:
    field, _, value, _, _ = next(row for row in TABLE if row[1] == op)
    verdict = check({field: blank}, field=field, op=op, value=value)
    assert not verdict.ok
    if op != "filled":
        assert "未填写" in verdict.unmet[0]["zh-CN"]
        assert "not filled in" in verdict.unmet[0]["en"]
    assert check({}, field=field, op=op, value=value) == verdict
    assert check({field: blank}, field=field, op="empty").ok


WRONG: list[tuple[str, str, object]] = [
    ("case.n", "5", "5"),
    ("case.n", "1", True),
    ("case.n", "5", 5.0),
    ("case.fee", "5", Decimal(5)),
    ("case.x", "1.0", True),
    ("case.t", "5", 5),
    ("case.ok", "true", "true"),
    ("case.ok", "true", 1),
    ("case.d", "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
    ("case.d", "2026-05-01", "1 May"),
    ("case.at", "2026-05-01T00:00:00Z", datetime(2026, 5, 1)),  # no zone: nobody can know what is meant
    ("case.at", "2026-05-01T00:00:00Z", date(2026, 5, 1)),
]


@pytest.mark.parametrize("field, value, fact", WRONG)
def test_a_fact_of_another_type_is_unknown_and_said_to_be(field: str, value: str, fact: object) -> None:
    for op in ("eq", "ne"):
        verdict = check({field: fact}, field=field, op=op, value=value)
        assert not verdict.ok
        assert "类型" in verdict.unmet[0]["zh-CN"]
        assert "wrong type" in verdict.unmet[0]["en"]


def test_lists_hold_texts_only() -> None:
    assert not check({"case.l": ["a", 1]}, field="case.l", op="contains", value="a").ok


# The traps of the library.


def test_an_error_is_not_a_yes_although_its_text_is_true() -> None:
    for cel in ("case.n / 0 == 1", "!(case.n / 0 == 1)", "case.l[7] == 'a'", "!(case.l[7] == 'a')", "case.n % 0 == 0"):
        verdict = check({"case.n": 1, "case.l": ["a"]}, cel=cel)
        assert not verdict.ok
        assert verdict.unmet[0]["zh-CN"].startswith(cel + "(")
        assert verdict.unmet[0]["en"].startswith(cel + " (")
    assert "除数为零" in check({"case.n": 1}, cel="case.n / 0 == 1").unmet[0]["zh-CN"]


def test_an_error_is_not_a_no_either_for_the_none_around_it() -> None:
    for cel in ("case.n / 0 == 1", "case.t == 'x'"):
        none = compiled({"none": [{"cel": cel}]})
        assert not none.check({"case.n": 1}).ok
        assert not compiled({"none": [{"none": [{"cel": cel}]}]}).check({"case.n": 1}).ok
    assert compiled({"none": [{"cel": "case.t == 'x'"}]}).check({"case.t": "y"}).ok


def test_an_absent_fact_is_named_in_the_reason() -> None:
    shown = {"case.d": {"zh-CN": "出发日期", "en": "departure"}}
    verdict = compiled({"all": [{"cel": "case.d > timestamp('2026-01-01T00:00:00Z') && case.ok"}]}, shown).check(
        {"case.ok": True}
    )
    assert verdict.unmet[0]["zh-CN"].endswith("(未填写:出发日期)")
    assert verdict.unmet[0]["en"].endswith("(not filled in: departure)")


def test_dates_are_compared_whatever_else_the_condition_looks_at() -> None:
    """No clause looks at exactly the facts that all of them look at together, so each has an environment of its own."""
    kinds: dict[str, FactType] = {
        "case.from_day": "date",
        "case.to_day": "date",
        "case.at": "instant",
        "case.span": "int",
    }
    facts = {"case.from_day": "2026-05-01", "case.to_day": "2026-05-02", "case.at": "2026-05-01T09:00:00Z"}
    clauses: list[dict[str, Any]] = [
        {"cel": "case.to_day >= case.from_day"},
        {"cel": "case.to_day - case.from_day == duration('24h')"},
        {"cel": "case.at > case.from_day"},
        {"field": "case.from_day", "op": "lt", "value": "2026-06-01"},
    ]
    for clause in clauses:
        spec = ConditionSpec.model_validate({"all": [clause, {"field": "case.span", "op": "ge", "value": 1}]})
        _environment.cache_clear()  # as in a process that has met no other condition
        assert compile_condition(spec, kinds).check(facts | {"case.span": 1}) == Verdict(True), clause


def test_filled_companions_make_absence_askable() -> None:
    cel = "!filled.case.n || case.n > 5"
    assert [holds({"case.n": n}, cel) for n in (None, 5, 6)] == [True, False, True]
    assert one(cel=cel).names == {"case.n"}
    assert one(cel="filled.case.n").names == {"case.n"}


def test_a_definite_side_decides_over_an_unknown_one() -> None:
    assert holds({"case.ok": True}, "case.ok || case.n > 5")
    assert not holds({"case.ok": False}, "case.ok || case.n > 5")
    assert not holds({"case.ok": True}, "case.ok && case.n > 5")


@pytest.mark.parametrize(
    "cel", ["case.n > 1.5", "case.x > 1", "case.fee >= 100.0", "case.n == case.x", "1 + 1.0 > 2.0"]
)
def test_whole_numbers_and_decimals_are_told_apart_in_our_words(cel: str) -> None:
    problem = the_problem(cel=cel)
    assert problem.code == "condition.cel.number_mix"
    assert "整数" in problem.message["zh-CN"]
    assert "decimal" in problem.message["en"]


@pytest.mark.parametrize("cel", ["f(case.n)", "case.t.format([1])", "now() > case.d", "case.t.lower() == 'a'"])
def test_there_are_no_functions_of_ours(cel: str) -> None:
    assert the_problem(cel=cel).code == "condition.cel.undeclared"


@pytest.mark.parametrize(
    "cel", ["has(case.ok)", "!has (case.n)", "case.ok &&\n has(case.ok)", "'a' == \"has(\" && has(case.ok)"]
)
def test_has_is_refused_because_it_would_mean_the_value(cel: str) -> None:
    problem = the_problem(cel=cel)
    assert problem.code == "condition.cel.has"
    assert "filled." in problem.message["en"]
    line, column = cel[: cel.rindex("has")].count("\n") + 1, len(cel[: cel.rindex("has")].split("\n")[-1]) + 1
    assert f"line {line}, column {column}:" in problem.message["en"]


@pytest.mark.parametrize(
    "cel, fact",
    [
        ("case.t == 'has(x)'", "has(x)"),
        (r'case.t == "\"has(x)"', '"has(x)'),
        (r"case.t == r'\has(x)'", r"\has(x)"),
        ('case.t == """a " has(x)"""', 'a " has(x)'),
        ("case.t == 'a' // has(x)\n || case.t == 'b'", "b"),
    ],
)
def test_has_within_a_text_or_comment_is_only_text(cel: str, fact: str) -> None:
    assert holds({"case.t": fact}, cel)


@pytest.mark.parametrize(
    "cel",
    [
        "optional.of(case.n).hasValue()",
        "case.?n == 1",
        "cel.bind(x, case.t + case.t, x == 'a')",
        "[?case.ok][0]",
        "case.l.first() == 'a'",
    ],
)
def test_extensions_are_not_loaded(cel: str) -> None:
    assert problems_of({"all": [{"cel": cel}]})


def test_much_work_is_stopped_and_is_a_no_with_a_reason() -> None:
    ten = "[1,2,3,4,5,6,7,8,9,10]"
    cel = "true"
    for name in "abcdefg":
        cel = f"{ten}.all({name}, {cel})"
    verdict = check({}, cel=cel)
    assert not verdict.ok
    assert "计算量过大" in verdict.unmet[0]["zh-CN"]


def test_patterns_are_matched_in_linear_time() -> None:
    assert holds({"case.t": "a" * 5000 + "b"}, "!case.t.matches('^(a+)+$')")


def test_what_a_client_wrote_is_not_in_the_reason() -> None:
    for cel in (
        "timestamp(case.t) > timestamp('2026-01-01T00:00:00Z')",
        "int(case.t) > 1",
        "case.t.matches(case.text)",
    ):
        verdict = check({"case.t": "E12345678(", "case.text": "E12345678("}, cel=cel)
        assert not verdict.ok
        assert "E1234" not in str(verdict.unmet)


def test_times_of_day_follow_a_zone() -> None:
    assert holds({"case.at": NOON}, "case.at.getHours('Asia/Shanghai') == 20")


@pytest.mark.parametrize("cel", ["case.n", "case.n + 1", "'true'", "dyn(true)", "case.l", "case.at"])
def test_a_condition_must_be_yes_or_no(cel: str) -> None:
    problem = the_problem(cel=cel)
    assert problem.code == "condition.cel.not_bool"
    assert problem.message["en"].startswith("line 1, column 1:")


def test_long_sources_and_deep_ones_are_refused() -> None:
    fits = "case.t == '" + "三" * ((MAX_SOURCE - 12) // 3) + "'"
    fits += " " * (MAX_SOURCE - len(fits.encode()))
    assert not check({"case.t": "x"}, cel=fits).ok
    too_long = the_problem(cel=fits + " ")
    assert too_long.code == "condition.cel.too_long"
    assert too_long.message["en"].startswith("line 1, column 1:")
    assert the_problem(field="case.t", op="eq", value="a" * MAX_SOURCE).code == "condition.cel.too_long"
    assert the_problem(cel="(" * 200 + "case.ok" + ")" * 200).code == "condition.cel.too_deep"


def test_half_a_surrogate_pair_is_no_other_character() -> None:
    assert not check({"case.t": "a\ud800"}, field="case.t", op="in", value=["a", "a?", ""]).ok
    assert check({"case.t": "a\ud800"}, field="case.t", op="contains", value="a").ok


def test_a_nul_does_not_cut_a_text_short() -> None:
    for cut in ("a\0", "a\0b", "\0"):
        assert not check({"case.t": cut}, field="case.t", op="eq", value=cut.split("\0")[0]).ok
        assert not check({"case.l": [cut]}, field="case.l", op="contains", value=cut.split("\0")[0]).ok
    assert the_problem(field="case.t", op="eq", value="a\0b").pointer == "/when/all/0/value"
    problem = the_problem(cel="case.ok\n\0 && false")
    assert problem.code == "condition.cel.nul"
    assert "line 2, column 1:" in problem.message["en"]
    assert "line 2, column 1:" in the_problem(cel="\n\0").message["en"]
    assert the_problem(cel="\0").code == "condition.cel.nul"


# Values of clauses.


@given(st.text(), st.text())
def test_any_text_equals_itself_and_nothing_else(mine: str, other: str) -> None:
    if "\0" in mine or mine != mine.encode("utf-8", "replace").decode():
        assert the_problem(field="case.t", op="eq", value=mine).pointer == "/when/all/0/value"
        return
    if mine.strip():
        assert check({"case.t": mine}, field="case.t", op="eq", value=mine).ok
    assert check({"case.t": other}, field="case.t", op="eq", value=mine).ok is (other == mine and bool(other.strip()))


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_any_whole_number_compares_as_itself(fact: int, value: int) -> None:
    for op, expected in (("lt", fact < value), ("eq", fact == value), ("ge", fact >= value)):
        assert check({"case.n": fact}, field="case.n", op=op, value=value).ok is expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_any_decimal_compares_as_itself(fact: float, value: float) -> None:
    assert check({"case.x": fact}, field="case.x", op="le", value=value).ok is (fact <= value)
    assert check({"case.x": value}, field="case.x", op="eq", value=repr(value)).ok


DATES = st.dates(min_value=date(1, 1, 2))  # the library takes the very first moment for "always before"


@given(DATES, DATES)
def test_any_date_compares_as_itself(fact: date, value: date) -> None:
    assert check({"case.d": fact}, field="case.d", op="le", value=value.isoformat()).ok is (fact <= value)


@given(
    st.one_of(st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers()), st.none(), st.builds(object))
)
def test_no_fact_whatever_it_is_makes_a_check_fail_hard(fact: object) -> None:
    for name, kind in TYPES.items():
        op, value = ("contains", "a") if kind == "list" else ("filled", None)
        check({name: fact}, field=name, op=op, value=value)
    check(dict.fromkeys(TYPES, fact), cel="case.t == 'a' || case.n > 1 || case.d < case.at || case.x > 1.0")


@pytest.mark.parametrize(
    "clause, pointer, word",
    [
        ({"field": "case.tt", "op": "eq", "value": "a"}, "/field", "case.t"),
        ({"field": "case.n", "op": "equals", "value": "1"}, "/op", "not_in"),
        ({"field": "case.n", "op": "contains", "value": "1"}, "/op", "ge"),
        ({"field": "case.t", "op": "lt", "value": "a"}, "/op", "contains"),
        ({"field": "case.l", "op": "eq", "value": "a"}, "/op", "contains"),
        ({"field": "case.n", "op": "is_true"}, "/op", "eq"),
        ({"field": "case.n", "op": "eq"}, "/value", "whole number"),
        ({"field": "case.n", "op": "eq", "value": "1.5"}, "/value", "whole number"),
        ({"field": "case.n", "op": "eq", "value": True}, "/value", "whole number"),
        ({"field": "case.n", "op": "eq", "value": str(2**63)}, "/value", "whole number"),
        ({"field": "case.fee", "op": "eq", "value": "10.50"}, "/value", "minor units"),
        ({"field": "case.x", "op": "eq", "value": "nan"}, "/value", "number"),
        ({"field": "case.x", "op": "eq", "value": "much"}, "/value", "number"),
        ({"field": "case.d", "op": "eq", "value": "01.05.2026"}, "/value", "2026-05-01"),
        ({"field": "case.at", "op": "eq", "value": "2026-05-01T09:00:00"}, "/value", "zone"),
        ({"field": "case.ok", "op": "eq", "value": "yes"}, "/value", "true or false"),
        ({"field": "case.t", "op": "eq", "value": 5}, "/value", "a text"),
        ({"field": "case.t", "op": "eq", "value": ["a"]}, "/value", "one value"),
        ({"field": "case.t", "op": "in", "value": "a"}, "/value", "list"),
        ({"field": "case.t", "op": "in", "value": []}, "/value", "list"),
        ({"field": "case.t", "op": "filled", "value": "a"}, "/value", "remove"),
        ({"field": "case.t", "value": "a"}, "", "op is missing"),
        ({"op": "eq", "value": "a"}, "", "field is missing"),
        ({}, "", "either"),
        ({"field": "case.t", "op": "filled", "cel": "true"}, "", "either"),
        ({"cel": "case.ok", "label": {"de": "x"}}, "/label", "zh-CN"),
        ({"cel": "case.ok", "label": {"en": " "}}, "/label", "zh-CN"),
        ({"cel": "case.tt == 'a'"}, "/cel", "did you mean case.t?"),
        ({"cel": "case.t ==\n  'a' &&& case.ok"}, "/cel", "line 2, column 9:"),
        ({"cel": "case.t == 1"}, "/cel", "(text, whole number)"),
        ({"cel": "case.n == 9223372036854775808"}, "/cel", "column 11"),
        ({"cel": ""}, "/cel", "syntax error"),
    ],
)
def test_a_mistake_is_told_at_its_place_with_the_remedy(clause: dict[str, Any], pointer: str, word: str) -> None:
    problem = the_problem(**clause)
    assert problem.pointer == "/when/all/0" + pointer
    assert word in problem.message["en"]
    assert problem.message["zh-CN"] != problem.message["en"]


def test_every_mistake_is_told_at_once() -> None:
    spec = {
        "all": [
            {"cel": "case.tt == 'a' && case.nn == 1"},
            {"any": [{"field": "case.n", "op": "eq", "value": "x"}, {"none": []}]},
            {"all": [{"cel": "case.ok"}], "any": [{"cel": "case.ok"}]},
            {"cel": "case.ok"},
        ]
    }
    places = [(problem.pointer, problem.code) for problem in problems_of(spec)]
    assert places == [
        ("/when/all/0/cel", "condition.cel.undeclared"),
        ("/when/all/0/cel", "condition.cel.undeclared"),
        ("/when/all/1/any/0/value", "condition.value"),
        ("/when/all/1/any/1/none", "condition.no_clause"),
        ("/when/all/2", "condition.group"),
    ]


def test_a_consequence_of_another_mistake_is_not_told_again() -> None:
    assert the_problem(cel="case.zzz - 1 > 3").code == "condition.cel.undeclared"


# Names.


@pytest.mark.parametrize(
    "cel, names",
    [
        ("case.text == 'a'", {"case.text"}),
        ("case.t == 'case.n > 1'", {"case.t"}),
        ("case . n > 1 && case.\n x > 1.0", {"case.n", "case.x"}),
        ("case. // of the case\n n > 1", {"case.n"}),
        (".case.n > 1", {"case.n"}),
        ("case.l.exists(t, t == case.t)", {"case.l", "case.t"}),
        ("[case.n].exists(n, n > 1)", {"case.n"}),
        ("case.ok || true", {"case.ok"}),
        ("true", set()),
    ],
)
def test_names_are_exactly_the_facts_that_are_looked_at(cel: str, names: set[str]) -> None:
    condition = one(cel=cel)
    assert condition.names == names


def test_names_of_a_whole_condition() -> None:
    condition = compiled(
        {"any": [{"field": "case.n", "op": "gt", "value": "1"}, {"none": [{"cel": "case.t == case.text"}]}]}
    )
    assert condition.names == {"case.n", "case.t", "case.text"}


class Watched(dict[str, object]):
    """Facts that remember what they were asked for."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__(facts)
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:
        self.asked.add(key)
        return super().get(key, default)


def test_only_the_named_facts_are_asked_for() -> None:
    facts = Watched({"case.n": 2, "case.t": "a"})
    condition = compiled({"all": [{"cel": "case.n > 1"}, {"field": "case.t", "op": "filled"}]})
    assert condition.check(facts).ok
    assert facts.asked == condition.names


# Words.


@pytest.mark.parametrize(
    "clause, zh, en",
    [
        ({"field": "case.t", "op": "eq", "value": "a"}, "类型 等于 a", "type is a"),
        ({"field": "case.t", "op": "not_in", "value": ["a", "b"]}, "类型 不属于 a、b", "type is none of a, b"),
        (
            {"field": "case.fee", "op": "ge", "value": "-10000005"},
            "费用 不小于 -100000.05",
            "fee is at least -100000.05",
        ),
        (
            {"field": "case.d", "op": "lt", "value": "2026-05-01"},
            "case.d 早于 2026-05-01",
            "case.d is before 2026-05-01",
        ),
        ({"field": "case.ok", "op": "is_true"}, "case.ok 为“是”", "case.ok is yes"),
        ({"field": "case.t", "op": "contains", "value": "{name}"}, "类型 包含 {name}", "type contains {name}"),
        ({"cel": "case.ok && 1 == 2"}, "case.ok && 1 == 2", "case.ok && 1 == 2"),
        ({"cel": "1 == 2", "label": {"zh-CN": "材料齐全", "en": "all papers"}}, "材料齐全", "all papers"),
        ({"cel": "1 == 2", "label": {"en": "all papers"}}, "all papers", "all papers"),
    ],
)
def test_what_is_not_met_is_said_in_both_languages(clause: dict[str, Any], zh: str, en: str) -> None:
    shown = {"case.t": {"zh-CN": "类型", "en": "type"}, "case.fee": {"zh-CN": "费用", "en": "fee"}}
    facts: dict[str, object] = {"case.t": "b", "case.fee": -(10**9), "case.d": date(2027, 1, 1), "case.ok": False}
    assert compiled({"all": [clause]}, shown).check(facts).unmet == ({"zh-CN": zh, "en": en},)


def labelled(name: str, value: str) -> dict[str, Any]:
    return {"field": "case.t", "op": "eq", "value": value, "label": {"zh-CN": f"第{name}", "en": name}}


def test_all_names_each_any_names_the_choice_none_names_the_culprit() -> None:
    two = [labelled("one", "1"), labelled("two", "2")]
    facts = {"case.t": "3"}
    both = compiled({"all": two}).check(facts)
    assert [words["en"] for words in both.unmet] == ["one", "two"]
    (either,) = compiled({"any": two}).check(facts).unmet
    assert either == {"zh-CN": "至少满足一项：第one;第two", "en": "at least one of: one; two"}
    (culprit,) = compiled({"none": two}).check({"case.t": "2"}).unmet
    assert culprit == {"zh-CN": "不应成立：第two", "en": "must not hold: two"}
    (nested,) = compiled({"none": [{"any": two}]}).check({"case.t": "2"}).unmet
    assert nested == {"zh-CN": "不应成立：(第one 或 第two)", "en": "must not hold: (one or two)"}
    assert compiled({"all": [*two, *two]}).check(facts).unmet == both.unmet


# Groups, depth and size.


def nested(levels: int) -> dict[str, Any]:
    spec: dict[str, Any] = {"all": [{"cel": "case.ok"}]}
    for _ in range(levels - 1):
        spec = {"any": [spec]}
    return spec


def test_depth_is_limited() -> None:
    assert compiled(nested(MAX_DEPTH)).check({"case.ok": True}).ok
    (problem,) = problems_of(nested(MAX_DEPTH + 1))
    assert problem.code == "condition.depth"
    assert problem.pointer == "/when" + "/any/0" * MAX_DEPTH


def test_size_is_limited() -> None:
    clause = {"field": "case.ok", "op": "is_true"}
    assert compiled({"all": [clause] * (MAX_NODES - 1)}).check({"case.ok": True}).ok
    (problem,) = problems_of({"all": [{"any": [clause] * (MAX_NODES - 1)}]})
    assert (problem.code, problem.pointer) == ("condition.nodes", "/when")


class Document(BaseModel):
    when: ConditionSpec | None = None


def test_a_tower_of_groups_is_refused_before_it_costs_the_stack() -> None:
    with pytest.raises(ValidationError, match="nested too deeply"):
        Document.model_validate({"when": nested(5000)})


def test_a_wrong_shape_is_told_at_its_own_place() -> None:
    with pytest.raises(ValidationError) as caught:
        Document.model_validate({"when": {"all": [{"cel": 5}, {"any": [{"op": "eq", "feild": "x"}], "extra": 1}, 7]}})
    places = [error["loc"] for error in caught.value.errors()]
    assert places == [
        ("when", "all", 0, "cel"),
        ("when", "all", 1, "any", 0, "feild"),
        ("when", "all", 1, "extra"),
        ("when", "all", 2),
    ]


def test_a_condition_comes_back_from_json_as_it_was() -> None:
    spec = ConditionSpec(
        all=(Clause(field="case.n", op="in", value=(1, 2)), ConditionSpec(none=(Clause(cel="case.ok"),)))
    )
    assert ConditionSpec.model_validate_json(spec.model_dump_json(exclude_none=True)) == spec
    assert "ConditionSpec" in str(Document.model_json_schema())
    assert len({spec, spec.model_copy()}) == 1  # frozen, so that a compiled flow cannot be changed under it


# The logic as a whole, against another way to reckon it.

Tree = tuple[str, list["Tree"]] | int
LEAVES = ["case.ok", "case.n > 1", "1 / 0 == 1", "!filled.case.t", "case.t == 'a'", "true", "false"]


def trees(depth: int = 3) -> st.SearchStrategy[Tree]:
    leaf: st.SearchStrategy[Tree] = st.integers(0, len(LEAVES) - 1)
    return st.recursive(
        leaf,
        lambda inner: st.tuples(st.sampled_from(["all", "any", "none"]), st.lists(inner, min_size=1, max_size=4)),
        max_leaves=12,
    )


def as_spec(tree: Tree) -> dict[str, Any]:
    return {"cel": LEAVES[tree]} if isinstance(tree, int) else {tree[0]: [as_spec(member) for member in tree[1]]}


def depth_of(tree: Tree) -> int:
    return 0 if isinstance(tree, int) else 1 + max(depth_of(member) for member in tree[1])


def possible(tree: Tree, leaves: Mapping[int, set[bool]]) -> set[bool]:
    """The truth values that are possible; an unknown leaf may be either, each time it is asked."""
    if isinstance(tree, int):
        return leaves[tree]
    combined = {True} if tree[0] != "any" else {False}
    for member in tree[1]:
        values = possible(member, leaves)
        if tree[0] == "none":
            values = {not value for value in values}
        combined = {(a or b) if tree[0] == "any" else (a and b) for a in combined for b in values}
    return combined


@given(trees(), st.sampled_from([None, True, False]), st.sampled_from([None, 1, 2]), st.sampled_from([None, "a", "b"]))
def test_ok_means_true_whatever_the_unknown_may_be(tree: Tree, ok: bool | None, n: int | None, t: str | None) -> None:
    known: list[bool | None] = [
        ok,
        None if n is None else n > 1,
        None,
        t is None,
        None if t is None else t == "a",
        True,
        False,
    ]
    leaves = {index: {True, False} if value is None else {value} for index, value in enumerate(known)}
    if isinstance(tree, int):
        tree = ("all", [tree])
    if depth_of(tree) > MAX_DEPTH:
        return
    verdict = compiled(as_spec(tree)).check({"case.ok": ok, "case.n": n, "case.t": t})
    assert verdict.ok is (possible(tree, leaves) == {True})
    assert bool(verdict.unmet) is not verdict.ok
    assert all(words["zh-CN"] and words["en"] for words in verdict.unmet)


def test_two_thousand_wild_trees_give_a_verdict_or_problems_and_nothing_else() -> None:
    """Trust S16, in small; the seed is fixed so that a failure can be looked at again."""
    rng = random.Random(16)
    verdicts = refusals = 0
    facts: list[Mapping[str, object]] = [
        {},
        dict.fromkeys(TYPES, "x"),
        {"case.n": 1, "case.ok": True, "case.t": "a"},
    ]
    for _ in range(2000):
        spec = wild(rng, 0)
        if not isinstance(spec, dict):
            continue
        try:
            condition = compile_condition(ConditionSpec.model_validate(spec), TYPES)
        except (Invalid, ValidationError):
            refusals += 1
            continue
        for each in facts:
            assert isinstance(condition.check(each).ok, bool)
        verdicts += 1
    assert verdicts > 100
    assert refusals > 100


def wild(rng: random.Random, depth: int) -> Any:
    roll = rng.random()
    if depth < 10 and roll < (0.9 if depth == 0 else 0.3):
        count = rng.choice([0, 1, 1, 2, 2, 3])
        return {rng.choice(["all", "any", "none"]): [wild(rng, depth + 1) for _ in range(count)]}
    if roll < 0.5:
        return {"cel": "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 6)))}
    if roll < 0.97:
        field, op, value, _, _ = rng.choice(TABLE)
        return {"field": field, "op": rng.choice([op, op, op, "eq", "in"]), "value": value}
    return rng.choice([None, 1, "x", [], {"cel": None}, {"field": "case.t"}, {"all": None}, {"all": "x"}])


PIECES = [
    *TYPES,
    "case.ok",
    "case.ok",
    " && ",
    " || ",
    "!",
    "(",
    ")",
    " == ",
    " > ",
    "1",
    "1.5",
    "'a'",
    "[",
    "]",
    ".exists(x, x)",
    "filled.",
]
