"""Delegation: who may do what for whom, when and in which role; and the records name both."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product

import pytest

from core.cases.tables import case_event, document_version, item
from core.commands.cases import AdvanceCase, AssignRole
from core.commands.command import Command
from core.commands.delegations import DelegateWork, EndDelegation
from core.commands.documents import ReviewDocument, WaiveItem
from core.commands.handoffs import AddNote
from core.commands.people import RegisterClient
from core.commands.work import CompleteTask, CreateTask
from core.engine.access import Actor
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Refusal
from core.ledger.tables import audit
from core.staff.service import actor_at
from core.staff.tables import delegation
from core.staff.tables import staff as staff_table
from tests.bot.chat import (
    CONSULTANT,
    COPYWRITER,
    REVIEWER,
    assert_readable,
    bound,
    case_of,
    newest,
    newest_card,
    open_case,
    picture,
    token_of,
)
from tests.house import Person, TestHouse
from tests.stories.journey import acting, at_stage

TITLE = {"zh-CN": "核对行程", "en": "Check the itinerary"}


@pytest.fixture
def deputy(office: TestHouse) -> Iterator[Person]:
    """A colleague of another department who has nothing to do with any case; all delegations end with the test."""
    name = f"代办{len(office.people)}"
    yield office.staff(name, "service", department=office.department("别处"))

    def clear(uow: object) -> None:
        for row in uow.find(delegation):  # type: ignore[attr-defined]
            uow.change(delegation, row["id"], ended_at=row["made_at"])  # type: ignore[attr-defined]
        uow.change(staff_table, office.people[name].id, active=False)  # type: ignore[attr-defined]

    office.banli.store.run(clear)


def zh_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def today(house: TestHouse) -> date:
    return house.clock.now().astimezone(house.banli.house.zone).date()


def give(house: TestHouse, who: str, to: Person, *, first: int = 0, last: int = 2, role: str | None = None) -> int:
    """Delegate from so many days from now to so many days from now."""
    start = today(house)
    command = DelegateWork(
        staff_id=house.people[who].id,
        delegate_id=to.id,
        first=start + timedelta(days=first),
        last=start + timedelta(days=last),
        role=role,
    )
    return int(house.do(command, acting(house, who)))


def as_of_now(house: TestHouse, person: Person) -> Actor:
    with house.looking() as reader:
        actor = actor_at(reader, person.id, house.clock.now())
    assert actor is not None
    return actor


def outcome(house: TestHouse, person: Person, command: Command) -> str:
    """done, or the code of the refusal."""
    try:
        house.do(command, as_of_now(house, person))
    except Refusal as refusal:
        return refusal.code
    return "done"


def name_of(person: Person) -> str:
    return person.chat.removeprefix("staff-")


def test_new_cards_go_to_both_and_the_records_name_both(office: TestHouse, deputy: Person) -> None:
    give(office, REVIEWER, deputy)
    assert f"{REVIEWER} 请您于" in deputy.last
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("a.jpg", picture(3), "退休证")
    assert newest_card(deputy, "review").title == newest_card(reviewer, "review").title
    assert newest(deputy, "review") == newest(reviewer, "review")
    deputy.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]
    assert f"已由 {name_of(deputy)}（代 {REVIEWER}） 于" in newest_card(reviewer, "review").footer
    assert not newest_card(reviewer, "review").buttons
    row = case_of(office, client)
    with office.looking() as reader:
        [event] = reader.find(case_event, case_id=row["id"], type="DocumentApproved")
        done = reader.find(audit, actor_id=deputy.id, command="ReviewDocument")[-1]
    assert (event["actor_id"], event["behalf_id"]) == (deputy.id, reviewer.id)
    assert (done["behalf_id"], done["outcome"]) == (reviewer.id, "done")
    reviewer.says(f"案 {row['number']}")
    assert f"{name_of(deputy)}（代 {REVIEWER}）：通过《退休证》第 1 版" in newest_card(reviewer, "case").text
    assert_readable([*deputy.words[-3:], reviewer.last])


def test_tasks_and_stage_cards_go_to_both(office: TestHouse, deputy: Person) -> None:
    give(office, COPYWRITER, deputy, role="copywriter")
    client, writer = open_case(office), office.people[COPYWRITER]
    assert newest(deputy, "stage_work") == newest(writer, "stage_work") == ["材料齐全"]
    row = case_of(office, client)
    task_id = office.do(CreateTask(case_id=row["id"], role="copywriter", title=TITLE))
    assert newest_card(deputy, "task").footer == f"现由 {COPYWRITER} 负责"
    deputy.says("我的待办")
    assert TITLE["zh-CN"] in deputy.last
    deputy.presses("1 小时后提醒", card=TITLE["zh-CN"])
    assert "再提醒您" in deputy.last
    assert outcome(office, deputy, CompleteTask(task_id=task_id)) == "done"
    deputy.presses("材料齐全")
    assert "审核通过" in deputy.last  # the guard answers him as it would answer the copywriter
    office.do(CreateTask(case_id=row["id"], role="service", title={"zh-CN": "别人的", "en": "Another's"}))
    assert "别人的" not in deputy.last + newest_card(deputy, "task").title


# -- the matrix: who, when, scope x act ---------------------------------------------------------------------------

WHEN = {"before": (1, 2), "first day": (0, 3), "last day": (-2, 0), "after": (-3, -1)}
SCOPES = {"all roles": None, "reviewer": "reviewer", "supervisor": "supervisor"}
ACTS = ("approve", "note", "waive", "register", "delegate on")
ALLOWED = {  # scope -> what a deputy may do of the reviewer's work (he is reviewer and supervisor of the case)
    "all roles": {"approve", "note", "waive"},
    "reviewer": {"approve", "note"},
    "supervisor": {"approve", "note", "waive"},
}


@pytest.mark.parametrize(("when", "scope"), list(product(WHEN, SCOPES)))
def test_the_matrix_of_moment_scope_and_act(office: TestHouse, deputy: Person, when: str, scope: str) -> None:
    principal, client = office.people[REVIEWER], open_case(office)
    client.sends("a.jpg", picture(4), "退休证")
    first, last = WHEN[when]
    start = today(office)
    zone = office.banli.house.zone

    def midnight(days: int) -> datetime:
        return datetime.combine(start + timedelta(days=days), datetime.min.time(), zone)

    made = {"staff_id": principal.id, "delegate_id": deputy.id, "role": SCOPES[scope], "made_by": principal.id}
    office.banli.store.run(
        lambda uow: uow.add(delegation, **made, starts=midnight(first), ends=midnight(last + 1), made_at=uow.now)
    )
    with office.looking() as reader:
        [version] = reader.find(document_version, case_id=case_of(office, client)["id"])
    acts: dict[str, Command] = {
        "note": AddNote(case_id=version["case_id"], text="x"),
        "approve": ReviewDocument(version_id=version["id"], decision="approved"),
        "waive": WaiveItem(item_id=_other_item(office, version["case_id"]), reason="x"),
        "register": RegisterClient(name="x"),
        "delegate on": DelegateWork(
            staff_id=principal.id, delegate_id=office.people[CONSULTANT].id, first=start, last=start
        ),
    }
    allowed = {name for name, command in acts.items() if outcome(office, deputy, command) == "done"}
    assert allowed == (ALLOWED[scope] if when in ("first day", "last day") else set())


def _other_item(house: TestHouse, case_id: int) -> int:
    with house.looking() as reader:
        return int(reader.find(item, case_id=case_id, key="photo")[0]["id"])


@pytest.mark.parametrize("who", ["the deputy", "his deputy", "somebody else", "a deputy who left", "of one who left"])
def test_the_matrix_of_people(office: TestHouse, deputy: Person, who: str) -> None:
    give(office, REVIEWER, deputy)
    third = office.staff(f"三手{len(office.people)}", "service", department=office.department("三处"))
    if who == "his deputy":
        give(office, name_of(deputy), third)
    client = open_case(office)
    client.sends("a.jpg", picture(5), "退休证")
    with office.looking() as reader:
        [version] = reader.find(document_version, case_id=case_of(office, client)["id"])
    approve = ReviewDocument(version_id=version["id"], decision="approved")
    if who == "the deputy":
        assert outcome(office, deputy, approve) == "done"
    elif who in ("his deputy", "somebody else"):
        assert outcome(office, third, approve) in ("not_found", "not_allowed")
        assert not [each for each in third.messages if each.message.card.kind == "review"]
    else:
        gone = deputy if who == "a deputy who left" else office.people[REVIEWER]
        old = token_of(deputy, "通过")
        office.banli.store.run(lambda uow: uow.change(staff_table, gone.id, active=False))
        deputy.press_token(old)
        assert bound(office, client) == [("retire", 1, "submitted")]
        office.banli.store.run(lambda uow: uow.change(staff_table, gone.id, active=True))
    office.banli.store.run(lambda uow: uow.change(staff_table, third.id, active=False))


def test_one_role_means_his_work_in_that_role_on_that_case(office: TestHouse, deputy: Person) -> None:
    """The principal holds the role, but on this case he is somebody else."""
    client, both = open_case(office), office.staff(f"双职{len(office.people)}", "copywriter", "reviewer")
    row = case_of(office, client)
    office.do(AssignRole(case_id=row["id"], role="copywriter", staff_id=both.id))
    give(office, name_of(both), deputy, role="reviewer")
    assert outcome(office, deputy, AddNote(case_id=row["id"], text="x")) == "not_found"
    office.do(AssignRole(case_id=row["id"], role="reviewer", staff_id=both.id))
    assert outcome(office, deputy, AddNote(case_id=row["id"], text="x")) == "done"
    office.banli.store.run(lambda uow: uow.change(staff_table, both.id, active=False))


def test_whoever_prepared_it_does_not_review_it_as_a_deputy_either(office: TestHouse) -> None:
    client, writer = at_stage(office, "review"), office.people[COPYWRITER]
    made = give(office, REVIEWER, writer)
    step = AdvanceCase(case_id=case_of(office, client)["id"], trigger="confirm_review")
    assert outcome(office, writer, step) == "not_possible_now"
    assert case_of(office, client)["stage"] == "review"
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))


def test_what_the_deputy_may_do_himself_he_does_as_himself(office: TestHouse) -> None:
    client, writer = open_case(office), office.people[COPYWRITER]
    made, row = give(office, REVIEWER, writer), case_of(office, client)
    assert outcome(office, writer, AddNote(case_id=row["id"], text="自己的")) == "done"
    client.sends("a.jpg", picture(6), "退休证")
    with office.looking() as reader:
        [version] = reader.find(document_version, case_id=row["id"])
    waive = WaiveItem(item_id=_other_item(office, row["id"]), reason="x")
    assert outcome(office, writer, waive) == "done"  # a copywriter may not; whom he stands in for may
    assert outcome(office, writer, ReviewDocument(version_id=version["id"], decision="approved")) == "done"
    with office.looking() as reader:
        told = {each["type"]: each["behalf_id"] for each in reader.find(case_event, case_id=row["id"])}
    reviewer = office.people[REVIEWER].id
    assert (told["NoteAdded"], told["ItemWaived"], told["DocumentApproved"]) == (None, reviewer, None)
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))


def test_it_ends_by_itself_and_can_be_ended_early(office: TestHouse, deputy: Person) -> None:
    made = give(office, REVIEWER, deputy, last=0)
    client = open_case(office)
    client.sends("a.jpg", picture(7), "退休证")
    old, zone = token_of(deputy, "通过"), office.banli.house.zone
    midnight = datetime.combine(today(office) + timedelta(days=1), datetime.min.time(), zone)
    with office.looking() as reader:
        [row] = reader.find(delegation, id=made)
    assert row["ends"] == midnight
    office.move_to(midnight)
    deputy.press_token(old)
    assert "已失效" in deputy.last  # his buttons ended with his days
    heard = len(deputy.messages)
    client.sends("b.jpg", picture(8), "护照")
    assert not [each for each in deputy.messages[heard:] if each.message.card.kind == "review"]
    made = give(office, REVIEWER, deputy)
    with pytest.raises(NotFound):
        office.do(EndDelegation(delegation_id=made), acting(office, COPYWRITER))
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))
    assert "已提前结束" in deputy.last
    deputy.press_token(old)
    assert bound(office, client)[0] == ("retire", 1, "submitted")


def test_who_may_delegate_what_to_whom(office: TestHouse, deputy: Person) -> None:
    start, writer, lead = today(office), office.people[COPYWRITER], office.people[REVIEWER]
    ask = DelegateWork(staff_id=writer.id, delegate_id=deputy.id, first=start, last=start)
    for who, error in ((CONSULTANT, NotFound), (name_of(deputy), NotFound)):
        with pytest.raises(error):
            office.do(ask, acting(office, who))
    office.do(ask, acting(office, REVIEWER))  # a supervisor for somebody of his department
    assert f"代 {COPYWRITER} 办理" in writer.last
    with pytest.raises(NotPossibleNow):
        office.do(ask, acting(office, COPYWRITER))
    wrong = {"delegate_id": writer.id, "first": start, "last": start - timedelta(days=1), "role": "finance"}
    with pytest.raises(Invalid) as told:
        office.do(DelegateWork(staff_id=writer.id, **wrong), acting(office, COPYWRITER))  # type: ignore[arg-type]
    assert {each.pointer for each in told.value.problems} == {"/delegate_id", "/last", "/role"}
    office.banli.store.run(lambda uow: uow.change(staff_table, deputy.id, active=False))
    with pytest.raises(NotFound):
        office.do(ask.model_copy(update={"staff_id": lead.id}), acting(office, REVIEWER))
    with pytest.raises(NotAllowed):
        office.do(ask, Actor(kind="client", id=1))


def test_by_words_and_by_a_short_dialog(office: TestHouse, deputy: Person) -> None:
    lead, first = office.people[REVIEWER], today(office)
    last = first + timedelta(days=4)
    lead.says(f"委托 {name_of(deputy)} {first} {last} 复核")
    assert lead.last.startswith(f"已委托 {name_of(deputy)} 于{zh_day(first)}至{zh_day(last)}代 {REVIEWER} 办理（复核）")
    lead.says("委托")
    assert f"1. {name_of(deputy)}：{zh_day(first)}至{zh_day(last)}（复核）" in lead.words[-2]
    lead.presses("结束委托 1")
    lead.says(f"委托 {COPYWRITER} 给 {name_of(deputy)}")
    assert f"由 {name_of(deputy)} 从哪天代办到哪天" in lead.last
    lead.says("明天")
    assert "没有看懂日期" in lead.last
    lead.says(f"{first} 至 {last} 园丁")
    assert "没有“园丁”这个角色" in lead.last
    lead.says(f"{first} 至 {last}")
    assert f"代 {COPYWRITER} 办理（全部角色）" in lead.last
    deputy.says("委托")
    assert f"您正在代 {COPYWRITER} 办理工作" in deputy.words[-2]
    lead.says("委托 没有此人 2026-03-05")
    assert "没有找到同事“没有此人”" in lead.last
    lead.says("委托")
    lead.presses(COPYWRITER)
    lead.says("取消")
    assert "已取消" in lead.last
    writer = office.people[COPYWRITER]
    writer.says("english")
    writer.says(f"delegate {CONSULTANT} to {name_of(deputy)} {first} {last}")
    assert "not there" in writer.last or "may not" in writer.last or "not found" in writer.last.lower()
    day = last + timedelta(days=9)
    writer.says(f"delegate {name_of(deputy)} {day} Copywriter")
    assert f"stands in for {COPYWRITER} from {day.day} {day:%b %Y} to {day.day} {day:%b %Y} (Copywriter)" in writer.last
    writer.says("中文")
    assert_readable([*lead.words[-8:], *deputy.words[-3:], *writer.words[-4:]])


def test_days_in_another_age_are_answered_in_words(office: TestHouse, deputy: Person) -> None:
    lead = office.people[REVIEWER]
    lead.says(f"委托 {name_of(deputy)} 9999-12-30 9999-12-31")
    assert "结束日期最晚在五年之内" in lead.last
    lead.says(f"委托 {name_of(deputy)}")
    lead.says("0001-01-01 9999-12-31")
    assert "最长 366 天" in lead.last
