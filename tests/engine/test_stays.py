"""Stays: what fits such a field, what the formulas count of it against counting day by day, and what lint tells."""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogs.stays import ends, heard
from core.engine.conditions import ConditionSpec, compile_condition
from core.engine.flow import Field
from core.engine.flow_diff import changes
from core.engine.formula_words import formula_words
from core.engine.machine import CompiledFlow, compile_flow
from core.engine.stay_counts import days_within, most_nights, most_within, nights
from core.engine.stay_fields import MOST, stay_problems, stays_words
from core.engine.stays import Stay, read_stays
from tests.engine.flow_parts import flow_of, look, words
from tests.engine.test_formulas import OFFICE, TODAY, tree

PLACES = [{"key": key, "name": words(zh, en)} for key, zh, en in (("fr", "法国", "France"), ("it", "意大利", "Italy"))]
FIELD = Field.model_validate({"key": "trips", "name": words("行程", "Trips"), "type": "stays", "choices": PLACES})
BEGIN = date(2026, 1, 1)


def stay(first: str, last: str, place: str = "fr") -> dict[str, str]:
    return {"from": first, "to": last, "place": place}


def of_stays(*computed: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    """A flow with two fields of stays and these computed ones."""
    whole = tree(*computed, **more)
    whole["fields"] += [
        {"key": key, "name": words(key, key), "type": "stays", "choices": PLACES} for key in ("trips", "past")
    ]
    return whole


def compiled(*computed: tuple[str, str, Any]) -> CompiledFlow:
    found = look(whole := of_stays(*computed))
    assert found.problems == (), found.problems
    return compile_flow(flow_of(whole))


# -- what fits ---------------------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, list[tuple[str, str]]]] = [
    ("2026-05-01", [("", "list")]),
    ([stay("2026-05-01", "2026-05-02")] * (MOST + 1), [("", "many")]),
    (["fr"], [("/0", "keys")]),
    ([{"from": "2026-05-01", "to": "2026-05-02"}], [("/0", "keys")]),
    ([stay("1/5", "20260507"), stay("2026-02-30", "2026-03-01")], [("/0/from", "date"), ("/0/to", "date"),
                                                                   ("/1/from", "date")]),
    ([stay("2026-05-07", "2026-05-01", "de")], [("/0/to", "order"), ("/0/place", "place")]),
    ([stay("2026-05-01", "2026-05-07"), stay("2026-05-06", "2026-05-09", "it")], [("/1", "overlap")]),
    ([stay("2026-05-01", "2026-05-07"), stay("2026-05-07", "2026-05-09", "it")], []),  # leaves as it arrives
    ([stay("2026-05-01", "2026-05-07"), stay("2026-05-03", "2026-05-03", "it")], []),  # a day out, no night
    ([], []),
]  # fmt: skip


@pytest.mark.parametrize(("value", "told"), WRONG)
def test_every_mistake_is_told_at_its_place(value: Any, told: list[tuple[str, str]]) -> None:
    found = stay_problems(FIELD, value)
    assert [(each.pointer, each.code) for each in found] == [
        (f"/fields/trips{at}", f"field.stays_{code}") for at, code in told
    ]
    for each in found:
        assert each.message["zh-CN"] != each.message["en"]


SAID: list[tuple[str, Any, bool]] = [
    ("2026-05-01 至 2026-05-07 法国", [stay("2026-05-01", "2026-05-07")], False),
    ("2026年5月1日到5月7日在意大利\n完成", [stay("2026-05-01", "2026-05-07", "it")], True),
    ("2026-05-01/2026-05-07 fr; 2026/5/7 to 2026/5/9 in Italy", [stay("2026-05-01", "2026-05-07"),
                                                               stay("2026-05-07", "2026-05-09", "it")], False),
    ("1. 法国：2026.5.1—2026.5.7；2. 意大利 2026-05-07~2026-05-09；done",
     [stay("2026-05-01", "2026-05-07"), stay("2026-05-07", "2026-05-09", "it")], True),
    ("从2026-05-01到2026-05-07，1", [stay("2026-05-01", "2026-05-07")], False),  # by the number of the choice
    ("1/5-7/5 法国", [{"from": "1/5-7/5 法国", "to": "1/5-7/5 法国", "place": ""}], False),
    ("无", [], True),
    ("完成", "完成", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "last"), SAID)
