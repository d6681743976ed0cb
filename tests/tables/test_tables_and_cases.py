"""Cases follow the office's tables: a date that is brought forward, a value that is no row, and people by a tree."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.cases.tables import case
from core.commands.cases import OpenCase, SetFields
from core.commands.contracts import Traveller
from core.commands.people import AddDepartment
from core.commands.staffing import SetRegions
from core.commands.tables import ImportTable
from core.commands.work import PublishFlow
from core.kit.errors import Invalid
from core.ledger.tables import timer
from core.store.sealing import Row
from core.tasks.tables import task
from tests.house import TestHouse, open_house

SCHOOL = Path(__file__).parent / "school"
SCHOOLS = (SCHOOL / "tables" / "schools.csv").read_bytes()
BY_REGION = """
  - key: find_writer
    name: {zh-CN: 找文案, en: Find a writer}
    on: CaseOpened
    then: [{action: assign, args: {role: copywriter, by: round_robin, region: home}}]
"""


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as there:
        there.agency(flows=None)  # one that ships has another table of this name
        send(there, "schools", SCHOOLS)
        send(there, "regions", (SCHOOL / "tables" / "regions.csv").read_bytes())
        there.do(PublishFlow(source=(SCHOOL / "v1.yaml").read_text("utf-8") + BY_REGION))
        yield there


def send(house: TestHouse, name: str, content: bytes) -> None:
    house.do(ImportTable.of(name, content, "2026-03-01", "test"))
    house.move_to(house.clock.now() + timedelta(seconds=2))


def opened(house: TestHouse, **fields: Any) -> Row:
    made = OpenCase(
        client_id=house.people["张三"].id,
        flow="school_choice",
        travellers=(Traveller(name="张三", kind="student"),),
        team={"consultant": house.team["consultant"]},
        fields=fields,
    )
    return row_of(house, int(house.do(made)))


def row_of(house: TestHouse, case_id: int) -> Row:
    with house.looking() as reader:
        return reader.find(case, id=case_id)[0]


def planned(house: TestHouse, case_id: int) -> list[str]:
    with house.looking() as reader:
        rows = reader.find(timer, timer.c.key.like("rule:%"), case_id=case_id, state="waiting")
    return [row["due"].date().isoformat() for row in rows]


def test_a_date_that_is_brought_forward_is_acted_on_at_once(house: TestHouse) -> None:
    row = opened(house, school="zju")
    assert (row["fields"]["deadline"], planned(house, row["id"])) == ("2026-07-15", ["2026-07-08"])
    send(house, "schools", SCHOOLS.replace(b"2026-07-15", b"2026-08-15"))
    assert planned(house, row["id"]) == ["2026-08-08"]
    send(house, "schools", SCHOOLS.replace(b"2026-07-15", b"2026-03-05"))
    assert (row_of(house, row["id"])["fields"]["deadline"], planned(house, row["id"])) == ("2026-03-05", [])
    with house.looking() as reader:
        assert [each["title"]["en"] for each in reader.find(task, case_id=row["id"])] == ["Seven days left"]
    with pytest.raises(Invalid) as wrong:
        house.do(SetFields(case_id=row["id"], fields={"school": "nowhere"}))
    assert [(each.pointer, each.code) for each in wrong.value.problems] == [("/fields/school", "field.value")]


@pytest.mark.row("RU7")
def test_work_goes_to_the_department_of_the_nearest_region_above(house: TestHouse) -> None:
    found = {}
    for region in ("华东", "zhejiang"):
        place = house.do(AddDepartment(name=f"{region}组"))
        house.do(SetRegions(department_id=place, regions=(region,)))
        found[region] = house.staff(f"文案{region}", "copywriter", department=place).id
    homes = {"hz": found["zhejiang"], "sh_yangpu": found["华东"]}
    assert {home: opened(house, home=home)["team"].get("copywriter") for home in homes} == homes
