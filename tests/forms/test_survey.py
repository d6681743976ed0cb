"""A survey on the scale of a Net Promoter Score: 0 to 10, tapped or written, once."""

import pytest

from core.commands.cases import AdvanceCase
from core.commands.work import AnswerSurvey
from core.engine.access import Actor
from core.kit.errors import Invalid
from core.surveys.tables import survey
from core.tasks.tables import task
from tests.bot.chat import case_of
from tests.forms.conftest import project
from tests.house import Person, TestHouse


def finished(house: TestHouse) -> Person:
    client = project(house, checked=True, areas=["it"], fee=200_000, signed=True)
    for trigger in ("begin", "finish"):
        house.do(AdvanceCase(case_id=case_of(house, client)["id"], trigger=trigger))
    return client


def kept(house: TestHouse, client: Person) -> tuple[int | None, int]:
    """The score, and how many calls are to be made."""
    number = case_of(house, client)["id"]
    with house.looking() as reader:
        row = reader.first(survey, case_id=number)
        return (None if row is None else row["score"]), len(reader.find(task, case_id=number))


def test_nought_to_ten_by_a_tap_or_by_words(office: TestHouse) -> None:
    tapped, wrote = finished(office), finished(office)
    labels = [each.label for each in tapped.messages[-1].message.card.buttons]
    assert labels == ["0 完全不会", *map(str, range(1, 10)), "10 一定会"]
    tapped.presses("9")
    assert kept(office, tapped) == (9, 0)
    wrote.says("评分 11")
    assert "0 到 10" in wrote.last
    wrote.says("评分 0")
    assert kept(office, wrote) == (0, 1)
    assert "感谢" in wrote.last
    wrote.says("rate 5")
    assert kept(office, wrote) == (0, 1)


def test_a_mark_that_the_scale_does_not_have_is_refused(office: TestHouse) -> None:
    client = finished(office)
    number = case_of(office, client)["id"]
    office.banli.store.run(lambda uow: uow.update_where(survey, survey.c.case_id == number, scale=None))
    with pytest.raises(Invalid) as told:
        office.do(AnswerSurvey(case_id=number, score=0), Actor(kind="client", id=client.id))
    assert [each.pointer for each in told.value.problems] == ["/score"]
