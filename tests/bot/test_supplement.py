"""Asking for one more document of one traveller of a family, not of all: in the chat, over the bus, on the card."""

import pytest

from core.cases.tables import applicant, case_event, item
from core.cases.tables import case as _case
from core.commands.cases import AskSupplement, OpenForm, OpenItems
from core.engine.access import Actor
from core.kit.errors import Invalid
from core.store.sealing import Row
from tests.bot.chat import CONSULTANT, assert_readable, case_of, open_case
from tests.bot.test_families import family
from tests.house import Person, TestHouse


def rows_of(house: TestHouse, client: Person, key: str) -> dict[str, Row]:
    """The item's row of every traveller, by name."""
    case_id = case_of(house, client)["id"]
    with house.looking() as reader:
        names = {row["id"]: row["name"] for row in reader.find(applicant, case_id=case_id)}
        return {names.get(row["applicant_id"], ""): row for row in reader.find(item, case_id=case_id, key=key)}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_one_travellers_item_is_opened_and_the_client_reads_whose(office: TestHouse, language: str) -> None:
    client = family(office, language)
    client.new()
    wanted = rows_of(office, client, "passport")["李四"]
    office.do(OpenItems(case_id=wanted["case_id"], item_ids=(wanted["id"],), reason="照片反光"))
    [told] = [each for each in client.new() if "照片反光" in each]
    assert " · 李四\n" in told
    assert_readable([told])
    asked = {name: row["asked"] for name, row in rows_of(office, client, "passport").items()}
    assert [name for name, is_asked in asked.items() if is_asked] == ["李四"]
    with office.looking() as reader:
        happened = [row for row in reader.find(case_event, case_id=wanted["case_id"]) if row["type"] == "ItemsReopened"]
    assert happened[-1]["data"]["item_ids"] == [wanted["id"]]


def test_a_key_still_means_every_traveller(agency: TestHouse) -> None:
    client = family(agency)
    agency.do(OpenItems(case_id=case_of(agency, client)["id"], items=("passport",), reason="换新版"))
    assert all(row["asked"] for row in rows_of(agency, client, "passport").values())


def test_the_same_row_named_twice_is_asked_once(agency: TestHouse) -> None:
    client = family(agency)
    client.new()
    mine = rows_of(agency, client, "passport")["李四"]
    command = OpenItems(case_id=mine["case_id"], items=("passport",), item_ids=(mine["id"],), reason="换新版")
    agency.do(command)
    [told] = [each for each in client.new() if "换新版" in each]
    assert told.count(" · 李四、") + told.count(" · 李四\n") == 1


def test_what_this_case_does_not_have_is_told_with_its_place(agency: TestHouse) -> None:
    client, other = family(agency), open_case(agency)
    foreign = next(iter(rows_of(agency, other, "passport").values()))["id"]
    case_id = case_of(agency, client)["id"]
    for command, pointer in (
        (OpenItems(case_id=case_id, item_ids=(foreign,), reason="x"), "/item_ids/0"),
        (OpenItems(case_id=case_id, items=("nothing",), reason="x"), "/items/0"),
        (OpenItems(case_id=case_id, reason="x"), "/items"),
        (AskSupplement(case_id=case_id, item_ids=(foreign,), reason="x"), "/item_ids/0"),
    ):
        with pytest.raises(Invalid) as refused:
            agency.do(command)
        assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert not any(row["asked"] for row in rows_of(agency, other, "passport").values())


def test_the_question_to_staff_has_a_number_for_every_traveller(agency: TestHouse) -> None:
    """The form of the supplement, and one answer for two items of two travellers."""
    client = family(agency)
    row = case_of(agency, client)
    agency.banli.store.run(lambda uow: uow.change(_case, row["id"], stage="tracking", substate="sent"))
    consultant = agency.people[CONSULTANT]
    actor = Actor(kind="staff", id=consultant.id, roles=frozenset({"consultant", "sales", "service"}))
    agency.do(OpenForm(case_id=row["id"], trigger="ask_supplement"), actor)
    numbers = {line.split(". ")[1]: line.split(". ")[0] for line in consultant.last.splitlines() if ". " in line}
    bank, photo = numbers["护照首页和签字页 · 李四"], numbers["白底证件照 · 李四光"]
    client.new()
    consultant.says(f"{bank},{photo} 请重拍")
    [told] = [each for each in client.new() if "请重拍" in each]
    assert "护照首页和签字页 · 李四、" in told
    assert "白底证件照 · 李四光" in told
    assert [name for name, each in rows_of(agency, client, "passport").items() if each["asked"]] == ["李四"]
    assert [name for name, each in rows_of(agency, client, "photo").items() if each["asked"]] == ["李四光"]
