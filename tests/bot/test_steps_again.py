"""Staff who come to a chat late: their account by a word, the steps of a case by a button, cards that say why."""

from core.commands.people import BindStaffIdentity
from core.kit.ids import new_id
from tests.bot.chat import CONSULTANT, COPYWRITER, case_of, newest_card, open_case
from tests.house import TestHouse
from tests.stories.journey import at_stage


def test_somebody_unknown_learns_what_an_admin_binds(office: TestHouse) -> None:
    client = open_case(office)
    person = office._person(f"新人{new_id()}", 0, f"chat-{new_id()}", "client")
    person.says("我的账号")
    assert all(each in person.last for each in ("channel loopback", "account test", f"external_id {person.chat}"))
    where = {"channel": "loopback", "account": "test", "external_id": person.chat}
    office.do(BindStaffIdentity(staff_id=office.people[CONSULTANT].id, **where))
    person.says("看板")
    assert "案件看板" in person.last
    client.says("我的账号")
    assert "external_id" not in client.last  # a client is bound by his code


def test_the_steps_of_a_case_come_again_and_the_older_card_says_so(agency: TestHouse) -> None:
    client, adviser = at_stage(agency, "prepare"), agency.people[COPYWRITER]
    before = newest_card(adviser, "stage_work")
    labels = [each.label for each in before.buttons]
    assert labels
    adviser.says(f"案 {case_of(agency, client)['number']}")
    adviser.presses("办理步骤")
    after = newest_card(adviser, "stage_work")
    assert [each.label for each in after.buttons] == labels
    assert {each.token for each in after.buttons}.isdisjoint({each.token for each in before.buttons})
    cards = [each.message.card for each in adviser.messages]
    shown = [each for each in cards if each.kind == "stage_work" and each.title == after.title]
    assert [each.footer for each in shown][-2:] == ["已有更新的卡片，请在新卡片上办理。", ""]
