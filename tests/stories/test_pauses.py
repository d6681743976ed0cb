"""The stories about a limit that stands still come out, on every channel that needs no platform."""

from pathlib import Path

import pytest

from bot.cli.story_drivers import DRIVERS
from bot.cli.story_house import play_one
from bot.story.reader import read_story
from tests.stories.flows import PAUSES


@pytest.mark.parametrize("channel", DRIVERS)
@pytest.mark.parametrize("path", sorted(PAUSES.glob("stories/*.yaml")), ids=lambda path: path.stem)
def test_the_story_comes_out(path: Path, channel: str, sqlite_url: str) -> None:
    result = play_one(read_story(path), channel, sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


def test_the_story_comes_out_on_postgres(postgres_url: str) -> None:
    result = play_one(read_story(PAUSES / "stories" / "over_a_weekend.yaml"), "loopback", postgres_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
