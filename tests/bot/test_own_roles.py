"""Roles of the agency's own in chat: they work on cases, have names on buttons and cards, and rights that count."""

from core.commands.cases import AssignRole
from core.commands.command import Command
from core.commands.roles import ResetRole, RoleNames, SetGrant, SetMask, SetRole
from core.commands.staffing import ChangeStaff, DisableStaff
from core.engine.access import Actor
from tests.bot.chat import CONSULTANT, COPYWRITER, case_of, open_case
from tests.house import TestHouse

ADMIN = Actor(kind="staff", id=1, roles=frozenset({"admin"}))
TRAINEE, ADVISER = ({"zh-CN": name, "en": name} for name in ("实习顾问", "首席顾问"))


def admin_does(house: TestHouse, *commands: Command) -> None:
    for each in commands:
        house.do(each, actor=ADMIN)


def named(role: str, names: dict[str, str]) -> SetRole:
    return SetRole(role=role, names=RoleNames.model_validate(names))


def test_a_role_of_the_agencys_own_works_on_a_case_under_its_name(office: TestHouse) -> None:
    case = case_of(office, open_case(office))
    admin_does(office, named("trainee", TRAINEE), SetGrant(role="trainee", right="case.read", reach="assigned"))
    helper = office.staff("实习生", "trainee", department=case["department_id"])
    assert "没有找到案件" in "".join(helper.says(f"案 {case['number']}").new())
    office.do(AssignRole(case_id=case["id"], role="trainee", staff_id=helper.id))
    assert "实习顾问" in helper.last
    assert case["number"] in "".join(helper.says(f"案 {case['number']}").new())
    admin_does(office, SetGrant(role="trainee", right="case.read", reach="none"))
    assert case["number"] not in "".join(helper.says("看板").new())


def test_a_renamed_role_is_called_so_on_buttons_and_cards(office: TestHouse) -> None:
    number, adviser = case_of(office, open_case(office))["number"], office.people[CONSULTANT]
    adviser.says(f"转交 {number}")
    assert any("顾问" in each and "首席" not in each for each in adviser.button_labels())
    admin_does(office, named("consultant", ADVISER))
    adviser.says(f"转交 {number}")
    assert any("首席顾问" in each for each in adviser.button_labels())
    admin_does(office, ResetRole(role="consultant"))
    seen = len(adviser.button_labels())
    adviser.says(f"转交 {number}")
    assert not any("首席顾问" in each for each in adviser.button_labels()[seen:])


def test_a_changed_mask_counts_on_the_next_card(office: TestHouse) -> None:
    client = open_case(office)
    number, writer = case_of(office, client)["number"], office.people[COPYWRITER]
    name = client.chat.removeprefix("chat-")
    assert name in "".join(writer.says(f"案 {number}").new())
    admin_does(office, SetMask(role="copywriter", pii="identity", mask="masked"))
    told = "".join(writer.says(f"案 {number}").new())
    assert number in told
    assert name not in told


def test_who_lost_his_role_or_was_let_go_is_answered_as_such_at_his_next_word(office: TestHouse) -> None:
    number = case_of(office, open_case(office))["number"]
    writer, adviser = office.people[COPYWRITER], office.people[CONSULTANT]
    assert number in "".join(writer.says("看板").new())
    admin_does(office, ChangeStaff(staff_id=writer.id, roles=("finance",)), DisableStaff(staff_id=adviser.id))
    assert "当前阶段" not in "".join(writer.says(f"案 {number}").new())
    adviser.new()
    assert number not in "".join(adviser.says("看板").says(f"案 {number}").new())
