"""The Schengen flow in small: where to apply follows from the nights, 90 in 180 holds it, and days pass."""

from pathlib import Path

import pytest

from bot.cli.story_drivers import DRIVERS
from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORY = Path(__file__).parent / "stories" / "two_states.yaml"


def play(channel: str, database: str) -> None:
    result = play_one(read_story(STORY), channel, database)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


@pytest.mark.parametrize("channel", DRIVERS)
def test_the_story_comes_out(channel: str, sqlite_url: str) -> None:
    play(channel, sqlite_url)


def test_the_story_comes_out_on_postgres(postgres_url: str) -> None:
    play("loopback", postgres_url)
