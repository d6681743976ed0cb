"""An agency for the tests of mission rows, made once per file."""

from collections.abc import Iterator

import pytest

from tests.house import TestHouse, open_house
from tests.services.databases import Databases


@pytest.fixture(scope="module")
def agency(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    """On SQLite; every test brings a client of its own."""
    with databases.fresh("sqlite") as url, open_house(url, tmp_path_factory.mktemp("agency")) as house:
        yield house.agency()
