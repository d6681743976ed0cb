"""Mission rows about contract, proof, second pair of eyes, and what rules do by themselves."""

import pytest

from bot.texts.catalogue import built_in
from core.bus.deed import Cause
from core.cases.tables import item
from core.commands.cases import AdvanceCase, AssignRole, SetFields
from core.commands.documents import ReviewDocument
from core.conversations.tables import conversation
from core.kit.errors import NotPossibleNow
from core.kit.ids import new_id
from core.ledger.tables import audit, button
from core.store.sealing import Row
from core.store.store import Unit
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, begin, case_of, new_client, open_case, picture
from tests.house import Person, TestHouse
from tests.stories.journey import PREPARED, acting, at_stage, dispatched, events, items, titled, waive

ALWAYS = {"passport", "photo", "hukou", "form", "tickets_hotel"}
MEANS = {"means_card", "means_bank", "means_deposit", "means_property", "means_tax"}


@pytest.mark.row("DM2")
@pytest.mark.parametrize(
    "kind,own",
    [
        ("retired", {"id_card", "retire"} | MEANS),
        ("employed", {"id_card", "employment", "licence"} | MEANS),
        ("minor", {"minor_docs"} | MEANS),
        ("designated_student", {"id_card", "enrol"}),
    ],
)
def test_an_effective_contract_makes_the_applicants_own_checklist(agency: TestHouse, kind: str, own: set[str]) -> None:
    client = new_client(agency)
    with agency.looking() as reader:
        before = len(reader.find(item))
    agency.contract(kind=kind, client=client.chat.removeprefix("chat-"))
    with agency.looking() as reader:
        assert len(reader.find(item)) == before  # a draft makes nothing
    agency.people[CONSULTANT].presses("定金").presses("生效")
    asked = {key for key, each in items(agency, client).items() if each["required"]}
    assert asked == ALWAYS | own
    client.says("材料")
    assert f"（0/{len(asked) - (len(MEANS) - 1 if asked >= MEANS else 0)}）" in client.last


@pytest.mark.row("RU1")
def test_an_effective_contract_sends_one_welcome_and_makes_one_task_with_a_due_date(agency: TestHouse) -> None:
    client = begin(agency, new_client(agency))
    (welcome,) = dispatched(agency, "sms", client)
    assert "办理流程已启动" in welcome
    (task,) = titled(agency, client, "跟进客户材料")
    assert (task["role"], task["staff_id"]) == ("copywriter", agency.team["copywriter"])
    assert task["due"] > agency.clock.now()
    consultant = agency.people[CONSULTANT]
    consultant.press_token(_spent_token(agency, consultant, "合同生效"))
    assert "已由" in consultant.last
    assert len(dispatched(agency, "sms", client)) == len(titled(agency, client, "跟进客户材料")) == 1


@pytest.mark.row("RU2", "DM8")
def test_the_last_approval_moves_the_case_gives_the_task_and_tells_the_copywriter(agency: TestHouse) -> None:
    client = open_case(agency)
    waive(agency, client, keep={"retire", "photo"})
    for number, name in enumerate(("信用卡金卡", "退休证", "证件照"), start=1):
        client.sends(f"{number}.jpg", picture(number), caption=name)
    reviewer, copywriter = agency.people[REVIEWER], agency.people[COPYWRITER]
    reviewer.presses("通过", card="审核：信用卡金卡").presses("通过", card="审核：退休证")
    assert case_of(agency, client)["stage"] == "collect"
    copywriter.new()
    _both_approve(agency, _newest_token(agency, REVIEWER, "通过", "审核：白底证件照"), items(agency, client)["photo"])

    assert case_of(agency, client)["stage"] == "prepare"
    log = events(agency, client)
    moves = [row for row in log if row["type"] == "StageEntered" and row["data"]["stage"] == "prepare"]
    approvals = [row for row in log if row["type"] == "DocumentApproved" and row["data"]["item"] == "photo"]
    assert len(moves) == len(approvals) == 1
    assert moves[0]["correlation"] == approvals[0]["correlation"]
    (task,) = titled(agency, client, "制作申请文件")
    assert task["staff_id"] == copywriter.id
    assert sum("材料已全部通过" in text for text in copywriter.new()) == 1


