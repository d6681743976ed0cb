"""Tags as a fact, contact by a person, and messages that advertise: what counts, what is said, what is kept."""

from datetime import timedelta

import pytest

from core.cases.tables import case_event, item
from core.clients.promotion import opted_out
from core.clients.tables import client
from core.commands.cases import AdvanceCase, SetFields
from core.commands.data_rights import EraseClient
from core.commands.desk import TagClient, UntagClient
from core.commands.handoffs import AddNote, SayInChat, TakeOver
from core.commands.identity import SetGuardian
from core.commands.people import RegisterClient
from core.commands.promotion import SetPromotion
from core.commands.work import AskHuman, SayToClient
from core.conversations.tables import conversation
from core.engine.flow import read_flow
from core.engine.flow_diff import changes
from core.engine.lint import examine
from core.events.event import EVENTS
from core.ledger.tables import outbox
from core.store.store import MAX_KEY_ROUNDS
from core.surveys.tables import survey
from core.views.rule_log import Run, rule_runs
from core.wiring.client_copy import told
from tests.engine.flow_parts import KNOWN
from tests.house import Person
from tests.reach.conftest import HERE, Leads, publish

BEIJING = {"province": "beijing", "industry": "services"}
LEAD = (HERE / "lead.yaml").read_text("utf-8")


@pytest.fixture
def there(small: Leads) -> Leads:
    small.group("综合组", "sales", "乙")
    publish(small, "lead")
    return small


def runs(leads: Leads, case_id: int, rule: str) -> list[Run]:
    """The newest first."""
    with leads.house.looking() as reader:
        return rule_runs(reader, case_id, 20, rule=rule)


def kinds(leads: Leads, case_id: int) -> list[str]:
    return [row["type"] for row in leads.rows(case_event, case_id=case_id)]


def sent(leads: Leads, person: Person) -> list[str]:
    """Messages of the flow, and by which way."""
    rows = leads.rows(outbox, person_kind="client", person_id=person.id)
    return [
        f"{row['channel']} {row['notice']['params']['message']}" for row in rows if "message" in row["notice"]["params"]
    ]


def test_a_tag_decides_what_is_asked_for_and_which_rule_acts(there: Leads) -> None:
    house = there.house
    someone = house.client("客户一")
    case_id = there.opened(someone, "lead", **BEIJING)

    def wanted() -> bool:
        return bool(there.rows(item, case_id=case_id, key="statement")[0]["required"])

    assert (wanted(), runs(there, case_id, "plain")[0].acted) == (False, True)  # whoever has no tag is no VIP
    house.do(TagClient(client_id=someone.id, tag="ｖｉｐ客户"))
    assert wanted()  # one word in any width and case ...
    assert not runs(there, case_id, "vip")[0].acted  # ... but the event says it as it was written
    house.do(UntagClient(client_id=someone.id, tag="VIP客户"))
    assert not wanted()
    house.do(TagClient(client_id=someone.id, tag="老客户"))
    house.do(AdvanceCase(case_id=case_id, trigger="qualify"), there.as_(there.house.people["乙"]))
    assert runs(there, case_id, "plain")[0].acted
    other = there.opened(house.client("客户二"), "lead", **BEIJING)
    house.do(TagClient(client_id=house.people["客户二"].id, tag="VIP客户"))
    assert runs(there, other, "vip")[0].acted
    house.do(AdvanceCase(case_id=other, trigger="qualify"), there.as_(there.house.people["乙"]))
    [refused, *_] = runs(there, other, "plain")
    assert not refused.acted
    [words] = refused.reasons
    assert words == {
        "zh-CN": "不应成立：客户标签 包含 VIP客户",
        "en": "must not hold: tags of the client contains VIP客户",
    }
    with house.looking() as reader:  # what other tags he has is not in the log
        assert "老客户" not in str(rule_runs(reader, case_id, 50))


def test_what_counts_as_contact_and_whose_cases_it_is_about(there: Leads) -> None:
    house, adviser = there.house, there.house.people["乙"]
    child, parent = house.client("孩子"), house.client("家长")
    house.do(SetGuardian(client_id=child.id, person_id=parent.id, notify=True))
    case_id, own = there.opened(child, "lead", **BEIJING), there.opened(parent, "lead", **BEIJING)

    def contacts(of: int) -> list[str]:
        found = there.rows(case_event, case_id=of, type="ClientContacted")
        return [each["data"]["way"] for each in found]

    house.do(AddNote(case_id=case_id, text="电话没人接"), there.as_(adviser))
    child.says("进度")  # the bot answers
    assert contacts(case_id) == contacts(own) == []
    house.do(SayToClient(case_id=case_id, text="您好"), there.as_(adviser))
    assert (contacts(case_id), contacts(own)) == (["said"], [])
    parent.says("人工")
    chat = there.rows(conversation, client_id=parent.id)[0]
    talk = house.do(AskHuman(conversation_id=chat["id"]))
    house.do(TakeOver(handoff_id=talk), there.as_(there.lead))
    house.do(SayInChat(handoff_id=talk, text="您好，家长"), there.as_(there.lead))
    assert (contacts(case_id), contacts(own)) == (["said", "said"], ["said"])
    mute = Person(house, house.do(RegisterClient(name="无聊天", language="zh-CN")), "", "client")
    unheard = there.opened(mute, "lead", **BEIJING)
    house.do(SayToClient(case_id=unheard, text="您好"), there.as_(adviser))
    assert "NotReachable" in kinds(there, unheard)
    assert contacts(unheard) == []
    assert not EVENTS["ClientContacted"].shown  # people read what was said itself


