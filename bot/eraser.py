"""The eraser: shreds the files of erased clients, and keeps the list by which a restored backup erases them again."""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.clients.erasure import waiting
from core.commands.command import Command
from core.commands.data_rights import EraseAgain, SettleErasure
from core.files.naming import kept_names
from core.files.store_port import FileStore
from core.kit.bell import Bell, keep_working
from core.kit.fail_points import reach
from core.kit.ids import new_id
from core.store.reading import Reading
from core.store.sealing import Row
from core.store.store import Store

LOOK_SECONDS = 600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Who was erased, and when."""

    client_id: int
    at: datetime


class Eraser:
    """One of these works in every process; two at once do the same twice, which harms nobody."""

    def __init__(self, store: Store, reading: Reading, bus: Bus, files: FileStore, tombstones: Path) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._files = files
        self._tombstones = tombstones
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self.work_once, LOOK_SECONDS, "eraser")

    async def work_once(self) -> int:
        """Settle what waits. Returns how many clients."""
        return await asyncio.to_thread(self.settle)

    def settle(self) -> int:
        """For each: 1. the list; 2. the files that nobody else's row names; 3. done. Killed, it begins anew."""
        with self._reading.open() as reader:
            rows = waiting(reader)
        for row in rows:
            self._list(row)
            reach("eraser.listed")
            with self._reading.open() as reader:
                still_named = kept_names(reader, row["handles"])
            shredded = sum(self._files.delete(handle) for handle in row["handles"] if handle not in still_named)
            reach("eraser.shredded")
            self._do(SettleErasure(erasure_id=row["id"]))
            log.info("client_erased", client=row["client_id"], files=shredded)
        return len(rows)

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
        self._store.run(lambda uow: self._bus.execute(uow, command, cause), timeout=600)


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
