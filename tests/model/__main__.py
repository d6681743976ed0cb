"""`python -m tests.model`: plays the product against the reference model, in parts that each have a seed of their own.

A part that fails prints the fewest steps that lead there and how to play it again. Exit code 1 then.
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
from tests.model.runs import WORLDS, World, Worlds, play_runs
from tests.services import run_folder

PART: Final = 50  # runs of one part
SHARES: Final[tuple[World, ...]] = ("small", "visas", "small", "visas", "small", "small", "visas", "small", "postgres")
"""Which world each part plays in, over and over."""
_worlds: list[Worlds] = []


def main(words: Sequence[str]) -> int:
    asked = _asked(words)
    began, whole, failed = time.monotonic(), Counter[str](), list[str]()
    parts = [(seed, min(PART, asked.runs - done)) for seed, done in enumerate(range(0, asked.runs, PART), asked.seed)]
    folder = run_folder.open_run()
    try:
        with ProcessPoolExecutor(asked.jobs) as pool:
            under_way = {
                pool.submit(_part, asked.world or SHARES[seed % len(SHARES)], runs, seed): seed for seed, runs in parts
            }
            for part in as_completed(under_way):
                seen, wrong = part.result()
                whole.update(seen)
                failed += [wrong] if wrong else []
                _tell(whole, asked.runs, began, wrong)
    finally:
        run_folder.close_run(folder)
    if asked.seen:
        print(*(f"{count:8} {name}" for name, count in sorted(whole.items())), sep="\n")
    return 1 if failed else 0


def _part(world: World, runs: int, seed: int) -> tuple[Counter[str], str]:
    """In a process of the pool."""
    if not _worlds:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        _worlds.append(Worlds().__enter__())
        calm_collector()
    again = f"again: python -m tests.model --runs {runs} --seed {seed} --world {world}"
    try:
        return play_runs(_worlds[0], world, runs, seed), ""
    except BaseException as wrong:
        steps = "\n".join(getattr(wrong, "__notes__", ()))
        return Counter(), f"{''.join(format_exception_only(wrong))}\n{steps}\n{again}"


def _tell(whole: Counter[str], runs: int, began: float, wrong: str) -> None:
    deaths = sum(count for name, count in whole.items() if name.startswith("died"))
    seconds = time.monotonic() - began
    print(f"{whole['runs']} of {runs} runs, {whole['steps']} steps, {deaths} deaths, {seconds:.0f} s", flush=True)
    if wrong:
        print(wrong, file=sys.stderr, flush=True)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="of the first part; each further one has the next")
    parser.add_argument("--world", choices=WORLDS, help="play every part in this one")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--seen", action="store_true", help="at the end, how often what was seen")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
