"""The story of an enquiry, as client and adviser see it in their chats."""

from pathlib import Path

import pytest

from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_comes_out(path: Path, sqlite_url: str) -> None:
    result = play_one(read_story(path), "loopback", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
