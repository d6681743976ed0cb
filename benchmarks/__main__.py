"""The command: `python -m benchmarks` measures on both databases, prints the table, and with --write keeps it."""

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import structlog
from sqlalchemy import create_engine, text

from benchmarks import report
from benchmarks.agency import Agency, prepare
from benchmarks.cell import Cell, WaitCell, measure, measure_waits
from benchmarks.footprint import Footprint, record, write_again
from benchmarks.places import Place, open_places
from benchmarks.product import WARM_UP, Run, drive
from benchmarks.reference import Speed
from benchmarks.rotation import Rotation, rotate
from benchmarks.traffic import SCRIPT
from benchmarks.waits import BETWEEN, RATE, Wait, wait
from core.kit import migrate
from core.kit.clock import SystemClock
from core.kit.memory import calm_collector
from tests.services.databases import KINDS, Kind

SENDER_AT = 16  # submitters of the run with the sender on
RECORDED = 40  # cases whose writes are recorded and written again


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    # What the product logs about every message is not what is measured, and it would drown the table.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    calm_collector()  # as the served process does
    results: dict[Kind, list[Cell]] = {}
    waits: dict[Kind, WaitCell] = {}
    rotations: dict[Kind, Rotation] = {}
    footprint: Footprint | None = None
    with open_places() as places:
        for kind in options.databases:
            results[kind], footprint = suite(places[kind], options)
            if options.waits:
                waits[kind] = waiting(places[kind], options)
            if options.rows:
                rotations[kind] = rotate(places[kind], options.rows)
        postgres = _version(places["postgres"])
    if footprint is None:
        return 2
    text_ = report.page(results, waits, rotations, footprint, options.cases * len(SCRIPT), postgres)
    print(text_)
    if options.write:
        report.write(text_)
    return 0


def suite(place: Place, options: argparse.Namespace) -> tuple[list[Cell], Footprint]:
    """Every cell of one kind of database, each on a fresh copy of one prepared agency."""
    cells: list[Cell] = []
    with ExitStack() as stack:
        url = stack.enter_context(place.database())
        migrate.upgrade(url)
        agency = prepare(url, place.folder, options.cases + WARM_UP)
        recorded = agency.desks[: min(RECORDED, options.cases)]
        with place.database(url) as copy:
            footprint = record(agency, copy, recorded)
        again = partial(_again, place, agency, footprint)
        cells.append(_cell(place, options, "raw SQL, exactly our rows, one client", again))
        for submitters in options.submitters:
            work = partial(_product, place, agency, options.cases, submitters, sending=False)
            cells.append(_cell(place, options, f"product, {submitters} submitters", work))
        work = partial(_product, place, agency, options.cases, SENDER_AT, sending=True)
        cells.append(_cell(place, options, f"product, {SENDER_AT} submitters, sender on, until all is sent", work))
    return cells, footprint


def waiting(place: Place, options: argparse.Namespace) -> WaitCell:
    """How long people wait at a steady rate, on an agency whose clock goes."""
    with place.database() as url:
        migrate.upgrade(url)
        agency = prepare(url, place.folder, round(BETWEEN * options.rate), SystemClock())

        def once() -> Sequence[Wait]:
            with place.database(agency.url) as copy:
                return wait(agency, copy, options.waits, options.rate)

        return measure_waits(place, options.seconds, once, options.tries)


def _cell(place: Place, options: argparse.Namespace, name: str, work: "partial[Speed] | partial[Run]") -> Cell:
    cell = measure(name, place, options.seconds, work, options.tries)
    print(
        f"{place.kind}: {name}: {cell.rate:,.0f}/s, {cell.ratio:.2f}, CPU {cell.cpu_ratio:.1f}",
        file=sys.stderr,
        flush=True,
    )
    return cell


def _again(place: Place, agency: Agency, footprint: Footprint) -> Speed:
    with place.database(agency.url) as copy:
        return write_again(footprint, copy)


def _product(place: Place, agency: Agency, cases: int, submitters: int, *, sending: bool) -> Run:
    with place.database(agency.url) as copy:
        return drive(agency, copy, agency.desks[:cases], submitters, sending=sending)


def _version(place: Place) -> str:
    engine = create_engine(place.server)
    with engine.connect() as connection:
        found = str(connection.execute(text("SHOW server_version")).scalar())
    engine.dispose()
    return found


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--cases", type=int, default=200, help="ten messages each")
    parser.add_argument("--submitters", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each reference")
    parser.add_argument("--tries", type=int, default=3, help="at most, while the machine is noisy")
    parser.add_argument("--waits", type=float, default=20.0, help="seconds of the run at a steady rate; 0: none")
    parser.add_argument("--rate", type=float, default=RATE, help="messages a second of that run")
    parser.add_argument("--rows", type=int, default=20_000, help="that come under another key; 0: none")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
