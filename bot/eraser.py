"""The eraser: empties an erased client's rows in steps, shreds his files, and keeps the list that restores go by."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.clients.erasure import note_emptied, waiting
from core.clients.tables import erasure
from core.commands.command import Command
from core.commands.data_rights import EraseAgain, SettleErasure
from core.files.naming import kept_names
from core.files.store_port import FileStore
from core.kit.bell import Bell, keep_working
from core.kit.fail_points import reach
from core.kit.ids import new_id
from core.ledger import share
from core.store.reading import Reading
from core.store.sealing import Row
from core.store.store import Store
from core.store.unit import UnitOfWork
from core.wiring.forgetting import Place, forget, left

LOOK_SECONDS = 600.0
STEP = 100  # rows in one unit
TIMEOUT = 600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Who was erased, and when."""

    client_id: int
    at: datetime


class Eraser:
    """One of the processes does this; two at once do the same twice, which harms nobody."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        bus: Bus,
        files: FileStore,
        tombstones: Path,
        place: share.Place | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._files = files
        self._tombstones = tombstones
        self._place = place or share.Place()
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self.work_once, LOOK_SECONDS, "eraser")

    async def work_once(self) -> int:
        """Settle what waits. Returns how many clients."""
        return await asyncio.to_thread(self.settle) if self._place.share.leads else 0

    def settle(self) -> int:
        """For each: 1. the list; 2. rows, in steps; 3. the files that nobody else's row names; 4. done.

        Killed at any moment, it begins anew with what is left.
        """
        with self._reading.open() as reader:
            rows = waiting(reader)
        for row in rows:
            self._list(row)
            reach("eraser.listed")
            if row["state"] == "emptying":
                self._empty(row)
            shredded = self._shred(row["id"])
            reach("eraser.shredded")
            self._do(SettleErasure(erasure_id=row["id"]))
            log.info("client_erased", client=row["client_id"], files=shredded)
        return len(rows)

    def _empty(self, row: Row) -> None:
        """Until nothing is left: what came in meanwhile is met in the next round."""
        while places := self._left(row["client_id"]):
            for start in range(0, len(places), STEP):
                self._step(row, places[start : start + STEP])
        self._step(row, [], last=True)

    def _left(self, client_id: int) -> list[Place]:
        with self._reading.open() as reader:
            return left(reader, client_id)

    def _step(self, row: Row, places: Sequence[Place], *, last: bool = False) -> None:
        """So many rows in one unit, so that others take their turn between two of them."""

        def work(uow: UnitOfWork) -> None:
            note_emptied(uow, row["id"], forget(uow, row["client_id"], places), last=last)

        self._store.run(work, timeout=TIMEOUT)
        self.bell.beat()

    def _shred(self, erasure_id: int) -> int:
        with self._reading.open() as reader:
            row = reader.peek(erasure, erasure_id)
            handles = [] if row is None else row["handles"]
            still_named = kept_names(reader, handles)
        return sum(self._files.delete(handle) for handle in handles if handle not in still_named)

    def apply(self) -> int:
        """Erase everybody of the list again whom a restored backup has brought back. Returns how many are listed."""
        listed = read_tombstones(self._tombstones)
        for each in listed:
            self._do(EraseAgain(client_id=each.client_id, at=each.at))
        self.settle()
        return len(listed)

    def _list(self, row: Row) -> None:
        """One line more, unless he is there; it is on disk before this returns."""
        if any(each.client_id == row["client_id"] for each in read_tombstones(self._tombstones)):
            return
        self._tombstones.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"client_id": row["client_id"], "at": row["at"].isoformat()})
        with open(self._tombstones, "a", encoding="utf-8", opener=_private) as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _do(self, command: Command) -> None:
        cause = Cause(SYSTEM, "cli", new_id())
        self._store.run(lambda uow: self._bus.execute(uow, command, cause), timeout=TIMEOUT)


def read_tombstones(path: Path) -> list[Tombstone]:
    """Who stands in the list, oldest first. Raises ValueError naming a line that is none."""
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            found.append(Tombstone(int(told["client_id"]), datetime.fromisoformat(told["at"])))
        except (ValueError, KeyError, TypeError) as wrong:
            raise ValueError(f"{path}, line {number}: this is no tombstone") from wrong
    return found


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
