"""Shares of a limit that stood still: before the moment, after it, over it, and with the limit in days off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.engine.calendar import Span, WorkingCalendar
from core.engine.moments import Anchor, next_step, steps
from core.engine.pauses import Pause, limit
from core.engine.spec_rules import At

WEEK: Any = [((540, 720), (780, 1080))] * 5 + [(), ()]  # 9-12 and 13-18, eight hours a day
OFFICE = WorkingCalendar("Asia/Shanghai", WEEK)
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TWO_DAYS = Span(2, "d")
LADDER = At.model_validate({"anchor": "stage.entered", "offsets": ["25%", "50%", "100%", "150%"]})


def stay(*pauses: Pause, span: Span = TWO_DAYS) -> Anchor:
    due = limit(OFFICE, span, MONDAY, pauses)
    return Anchor("x", MONDAY, due, "1", OFFICE.add(MONDAY, span))


def after(hours: float) -> datetime:
    """So many working hours after the begin."""
    return OFFICE.add(MONDAY, Span(round(hours * 60), "min"))


def worked(moment: datetime, *pauses: Pause) -> int:
    """Minutes of the limit that have run by then."""
    stood = sum(OFFICE.minutes(since, min(until, moment)) for since, until in pauses if since < moment)
    return OFFICE.minutes(MONDAY, moment) - stood


@pytest.mark.parametrize(
    "pauses",
    [
        [],
        [(after(1), after(7))],  # before every moment
        [(after(1), after(2)), (after(3), after(30))],  # twice before
        [(after(1), after(1) + timedelta(days=7))],  # over a week-end
    ],
)
def test_a_pause_before_a_moment_puts_it_off_by_as_much(pauses: list[Pause]) -> None:
    found = {name: worked(when, *pauses) for name, when in steps(LADDER, stay(*pauses), OFFICE)}
    assert found == {"25%": 240, "50%": 480, "100%": 960, "150%": 1440}


def test_a_pause_after_a_moment_leaves_it_in_the_past_and_puts_off_the_others() -> None:
    pause = (after(6), after(10))  # 25% (4 h) has come, half (8 h) has not
    there = stay(pause)
    found = dict(steps(LADDER, there, OFFICE))
    assert found["25%"] <= pause[1]
    assert {name: worked(found[name], pause) for name in ("50%", "100%", "150%")} == {
        "50%": 480,
        "100%": 960,
        "150%": 1440,
    }
    assert next_step(LADDER, there, OFFICE, pause[1], {"25%"}) == ("50%", after(12))
    single = LADDER.model_copy(update={"offsets": None, "offset": LADDER.moments[0]})
    assert next_step(single, there, OFFICE, pause[1]) is None  # it has acted, or was missed: not a second time


def test_a_pause_that_begins_at_the_moment_itself() -> None:
    pause = (after(4), after(20))
    found = dict(steps(LADDER, stay(pause), OFFICE))
    assert found["25%"] <= pause[1]
    assert worked(found["50%"], pause) == 480


def test_a_limit_in_calendar_days_and_one_that_had_passed() -> None:
    span = Span(4, "cd")
    pause = (MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))
    there = stay(pause, span=span)
    assert there.limit == MONDAY + timedelta(days=6)
    found = dict(steps(LADDER, there, OFFICE))
    assert MONDAY < found["25%"] <= found["50%"] <= found["100%"] == there.limit < found["150%"]
    late = (after(20), after(30))  # two days had passed four hours before
    over = stay(late)
    found = dict(steps(LADDER, over, OFFICE))
    assert found["100%"] == over.limit
    assert found["100%"] < late[1] < found["150%"]
    assert worked(found["150%"], late) == 1440
