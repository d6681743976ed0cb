"""Quiet hours and reminders, as pure planning: a thousand clients, sixty days, zones that change their clocks."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.manners import Manners, QuietHours, Wanted, next_reminder, wall

ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Santiago")
START = date(2026, 3, 1)  # New York, London, Santiago and Lord Howe change within 60 days
DAYS = 60
QUIET = QuietHours()


@dataclass
class Case:
    """One case of the simulation, with what nobody can know in advance."""

    since: date
    due: date
    days: tuple[int, ...]
    done: datetime  # the last document comes, or the case is closed

    def wanted(self) -> Wanted:
        return Wanted(self.due, self.since, self.days)


def midnight(zone: ZoneInfo) -> datetime:
    return wall(START, time(0), zone)


def at_home(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def simulate(dice: random.Random, zone: ZoneInfo, cases: list[Case]) -> list[datetime]:
    """What the handler does: look again at every moment that was planned, remind, plan the next."""
    sent: list[datetime] = []
    now, end, reminded = midnight(zone), midnight(zone) + timedelta(days=DAYS), None
    while now < end:
        open_cases = [each.wanted() for each in cases if each.done > now]
        at = next_reminder(open_cases, now, zone, Manners(), reminded=reminded)
        if at is None or at >= end:
            return sent
        ends = [each.done for each in cases if now < each.done <= at]
        if ends:  # something is settled before: the timer fires later and looks again
            now = min(ends)
            continue
        sent.append(at)
        reminded = at_home(at, zone).date()
        now = at + timedelta(minutes=dice.randrange(60))
    return sent


def expected(zone: ZoneInfo, cases: list[Case]) -> set[date]:
    """Day by day, without planning: a day on which at nine some open case wants it."""
    start, days = midnight(zone), (START + timedelta(days=n) for n in range(DAYS))
    found = set()
    for day in days:
        nine = wall(day, time(9), zone)
        if nine < start + timedelta(days=DAYS) and any(
            each.done > nine and day > each.since and (each.due - day).days in each.days for each in cases
        ):
            found.add(day)
    return found


def test_a_thousand_clients_for_sixty_days_in_zones_that_change_their_clocks() -> None:
    """U10: none in quiet hours, none twice on a day, none after everything is there, and each one that is expected."""
    dice, total = random.Random(1), 0
    for n in range(1000):
        zone = ZoneInfo(ZONES[n % len(ZONES)])
        cases = []
        for _ in range(dice.randrange(1, 4)):
            since = START + timedelta(days=dice.randrange(3))
            due = since + timedelta(days=dice.randrange(1, 50))
            days = dice.choice([(7, 3, 1, 0), (7, 3, 1, 0), (14, 2), (1,), ()])
            done = midnight(zone) + timedelta(minutes=dice.randrange(DAYS * 24 * 60))
            cases.append(Case(since, due, days, done))
        sent = simulate(dice, zone, cases)
        days_of = [at_home(each, zone).date() for each in sent]
        assert not any(QUIET.holds(each, zone) for each in sent)
        assert len(days_of) == len(set(days_of))
        assert all(any(each.done > moment for each in cases) for moment in sent)
        assert set(days_of) == expected(zone, cases)
        total += len(sent)
    assert total > 2000


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.times(),
    st.times(),
)
def test_after_quiet_hours_it_is_not_quiet_and_nothing_waits_longer_than_a_day(
    at: datetime, zone: str, begins: time, ends: time
) -> None:
    quiet, there = QuietHours(begins, ends), ZoneInfo(zone)
    after = quiet.after(at, there)
    assert at <= after <= at + timedelta(days=1, hours=2)
    skipped = wall(at_home(after, there).date(), ends, there).astimezone(there).time() != ends
    assert skipped or not quiet.holds(after, there)
    if not quiet.holds(at, there):
        assert after == at


@pytest.mark.parametrize(
    ("local", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("08:59", True), ("09:00", False)],
)
def test_the_edges_of_the_night(local: str, quiet: bool) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert QUIET.holds(wall(date(2026, 3, 2), time.fromisoformat(local), zone), zone) is quiet


WANTED = [Wanted(date(2026, 3, 20), date(2026, 3, 2), (7, 3, 1, 0))]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(now: datetime, **more: date) -> str | None:
    at = next_reminder(WANTED, now, SHANGHAI, Manners(), **more)
    return None if at is None else f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def test_the_days_before_the_limit_one_after_the_other() -> None:
    now = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    assert day_of(now) == "03-13 09:00"
    assert day_of(now, reminded=date(2026, 3, 13)) == "03-17 09:00"
    assert day_of(now, reminded=date(2026, 3, 17)) == "03-19 09:00"
    assert day_of(now, reminded=date(2026, 3, 19)) == "03-20 09:00"
    assert day_of(now, reminded=date(2026, 3, 20)) is None


def test_what_was_missed_is_made_up_for_once_and_not_at_night() -> None:
    late = datetime(2026, 3, 17, 14, 0, tzinfo=UTC)  # 22:00 there: T-7 and T-3 were missed
    assert day_of(late) == "03-18 09:00"
    assert day_of(datetime(2026, 3, 18, 3, 0, tzinfo=UTC)) == "03-18 11:00"
    assert day_of(datetime(2026, 3, 18, 3, 0, tzinfo=UTC), reminded=date(2026, 3, 18)) == "03-19 09:00"


def test_another_day_that_he_asked_for_stands_for_those_before_it() -> None:
    now = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
    told = date(2026, 3, 13)
    assert day_of(now, reminded=told, snoozed=date(2026, 3, 14)) == "03-14 09:00"
    assert day_of(now, reminded=told, snoozed=date(2026, 3, 18)) == "03-18 09:00"
    assert day_of(now, reminded=date(2026, 3, 18), snoozed=date(2026, 3, 18)) == "03-19 09:00"
