"""An agency that offers the study papers of flow.yaml, made once per file on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.commands.work import PublishFlow
from tests.house import TestHouse, fresh_house
from tests.services.databases import Databases

FLOW = (Path(__file__).parent / "flow.yaml").read_text("utf-8")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def school(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestHouse]:
    with fresh_house(request.param, databases, tmp_path_factory) as house:
        house.agency()
        house.do(PublishFlow(source=FLOW))
        yield house
