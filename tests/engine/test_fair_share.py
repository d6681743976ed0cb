"""Turns are fair: whoever is there all the time gets as many as another, whoever comes, goes or joins."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.engine.fair_share import Candidate, Way, next_one

ALWAYS = (10, 20, 30)
OTHERS = (5, 15, 25, 35)  # between and around them in the circle
PRESENT = st.lists(st.sets(st.sampled_from(OTHERS)), min_size=1, max_size=60)


def shared(way: Way, days: list[set[int]]) -> Counter[int]:
    """Who got how many, when on each day somebody else is there as well."""
    turns: Counter[int] = Counter()
    got: Counter[int] = Counter()
    for number, others in enumerate(days, start=1):
        there = [Candidate(each, turns[each], got[each]) for each in sorted({*ALWAYS, *others}, reverse=True)]
        last = max(turns, key=lambda each: turns[each]) if turns else None
        chosen = next_one(way, there, last).id
        assert chosen in {*ALWAYS, *others}
        turns[chosen], got[chosen] = number, got[chosen] + 1
    return got


@given(PRESENT)
def test_in_turn_those_who_are_always_there_differ_by_one_at_most(days: list[set[int]]) -> None:
    got = shared("round_robin", days)
    counts = [got[each] for each in ALWAYS]
    assert max(counts) - min(counts) <= 1
    assert all(got[each] <= max(counts) + 1 for each in OTHERS)  # nobody is made up for the days that he was away


@given(PRESENT)
def test_by_load_those_who_are_always_there_differ_by_one_at_most(days: list[set[int]]) -> None:
    got = shared("least_loaded", days)
    counts = [got[each] for each in ALWAYS]
    assert max(counts) - min(counts) <= 1


def test_who_joins_takes_one_place_in_the_circle_and_of_equal_loads_the_longest_without_comes_first() -> None:
    assert [shared("round_robin", [set()] * 9 + [{35}] * 8)[each] for each in (*ALWAYS, 35)] == [5, 5, 5, 2]
    circle = [Candidate(1, turn=3, load=2), Candidate(2, turn=1, load=2), Candidate(3, turn=2, load=2)]
    assert next_one("least_loaded", circle, last=1).id == 2
    assert next_one("least_loaded", [*circle, Candidate(9, turn=9, load=1)], last=1).id == 9
    assert next_one("round_robin", circle, last=7).id == 1
