"""An agency that offers the project of flow.yaml, made once per file on each database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.work import PublishFlow
from tests.bot.chat import new_client
from tests.house import Person, TestHouse, fresh_house
from tests.services.databases import Databases

FLOW = (Path(__file__).parent / "flow.yaml").read_text("utf-8")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def office(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestHouse]:
    with fresh_house(request.param, databases, tmp_path_factory) as house:
        house.agency(flows=None)
        house.do(PublishFlow(source=FLOW))
        yield house


def project(house: TestHouse, **fields: Any) -> Person:
    """A new client whose case is in its first stage."""
    client = new_client(house)
    team = {role: house.team[role] for role in ("consultant", "supervisor")}
    opened = OpenCase(
        client_id=client.id, flow="forms_probe", travellers=(Traveller(name="甲", kind="person"),), team=team,
        fields=fields,
    )  # fmt: skip
    house.do(opened)
    client.new()
    return client
