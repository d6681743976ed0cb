"""A family of cases as its people see it: the story of two schools, a visa, and a mother who reads along."""

from pathlib import Path

from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORY = Path(__file__).parent / "offer_to_visa.yaml"


def test_the_story_comes_out(sqlite_url: str) -> None:
    result = play_one(read_story(STORY), "webchat", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
