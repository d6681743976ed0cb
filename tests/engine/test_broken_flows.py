"""Broken flows in numbers: whatever is wrong at one, two or three places at once is all told, each at its place in the
source, in both languages; and a text that was edited carelessly is told or passes. `make broken` takes 5,000."""

import os
from functools import cache
from random import Random

from core.engine.pointer import nearest
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid
from tests.engine.breaking import (
    Break,
    Told,
    apart,
    breaks_of,
    broken,
    check_lines,
    check_told,
    examined,
    flows,
    garble,
    sources,
    told_by,
)

MANY = int(os.environ.get("BANLI_TEST_BROKEN", "60"))
SEED = int(os.environ.get("BANLI_TEST_SEED", "1"))
GARBLED = 4  # one in so many is broken as a text
LARGE = 0.1  # share of the flows that ship: they take ten times as long


@cache
def alone(name: str, change: Break) -> Told:
    """What is told at its place when only this is broken: at least something."""
    tree = broken(flows()[name], [change])
    told, problems = told_by(tree)
    check_told(problems, tree)
    place = nearest(tree, change.at)
    own = frozenset(each for each in told if each[0] == place or each[0].startswith(place + "/"))
    assert own, f"{name}: nobody tells of {change}; told: {sorted(told)}"
    return own


def test_all_that_is_broken_is_told_at_once_and_each_at_its_place() -> None:
    random = Random(SEED)
    for name, tree in flows().items():
        assert told_by(tree)[1] == (), name
    ways = {name: breaks_of(tree) for name, tree in flows().items()}
    small, large = ("readme", "small"), [name for name in ways if name not in ("readme", "small")]
    several = 0
    for _ in range(MANY - MANY // GARBLED):
        name = random.choice(large if random.random() < LARGE else small)
        chosen = random.sample(ways[name], random.randint(1, 3))
        while not apart(chosen):
            chosen = random.sample(ways[name], len(chosen))
        tree = broken(flows()[name], chosen)
        told, problems = told_by(tree)
        check_told(problems, tree)
        for each in chosen:
            missing = alone(name, each) - told
            assert not missing, f"{name} broken by {chosen}: {missing} is told of {each} alone and not with the others"
        several += len(chosen) > 1
    assert several > MANY // 4


def test_a_text_that_was_edited_carelessly_is_told_or_passes() -> None:
    random, texts, refused = Random(SEED), sources(), 0
    for _ in range(MANY // GARBLED):
        source = garble(texts[0] if random.random() > LARGE else random.choice(texts[1:]), random)
        problems = examined(source)
        try:
            document = read_yaml(source).data
        except Invalid:
            check_lines(problems, source)
        else:
            check_told(problems, document)
        refused += bool(problems)
    assert refused > MANY // GARBLED // 3


def test_a_name_among_the_known_ones_hides_no_problem() -> None:
    """A step called `back` is left out for its shape; the anchors that are there include the field `back`."""
    anchor = Break("nowhere", "/rules/1/at/anchor", "/rules/1/at/anchor")
    tree = broken(flows()["small"], [Break("without", "/transitions/1/by", "/transitions/1"), anchor])
    assert alone("small", anchor) <= told_by(tree)[0]
