"""The story of a school that is chosen from the agency's table, and of a table that changes under the case."""

from pathlib import Path

from bot.cli.story_house import play_one
from bot.story.reader import read_story

STORY = Path(__file__).parent / "school" / "stories" / "choice.yaml"


def test_a_school_is_chosen_and_its_deadline_moves(sqlite_url: str) -> None:
    result = play_one(read_story(STORY), "loopback", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])
