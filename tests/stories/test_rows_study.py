"""Mission rows about studies abroad, by the stories of the packs: signing, writing, deadlines, and offer to visa."""

import pytest

from bot.app import FLOWS
from bot.cli.story_house import play_one
from bot.story.reader import read_story


def comes_out(flow: str, story: str, url: str) -> None:
    result = play_one(read_story(FLOWS / flow / "stories" / f"{story}.yaml"), "loopback", url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


@pytest.mark.row("PR13", "PR15", "DM10", "RU12")
def test_from_signing_over_an_offer_to_the_visa_and_the_alumni(postgres_url: str) -> None:
    """The sub-statuses, the guide and the visa's list reach student and mother."""
    comes_out("study_uk_master", "happy_path", postgres_url)


@pytest.mark.row("PR16")
def test_a_form_with_gaps_is_refused_and_the_draft_goes_back(postgres_url: str) -> None:
    comes_out("study_uk_master", "rework", postgres_url)


@pytest.mark.row("PR14", "RU13")
def test_tasks_and_warnings_follow_the_deadline_when_it_moves(postgres_url: str) -> None:
    comes_out("uk_application", "escalation", postgres_url)
