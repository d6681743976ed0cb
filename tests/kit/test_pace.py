"""A pace: nobody has more turns at once than there are, they come back one by one, and everybody has his own."""

import pytest

from core.kit.pace import Pace


def test_so_many_at_once_and_then_one_by_one() -> None:
    now = [0.0]
    pace = Pace(2, 0.5, lambda: now[0])
    assert [pace.lets("a") for _ in range(3)] == [True, True, False]
    assert pace.lets("b")
    now[0] = 0.24
    assert not pace.lets("a")
    now[0] = 0.25
    assert [pace.lets("a") for _ in range(2)] == [True, False]
    now[0] = 10.0
    assert [pace.lets("a") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("step", [0.001, 0.0625, 0.1, 0.3])
def test_whoever_always_wants_one_has_no_more_than_his_share(step: float) -> None:
    now = [0.0]
    pace = Pace(16, 1.0, lambda: now[0])
    had = 0
    while now[0] < 60:
        had += sum(pace.lets("a") for _ in range(20))
        now[0] += step
    assert 16 * 60 - 16 <= had <= 16 * 60 + 16 + 1


def test_who_has_all_turns_back_is_forgotten() -> None:
    now = [0.0]
    pace = Pace(2, 0.5, lambda: now[0])
    for each in range(100):
        pace.lets(str(each))
    now[0] = 1.0
    assert pace.lets("new")
    assert list(pace._whole) == ["new"]


def test_it_tells_whether_anybody_is_in_a_hurry() -> None:
    now = [0.0]
    pace = Pace(4, 1.0, lambda: now[0])
    assert pace.lets("b")
    assert [pace.lets("a") for _ in range(2)] == [True, True]
    assert not pace.hurried()
    assert pace.lets("a")
    assert pace.hurried()
    now[0] = 0.5
    assert not pace.hurried()
