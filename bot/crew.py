"""The crew: which processes work here. A dead one's work is free for the others within seconds; each has its share.

A process that works holds a lock that lives as long as its connection (core.store.sessions). Its row tells the others
its name; the lock tells them whether it lives, so that one that is only slow is not taken for dead.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog

from core.kit.bell import ERROR_PAUSE_SECONDS, Bell, keep_working
from core.ledger import errands, outbox, processes
from core.ledger.processes import Me
from core.ledger.share import Place, Share
from core.ledger.tables import errand, process
from core.ledger.tables import outbox as outbox_table
from core.store.reading import Reading
from core.store.sessions import SessionLocks
from core.store.store import Store
from core.store.unit import UnitOfWork

ROLL_SECONDS: Final = 1.0
GRACE_SECONDS: Final = 2.5  # without its lock; a connection that was lost is made anew meanwhile
WORKING: Final = ("run", "worker")

log = structlog.get_logger(__name__)


def lock_of(process_id: int) -> str:
    return f"process:{process_id}"


class Crew:
    """Calls the roll. `place` is what the other loops of this process go by."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        locks: SessionLocks,
        me: Me,
        place: Place,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._reading = reading
        self._locks = locks
        self._me = me
        self._place = place
        self._now = now
        self._missed: dict[int, float] = {}  # since when a process is without its lock
        self._gone = set[int]()  # those whose claims are free already
        self.bell = Bell()
        self.moved: list[Callable[[], None]] = []  # whom to tell that there is another share to look at

    async def enlist(self) -> None:
        """Become one of them, before any work is taken up; again and again while the database does not answer."""
        while True:
            try:
                await asyncio.to_thread(self._enlist)
                return
            except Exception as error:
                log.error("not_enlisted", error=type(error).__name__, exc_info=error)
                await asyncio.sleep(ERROR_PAUSE_SECONDS)

    async def run(self) -> None:
        """Call the roll until cancelled."""
        try:
            await keep_working(self.bell, self.work_once, ROLL_SECONDS, "crew")
        finally:
            await asyncio.to_thread(self._locks.let_go)

    async def work_once(self) -> int:
        """One roll-call. Returns 0: there is no hurry to call again."""
        await asyncio.to_thread(self._call)
        return 0

    def _enlist(self) -> None:
        self._locks.hold(lock_of(self._me.id))
        self._store.run(self._sign_on)
        self._place.id = self._me.id
        self._call()

    def _sign_on(self, uow: UnitOfWork) -> None:
        processes.beat(uow, self._me, {})
        if uow.connection.dialect.name != "postgresql":  # nobody else works on this file: all claims are of the dead
            _free(uow)

    def _call(self) -> None:
        """Who lives, and so which share is ours; who is gone."""
        self._locks.hold(lock_of(self._me.id))
        with self._reading.open() as reader:
            known = [row["id"] for row in reader.find(process, process.c.kind.in_(WORKING))]
        held = self._locks.held(*map(lock_of, known))
        alive = sorted({self._me.id, *(each for each in known if lock_of(each) in held)})
        share = Share(alive.index(self._me.id), len(alive))
        if share != self._place.share:
            log.info("share_changed", rank=share.rank, of=share.of)
            self._place.share = share
            for tell in self.moved:
                tell()
        self._miss(set(known) - set(alive))

    def _miss(self, missing: set[int]) -> None:
        self._missed = {each: self._missed.get(each, self._now()) for each in missing}
        self._gone &= missing
        for each, since in self._missed.items():
            if each not in self._gone and self._now() - since >= GRACE_SECONDS:
                freed = self._store.run(partial(_free, holder=each))
                self._gone.add(each)
                log.warning("process_gone", process=each, freed=freed)


def _free(uow: UnitOfWork, holder: int | None = None) -> int:
    """The claims of one process, or all there are. Returns how many."""
    sending = [] if holder is None else [outbox_table.c.holder == holder]
    running = [] if holder is None else [errand.c.holder == holder]
    return outbox.free(uow, *sending) + errands.free(uow, *running)
