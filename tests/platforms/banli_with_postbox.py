"""`banli` with accounts of the postbox beside its own channels, as a process that a test starts like an operator.

POSTBOX is its port and the accounts, `4711:main,other`; DIES_AT kills the process at a fail point, `inbox.kept:3` when
it gets there for the third time.
"""

import os
import signal
import sys

import bot.cli.serving as serving
from bot.app import Banli, build
from bot.cli.main import app
from core.kit import fail_points
from core.kit.settings import Settings
from core.ledger.processes import Kind
from tests.platforms.postbox_channel import PostboxChannel


def built(settings: Settings, kind: Kind = "run") -> Banli:
    banli = build(settings, kind=kind)
    port, _, accounts = os.environ["POSTBOX"].partition(":")
    for account in accounts.split(","):
        banli.add(PostboxChannel(account=account, port=int(port)))
    return banli


def die_at(point: str, times: int) -> None:
    """The hook of core.kit.fail_points."""
    left = times

    def reached(name: str) -> None:
        nonlocal left
        left -= name == point
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    fail_points.arm(reached)


if __name__ == "__main__":
    vars(serving).update(build=built)
    if "DIES_AT" in os.environ:
        name, _, number = os.environ["DIES_AT"].partition(":")
        die_at(name, int(number))
    sys.exit(app())
