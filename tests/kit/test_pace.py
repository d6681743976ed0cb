"""A pace: nobody has more turns in a stretch than there are, and everybody has his own."""

from core.kit.pace import Pace


def test_each_has_so_many_turns_in_a_stretch() -> None:
    now = [0.0]
    pace = Pace(2, 0.5, lambda: now[0])
    assert [pace.lets("a") for _ in range(3)] == [True, True, False]
    assert pace.lets("b")
    now[0] = 0.4
    assert not pace.lets("a")
    now[0] = 0.5
    assert [pace.lets("a") for _ in range(3)] == [True, True, False]
