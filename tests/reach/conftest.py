"""A house that has leads: two flows, departments by region and by country, people in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cases.tables import case
from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.staffing import SetRegions
from core.commands.tables import ImportTable
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.staff.service import actor_of
from core.store.sealing import Row
from tests.house import Person, TestHouse, open_house

HERE = Path(__file__).parent


class Leads:
    """The house and what every test does in it."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.lead = house.staff("主管", "supervisor")

    def group(self, name: str, role: str, *people: str, region: str = "") -> list[Person]:
        place = self.house.department(name)
        if region:
            self.house.do(SetRegions(department_id=place, regions=(region,)))
        return [self.house.staff(each, role, department=place) for each in people]

    def opened(self, client: Person, flow: str, **fields: Any) -> int:
        kind = {"lead": "company", "enquiry": "student"}[flow]
        one = (Traveller(name="甲", kind=kind),)
        team = {"supervisor": self.lead.id}
        return int(
            self.house.do(OpenCase(client_id=client.id, flow=flow, travellers=one, team=team, fields=dict(fields)))
        )

    def row(self, case_id: int) -> Row:
        with self.house.looking() as reader:
            return reader.find(case, id=case_id)[0]

    def rows(self, table: Any, **equal: Any) -> list[Row]:
        with self.house.looking() as reader:
            return list(reader.find(table, order=table.c.id, **equal))

    def as_(self, person: Person) -> Actor:
        found = self.house.banli.store.run(lambda uow: actor_of(uow, person.id))
        assert isinstance(found, Actor)
        return found


def leads_of(url: str, folder: Path) -> Iterator[Leads]:
    with open_house(url, folder) as house:
        regions = (HERE / "tables" / "regions.csv").read_bytes()
        house.do(ImportTable.of("regions", regions, "2026-03-01", "test"))
        yield Leads(house)


def publish(leads: Leads, name: str) -> None:
    leads.house.do(PublishFlow(source=(HERE / f"{name}.yaml").read_text("utf-8")))


@pytest.fixture
def leads(database: str, tmp_path: Path) -> Iterator[Leads]:
    """On either kind of database."""
    yield from leads_of(database, tmp_path)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Leads]:
    """Where one kind of database is enough."""
    yield from leads_of(sqlite_url, tmp_path)