def test_stays_are_read_as_people_write_them(text: str, value: Any, last: bool) -> None:
    assert (heard(FIELD, text), ends(text)) == (value, last)


def test_several_messages_make_one_list_and_it_is_said_in_words() -> None:
    first = [stay("2026-05-01", "2026-05-07")]
    assert heard(FIELD, "2026-05-07 至 2026-05-08 意大利", first) == [*first, stay("2026-05-07", "2026-05-08", "it")]
    assert heard(FIELD, "完成", first) == first
    assert heard(FIELD, "重填", first) == []
    value = [*first, stay("2026-05-07", "2026-05-08", "it")]
    assert stays_words(FIELD, value, "zh-CN") == (
        "2026-05-01 至 2026-05-07 法国（6 晚）；2026-05-07 至 2026-05-08 意大利（1 晚）"
    )
    assert stays_words(FIELD, value, "en").endswith("2026-05-07 to 2026-05-08 Italy (1 night)")


def test_a_condition_sees_the_places() -> None:
    spec = ConditionSpec.model_validate({"all": [{"field": "case.trips", "op": "contains", "value": "it"}]})
    there = compile_condition(spec, {"case.trips": "list"})
    assert there.truth({"case.trips": [stay("2026-05-01", "2026-05-07", "it")]}) is True
    assert there.truth({"case.trips": [stay("2026-05-01", "2026-05-07", "fr")]}) is False


# -- what is counted ---------------------------------------------------------------------------------------------------

TRIPS = [stay("2026-05-01", "2026-05-07"), stay("2026-05-07", "2026-05-13", "it"), stay("2026-05-20", "2026-05-20")]
TABLE: list[tuple[str, Any, dict[str, Any], object]] = [
    ("int", {"nights": {"of": "case.trips"}}, {"trips": TRIPS}, 12),
    ("int", {"nights": {"of": "case.trips", "in": "it"}}, {"trips": TRIPS}, 6),
    ("int", {"nights": {"of": "case.trips", "in": "case.main"}}, {"trips": TRIPS, "main": "fr"}, 6),
    ("int", {"nights": {"of": "case.trips", "in": "case.main"}}, {"trips": TRIPS}, None),
    ("text", {"most_nights": "case.trips"}, {"trips": TRIPS}, "fr"),  # as many as in Italy, entered first
    ("text", {"most_nights": ["case.trips", "case.past"]}, {"trips": TRIPS[1:], "past": []}, "it"),
    ("text", {"most_nights": "case.trips"}, {"trips": []}, None),
    ("int", {"days_within": {"of": "case.trips", "days": "180", "until": "2026-12-31"}}, {"trips": TRIPS}, 0),
    ("int", {"days_within": {"of": "case.trips", "days": "180", "until": "2026-05-20"}}, {"trips": TRIPS}, 14),
    ("int", {"days_within": {"of": "case.trips", "days": "3", "until": "2026-05-14"}}, {"trips": TRIPS}, 2),
    ("int", {"days_within": {"of": "case.trips", "days": "180", "until": "today"}}, {"trips": TRIPS}, 0),
    ("int", {"most_within": {"of": "case.trips", "days": "10"}}, {"trips": TRIPS}, 10),
    ("int", {"most_within": {"of": ["case.past", "case.trips"], "days": "180", "over": "case.trips"}},
     {"trips": TRIPS, "past": [stay("2025-01-01", "2025-06-01"), stay("2025-11-01", "2026-01-29")]}, 89),
    ("int", {"most_within": {"of": ["case.past", "case.trips"], "days": "180"}}, {"trips": TRIPS}, None),
    ("int", {"most_within": {"of": "case.trips", "days": "180"}}, {"trips": []}, 0),
    ("int", {"days": ["case.start", "today"]}, {"start": "2026-03-01"}, 1),
    ("int", {"years": ["case.start", "today"]}, {"start": "2008-03-02"}, 18),
    ("int", {"years": ["case.start", "today"]}, {"start": "2008-03-03"}, 17),
    ("int", {"years": ["case.start", "case.end"]}, {"start": "2008-02-29", "end": "2026-02-28"}, 18),
    ("int", {"months": ["today", "case.end"]}, {"end": "2026-09-01"}, 5),
    ("int", {"months": ["today", "case.end"]}, {"end": "2026-03-01"}, -1),
    ("bool", {"when": {"all": [{"field": "case.trips", "op": "contains", "value": "it"}]}, "then": "true",
              "else": "false"}, {"trips": TRIPS}, True),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "formula", "fields", "wanted"), TABLE)
