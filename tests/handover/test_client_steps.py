"""A step that is the client's: its button, pressed once, his words, and nobody else's right to it."""

from threading import Barrier, Thread

import pytest

from core.bus.deed import Cause
from core.cases.tables import case_event
from core.commands.cases import OpenCase, SetSubstate
from core.commands.client_steps import TakeStep
from core.commands.contracts import FieldValue, Traveller
from core.commands.handovers import AcceptHandover, ProposeHandover
from core.commands.migrating import MigrateFlow
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.kit.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kit.ids import new_id
from tests.bot.chat import COPYWRITER, case_of, new_client, newest, newest_card, token_of
from tests.handover.conftest import FLOW
from tests.house import Person, TestHouse
from tests.stories.journey import acting


def at_draft(house: TestHouse, *, waits: bool = True) -> Person:
    client = new_client(house)
    travellers = (Traveller(name="学生", kind="student"),)
    team = {role: house.team[role] for role in ("sales", "copywriter")}
    fields: dict[str, FieldValue] = {"school_list": "甲大学", "selling_points": "竞赛", "deep": False}
    opened = OpenCase(client_id=client.id, flow="study_probe", travellers=travellers, team=team, fields=fields)
    case_id = house.do(opened)
    house.do(ProposeHandover(case_id=case_id), acting(house, "顾问甲"))
    house.do(AcceptHandover(case_id=case_id), acting(house, COPYWRITER))
    if waits:
        house.do(SetSubstate(case_id=case_id, substate="to_confirm"))
    return client


@pytest.mark.row("PR12")
def test_a_sub_status_is_seen_live_on_the_card_of_sales_without_a_message(school: TestHouse) -> None:
    client, writer, seller = at_draft(school, waits=False), school.people[COPYWRITER], school.people["顾问甲"]
    for label in ("初稿完成", "待客户确认"):
        heard = len(seller.messages)
        writer.presses(label)
        assert len(seller.messages) == heard
        assert f"最新状态：{label}" in newest_card(seller, "stage_work").text
    assert case_of(school, client)["substate"] == "to_confirm"


def test_only_the_client_takes_it_once_and_where_he_was_asked(school: TestHouse) -> None:
    client, other = at_draft(school), new_client(school)
    row = case_of(school, client)
    step = TakeStep(case_id=row["id"], trigger="confirm_draft", stage="draft")
    for actor, refusal in ((Actor(kind="client", id=other.id), NotFound), (acting(school, COPYWRITER), NotAllowed)):
        with pytest.raises(refusal):
            school.do(step, actor)
    himself = Actor(kind="client", id=client.id)
    with pytest.raises(Invalid) as wanted:
        school.do(step.model_copy(update={"trigger": "change_draft", "reason": "  "}), himself)
    assert [each.pointer for each in wanted.value.problems] == ["/reason"]
    with pytest.raises(Stale):
        school.do(step.model_copy(update={"trigger": "begin"}), himself)
    old = token_of(client, "确认初稿")
    outcomes = at_once(school, step, himself)
    assert sorted(outcomes) == ["offer", "stale"]
    client.press_token(old)
    assert case_of(school, client)["stage"] == "offer"
    with school.looking() as reader:
        entered = [each for each in reader.find(case_event, case_id=row["id"]) if each["type"] == "StageEntered"]
    assert [each["data"]["trigger"] for each in entered] == ["", "begin", "confirm_draft"]
    assert (entered[-1]["actor_kind"], entered[-1]["actor_id"]) == ("client", client.id)


def at_once(house: TestHouse, step: TakeStep, actor: Actor) -> list[str]:
    """The same step twice, at the same time: what came of each."""
    start, came = Barrier(2), []

    def take() -> None:
        start.wait()
        try:
            done = house.banli.store.run(lambda uow: house.banli.bus.execute(uow, step, Cause(actor, "chat", new_id())))
        except Refusal as refusal:
            done = refusal.code
        came.append(str(done))

    threads = [Thread(target=take) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    house.rest()
    return came


def test_words_in_another_case_or_language_are_the_button_too(school: TestHouse) -> None:
    client = at_draft(school)
    client.says("  confirm  THE draft ")
    assert case_of(school, client)["stage"] == "offer"
    client.presses("接受录取")
    assert case_of(school, client)["stage"] == "offer"  # it cannot be undone, so it is asked about once more
    client.presses("确定")
    assert case_of(school, client)["outcome"] == "accepted"
    client.says("接受录取")
    assert "已收到" not in client.last


def test_a_case_that_goes_over_to_another_version_keeps_the_buttons_that_mean_something(school: TestHouse) -> None:
    """The last test of this file: new cases follow the second version of the flow from here on."""
    client = at_draft(school)
    source = FLOW.replace("version: 1", "version: 2", 1).replace("zh-CN: 确认初稿", "zh-CN: 同意定稿", 1)
    school.do(PublishFlow(source=source))
    heard = len(client.messages)
    school.do(MigrateFlow(flow="study_probe", to=2))
    school.rest()
    assert len(client.messages) == heard
    assert newest(client, "stage") == ["同意定稿", "需要修改"]
    client.presses("同意定稿")
    assert case_of(school, client)["stage"] == "offer"
