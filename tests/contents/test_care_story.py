"""The story of a report that is published, and of one that comes in the cooling-off."""

from pathlib import Path

from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORY = Path(__file__).parent / "care" / "stories" / "report.yaml"


def test_a_report_in_chat(sqlite_url: str) -> None:
    result = play_one(read_story(STORY), "loopback", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
