"""What tests of the command line share: an agency in a folder of its own, where the commands are typed."""

from pathlib import Path

import pytest

from tests.cli.agency import Agency


@pytest.fixture
def agency(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """One that has nothing to complain of and has published the first versions, on both databases."""
    monkeypatch.chdir(tmp_path)
    agency = Agency(tmp_path, database)
    agency.opens()
    return agency
