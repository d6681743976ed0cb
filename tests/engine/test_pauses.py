"""Limits that stand still: what is left is kept, whatever the hours; and how a change of a pause is told."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.engine.calendar import CalendarDay, Span, WorkingCalendar
from core.engine.flow import read_flow
from core.engine.flow_diff import changes
from core.engine.hours import segment
from core.engine.pauses import Pause, after_pause, limit, paused_minutes
from tests.stories.flows import REQUEST

HOURS = (segment("09:00-12:00"), segment("13:30-18:00"))
OFFICE = WorkingCalendar("Asia/Shanghai", [HOURS] * 5 + [(), ()])
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 3, 2), datetime(2026, 4, 30), timezones=st.just(UTC))
SPANS = st.sampled_from([Span.parse(text) for text in ("30min", "4h", "3d", "10d", "5cd", "2w")])


@given(SPANS, MOMENTS, st.lists(MOMENTS, max_size=8, unique=True))
def test_pauses_take_nothing_and_give_nothing(span: Span, entered: datetime, cuts: list[datetime]) -> None:
    """Whatever the pauses: the time that counts is that of the span; less than a minute of each pause is lost."""
    moments = sorted(each for each in cuts if each > entered)
    plain = limit(OFFICE, span, entered, [])
    pauses: list[Pause] = []
    for since, until in zip(moments[::2], moments[1::2], strict=False):
        if limit(OFFICE, span, entered, pauses) > since:  # one that has passed stays
            pauses.append((since, until))
    due = limit(OFFICE, span, entered, pauses)
    if span.unit in ("cd", "w"):
        assert due - plain == sum((until - since for since, until in pauses), timedelta())
        return
    counted = OFFICE.minutes(entered, due) - paused_minutes(OFFICE, pauses, entered, due)
    assert abs(counted - OFFICE.minutes(entered, plain)) <= 2 * len(pauses)


def test_a_limit_that_has_passed_has_passed_by_as_much() -> None:
    due, since, until = (START + timedelta(hours=each) for each in (1, 3, 27))
    assert after_pause(OFFICE, Span(1, "h"), due, (since, until)) == until - timedelta(hours=2)


def test_a_holiday_within_a_pause_counts_once() -> None:
    """Two of three days are left; it went on after the holiday either way."""
    paused = (START + timedelta(days=1), START + timedelta(days=3))
    before = limit(OFFICE, Span(3, "d"), START, [paused])
    with_holiday = WorkingCalendar("Asia/Shanghai", OFFICE.weekly, [CalendarDay((START + timedelta(days=2)).date())])
    assert limit(with_holiday, Span(3, "d"), START, [paused]) == before


PAUSE = "pause: {substates: [waiting_client], until: client_writes, resume: working}"


def test_a_change_of_it_is_told_in_words() -> None:
    one, other = read_flow(REQUEST.encode()), read_flow(REQUEST.replace(", resume: working", "", 1).encode())
    [change] = changes(one, other)
    assert change.pointer == "/stages/0/pause"
    assert change.words["zh-CN"].endswith("处于等待客户答复时暂停，客户来信后继续")
    assert "while in Waiting for the client, until the client writes, then in In work" in change.words["en"]
    assert [each.kind for each in changes(one, read_flow(REQUEST.replace(f"    {PAUSE}\n", "", 1).encode()))] == [
        "removed"
    ]
