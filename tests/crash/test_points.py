"""The list of fail points and the points in the code are the same, and nothing is armed by itself."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from core.kit import fail_points
from core.kit.fail_points import POINTS, arm, reach

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "adapters", "bot", "admin_api")


def reached_in_the_code() -> Counter[str]:
    """How often each name stands in a call of `reach`; a name that is no plain string would not be found by anybody."""
    found = Counter[str]()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reach":
                    [name] = node.args
                    assert isinstance(name, ast.Constant), f"{path}:{node.lineno} names its point in another way"
                    found[str(name.value)] += 1
    return found


def test_every_point_of_the_code_is_listed_once_and_the_reverse() -> None:
    assert reached_in_the_code() == Counter(dict.fromkeys(POINTS, 1))


def test_a_product_process_arms_nothing() -> None:
    assert fail_points._armed is None
    for name in POINTS:
        reach(name)


def test_an_armed_hook_hears_of_every_point_until_it_is_taken_away() -> None:
    heard: list[str] = []
    arm(heard.append)
    try:
        reach("store.commit")
    finally:
        arm(None)
    reach("store.commit")
    assert heard == ["store.commit"]


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_but_the_tests_arms_a_point(room: str) -> None:
    sources = [path for path in (ROOT / room).rglob("*.py") if path.name != "fail_points.py"]
    assert not [str(path) for path in sources if "fail_points.arm" in path.read_text("utf-8")]
    assert not [str(path) for path in sources if "import arm" in path.read_text("utf-8")]
