"""`python -m benchmarks.growth`: houses of several sizes, loaded in bulk and checked, and what grows with them."""

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import create_engine, text

from benchmarks.growth import table
from benchmarks.growth.check import check
from benchmarks.growth.life import Life, live
from benchmarks.growth.load import Loaded, load, vault_of
from benchmarks.growth.measure import measure
from benchmarks.growth.opened import Opened
from benchmarks.growth.processes import cold_start, soak, workers
from benchmarks.growth.table import Grown, Sized
from benchmarks.growth.template import House, templates
from benchmarks.places import Place, open_places
from core.kit import migrate
from core.kit.db import is_sqlite
from core.kit.memory import calm_collector
from tests.services.databases import KINDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables, and with --write keeps them."""
    options = _options(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    calm_collector()
    grown = []
    before = table.state()
    with open_places() as places:
        _say("a small house lives for some days")
        folder = places["sqlite"].folder / "life"
        folder.mkdir()
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        life = live(f"sqlite:///{folder}/banli.db", folder, now)
        house = templates(life, vault_of(life))
        for kind in options.databases:
            grown.append(_grow(places[kind], life, house, folder, options))
    told = table.page(grown, f"Before: {before} After: {table.state()}")
    print(told)
    if options.write:
        table.write(told)
    return 0


def _grow(place: Place, life: Life, house: House, folder: Path, options: argparse.Namespace) -> Grown:
    """Every size at once, so that they are measured in turns."""
    with ExitStack() as stack:
        houses: list[Opened] = []
        sized = []
        for cases in sorted(options.sizes):
            _say(f"{place.kind}: {cases:,} cases")
            url = stack.enter_context(place.database())
            loaded = load(life, house, url, cases, options.seed)
            houses.append(Opened(loaded, folder))
            opened = check(houses[-1].banli, loaded, options.seed)
            sized.append(Sized(cases, _bytes(url) / cases, loaded.rows / cases, loaded.seconds, opened))
        calm_collector()  # what was left of loading is not to be looked through while something is measured
        _say(f"{place.kind}: what people and loops do, in turns")
        found = measure(houses, options.times)
        for each in houses:
            each.close()
        grown = Grown(place.kind, sized, found)
        _processes(place, grown, [each.loaded for each in houses], folder, options)
    return grown


def _processes(place: Place, grown: Grown, loaded: Sequence[Loaded], folder: Path, options: argparse.Namespace) -> None:
    largest = loaded[-1]
    if options.cold:
        _say(f"{place.kind}: cold starts")
        with place.database() as empty:
            migrate.upgrade(empty)
            grown.cold[0] = cold_start(empty, largest.key, folder)
        grown.cold[largest.cases] = cold_start(largest.url, largest.key, folder)
    if options.messages:
        _say(f"{place.kind}: {options.messages:,} messages in one process")
        grown.soaks.append(soak(largest, folder, options.messages))
    if options.workers and place.kind == "postgres":
        for each in loaded:
            if each.cases in (10_000, largest.cases):
                _say(f"{place.kind}: several processes on {each.cases:,} cases")
                grown.workers[each.cases] = {n: workers(each, folder, n, options.backlog) for n in options.workers}


def _bytes(url: str) -> int:
    if is_sqlite(url):
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    engine.dispose()
    return found


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="cases of each house")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=200, help="each thing that is measured is done")
    parser.add_argument("--messages", type=int, default=0, help="that one process answers while its memory is seen")
    parser.add_argument("--workers", type=int, nargs="*", default=[], help="numbers of working processes, PostgreSQL")
    parser.add_argument("--backlog", type=int, default=2_000, help="messages that wait for them")
    parser.add_argument("--cold", action="store_true", help="also how long `banli run` takes to be ready")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