def test_what_advertises_is_held_back_and_said_so_and_nothing_else_is(there: Leads) -> None:
    house, adviser = there.house, there.house.people["乙"]
    child, parent = house.client("孩子"), house.client("家长")
    house.do(SetGuardian(client_id=child.id, person_id=parent.id, notify=True))
    case_id = there.opened(child, "lead", **BEIJING)
    assert sent(there, child) == ["sms offer"]
    parent.says("STOP")
    assert "reply" not in parent.last  # in his language
    assert "恢复订阅" in parent.last
    house.do(SetFields(case_id=case_id, fields={"industry": "manufacturing"}), there.as_(adviser))
    assert [act.came for act in runs(there, case_id, "ask")[0].acts] == ["done"] * 3
    assert sent(there, child)[1:] == ["loopback offer", "loopback law", "loopback how"]
    assert sent(there, parent) == ["loopback law"]  # a guardian's wish is his own

    second = there.opened(child, "lead", **BEIJING)
    before = len(sent(there, child))
    child.says(" 退订 ")
    child.says("退订")
    assert "办理进度、材料通知和顾问的回复不受影响" in child.last
    assert kinds(there, case_id).count("ClientOptedOut") == 1
    house.do(SetFields(case_id=second, fields={"industry": "services"}), there.as_(adviser))
    acts = runs(there, second, "ask")[0].acts
    assert [act.came for act in acts] == ["held", "held", "done"]
    assert acts[0].reasons == ({"zh-CN": "客户已退订推广消息", "en": "the client wants no messages that advertise"},)
    assert [act.reasons for act in acts[:2]] == [acts[0].reasons] * 2
    assert sent(there, child)[before:] == ["loopback law"]
    assert there.rows(survey, case_id=second) == []
    adviser.says(f"案 {there.row(second)['number']}")
    assert "推广消息: 已退订" in adviser.last

    child.says("Ｓubscribe")
    assert "已恢复推广消息" in child.last
    house.do(SetFields(case_id=second, fields={"industry": "manufacturing"}), there.as_(adviser))
    assert [act.came for act in runs(there, second, "ask")[0].acts] == ["done"] * 3
    child.says("stop it please")  # no word of it alone
    with house.looking() as reader:
        assert not opted_out(reader, child.id)


def test_the_wish_stands_in_his_copy_and_outlives_his_data(there: Leads) -> None:
    house, someone = there.house, there.house.client("客户一")
    house.do(SetPromotion(client_id=someone.id, wanted=False))
    with house.looking() as reader:
        [row] = told(reader, someone.id)["client"]
        assert row["promotion_off_at"] is not None
    house.do(EraseClient(client_id=someone.id))
    house.move_to(house.clock.now() + timedelta(hours=1))
    with house.looking() as reader:
        assert reader.find(client, id=someone.id)[0]["erased_at"] is not None
        assert opted_out(reader, someone.id)
        assert not opted_out(reader, 1)


def test_authors_are_told_what_is_wrong_and_what_changes() -> None:
    def codes(source: str) -> list[tuple[str, str]]:
        return [(each.code, each.pointer) for each in examine(source.encode(), KNOWN).problems]

    assert codes(LEAD.replace("promotion: true", "promotion: perhaps", 1))[0][1] == "/rules/7/then/0/args/promotion"
    assert codes(LEAD.replace("op: contains, value: VIP客户", "op: eq, value: VIP客户", 1))[0] == (
        "condition.op", "/items/0/required_when/all/0/op",
    )  # fmt: skip
    quiet = LEAD.replace(", promotion: true", "").replace("[ClientContacted]", "[ClientTagged]")
    words = [each.words for each in changes(read_flow(quiet.encode()), read_flow(LEAD.encode()))]
    assert any("promotion: true" in each["en"] for each in words)
    assert any("somebody turns to the client" in each["en"] and "联系了客户" in each["zh-CN"] for each in words)


def test_a_client_with_many_cases_is_answered_and_heard(leads: Leads) -> None:
    """More open cases than a unit may discover lock keys one after the other, of his own and of a ward."""
    there = leads
    there.group("综合组", "sales", "乙")
    publish(there, "lead")
    people = [there.house.client(name, phone=f"1390000000{n}") for n, name in enumerate(("母", "女"))]
    mother, child = people
    there.house.do(SetGuardian(client_id=child.id, person_id=mother.id, notify=True))
    cases = [there.opened(person, "lead", **BEIJING) for person in people for _ in range(MAX_KEY_ROUNDS + 3)]
    there.house.do(SayToClient(case_id=cases[0], text="您好"), actor=there.as_(there.lead))
    assert all(kinds(there, each).count("ClientContacted") == 1 for each in cases)
    child.says("退订")
    assert all("ClientOptedOut" in kinds(there, each) for each in cases[MAX_KEY_ROUNDS + 3 :])
