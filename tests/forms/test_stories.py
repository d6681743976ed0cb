"""Stories of forms come out on both channels; one that writes a field wrongly is refused with its place."""

from pathlib import Path

import pytest

from bot.cli.story_house import play_one
from bot.story.reader import read_story
from core.kit.errors import Invalid

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


@pytest.mark.parametrize("channel", ["loopback", "webchat"])
@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_comes_out(story: Path, channel: str, sqlite_url: str) -> None:
    result = play_one(read_story(story), channel, sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


def test_a_list_is_for_several_choices_alone(tmp_path: Path) -> None:
    source = STORIES[-1].read_text("utf-8").replace("../flow.yaml", str(STORIES[-1].parents[1] / "flow.yaml"))
    wrong = source.replace("{areas: [it, 新材料]}", "{fee: [1, 2]}").replace("{areas: [bio, it]}", "{areas: {it: 是}}")
    (tmp_path / "wrong.yaml").write_text(wrong, "utf-8")
    with pytest.raises(Invalid) as told:
        read_story(tmp_path / "wrong.yaml")
    assert [(each.pointer, each.code) for each in told.value.problems] == [
        ("/contract/fields/fee", "story.field_value"),
        ("/steps/4", "story.field_value"),
    ]
