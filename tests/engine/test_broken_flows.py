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
    deep_breaks_of,
    examined,
    flows,
    garble,
    mistakes_of,
    sources,
    told_by,
)
from tests.engine.broken_codes import OF_HOUSE, OF_SIZE
from tests.engine.broken_codes import codes as all_codes
from tests.engine.flow_parts import SHIPPED
from tests.engine.newer_mistakes import NEWER
from tests.engine.test_lint import MISTAKES

MANY = int(os.environ.get("BANLI_TEST_BROKEN", "60"))
SEED = int(os.environ.get("BANLI_TEST_SEED", "1"))
GARBLED = 4  # one in so many is broken as a text
WHOLE = 4000  # of so many, every code that a file alone can bring about is told
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
    ways["everything"] += deep_breaks_of(flows()["everything"]) + mistakes_of(NEWER)
    ways["small"] += mistakes_of(MISTAKES)
    small, large = ("readme", "small", "everything", "everything"), SHIPPED
    once = [("small", each) for each in mistakes_of(MISTAKES)] + [("everything", each) for each in mistakes_of(NEWER)]
    several, codes = 0, set[str]()
    for turn in range(MANY - MANY // GARBLED):
        name = random.choice(large if random.random() < LARGE else small)
        chosen = random.sample(ways[name], random.randint(1, 3))
        while not apart(chosen):
            chosen = random.sample(ways[name], len(chosen))
        if MANY >= WHOLE and turn < len(once):
            name, chosen = once[turn][0], [once[turn][1]]
        tree = broken(flows()[name], chosen)
        told, problems = told_by(tree)
        check_told(problems, tree)
        for each in chosen:
            missing = alone(name, each) - told
            assert not missing, f"{name} broken by {chosen}: {missing} is told of {each} alone and not with the others"
        codes |= {code for _, code in told}
        several += len(chosen) > 1
    assert several > MANY // 4
    if MANY >= WHOLE:
        wanted = all_codes() - OF_HOUSE - OF_SIZE
        assert wanted <= codes, sorted(wanted - codes)
    print(f"{len(codes)} codes: {' '.join(sorted(codes))}")


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


def test_each_mistake_in_the_newer_words_is_told_at_its_place() -> None:
    """Every second one in short."""
    some = NEWER if MANY >= WHOLE else NEWER[SEED % 2 :: 2]
    for (_, _, code, place), change in zip(some, mistakes_of(some), strict=True):
        told, problems = told_by(tree := broken(flows()["everything"], [change]))
        check_told(problems, tree)
        assert (place, code) in told, (change, sorted(told))
