"""Leads: who gets one, the first contact, the qualification, what is sent meanwhile, and a product that matures."""

from datetime import timedelta

import pytest

from core.commands.cases import AdvanceCase, SetFields
from core.commands.contracts import ActivateContract, DraftContract, Traveller
from core.commands.desk import RecordConsultation, TagClient
from core.commands.promotion import SetPromotion
from core.ledger.tables import outbox
from core.tasks.tables import task
from core.views.rule_log import ended_rules
from tests.house import START, Person
from tests.reach.conftest import Leads, publish

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def titles(leads: Leads, case_id: int) -> list[tuple[str, int | None]]:
    return [(each["title"]["en"], each["staff_id"]) for each in leads.rows(task, case_id=case_id)]


def ended(leads: Leads, case_id: int) -> dict[str, str]:
    with leads.house.looking() as reader:
        return {each.rule: each.by for each in ended_rules(reader, case_id)}


def talked(leads: Leads, case_id: int, who: Person) -> None:
    words = {"summary": "谈过了", "demand": "续投", "assessment": "合适"}
    leads.house.do(RecordConsultation(case_id=case_id, **words), leads.as_(who))


@pytest.mark.row("RU7")
@pytest.mark.row("RU6")
def test_a_lead_of_the_east_is_called_in_two_hours_and_qualified_in_three_days(leads: Leads) -> None:
    house, lead = leads.house, leads.lead
    [first, second] = leads.group("销售A组", "sales", "甲一", "甲二", region="华东")
    [other] = leads.group("综合组", "sales", "乙")
    publish(leads, "lead")
    clients = [house.client(name) for name in ("客户一", "客户二", "客户三")]
    late = leads.opened(clients[0], "lead", province="hz", industry="manufacturing")
    called = leads.opened(clients[1], "lead", province="zhejiang", industry="manufacturing")
    elsewhere = [
        leads.opened(clients[2], "lead", province=place, industry=industry)
        for place, industry in (("hz", "services"), ("beijing", "manufacturing"))
    ]
    mine = {case_id: leads.row(case_id)["team"]["sales"] for case_id in (late, called, *elsewhere)}
    assert mine == {late: first.id, called: second.id, **dict.fromkeys(elsewhere, other.id)}
    assert titles(leads, late) == [("Follow the lead up", first.id)]

    talked(leads, called, second)  # in time
    lead.new()
    house.move_to(START + 2 * HOUR - MINUTE)
    assert lead.new() == []
    house.move_to(START + 2 * HOUR)
    told = "\n".join(lead.new())
    number = {case_id: leads.row(case_id)["number"] for case_id in mine}
    assert f"{number[late]} 两小时内没有人联系客户" in told
    assert f"{number[called]} 两小时内" not in told
    assert ended(leads, called)["first_contact"] == "ClientContacted"

    house.do(AdvanceCase(case_id=called, trigger="qualify"), leads.as_(second))
    house.move_to(START + 3 * DAY)
    told = "\n".join(lead.new())
    assert (f"{number[late]} 三天内未判断" in told, f"{number[called]} 三天内未判断" in told) == (True, False)
    assert ("Qualify the lead", first.id) in titles(leads, late)
    assert "Qualify the lead" not in dict(titles(leads, called))

    matures = (START + 20 * DAY).date()
    house.do(SetFields(case_id=called, fields={"matures_on": matures.isoformat()}), leads.as_(second))
    house.move_to(START + 13 * DAY - 2 * HOUR)  # at 8:00 on the seventh day before
    assert "Discuss renewal" not in dict(titles(leads, called))
    house.move_to(START + 13 * DAY - HOUR)
    assert ("Discuss renewal", second.id) in titles(leads, called)


