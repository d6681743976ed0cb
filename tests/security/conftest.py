"""The world in which the rights of the bot are tried: made once per database."""

from collections.abc import Iterator

import pytest

from tests.house import open_house
from tests.security.world import World, build_world
from tests.services.databases import Databases


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Two departments, three clients, everybody who has no business with the first of them."""
    with databases.fresh(request.param) as url, open_house(url, tmp_path_factory.mktemp("world")) as house:
        yield build_world(house)
