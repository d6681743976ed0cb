"""A case that was asked everything, of an agency with tags, contents, services, a table and a calendar of its own, is
exported and answers its own flow the same way; so are cases of the shipped flows, and one that changed its version."""

from pathlib import Path

import pytest

from bot.app import FLOWS, Banli
from bot.cli.story_house import in_a_house
from bot.cli.story_making import Made, made_of, past_of
from bot.story.driver import World
from bot.story.past import Past
from bot.story.reader import read_story
from bot.story.runner import play
from bot.story.spec import Script
from core.cases.tables import case
from core.store.sealing import Row

ASKED = Path(__file__).parent / "asked" / "story.yaml"


async def played(script: Script, world: World) -> Row:
    """The case that came of a story; of several the first."""
    result = await play(script, world)
    assert result.came_out, result.failure
    with world.agency.reading.open() as reader:
        row = reader.first(case, order=case.c.id)
    assert row is not None
    return row


async def lived(script: Script, world: World) -> tuple[Past, Row]:
    """The same of a story whose people are taken for real, and what an export reads of it."""
    row = await played(script, world)
    assert isinstance(world.agency, Banli)
    with world.agency.reading.open() as reader:
        return past_of(world.agency, reader, row), row


def exported(story: Path, folder: Path) -> tuple[Made, Path, Row]:
    """What is made of the case, the file in which it stands, and the case."""
    past, row = in_a_house(read_story(story), "loopback", lived)
    made = made_of(past)
    for name, content in {**made.files, "story.yaml": made.story.encode()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return made, folder / "story.yaml", row


def test_a_case_that_was_asked_everything_answers_the_same(tmp_path: Path) -> None:
    """Every answer is one of the same kind, every branch is taken again, and whose case it was stands nowhere."""
    made, file, before = exported(ASKED, tmp_path)
    after = in_a_house(read_story(file), "loopback", played)
    assert {key: type(value) for key, value in after["fields"].items()} == {
        key: type(value) for key, value in before["fields"].items()
    }
    kept = ("refused", "children", "plan", "wishes", "trips", "fee", "areas", "checked")
    assert {key: after["fields"][key] for key in kept} == {key: before["fields"][key] for key in kept}
    personal = ("refused_why", "born", "funds", "home", "reach", "nearest")
    assert [key for key in personal if after["fields"][key] == before["fields"][key]] == []
    assert [after[key] for key in ("stage", "state", "outcome")] == [
        before[key] for key in ("stage", "state", "outcome")
    ]
    assert [
        piece for piece in ("欧阳", "震华", "老先生", "爱喝茶", "1988-11-22", "4125000") if piece in made.story
    ] == []
    for said in ("接机", "我们来接您", "秋季论坛", "三处变化", "guardian1 says: 进度"):
        assert said in made.story, said
    assert {each["en"] for each in made.notes} == {
        "Tags of the client that the flow does not name were left out",
        "The value of the field nearest was replaced",
    }


@pytest.mark.parametrize(("flow", "replaced"), [("service_ticket", 2), ("uk_application", 0)])
def test_shipped_flows_answer_the_same(flow: str, replaced: int, tmp_path: Path) -> None:
    """Making it plays it again: nothing is noted but that free words were replaced."""
    made, _, _ = exported(FLOWS / flow / "stories" / "happy_path.yaml", tmp_path)
    assert [each["en"] for each in made.notes if "was replaced" not in each["en"]] == []
    assert len(made.notes) == replaced
