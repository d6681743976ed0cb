"""A real case becomes a story that comes out the same, and says nothing of the people it was."""

from functools import partial
from pathlib import Path

import pytest

from bot.app import FLOWS
from bot.cli.story_export import _parsed, exported
from bot.cli.story_house import in_a_house, play_one
from bot.story.driver import World
from bot.story.past import Past, read_past
from bot.story.reader import read_story
from bot.story.runner import play
from bot.story.spec import Script
from core.cases.tables import case


async def lived(script: Script, world: World) -> Past:
    """Play a story as if its people were real, and read the case that came of it."""
    result = await play(script, world)
    assert result.came_out, result.failure
    with world.agency.reading.open() as reader:
        row = reader.first(case)
        assert row is not None
        return read_past(reader, row, partial(_parsed, world.agency))


STORIES = sorted(FLOWS.glob("*/stories/*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda p: f"{p.parent.parent.name}-{p.stem}")
def test_a_case_is_exported_and_comes_out_the_same(path: Path, tmp_path: Path) -> None:
    past = in_a_house(read_story(path), "loopback", lived)
    story, recorded = exported(past, "flow.yaml")
    (tmp_path / "flow.yaml").write_bytes(past.source)
    (tmp_path / "story.yaml").write_text(story, encoding="utf-8")
    Path("/tmp/rp", path.parent.parent.name + "-" + path.name).write_text(story)
    again = play_one(read_story(tmp_path / "story.yaml"), "loopback")
    print(len(recorded.steps), *[n["en"] for n in (*past.notes, *recorded.notes)], sep="\n")
    assert again.came_out, again.failure
