"""What a forked child does: the same start as `banli run`, `web` or `worker`, with a platform, a hook and short waits.

What is different from an installed process, all of it here: (1) one channel more, whose platform is the driver;
(2) the clock can be set off; (3) the loops look more often and leases are shorter, so that a round takes a second
and not a minute; (4) compiled flows are inherited from the fork server.
"""

import errno
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import structlog
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy import Connection, event

import bot.app
import bot.cli.serving as serving
import bot.web
from adapters.folder_store.sealed_file import SealedWriter
from bot import eraser, fetcher, receiver, sealer, sender, sweeper, ticker
from bot.app import Banli
from core.kit import fail_points
from core.kit.settings import Settings
from core.ledger import errands, inbox, outbox
from core.ledger.processes import Kind
from tests.crash.channel import PlatformChannel, door
from tests.crash.control import Control

Role = Literal["run", "web", "worker"]
POLL_SECONDS, LOOK_SECONDS = 0.05, 0.3
BACKOFF = timedelta(seconds=0.05)
_NO_LIMIT = 1_073_741_823  # pages, SQLite's own
_START = {"run": serving.serve, "web": serving.serve_doors, "worker": serving.work}


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a child is started with; plain values, as it goes through a pipe."""

    role: Role
    settings: dict[str, Any]
    control: str
    socket: str
    log: str
    lease: float  # seconds; the product's own are 60 (notices), 9 (redraws) and 300 (files)
    zone: str = "UTC"  # that the machine is set to


def run(order: Order) -> None:
    """Until it is killed or told to end; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _log_to(order.log)
        os.environ["TZ"] = order.zone
        time.tzset()
        control = Control(Path(order.control))
        _shorten(order.lease)
        _add(control, Path(order.socket))
        fail_points.arm(control.reached)
        _START[order.role](Settings.model_validate(order.settings), Console(file=sys.stdout))
        code = 0
    except BaseException as error:
        structlog.get_logger(__name__).error("child_ended", error=type(error).__name__, exc_info=error)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _log_to(path: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(handle, standard)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # the pipe to the driver is not the child's


def _shorten(lease: float) -> None:
    outbox.LEASE = outbox.REDRAW_LEASE = errands.LEASE = timedelta(seconds=lease)
    inbox.BACKOFF = outbox.BACKOFF = errands.BACKOFF = BACKOFF
    for polls in (receiver, sender, fetcher, ticker):
        vars(polls)["POLL_SECONDS"] = POLL_SECONDS
    for looks in (sealer, eraser, sweeper):
        vars(looks)["LOOK_SECONDS"] = LOOK_SECONDS
    sealer.ANCHOR_EVERY = timedelta(0)


def _add(control: Control, socket: Path) -> None:
    build, web, put = bot.app.build, bot.web.web, SealedWriter._put

    def built(settings: Settings, kind: Kind = "run") -> Banli:
        banli = build(settings, clock=control, kind=kind)
        banli.add(PlatformChannel(socket=socket))
        if banli.store.engine.dialect.name == "sqlite":
            event.listen(banli.store.engine, "begin", may_grow)
        return banli

    def may_grow(connection: Connection) -> None:
        """As a full disk would have it: SQLite refuses a page more than there are (SQLITE_FULL)."""
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if control.is_full else _NO_LIMIT
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def put_if_there_is_room(writer: SealedWriter, chunk: bytes, place: bytes) -> None:
        """As a full volume would have it."""
        if control.files_are_full:
            raise OSError(errno.ENOSPC, "planted: no space left on device")
        put(writer, chunk, place)

    def webbed(banli: Banli, **given: Any) -> FastAPI:
        app = web(banli, **given)
        app.router.routes.insert(0, door(banli.store))
        return app

    SealedWriter._put = put_if_there_is_room  # type: ignore[method-assign,assignment]
    vars(serving).update(build=built, web=webbed)
