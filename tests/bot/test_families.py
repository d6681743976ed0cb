"""Several travellers of one case in one chat: grouped, collected one after the other, bound by who is named."""

import pytest

from core.cases.tables import applicant, item
from core.commands.cases import AddTraveller
from core.commands.contracts import Traveller
from tests.bot.chat import bound, case_of, open_case, picture
from tests.house import Person, TestHouse


def family(house: TestHouse, language: str = "zh-CN") -> Person:
    client = open_case(house, language)
    for name, kind in (("李四", "employed"), ("李四光", "minor")):
        house.do(AddTraveller(case_id=case_of(house, client)["id"], traveller=Traveller(name=name, kind=kind)))
    return client


def whose(house: TestHouse, client: Person) -> list[tuple[str, str]]:
    """Items that were handed in, and whose they are."""
    case_id = case_of(house, client)["id"]
    with house.looking() as reader:
        names = {row["id"]: row["name"] for row in reader.find(applicant, case_id=case_id)}
        rows = [row for row in reader.find(item, case_id=case_id) if row["status"] == "submitted"]
    return sorted((row["key"], names.get(row["applicant_id"], "")) for row in rows)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_list_is_grouped_by_traveller_and_marks_what_is_shared(agency: TestHouse, language: str) -> None:
    client = family(agency, language)
    client.says("材料")
    lines = client.last.splitlines()
    heads = [line for line in lines if line.startswith("【")]
    name = client.chat.removeprefix("chat-")
    shared = (
        "【所有申请人共用，交一份就行】" if language == "zh-CN" else "【For all applicants together: one is enough】"
    )
    assert heads == [f"【{name}】", "【李四】", "【李四光】", shared]
    numbers = [int(line.strip().split(".")[0]) for line in lines if line.strip()[0].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_guide_goes_on_traveller_by_traveller(agency: TestHouse) -> None:
    client = family(agency)
    client.says("材料")
    first = client.last.split("【李四】")[0]
    own = [int(line.strip().split(".")[0]) for line in first.splitlines() if line.strip()[0].isdigit()]
    client.says("1").sends("a.jpg", picture(1))
    client.sends("b.jpg", picture(2))  # no word about whose: the same traveller goes on
    name = client.chat.removeprefix("chat-")
    assert {person for _, person in whose(agency, client)} == {name}
    client.says(str(own[-1] + 1))
    assert "申请人：李四" in client.last


@pytest.mark.parametrize(
    "caption, wanted",
    [
        ("护照 李四", ("passport", "李四")),
        ("李四光的护照", ("passport", "李四光")),  # the longer name holds the shorter one
        ("李四 在职证明", ("employment", "李四")),
        ("机票和酒店预订 李四", ("tickets_hotel", "")),
    ],
)
def test_a_caption_that_names_a_traveller_binds_to_his_item(
    agency: TestHouse, caption: str, wanted: tuple[str, str]
) -> None:
    client = family(agency)
    client.sends("a.jpg", picture(3), caption)
    assert whose(agency, client) == [wanted]
    assert len(bound(agency, client)) == 1
    if wanted[1]:
        assert f"· {wanted[1]}" in client.last  # the answer says whose it is
