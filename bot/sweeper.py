"""The sweeper: removes files that a crash has left half or that no row names, and rows that nobody needs any more."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from core.files.naming import kept_names, named_by_waiting
from core.files.store_port import SweptStore
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.fail_points import reach
from core.ledger import processes, repeats
from core.ledger.share import Place
from core.staff import sign_in
from core.store.reading import Reading
from core.store.store import Store

LOOK_SECONDS = 3600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many half uploads and how many nameless files were removed, or would be."""

    halves: int
    orphans: int


class Sweeper:
    """One of the processes does this; two at once only look twice."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        files: SweptStore,
        clock: Clock,
        grace: timedelta,
        place: Place | None = None,
    ) -> None:
        """``grace``: how old a file must be before it has to have a name; longer than any fetch or upload takes."""
        self._store = store
        self._reading = reading
        self._files = files
        self._clock = clock
        self._grace = grace
        self._place = place or Place()
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled: once at the start, then every hour."""
        await keep_working(self.bell, self.work_once, LOOK_SECONDS, "sweeper")

    async def work_once(self) -> int:
        """One round. Returns 0: the next one is in an hour."""
        if not self._place.share.leads:
            return 0
        swept = await asyncio.to_thread(self.sweep)
        if swept.halves or swept.orphans:
            log.info("files_swept", halves=swept.halves, orphans=swept.orphans)
        if forgotten := await asyncio.to_thread(self._store.run, repeats.sweep):
            log.info("answers_swept", answers=forgotten)
        if tries := await asyncio.to_thread(self._store.run, sign_in.sweep):
            log.info("wrong_sign_ins_swept", subjects=tries)
        if dead := await asyncio.to_thread(self._store.run, processes.sweep):
            log.info("processes_swept", processes=dead)
        return 0

    def sweep(self, *, dry_run: bool = False) -> Swept:
        """1. half uploads; 2. files older than the grace time; 3. those of them that nothing names."""
        before = self._clock.now() - self._grace
        orphans = self.orphans(before)
        if dry_run:
            return Swept(0, len(orphans))
        if orphans:
            reach("sweeper.found")
        removed = sum(self._files.delete(handle) for handle in orphans)
        if removed:
            reach("sweeper.swept")
        return Swept(self._files.sweep(self._clock.now()), removed)

    def orphans(self, before: datetime) -> list[str]:
        """Handles of files that were there before this moment and have no name.

        The folder is read before the rows, and updates before errands before kept files: a name only ever moves in
        this direction, so that none is missed while it moves.
        """
        aged = set(self._files.aged(before))
        if not aged:
            return []
        with self._reading.open() as reader:
            named = named_by_waiting(reader)
            named |= kept_names(reader, aged - named)
        return sorted(aged - named)
