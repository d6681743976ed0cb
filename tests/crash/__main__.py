"""`python -m tests.crash`: kills the product's processes at every fail point and judges what is left.

A run appends to its results file, and goes on where an earlier one of the same product and seed has stopped. Exit code
1 when anything was violated, 2 when the run itself could not go on.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from core.kit.fail_points import POINTS
from tests.crash.campaign import BOTH, Campaign
from tests.crash.results import Result, Results
from tests.crash.summary import lines
from tests.crash.warm import quiet_log
from tests.crash.world import DESKS
from tests.services import run_folder

RESULTS: Final = Path("build/crash/results.jsonl")
KILLS_OF_A_TURN: Final = 200  # so many kills later every scenario is played once more


def main(words: Sequence[str]) -> int:
    asked = _asked(words)
    quiet_log()
    results = Results(asked.results, asked.seed)
    if asked.summary:
        print(*lines(results), sep="\n")
        return 1 if results.violated else 0
    before, began = results.kills(), time.monotonic()
    campaign = Campaign(
        results=results,
        kills=asked.kills,
        turns=asked.scenarios if asked.scenarios is not None else max(1, asked.kills // KILLS_OF_A_TURN),
        seed=asked.seed,
        databases=BOTH if asked.database == "both" else [asked.database],
        desks=DESKS,
        tell=partial(_tell, results, asked.kills),
    )
    folder = run_folder.open_run()
    try:
        campaign.go(folder)
    finally:
        run_folder.close_run(folder)
    _sum_up(results, before, time.monotonic() - began)
    for each in campaign.broken:
        print(each, file=sys.stderr)
    return 2 if campaign.broken else 1 if results.violated else 0


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.crash",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=int, default=2000, help="over all databases (default 2000)")
    parser.add_argument("--scenarios", type=int, help="how often each is played (default: once per 200 kills)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("both", *BOTH), default="both")
    parser.add_argument("--results", type=Path, default=RESULTS, help=f"appended to (default {RESULTS})")
    parser.add_argument("--summary", action="store_true", help="only tell what the results file says of this product")
    return parser.parse_args(words)


def _tell(results: Results, kills: int, result: Result) -> None:
    where = " / ".join((result.kind, result.victim or "-", result.point or "-"))
    print(
        f"{results.kills():5}/{kills} {result.database:8} {result.scenario:13} {where:44} {result.seconds:6.2f} s "
        f"{'VIOLATED' if result.violations else 'held'}  {result.note}",
        flush=True,
    )
    for each in result.violations:
        print(f"      {each}", flush=True)


def _sum_up(results: Results, before: int, seconds: float) -> None:
    points = {each.point for each in results.rounds if each.kills and each.point}
    print(*lines(results), sep="\n")
    print(f"{results.kills() - before} kills now, in {seconds:.0f} s.")
    if missing := sorted(set(POINTS) - points):
        print(f"Nobody died at: {', '.join(missing)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