def test_a_formula_over_stays_gives_what_it_says(kind: str, formula: Any, fields: Any, wanted: object) -> None:
    whole = of_stays(("x", kind, formula))
    whole["fields"].append({"key": "main", "name": words("主", "Main"), "type": "enum", "choices": PLACES})
    assert look(whole).problems == ()
    found = compile_flow(flow_of(whole)).formulas.work_out(fields, 1, OFFICE, today=TODAY)["x"]
    assert (found, type(found)) == (wanted, type(wanted))


STAYS = st.lists(
    st.builds(
        lambda start, long, place: Stay(BEGIN + timedelta(start), BEGIN + timedelta(start + long), place),
        st.integers(0, 90),
        st.integers(0, 25),
        st.sampled_from(["fr", "it", "de"]),
    ),
    max_size=6,
)


def by_days(stays: list[Stay], to: int) -> set[tuple[int, str]]:
    """Every day of every stay, the last one if ``to`` is 1."""
    return {(day, each.place) for each in stays for day in range(each.first.toordinal(), each.last.toordinal() + to)}


@given(STAYS, STAYS, st.integers(1, 60), st.integers(0, 150))
def test_what_is_counted_is_what_counting_day_by_day_gives(past: Any, planned: Any, days: int, until: int) -> None:
    stays = [*past, *planned]
    spent = by_days(stays, 0)
    for place in ("fr", "it", "de"):
        assert nights(stays, place) == sum(1 for _, where in spent if where == place)
    assert nights(stays) == len({day for day, _ in spent})
    first = {place: min(each.first for each in stays if each.place == place) for place in {s.place for s in stays}}
    named = [each.place for each in stays]
    best = sorted(first, key=lambda place: (-nights(stays, place), first[place], named.index(place)))
    assert most_nights(stays) == (best[0] if best else None)
    present = {day for day, _ in by_days(stays, 1)}

    def within(last: int) -> int:
        return len({day for day in present if last - days < day <= last})

    end = BEGIN + timedelta(until)
    assert days_within(stays, days, end) == within(end.toordinal())
    assert most_within(stays, days, planned) == max((within(day) for day, _ in by_days(planned, 1)), default=0)


def test_fifty_fields_full_of_stays_over_two_hundred_years_are_counted_in_a_moment() -> None:
    stays = [Stay(BEGIN + timedelta(24 * n), BEGIN + timedelta(24 * n + 20), f"p{n % 60}") for n in range(3000)]
    began = time.perf_counter()
    assert most_within(stays, 3660, stays) == 3204  # 152 times 21 of 24 days, and 12 more
    assert time.perf_counter() - began < 3  # with every day counted by every stay it took half a minute


# -- what lint tells, what a diff says ---------------------------------------------------------------------------------

