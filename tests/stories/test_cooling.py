"""A cooling-off stage in chat, and the webhooks that leave beside it: it comes out only while the stage is gagged."""

from pathlib import Path

import pytest

from bot.cli.story_drivers import DRIVERS
from bot.cli.story_house import play_one
from bot.story.reader import read_story

HERE = Path(__file__).parent / "cooling"
STORY = HERE / "stories" / "cooling.yaml"


@pytest.mark.parametrize("channel", DRIVERS)
def test_the_story_comes_out(channel: str, sqlite_url: str) -> None:
    result = play_one(read_story(STORY), channel, sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


def test_it_does_not_without_the_gag(tmp_path: Path, sqlite_url: str) -> None:
    flow = (HERE / "v1.yaml").read_text("utf-8").replace("    gag: true\n    gag_except: [cool_notice]\n", "")
    (tmp_path / "v1.yaml").write_text(flow, "utf-8")
    (tmp_path / "story.yaml").write_text(STORY.read_text("utf-8").replace("../v1.yaml", "v1.yaml"), "utf-8")
    result = play_one(read_story(tmp_path / "story.yaml"), "loopback", sqlite_url)
    assert result.failure is not None
    assert "依法告知" in result.failure.title
    assert any("新产品" in text for text in result.failure.said)