@pytest.mark.row("RU10")
def test_five_minutes_then_the_adviser_is_told_and_after_ten_it_is_somebody_elses(leads: Leads) -> None:
    house = leads.house
    british = leads.group("英国组", "consultant", "英一", "英二", region="uk")
    [american] = leads.group("美国组", "consultant", "美", region="us")
    publish(leads, "enquiry")
    clients = [house.client(name) for name in ("学生一", "学生二", "学生三")]
    slow = leads.opened(clients[0], "enquiry", country="uk")
    quick = leads.opened(clients[1], "enquiry", country="us")
    by_id = {each.id: each for each in british}
    begun = by_id[leads.row(slow)["team"]["consultant"]]
    assert leads.row(quick)["team"]["consultant"] == american.id
    american.says(f"回复 {leads.row(quick)['number']} 您好，我是您的顾问")
    assert "您好，我是您的顾问" in clients[1].last
    for each in (begun, american):
        each.new()
    house.move_to(START + 4 * MINUTE)
    assert (begun.new(), american.new()) == ([], [])
    house.move_to(START + 5 * MINUTE)
    assert f"{leads.row(slow)['number']} 已 5 分钟没有联系客户" in begun.last
    assert leads.row(slow)["team"]["consultant"] == begun.id
    house.move_to(START + 10 * MINUTE)
    after = leads.row(slow)["team"]["consultant"]
    assert (after in by_id, after != begun.id) == (True, True)
    assert american.new() == []
    assert leads.row(quick)["team"]["consultant"] == american.id
    assert ended(leads, quick) == {"five_minutes": "ClientContacted", "ten_minutes": "ClientContacted"}


def mails(leads: Leads, client: Person) -> list[str]:
    rows = leads.rows(outbox, person_kind="client", person_id=client.id, channel="mail")
    return [row["notice"]["params"]["message"] for row in rows]


@pytest.mark.row("RU11")
def test_three_mails_until_he_answers_signs_or_wants_none(leads: Leads) -> None:
    house = leads.house
    [adviser] = leads.group("英国组", "consultant", "英一", region="uk")
    publish(leads, "enquiry")
    whole, plain, answers, signs, leaves = (house.client(name) for name in ("全程", "无标签", "回话", "签约", "退订"))
    cases = {each.chat: leads.opened(each, "enquiry", country="uk") for each in (whole, plain, answers, signs, leaves)}
    for each in (whole, signs):
        house.do(TagClient(client_id=each.id, tag="意向英国本科"))
    house.do(SetPromotion(client_id=whole.id, wanted=False), leads.as_(adviser))
    house.do(SetPromotion(client_id=whole.id, wanted=True), leads.as_(adviser))  # it was a mistake ...
    again = leads.opened(whole, "enquiry", country="uk")  # ... and the drip of a later case is not stopped by it
    house.move_to(START + DAY)
    answers.says("想先了解费用")
    house.move_to(START + 3 * DAY)
    assert mails(leads, whole) == ["welcome", "welcome", "ucas"]
    assert mails(leads, signs) == ["welcome", "ucas"]
    assert mails(leads, plain) == mails(leads, leaves) == mails(leads, answers) == ["welcome"]
    house.move_to(START + 4 * DAY)
    leaves.says("ｔｄ")
    assert "已为您退订推广消息" in leaves.last
    draft = DraftContract(
        client_id=signs.id, number="HT-1", flow="enquiry", package="全程", amount=1,
        signed_on=house.clock.now().date(), team={"consultant": adviser.id},
        travellers=(Traveller(name="签约", kind="student"),), fields={"country": "uk"},
    )  # fmt: skip
    house.do(ActivateContract(contract_id=house.do(draft)))
    house.move_to(START + 8 * DAY)
    assert mails(leads, whole) == ["welcome", "welcome", "ucas", "session"]
    assert mails(leads, plain) == ["welcome", "session"]
    assert mails(leads, answers) == mails(leads, leaves) == ["welcome"]
    assert mails(leads, signs) == ["welcome", "ucas"]
    stopped = {who.chat: ended(leads, cases[who.chat]).get("session") for who in (answers, signs, leaves)}
    assert stopped == {
        answers.chat: "ClientWrote",
        signs.chat: "ContractActivated",
        leaves.chat: "ClientWrote",  # his words have stopped it before what they meant
    }
    assert ended(leads, cases[whole.chat])["session"] == "ClientOptedOut"
    assert ended(leads, again) == {}
