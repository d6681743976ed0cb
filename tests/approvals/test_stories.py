"""Approvals as a client and staff see them in their chats: a scored vote, all with a way back, an override."""

from pathlib import Path

import pytest

from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_the_story_comes_out(path: Path, sqlite_url: str) -> None:
    result = play_one(read_story(path), "loopback", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
