"""Requests of every channel folder, forged: 2,000 of each here, 50,000 by `make forge`; and every folder is in it."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Route

from tests.forgery.campaign import attack, control
from tests.forgery.description import ChannelUnderFire, fire, folders
from tests.forgery.mutations import CLASSES, mutate
from tests.forgery.sent import Sent
from tests.forgery.site import ForgeSite, open_site
from tests.house_rules.shape import ROOT
from tests.services.databases import Databases, Kind

SEED: Final = 1
FORGED: Final = int(os.environ.get("BANLI_TEST_FORGED", "2000"))
ON_POSTGRES: Final = 250  # the store is the same; what a database cannot keep differs
SAID: Final = frozenset({"starlette", "fastapi"})


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def site(kind: Kind, databases: Databases, tmp_path: Path) -> Iterator[ForgeSite]:
    with databases.fresh(kind) as url, open_site(url, tmp_path) as site:
        yield site


@pytest.mark.parametrize("folder", folders())
def test_nothing_is_taken_whose_meaning_was_changed(folder: str, site: ForgeSite, kind: Kind) -> None:
    channel = fire(folder, site)
    assert control(site, channel) == []
    tally = attack(site, channel, SEED, range(FORGED if kind == "sqlite" else ON_POSTGRES))
    assert not tally.failures, "\n".join(map(str, tally.failures[:5]))
    assert set(tally.sent) == set(CLASSES)
    assert tally.outcomes["other proof", "refused"] > 0
    if channel.signed and kind == "sqlite":
        for name in (each for each in CLASSES if each.startswith(("byte", "field", "body", "large"))):
            refused = tally.outcomes[name, "refused"] + tally.outcomes[name, "unchanged"]
            assert refused == tally.sent[name], "\n".join(tally.lines())


def open_folders() -> set[str]:
    """The adapter folders whose code speaks HTTP as a server does."""
    found = set()
    for path in (ROOT / "adapters").glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in SAID for name in named):
                found.add(path.parent.name)
    return found


def test_every_adapter_folder_with_a_door_is_under_fire() -> None:
    assert open_folders() == set(folders()), "describe it in tests/forgery/channels: see tests/forgery/README.md"


def test_every_door_of_a_folder_is_under_fire(databases: Databases, tmp_path: Path) -> None:
    """Each route of an adapter that takes more than a look is knocked at by a captured request."""
    knocked: list[Sent] = []
    routes: list[Route] = []
    for folder in folders():
        with databases.fresh("sqlite") as url, open_site(url, tmp_path / folder) as site:
            channel = fire(folder, site)
            knocked += [channel.capture(kind, 1).sent for kind in channel.kinds]
            routes = _routes(site)
    assert len(routes) > 5
    for route in routes:
        hits = [sent for sent in knocked if _matches(route, sent.method, sent.path.decode())]
        assert hits, f"no captured request knocks at {route.path}"


def _routes(site: ForgeSite) -> list[Route]:
    """What adapters take in: routes that are not only looked at, and one of each loopback account."""
    found = [each for each in site.app.router.routes if isinstance(each, Route)]
    ours = [each for each in found if each.endpoint.__module__.startswith("adapters.")]
    return [each for each in ours if "POST" in (each.methods or set()) and not each.path.endswith("/other")]


def _matches(route: Route, method: str, path: str) -> bool:
    return method in (route.methods or set()) and route.path_regex.match(path) is not None


def test_a_number_makes_the_same_mutation_again(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("sqlite") as url, open_site(url, tmp_path) as site:
        channel: ChannelUnderFire = fire("loopback", site)
        for number in range(0, 400, 7):
            assert mutate(channel, 3, number) == mutate(channel, 3, number)
        assert [mutate(channel, 3, n)[2] for n in range(100)] != [mutate(channel, 4, n)[2] for n in range(100)]
