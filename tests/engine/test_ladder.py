"""Which step of the ladder comes next, and the hour at which somebody may be told."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.engine.calendar import WorkingCalendar
from core.engine.ladder import Ladder
from core.engine.manners import QuietHours, decent
from core.kit.settings import Overdue

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingCalendar("Asia/Shanghai", [[(540, 1080)]] * 5 + [[], []])  # nine to six, Monday to Friday


def steps(ladder: Ladder) -> list[str]:
    found, step = [], None
    while (above := ladder.above(step)) is not None:
        step, wait = above
        found.append(f"{step} {wait}")
    return found


def test_every_step_waits_for_the_hours_between_it_and_the_one_before() -> None:
    assert steps(Ladder()) == ["person 1h", "lead 3h", "admin 12h"]


@pytest.mark.parametrize(
    ("ladder", "left"),
    [
        (Ladder(person=0), ["lead 4h", "admin 12h"]),
        (Ladder(lead=0), ["person 1h", "admin 15h"]),
        (Ladder(admin=0), ["person 1h", "lead 3h"]),
        (Ladder(person=0, lead=0, admin=0), []),
    ],
)
def test_nought_leaves_a_step_out(ladder: Ladder, left: list[str]) -> None:
    assert steps(ladder) == left


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "quiet", "told"),
    [
        (at(6, 11), QuietHours(), at(6, 11)),
        (at(6, 18), QuietHours(), at(9, 9)),  # a Friday at closing time: on Monday
        (at(7, 12), QuietHours(), at(9, 9)),
        (at(6, 9, 30), QuietHours(time(21), time(10)), at(6, 10)),
        (at(6, 17, 30), QuietHours(time(17), time(10)), at(9, 10)),  # the quiet hours end on a Saturday
        (at(6, 11), QuietHours(time(9), time(9)), at(6, 11)),
    ],
)
def test_nobody_is_told_at_night_or_on_a_day_off(moment: datetime, quiet: QuietHours, told: datetime) -> None:
    assert decent(moment, OFFICE, quiet, ZONE) == told.astimezone(UTC)


def test_quiet_hours_that_leave_no_working_time_are_kept_all_the_same() -> None:
    quiet = QuietHours(time(8), time(19))
    assert not quiet.holds(decent(at(6, 11), OFFICE, quiet, ZONE), ZONE)


def test_the_hours_rise_from_step_to_step() -> None:
    with pytest.raises(ValueError, match="rise"):
        Overdue(person_hours=5)
    with pytest.raises(ValueError, match="rise"):
        Overdue(lead_hours=0, person_hours=16)
    assert Overdue(person_hours=0, admin_hours=0).lead_hours == 4
