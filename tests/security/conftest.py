"""The world in which the rights of the bot are tried: made once per file and database."""

from collections.abc import Iterator

import pytest

from tests.house import fresh_house
from tests.security.world import World, build_world
from tests.services.databases import Databases, Kind


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two departments, three clients, everybody who has no business with the first of them; on SQLite."""
    yield from _world("sqlite", databases, tmp_path_factory)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def worlds(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The same on each of SQLite and PostgreSQL."""
    yield from _world(request.param, databases, tmp_path_factory)


def _world(kind: Kind, databases: Databases, folders: pytest.TempPathFactory) -> Iterator[World]:
    with fresh_house(kind, databases, folders) as house:
        yield build_world(house)
