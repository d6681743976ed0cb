"""The bot asks a client for the fields of his flow: what, in which order, of whom, and what becomes of the answers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.story_house import play_one
from bot.story.reader import read_story
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.client_steps import AskFacts, GiveFacts
from core.commands.contracts import Traveller
from core.commands.identity import SetGuardian
from core.commands.migrating import MigrateFlow
from core.commands.people import SetClientLanguage
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Refusal, Stale
from tests.bot.chat import CONSULTANT, case_of, new_client
from tests.house import Person, TestHouse, fresh_house
from tests.services.databases import Databases
from tests.stories.journey import acting

HERE = Path(__file__).parent
FLOW = (HERE / "flow.yaml").read_text("utf-8")
ADDED = """  - key: hobby
    name: {zh-CN: 爱好, en: Hobby}
    type: text
    ask: {zh-CN: 您有什么爱好？, en: What are your hobbies?}
"""
ALL: dict[str, Any] = {
    "degree": "bachelor",
    "phone_home": "13800001234",
    "has_test": False,
    "countries": ["uk"],
    "budget": 100,
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def school(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestHouse]:
    with fresh_house(request.param, databases, tmp_path_factory) as house:
        house.agency()
        house.do(PublishFlow(source=FLOW))
        yield house


def student(house: TestHouse, *, consent: bool = True, **fields: Any) -> Person:
    client = new_client(house, consent=consent)
    travellers = (Traveller(name="学生", kind="student"),)
    team = {role: house.team[role] for role in ("consultant", "copywriter", "supervisor")}
    values = {"client_id": client.id, "flow": "study_profile", "travellers": travellers, "team": team}
    house.do(OpenCase.model_validate({**values, "fields": fields}))
    client.new()
    return client


@pytest.mark.row("CD11")
@pytest.mark.parametrize("channel", ["loopback", "webchat"])
def test_the_story_of_a_profile_comes_out(channel: str, sqlite_url: str) -> None:
    result = play_one(read_story(HERE / "stories" / "profile.yaml"), channel, sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-14:])


@pytest.mark.row("CD11")
def test_every_answer_is_kept_at_once_in_a_field_of_its_type(school: TestHouse) -> None:
    client = student(school)
    client.says("填写").says("9")
    assert client.last.startswith("没有这个选项")
    assert "您想申请哪个学位" in client.last
    client.says("硕士").says("13800001234")
    assert case_of(school, client)["fields"] == {"degree": "master", "phone_home": "13800001234"}
    client.says("也许")
    assert client.last.startswith("没有看懂您的回答")
    client.says("是").says("跳过").says("1，美国").says("1200.5")
    kept = case_of(school, client)["fields"]
    assert {key: kept[key] for key in ("has_test", "countries", "budget")} == {
        "has_test": True, "countries": ["uk", "us"], "budget": 120_050,
    }  # fmt: skip
    assert "test_date" not in kept
    assert "还有 1 项先放着" in client.last
    client.says("填写").says("取消")
    assert "已结束填写" in client.last
    client.says("2026-01-31")
    assert "test_date" not in case_of(school, client)["fields"]


def test_an_open_question_does_not_catch_what_is_no_answer(school: TestHouse) -> None:
    client = student(school, **ALL | {"budget": None})
    client.says("填写").says("进度")
    assert "还有 1 项信息需要填写" in client.last
    school.move_to(school.clock.now() + timedelta(days=1, minutes=1))
    client.says("100")
    assert case_of(school, client)["fields"]["budget"] is None  # forgotten overnight
    client.says("填写")
    school.do(SetFields(case_id=case_of(school, client)["id"], fields={"budget": 7}), acting(school, CONSULTANT))
    client.says("100")
    assert case_of(school, client)["fields"]["budget"] == 7


def test_nothing_personal_is_asked_before_his_consent(school: TestHouse) -> None:
    client = student(school, consent=False)
    client.says("帮助").new()
    client.says("填写")
    said = "\n".join(client.new())
    assert "需要先得到您的同意" in said
    assert "哪个学位" not in said


def test_only_he_gives_only_what_is_asked_of_him(school: TestHouse) -> None:
    client, other = student(school), student(school)
    case_id, himself = case_of(school, client)["id"], Actor(kind="client", id=client.id)
    give = GiveFacts(case_id=case_id, fields={"degree": "master"})
    for actor, refusal in ((Actor(kind="client", id=other.id), NotFound), (acting(school, CONSULTANT), NotAllowed)):
        for command in (give, AskFacts(case_id=case_id)):
            with pytest.raises(refusal):
                school.do(command, actor)
    wrong: tuple[tuple[dict[str, Any], type[Refusal]], ...] = (
        ({"level": "A"}, NotAllowed), ({"nickname": "小张"}, NotAllowed), ({"degree": "doctor"}, Invalid),
        ({"degree": None}, Invalid), ({"nothing": "x"}, Invalid), ({"budget": "x", "degree": "master"}, Invalid),
    )  # fmt: skip
    for fields, expected in wrong:
        with pytest.raises(expected) as told:
            school.do(GiveFacts.model_validate({"case_id": case_id, "fields": fields}), himself)
        assert told.value.problems[0].pointer == f"/fields/{next(iter(fields))}"
    assert case_of(school, client)["fields"] == {}
    school.do(SetGuardian(client_id=client.id, person_id=other.id))
    school.do(give, Actor(kind="client", id=other.id))  # as he hands in documents
    with pytest.raises(Stale):
        school.do(GiveFacts(case_id=case_id, fields={"degree": "bachelor"}), himself)
    client.says("填写")
    school.do(AdvanceCase(case_id=case_id, trigger="send"))
    client.says("进度")
    assert "信息需要填写" not in client.last  # the school has the word
    school.do(AdvanceCase(case_id=case_id, trigger="finish"))
    client.says("13800001234")
    assert case_of(school, client)["fields"] == {"degree": "master"}
    with pytest.raises(NotPossibleNow):
        school.do(AskFacts(case_id=case_id), himself)


@pytest.mark.row("NC1")
def test_a_field_that_is_added_is_asked_in_the_next_conversation(school: TestHouse) -> None:
    """The last test of this file: new cases follow the second version of the flow from here on."""
    old = student(school, **ALL)
    school.do(SetClientLanguage(client_id=old.id, language="en"))
    old.says("progress")
    assert "Still to fill in" not in old.last
    source = FLOW.replace("version: 1", "version: 2", 1).replace("  - {key: level", f"{ADDED}  - {{key: level", 1)
    school.do(PublishFlow(source=source))
    new = student(school, **ALL)
    new.says("材料")
    assert "还有 1 项信息需要填写" in new.last
    school.do(MigrateFlow(flow="study_profile", to=2))
    school.rest()
    old.new()
    old.says("progress")
    assert "Still to fill in: 1." in old.last
    old.presses("Fill in")
    assert "What are your hobbies?" in old.last
    old.says("Chess")
    assert case_of(school, old)["fields"]["hobby"] == "Chess"
