"""A process that rotates the keys in small batches and tells after each one; somebody kills it again and again."""

import sys

from bot.app import build
from bot.cli.keys import rekeying_of, rotate
from core.kit.settings import load_settings


def main() -> None:
    banli = build(load_settings())
    banli.start()
    with rekeying_of(banli) as rows:
        for count in rows.work(batch=10):
            sys.stdout.write(f"{count}\n")
            sys.stdout.flush()
    rotated = rotate(banli, 10)
    sys.stdout.write(f"files {rotated.files}\n")
    banli.stop()


if __name__ == "__main__":
    main()
