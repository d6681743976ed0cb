"""When rules about time act: offsets, shares of a limit, again and again; and what is wrong with such a rule."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from core.engine.calendar import CalendarDay, Span, WorkingCalendar
from core.engine.flow import Flow, read_flow
from core.engine.flow_diff import changes
from core.engine.flow_diff_values import Values
from core.engine.lint_rules import rule_problems
from core.engine.moments import Anchor, morning, next_step, source_of, steps
from core.engine.offsets import Offset
from core.engine.spec_rules import At
from tests.core.small_agency import FLOW

WEEK: Any = [((540, 720), (780, 1080))] * 5 + [(), ()]  # 9-12 and 13-18, eight hours a day
OFFICE = WorkingCalendar("Asia/Shanghai", WEEK)
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
EVENTS = ("ClientWrote", "DocumentSubmitted")


def at(**keys: Any) -> At:
    return At.model_validate({"anchor": "stage.entered", **keys})


def local(moment: datetime) -> str:
    return f"{moment.astimezone(OFFICE.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    "text,canonical",
    [("-6months", "-6months"), ("1year", "1year"), ("+1month", "1month"), ("150%", "150%"), ("-3cd", "-3cd")],
)
def test_an_offset_is_read_and_written(text: str, canonical: str) -> None:
    assert str(Offset.parse(text)) == canonical
    assert Offset.parse(canonical) == Offset.parse(text)
    assert all(Offset.parse(text).words().values())


@pytest.mark.parametrize("text", ["", "5", "month", "1.5d", "5 d", "%", "１month", "123456d"])
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="distance in time"):
        Offset.parse(text)


def test_moments_of_every_kind() -> None:
    day = Anchor("2026-08-31", morning(date(2026, 8, 31), OFFICE))
    care = at(anchor="case.opened", offsets=["1year", "1month", "6months", "-60cd"])
    assert [(name, local(when)) for name, when in steps(care, day, OFFICE)] == [
        ("-60cd", "2026-07-02 09:00"),
        ("1month", "2026-09-30 09:00"),  # the last day where there is no 31st
        ("6months", "2027-02-28 09:00"),
        ("1year", "2027-08-31 09:00"),
    ]
    stay = Anchor("x", MONDAY, OFFICE.add(MONDAY, Span(2, "d")), "1")  # two working days: 16 working hours
    ladder = at(offsets=["50%", "100%", "150%"])
    assert [local(when) for _, when in steps(ladder, stay, OFFICE)] == [
        "2026-03-03 10:00",
        "2026-03-04 10:00",
        "2026-03-05 10:00",
    ]
    assert list(steps(ladder, Anchor("x", MONDAY), OFFICE)) == []  # no limit, no share of it
    chaser = at(offset="1d", every="5d", times=3)
    assert [(name, local(when)) for name, when in steps(chaser, stay, OFFICE)] == [
        ("1", "2026-03-03 10:00"),
        ("2", "2026-03-10 10:00"),
        ("3", "2026-03-17 10:00"),
    ]
    monthly = at(offset="0min", every="1month", times=3)
    end = Anchor("x", morning(date(2026, 1, 31), OFFICE))
    assert [local(when)[:10] for _, when in steps(monthly, end, OFFICE)] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    far = at(offsets=["9999years", "99999cd", "1cd"])
    assert [name for name, _ in steps(far, Anchor("x", morning(date(9990, 1, 1), OFFICE)), OFFICE)] == ["1cd"]


def test_a_limit_that_lies_in_days_off_is_shared_by_the_clock() -> None:
    saturday = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)
    stay = Anchor("x", saturday, datetime(2026, 3, 8, 2, 0, tzinfo=UTC), "1")
    assert [local(when) for _, when in steps(at(offset="50%"), stay, OFFICE)] == ["2026-03-07 22:00"]


def test_what_was_missed_is_left_out_and_what_waited_comes_at_once() -> None:
    chaser, stay = at(offset="1cd", every="1cd", times=5), Anchor("x", MONDAY, None, "1")
    late = MONDAY.replace(day=5)
    assert next_step(chaser, stay, OFFICE, MONDAY) == ("1", MONDAY.replace(day=3))
    assert next_step(chaser, stay, OFFICE, late.replace(hour=3), {"1"}) == ("4", MONDAY.replace(day=6))
    assert next_step(chaser, stay, OFFICE, late.replace(hour=3), {"1"}, waited="2") == ("2", late.replace(hour=3))
    assert next_step(chaser, stay, OFFICE, late, {"1"}) == ("3", late)  # exactly now is not missed
    assert next_step(chaser, stay, OFFICE, MONDAY.replace(day=20)) is None


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "", "flow.at_offset"),
    ({"offset": "1d", "offsets": ["2d"]}, "", "flow.at_offset"),
    ({"offsets": ["1month", "1month"]}, "/offsets", "flow.at_offset_twice"),
    ({"offset": "1d", "every": "5d"}, "/every", "flow.at_every_times"),
    ({"offset": "1d", "times": 3}, "/times", "flow.at_times"),
    ({"offsets": ["1d", "2d"], "every": "5d", "times": 3}, "/every", "flow.at_every_offsets"),
    ({"offset": "1d", "every": "0d", "times": 3}, "/every", "flow.at_every"),
    ({"offset": "1d", "every": "50%", "times": 3}, "/every", "flow.at_every"),
    ({"offset": "50%", "every": "1d", "times": 3}, "/offset", "flow.at_every_percent"),
    ({"anchor": "case.opened", "offset": "50%"}, "/offset", "flow.at_percent_anchor"),
    ({"offset": "-50%"}, "/offset", "flow.at_percent"),
    ({"offset": "50%", "in": ["done"]}, "/offset", "flow.at_percent_limit"),
    ({"offset": "1d", "until": ["ClientWrote", "RuleRan"]}, "/until/1", "flow.unknown_event"),
    ({"offset": "1d", "again": True}, "/again", "flow.at_again"),
    ({"offset": "1d", "in": ["collect", "nowhere"]}, "/in/1", "flow.unknown_stage"),
    ({"anchor": "case.closed", "offset": "1month"}, "", "flow.at_closed"),
    ({"anchor": "case.started", "offset": "1month"}, "/anchor", "flow.unknown_anchor"),
]


def flow_with(at_: dict[str, Any], action: str = "notify_client") -> Flow:
    flow = read_flow(FLOW.read_bytes())
    args = {"message": "remind"} if action == "notify_client" else {"trigger": "complete"}
    rule = {"key": "r", "name": {"zh-CN": "规则", "en": "R"}, "at": {"anchor": "stage.entered", **at_}}
    tree = flow.model_dump(mode="json", by_alias=True, exclude_unset=True)
    tree["rules"] = [{**rule, "then": [{"action": action, "args": args}]}]
    return Flow.model_validate(tree)


@pytest.mark.parametrize("wrong,place,code", WRONG)
def test_what_does_not_go_together_is_told_in_both_languages(wrong: dict[str, Any], place: str, code: str) -> None:
    flow = flow_with(wrong)
    [problem] = list(rule_problems(flow, {"notify_client": _Any}, flow.roles, (), EVENTS))
    assert (problem.pointer, problem.code) == (f"/rules/0/at{place}", code)
    assert set(problem.message) == {"zh-CN", "en"}


def test_after_the_end_only_what_makes_sense_then() -> None:
    flow = flow_with({"anchor": "case.closed", "offset": "1month", "after_end": True}, "advance_case")
    found = list(rule_problems(flow, {"advance_case": _Any}, flow.roles, (), EVENTS))
    assert [each.code for each in found if each.pointer.startswith("/rules/0/at")] == ["flow.at_after_end"]
    assert "create_task" in next(each for each in found if each.code == "flow.at_after_end").message["en"]


def after_at(flow: Flow) -> Any:
    return flow.model_dump(mode="json", by_alias=True)["rules"][0]["at"]


def test_a_change_of_moments_is_told_in_words() -> None:
    before = flow_with({"offset": "1d"})
    after = flow_with({"offset": "50%", "until": ["ClientWrote"], "again": True, "in": ["collect"], "after_end": True})
    for part in ("50% of the limit after the stage is entered", "only in: Documents", "until: the client writes"):
        assert part in Values(after).said("rules", "at", after_at(after))["en"]
    assert Values(after).said("rules", "at", after_at(after))["zh-CN"] == (
        "进入阶段后 时限的 50%；仅在阶段：材料收集；直到：客户来消息；可重新开始；办理结束后仍执行"
    )
    [care] = changes(before, flow_with({"anchor": "case.opened", "offset": "0min", "every": "1month", "times": 3}))
    assert "when the case is opened; every 1 month, 3 times at most" in care.words["en"]
    assert "开始办理当时；每 1 个月一次，最多 3 次" in care.words["zh-CN"]


class _Any(BaseModel):
    """Takes any arguments."""


def test_a_date_field_goes_before_an_anchor_of_the_same_name() -> None:
    flow = read_flow(FLOW.read_bytes())
    tree = flow.model_dump(mode="json", by_alias=True, exclude_unset=True)
    tree["fields"].append({"key": "closed", "name": {"zh-CN": "关", "en": "Closed"}, "type": "date"})
    assert (source_of(flow, "case.closed"), source_of(Flow.model_validate(tree), "case.closed")) == ("closed", "field")


def test_a_day_off_moves_a_share_of_working_time() -> None:
    holiday = WorkingCalendar("Asia/Shanghai", WEEK, [CalendarDay(date(2026, 3, 3))])
    stay = Anchor("x", MONDAY, holiday.add(MONDAY, Span(2, "d")), "1")
    assert [local(when) for _, when in steps(at(offset="50%"), stay, holiday)] == ["2026-03-04 10:00"]
