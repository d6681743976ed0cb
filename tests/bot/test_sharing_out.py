"""What people see when a rule shares work out: the card with whoever was found, the history, and the lead's button."""

from collections.abc import Iterator

import pytest

from bot.cards.case_cards import latest
from bot.cards.context import CardContext
from core.cases.tables import case
from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.staffing import DisableStaff
from core.commands.work import PublishFlow
from core.staff.service import actor_of
from core.staff.tables import staff
from tests.core.test_sharing_out import SHARING
from tests.house import TestHouse, fresh_house
from tests.services.databases import Databases


@pytest.fixture
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    with fresh_house("sqlite", databases, tmp_path_factory) as there:
        there.agency()
        there.do(PublishFlow(source=SHARING.replace("version: 2", "version: 1", 1)))
        yield there


def begun(house: TestHouse) -> int:
    opened = OpenCase(
        client_id=house.people["张三"].id,
        flow="small_matter",
        travellers=(Traveller(name="张三", kind="grown_up"),),
        team={"supervisor": house.team["supervisor"]},
    )
    return int(house.do(opened))


def writer_of(house: TestHouse, case_id: int) -> int | None:
    with house.looking() as reader:
        found: int | None = reader.find(case, id=case_id)[0]["team"].get("copywriter")
    return found


def place(house: TestHouse) -> int:
    """The department of those who are there."""
    with house.looking() as reader:
        return int(reader.find(staff, id=house.team["supervisor"])[0]["department_id"])


def test_the_one_who_was_found_gets_the_card_and_the_history_says_why(house: TestHouse) -> None:
    writers = [house.people["文案乙"], house.staff("文案己", "copywriter", department=place(house))]
    heard = {each.id: len(each.messages) for each in writers}
    case_id = begun(house)
    [found] = [each for each in writers if each.id == writer_of(house, case_id)]
    [other] = [each for each in writers if each is not found]
    assert len(other.messages) == heard[other.id]  # nobody holds a card that is taken from him again
    card, handed = found.words[heard[found.id] :]
    assert "材料收集" in card
    assert "文案工作已转交给您" in handed
    with house.looking() as reader:
        actor = actor_of(reader, house.team["supervisor"])
        assert actor is not None
        now = house.clock.now()
        context = CardContext(house.banli.house, reader, actor, "zh-CN", {"case": case_id}, {}, (), now)
        told = "\n".join(latest(context, 20))
    assert f"规则分派负责人：文案 → {found.chat.removeprefix('staff-')}（轮流分派：签证部有 2 人可接手" in told


def test_with_nobody_there_the_lead_is_told_why_and_chooses_from_his_chat(house: TestHouse) -> None:
    house.do(DisableStaff(staff_id=house.team["copywriter"]))
    lead = house.people["复核丙"]
    case_id = begun(house)
    assert writer_of(house, case_id) is None
    [told] = [each for each in lead.words if "还没有人担任" in each]
    assert "全机构没有人可接手" in told
    newcomer = house.staff("文案庚", "copywriter")
    lead.presses("指定人员").presses("文案庚")
    assert writer_of(house, case_id) == newcomer.id
