"""Fixtures of the admin API's tests: an office on each database, with a real file store and file check."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.files.child import Inspector
from tests.admin_api.office import LIMITS, Office, open_office


@pytest.fixture(scope="session")
def inspector() -> Iterator[Inspector]:
    """The child processes that open files, shared by all tests."""
    with Inspector(LIMITS) as opened:
        yield opened


@pytest.fixture
def office(database: str, tmp_path: Path, inspector: Inspector) -> Iterator[Office]:
    """An agency behind the API; the test runs on SQLite and on PostgreSQL."""
    with open_office(database, tmp_path, inspector) as opened:
        yield opened


@pytest.fixture
def small_office(sqlite_url: str, tmp_path: Path, inspector: Inspector) -> Iterator[Office]:
    """The same on SQLite alone, for what does not touch the database's own ways."""
    with open_office(sqlite_url, tmp_path, inspector) as opened:
        yield opened


@pytest.fixture
def postgres_office(postgres_url: str, tmp_path: Path, inspector: Inspector) -> Iterator[Office]:
    """The same on PostgreSQL alone."""
    with open_office(postgres_url, tmp_path, inspector) as opened:
        yield opened
