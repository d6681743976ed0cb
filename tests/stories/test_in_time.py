"""Stories of rules about time: chasers, drips, care after the end, mails before a date, ladders."""

from pathlib import Path

import pytest

from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORIES = sorted(path for path in (Path(__file__).parent / "in_time").glob("*.yaml") if path.name != "flow.yaml")


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_comes_out(path: Path, sqlite_url: str) -> None:
    result = play_one(read_story(path), "webchat" if path.stem == "drip" else "loopback", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
