"""The page about stories is true: its story comes out, and it names every verb, recipe and kind of expectation."""

import re
from pathlib import Path

import pytest

from bot.app import FLOWS
from bot.cli.story_drivers import DRIVERS
from bot.cli.story_house import play_one
from bot.story.reader import read_story
from bot.story.recipes import RECIPES
from bot.story.spec import CaseIs, ChecklistIs, Contract, Person, Press, SentFile, SentKind, Story, TaskIs
from bot.story.verbs import OFFICE, PERSON, WORLD

PAGE = (FLOWS / "README.md").read_text(encoding="utf-8")
PART = PAGE[PAGE.index("## Stories") :]
WORDS = frozenset(re.findall(r"[A-Za-z][A-Za-z0-9_]*", PART))


@pytest.mark.parametrize("channel", DRIVERS)
def test_the_story_on_the_page_comes_out(channel: str, sqlite_url: str, tmp_path: Path) -> None:
    flow, story = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "stories").mkdir()
    (tmp_path / "v1.yaml").write_text(flow, encoding="utf-8")
    path = tmp_path / "stories" / "happy_path.yaml"
    path.write_text(story, encoding="utf-8")
    result = play_one(read_story(path), channel, sqlite_url)
    assert result.came_out, str(result.failure)


def test_the_page_names_everything_that_a_story_may_say() -> None:
    assert set(RECIPES) | {OFFICE} <= WORDS
    for verb in (*PERSON, *WORLD):
        assert set(verb.split()) <= WORDS, verb
    for shape in (Story, Person, Contract, SentFile, SentKind, Press, CaseIs, ChecklistIs, TaskIs):
        assert set(shape.model_fields) <= WORDS, shape.__name__
