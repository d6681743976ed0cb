"""Agencies for the tests of conversations: made once per file, as publishing flows takes longer than a conversation."""

from collections.abc import Iterator

import pytest

from tests.house import TestHouse, fresh_house
from tests.services.databases import Databases, Kind


@pytest.fixture(scope="module")
def agency(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    """An agency on SQLite; every test brings clients of its own."""
    yield from _agency("sqlite", databases, tmp_path_factory)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def office(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestHouse]:
    """The same on each of SQLite and PostgreSQL, for what leans on the database."""
    yield from _agency(request.param, databases, tmp_path_factory)


def _agency(kind: Kind, databases: Databases, folders: pytest.TempPathFactory) -> Iterator[TestHouse]:
    with fresh_house(kind, databases, folders) as house:
        yield house.agency()
