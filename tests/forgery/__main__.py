"""`python -m tests.forgery`: mutated requests against the door of every channel folder, by seed and number.

Each is sent into the real application over SQLite and judged: no 5xx, nothing kept whose meaning changed, nothing read
beyond the limit, no parser before the proof, no secret and no body in the answer. Exit code 1 when anything was wrong;
then `--only` sends one of them again.
"""

import argparse
import logging
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import structlog

from core.kit import migrate
from tests.forgery.campaign import Tally, attack, control
from tests.forgery.description import fire, folders
from tests.forgery.mutations import mutate
from tests.forgery.replay import replay
from tests.forgery.site import open_site

EVERY = 5000  # mutations between two signs of life
TOLD = 20  # failures that are printed in full


def main(words: Sequence[str]) -> int:
    asked = _asked(words)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)  # what the form parser says about every torn form
    failed = False
    for folder in asked.channel or folders():
        if asked.forged or asked.only is not None:
            failed = bool(_channel(folder, asked)) or failed
        if asked.replayed and asked.only is None:
            failed = bool(_replays(folder, asked.replayed)) or failed
    return 1 if failed else 0


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.forgery", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--forged", type=int, default=50_000, help="mutations of each channel (default 50000)")
    parser.add_argument("--first", type=int, default=0, help="the number to begin with (default 0)")
    parser.add_argument("--replayed", type=int, default=0, help="captured requests that are sent 10 times at 5 moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--channel", action="append", choices=folders(), help="only this folder; may be repeated")
    parser.add_argument("--only", type=int, help="the mutation with this number, in full")
    return parser.parse_args(words)


def _channel(folder: str, asked: argparse.Namespace) -> int:
    """The mutations of one channel. Returns how many failed."""
    began, numbers = time.monotonic(), range(asked.first, asked.forged) if asked.only is None else [asked.only]

    def tell(number: int, tally: Tally) -> None:
        for each in [each for each in tally.failures[-1:] if each.number == number][: len(tally.failures) < TOLD]:
            print(each, flush=True)
        if (number + 1) % EVERY == 0:
            spent = time.monotonic() - began
            print(f"{folder}: {number + 1} sent, {len(tally.failures)} wrong, {spent:.0f} s", flush=True)

    with tempfile.TemporaryDirectory(prefix="banli-forgery-") as made:
        url = f"sqlite:///{made}/banli.db"
        migrate.upgrade(url)
        with open_site(url, Path(made)) as site:
            channel = fire(folder, site)
            wrong = control(site, channel)
            if asked.only is not None:
                print(mutate(channel, asked.seed, asked.only))
            tally = attack(site, channel, asked.seed, numbers, tell)
            if asked.only is not None and hasattr(sys, "last_value"):
                traceback.print_exception(sys.last_value)
    print(*[*wrong, *tally.lines()], sep="\n")
    spent, sent = time.monotonic() - began, sum(tally.sent.values())
    print(f"{len(tally.failures)} of {sent} wrong, {spent:.0f} s, seed {asked.seed}\n", flush=True)
    return len(tally.failures) + len(wrong)


def _replays(folder: str, count: int) -> int:
    """Captured requests of one channel, again and again. Returns how many things were wrong."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="banli-forgery-") as made:
        url = f"sqlite:///{made}/banli.db"
        migrate.upgrade(url)
        told = replay(url, Path(made), folder, count)
    print(f"{told}\n{time.monotonic() - began:.0f} s\n", flush=True)
    return len(told.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