MISTAKES: list[tuple[str, Any, str, str]] = [
    ("int", {"nights": {"of": "case.n"}}, "formula.type", "/nights/of"),
    ("int", {"nights": {"of": ["case.trips", "case.start"]}}, "formula.type", "/nights/of/1"),
    ("int", {"nights": {"of": "case.gone"}}, "formula.fact", "/nights/of"),
    ("int", {"nights": {"of": "case.trips", "in": "de"}}, "formula.place", "/nights/in"),
    ("int", {"sum": ["1", {"nights": {"of": "case.trips", "in": "de"}}]}, "formula.place", "/sum/1/nights/in"),
    ("int", {"nights": {"in": "fr"}}, "shape.missing", "/nights"),
    ("int", {"days_within": {"of": "case.trips", "days": "0", "until": "today"}}, "shape.range", "/days_within/days"),
    ("int", {"most_within": {"of": "case.trips", "days": "-5"}}, "shape.range", "/most_within/days"),
    ("int", {"days_within": {"of": "case.trips", "days": "9", "until": "case.n"}}, "formula.type",
     "/days_within/until"),
    ("int", {"most_within": {"of": "case.trips", "days": "9", "over": "today"}}, "formula.type", "/most_within/over"),
    ("int", {"sum": ["case.trips"]}, "formula.type", "/sum/0"),
    ("int", {"nights": {"of": "case.trips"}, "most_nights": "case.trips"}, "formula.form", ""),
    ("stays", {"first": ["case.trips"]}, "formula.field_type", ""),
    ("money", {"nights": {"of": "case.trips"}}, "formula.result", ""),
    ("date", {"sum": ["today"]}, "formula.type", "/sum/0"),
    ("int", {"nights": {"of": ["case.trips"] * 51}}, "formula.terms", "/nights"),
    ("text", {"most_nights": []}, "formula.terms", "/most_nights"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "formula", "code", "place"), MISTAKES)
def test_wrong_uses_are_told(kind: str, formula: Any, code: str, place: str) -> None:
    whole = of_stays(("x", kind, formula), **({"choices": PLACES} if kind == "stays" else {}))
    at = next(n for n, each in enumerate(whole["fields"]) if each["key"] == "x")
    told = look(whole).problems
    assert (code, f"/fields/{at}/compute{place}") in [(each.code, each.pointer) for each in told], told


def test_a_field_of_places_must_have_those_that_stays_have() -> None:
    few = of_stays(("x", "enum", {"most_nights": "case.trips"}), choices=PLACES[:1])
    assert [each.code for each in look(few).problems] == ["formula.choice"]
    assert look(of_stays(("x", "enum", {"most_nights": "case.trips"}), choices=PLACES)).problems == ()
    none = of_stays()
    none["fields"][-1].pop("choices")
    assert [each.code for each in look(none).problems] == ["flow.no_choices"]


def test_formulas_are_told_in_words_and_know_whether_they_look_at_the_day() -> None:
    before = flow_of(of_stays(("x", "int", {"nights": {"of": "case.trips", "in": "fr"}})))
    window = {"of": ["case.past", "case.trips"], "days": "180"}
    later = of_stays(("x", "int", {"most_within": {**window, "over": "case.trips"}}))
    [change] = [each for each in changes(before, flow_of(later)) if "/compute" in each.pointer]
    assert "nights of trips in fr" in change.words["en"]
    assert "past, trips in 180 days, looked at on every day of trips" in change.words["en"]
    daily = compiled(("x", "int", {"max": ["0", {"days_within": {**window, "until": "today"}}]}))
    said = [formula_words(daily.flow, field.compute, "zh-CN") for _, field in daily.formulas.fields if field.compute]
    assert "截至今天的 180 天内past、trips的停留天数" in said[0]
    assert daily.formulas.by_day
    assert not compile_flow(before).formulas.by_day


def test_what_a_case_keeps_wrongly_is_not_counted() -> None:
    assert read_stays([stay("2026-05-01", "2026-05-07"), "x"]) is None
    assert read_stays("2026-05-01") is None