@pytest.mark.row("RU3")
def test_a_granted_visa_has_its_effects_once_however_often_it_is_tapped(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    sent = {gateway: len(dispatched(agency, gateway, client)) for gateway in ("sms", "mail")}
    case_id = case_of(agency, client)["id"]
    granted = SetFields(case_id=case_id, fields={"valid_to": "2027-03-10", "days": 15})
    agency.do(granted, actor=acting(agency, CONSULTANT))
    token = _newest_token(agency, CONSULTANT, "已获签")
    consultant.press_token(token)  # all that it needs is known, so it asks once more
    confirmed = _newest_token(agency, CONSULTANT, "确定")
    for _ in range(2):
        consultant.press_token(confirmed)
    consultant.press_token(token)

    assert case_of(agency, client)["substate"] == "granted"
    for gateway in ("sms", "mail"):
        (congratulation,) = dispatched(agency, gateway, client)[sent[gateway] :]
        assert "恭喜" in congratulation
        assert "下一步" in congratulation
    (task,) = titled(agency, client, "安排后续服务")
    assert (task["role"], task["staff_id"]) == ("service", agency.team["service"])
    assert sum("恭喜" in text for text in client.new()) == 1


@pytest.mark.row("DM11")
def test_nothing_is_filed_without_its_receipt(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "filed"), agency.people[CONSULTANT]
    consultant.presses("确认已递交")
    assert "须先上传受理回执" in consultant.last
    assert case_of(agency, client)["stage"] == "filed"
    number = case_of(agency, client)["number"]
    consultant.sends("r.jpg", picture(4), caption=f"案 {number} 受理回执")
    assert items(agency, client)["receipt"]["status"] == "submitted"
    consultant.presses("确认已递交")
    assert case_of(agency, client)["stage"] == "tracking"


@pytest.mark.row("DM14")
def test_who_prepared_a_case_does_not_review_it(agency: TestHouse) -> None:
    both = agency.staff("多面手", "copywriter", "reviewer")
    client = at_stage(agency, "prepare")
    case_id = case_of(agency, client)["id"]
    for role in ("copywriter", "reviewer"):
        agency.do(AssignRole(case_id=case_id, role=role, staff_id=both.id))
    agency.do(SetFields(case_id=case_id, fields=dict(PREPARED)))
    agency.do(AdvanceCase(case_id=case_id, trigger="hand_in"), actor=acting(agency, "多面手"))
    both.presses("复核通过")
    assert "复核人不能是经办人" in both.last
    with pytest.raises(NotPossibleNow):
        agency.do(AdvanceCase(case_id=case_id, trigger="confirm_review"), actor=acting(agency, "多面手"))
    assert case_of(agency, client)["stage"] == "review"
    agency.people[REVIEWER].presses("复核通过")
    assert case_of(agency, client)["stage"] == "filed"


def test_a_form_with_nothing_left_to_ask_takes_the_step(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    case_id = case_of(agency, client)["id"]
    agency.do(SetFields(case_id=case_id, fields={"refusal_reason": "说明不足"}), actor=acting(agency, CONSULTANT))
    consultant.presses("未获签").presses("确定")
    assert case_of(agency, client)["outcome"] == "refused"
    with agency.looking() as reader:
        chat = reader.first(conversation, conversation.c.staff_id == consultant.id)
    assert chat is not None
    assert not chat["dialog"]


def test_an_item_asked_for_by_name_counts_in_place_of_its_group(agency: TestHouse) -> None:
    client, consultant = at_stage(agency, "tracking"), agency.people[CONSULTANT]
    consultant.presses("需补料").says("7 请补近期账单")
    client.says("进度")
    assert "提交 1 项材料" in client.last
    client.says("材料")
    assert "（7/8）" in client.last


def _both_approve(house: TestHouse, token: str, photo: Row) -> None:
    """The reviewer taps while the consultant approves the same version over the API."""
    banli, consultant = house.banli, acting(house, CONSULTANT)
    command, before = ReviewDocument(version_id=photo["current_id"], decision="approved"), _refused_reviews(house)
    house.quiet = False
    house.people[REVIEWER].press_token(token)
    other = Unit(lambda uow: banli.bus.attempt(uow, command, Cause(consultant, "api", new_id())))
    pressed, approved = banli.receiver.submit_waiting(), banli.store.submit(other)
    for each in (*pressed, approved):
        each.result(timeout=30)
    house.quiet = True
    house.rest()
    assert _refused_reviews(house) == before + 1


def _refused_reviews(house: TestHouse) -> int:
    with house.looking() as reader:
        return len(reader.find(audit, audit.c.command == "ReviewDocument", audit.c.outcome == "refused"))


def _spent_token(house: TestHouse, person: Person, label: str) -> str:
    with house.looking() as reader:
        rows = reader.find(button, button.c.for_id == person.id, button.c.state == "spent")
    return next(str(row["token"]) for row in reversed(rows) if label in _label(row))


def _label(row: Row) -> str:
    words = row["label"]
    return built_in().say("zh-CN", words["say"], words.get("params")) if "say" in words else str(words["zh-CN"])


def _newest_token(house: TestHouse, name: str, label: str, card: str = "") -> str:
    for sent in reversed(house.people[name].messages):
        for each in sent.message.card.buttons:
            if each.label == label and card in sent.message.card.title:
                return each.token
    raise AssertionError(f"{name} sees no button {label}")
