"""Every story that ships comes out, on every channel that needs no platform, and two of them on both databases."""

from pathlib import Path

import pytest

from bot.app import FLOWS
from bot.cli.story_drivers import DRIVERS
from bot.cli.story_house import play_one
from bot.story.reader import read_story
from tests.services.databases import Databases

STORIES = sorted(FLOWS.glob("*/stories/*.yaml"))
SHOWN = {"visa_uk_student-happy_path": ("PR21",)}  # rows of the mission that a story of a pack shows
ON_BOTH = ("happy_path.yaml", "supplement.yaml")


def name_of(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


CASES = [
    pytest.param(path, marks=[pytest.mark.row(row) for row in SHOWN.get(name_of(path), ())], id=name_of(path))
    for path in STORIES
]


@pytest.mark.parametrize("channel", DRIVERS)
@pytest.mark.parametrize("path", CASES)
def test_the_story_comes_out(path: Path, channel: str, sqlite_url: str) -> None:
    result = play_one(read_story(path), channel, sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


@pytest.mark.parametrize("path", [FLOWS / "visa_jp_tourist" / "stories" / name for name in ON_BOTH], ids=name_of)
def test_the_story_comes_out_on_postgres(path: Path, postgres_url: str) -> None:
    result = play_one(read_story(path), "loopback", postgres_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


def test_every_flow_that_ships_has_a_happy_path_and_a_rework() -> None:
    for flow in FLOWS.glob("*/v1.yaml"):
        assert {"happy_path.yaml", "rework.yaml"} <= {path.name for path in (flow.parent / "stories").glob("*.yaml")}


def test_every_channel_tells_the_same(sqlite_url: str, databases: Databases) -> None:
    """What people read does not depend on where they read it."""
    script = read_story(FLOWS / "visa_kr_tourist" / "stories" / "rework.yaml")
    with databases.fresh("sqlite") as other:
        first, second = play_one(script, "loopback", sqlite_url), play_one(script, "webchat", other)
    assert first.transcript == second.transcript
    assert len(first.transcript) > 20
