"""Pytest plugin: `@pytest.mark.row("DM6")` says that a test shows a row of docs/mission-rows.tsv.

A marker with an unknown id is a collection error. The ids travel with each test's reports, so that
tests/tally.py can count them also when the tests ran in other processes.
"""

from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

TABLE = Path(__file__).parent.parent / "docs" / "mission-rows.tsv"
PROPERTY = "row"


@cache
def titles(table: Path = TABLE) -> dict[str, str]:
    """Every row's id and short title, in the table's order."""
    lines = table.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {line[0]: line[1] for line in pairs}


def rows_of(item: pytest.Item) -> list[str]:
    """The ids in the markers of one test, each once; raises CollectError for an id that is not a row's."""
    ids: list[str] = []
    for marker in item.iter_markers("row"):
        if not marker.args or marker.kwargs:
            raise pytest.Collector.CollectError(f'{item.nodeid}: write row("ID") or row("ID", "ID")')
        ids.extend(marker.args)
    unknown = [identity for identity in ids if identity not in titles()]
    if unknown:
        raise pytest.Collector.CollectError(f"{item.nodeid}: no mission row is called {', '.join(map(str, unknown))}")
    return list(dict.fromkeys(ids))


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, object, object]:
    """Put the ids on the tests as they are made: an error here is one of their file."""
    made = yield
    items: list[object] = made if isinstance(made, list) else [made]
    for item in items:
        if isinstance(item, pytest.Item):
            item.user_properties.extend((PROPERTY, identity) for identity in rows_of(item))
    return made
