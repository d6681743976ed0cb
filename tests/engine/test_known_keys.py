"""Problems that name the keys and names that there are."""

import pytest

from bot.app import FLOWS
from bot.story.reader import read_script
from core.engine.flow import read_flow
from core.engine.flow_map import read_map
from core.kit.errors import Invalid

SOURCE = (FLOWS / "notarisation" / "v1.yaml").read_bytes()
STORY = (FLOWS / "notarisation" / "stories" / "happy_path.yaml").read_text("utf-8")
CASES: list[tuple[bytes, bytes, str, str]] = [
    (b"    owner: service\n", b"    owner: service\n    dues: 3d\n", "/stages/1/dues", "Nearest keys: due, "),
    (
        b"docs.complete, op: is_true,",
        b"docs.complete, opp: is_true,",
        "/transitions/0/when/all/0/opp",
        "Keys here: field, op",
    ),
    (b"on: ChecklistCompleted", b"onn: ChecklistCompleted", "/rules/0/onn", "Keys here: "),
]


@pytest.mark.parametrize("old,new,place,words", CASES, ids=["stage", "clause", "rule"])
def test_an_unknown_key_is_told_with_those_that_there_are(old: bytes, new: bytes, place: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_flow(SOURCE.replace(old, new, 1))
    [told] = [each.message["en"] for each in refused.value.problems if each.pointer == place]
    assert words in told
    assert told.count(",") < 12


def test_a_map_under_a_wrong_key_is_told_which_keys_a_map_has() -> None:
    with pytest.raises(Invalid) as refused:
        read_map(b"map: {collect: gather}")
    assert "stages, items, fields" in refused.value.problems[0].message["en"]


@pytest.mark.parametrize(
    "step,words",
    [
        ("office does: {SetField: {}}", "nearest: SetFields"),
        ("client says: [a, b]", "Write a step for each text"),
        ("case: {stag: done}", "Keys here: stage"),
    ],
)
def test_a_mistake_in_a_story_says_what_to_write(step: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_script("x", f"{STORY}\n  - {step}\n".encode(), lambda _: SOURCE)
    told = [each.message["en"] for each in refused.value.problems]
    assert words in told[0]
    assert len(told[0]) < 400
