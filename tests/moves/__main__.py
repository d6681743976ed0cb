"""`python -m tests.moves`: random publishes and moves under running cases, in parts that each have a seed of their own.

A part that fails prints the steps that lead there and how to play it again. Exit code 1 then.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from traceback import format_exception_only
from typing import Final

import structlog

from core.kit.memory import calm_collector
from tests.moves.machine import play_runs
from tests.moves.world import Worlds
from tests.services import run_folder
from tests.services.databases import KINDS, Kind

PART: Final = 25  # runs of one part
_worlds: list[Worlds] = []


def main(words: Sequence[str]) -> int:
    folder = run_folder.open_run()
    try:
        return _play(_asked(words))
    finally:
        run_folder.close_run(folder)


def _play(asked: argparse.Namespace) -> int:
    began, seen, failed = time.monotonic(), Counter[str](), 0
    parts = [(seed, min(PART, asked.runs - done)) for seed, done in enumerate(range(0, asked.runs, PART), asked.seed)]
    with ProcessPoolExecutor(asked.jobs) as pool:
        for part in as_completed(
            [pool.submit(_part, runs, seed, asked.shrink, asked.database) for seed, runs in parts]
        ):
            counted, wrong = part.result()
            seen.update(counted)
            failed += bool(wrong)
            seconds = time.monotonic() - began
            done = f"{seen['publish done']} publishes, {seen['move done']} batches, {seen['undo done']} undone"
            print(f"{seen['runs']} of {asked.runs} runs, {seen['steps']} steps, {done}, {seconds:.0f} s", flush=True)
            if wrong:
                print(wrong, file=sys.stderr, flush=True)
    print(*(f"{count:8} {name}" for name, count in sorted(seen.items())), sep="\n")
    print(f"{failed} of {len(parts)} parts found something." if failed else "Every history stayed legal.")
    return 1 if failed else 0


def _part(runs: int, seed: int, shrink: bool, database: Kind) -> tuple[Counter[str], str]:
    """In a process of the pool, which is left with its folder when it ends."""
    if not _worlds:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        _worlds.append(Worlds(database).__enter__())
        calm_collector()
    try:
        return play_runs(_worlds[0], runs, seed, shrink=shrink), ""
    except Exception as wrong:
        steps = "\n".join(getattr(wrong, "__notes__", ()))
        again = f"again: python -m tests.moves --runs {runs} --seed {seed} --database {database} --shrink"
        return Counter(), f"{''.join(format_exception_only(wrong))}\n{steps}\n{again}"


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.moves", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first part; each further one has the next")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--shrink", action="store_true", help="look for the fewest steps that lead to a failure")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
