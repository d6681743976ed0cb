"""Pytest plugin: `--one-database-each` runs a dialog's test on one of the two databases, drawn by its name.

`make check` does that to stay short; `make test` runs them all on both. What is about databases themselves (the store,
queues, migrations, the command line, forgeries and repeats) runs on both always.
"""

from zlib import crc32

import pytest

from tests.services.databases import KINDS

DRAWN = ("adapters", "admin_api", "bot", "house_rules", "security", "stories", "watch")
"""Folders of tests that speak to the product as people and platforms do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--one-database-each", action="store_true", help="dialogs on one database each, drawn by name")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--one-database-each"):
        return
    names = {item.nodeid for item in items}
    left = [item for item in items if _is_drawn(item) and _twin(item) in names and not _has_turn(item)]
    config.hook.pytest_deselected(items=left)
    gone = {item.nodeid for item in left}
    items[:] = [item for item in items if item.nodeid not in gone]


def _is_drawn(item: pytest.Item) -> bool:
    parts = item.nodeid.split("/")
    return len(parts) > 1 and parts[1] in DRAWN


def _twin(item: pytest.Item) -> str | None:
    """The same test on the other database; None for one that names no database."""
    here = _database(item)
    return None if here is None else item.nodeid.replace(here, _other(here))


def _has_turn(item: pytest.Item) -> bool:
    here = _database(item)
    name = item.nodeid if here is None else item.nodeid.replace(here, "*")
    return here == KINDS[crc32(name.encode()) % len(KINDS)]


def _database(item: pytest.Item) -> str | None:
    values = item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
    return next((value for value in values if value in KINDS), None)


def _other(kind: str) -> str:
    return next(each for each in KINDS if each != kind)
