"""The sealer: links the audit's new rows into the chain, and keeps the chain's end in a file outside the database."""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path

from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.crypto import Vault
from core.kit.fail_points import reach
from core.ledger import chain
from core.ledger.chain import Anchor
from core.store.store import Store, Unit

LOOK_SECONDS = 10.0  # how long a row may stay unsealed while nothing else goes wrong
ANCHOR_EVERY = timedelta(hours=1)


class Sealer:
    """One of these works in every process; the chain's lock lets one seal at a time."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, anchors: Path) -> None:
        self._store = store
        self._key = vault.derive(chain.PURPOSE)
        self._clock = clock
        self._anchors = anchors
        self._anchored_at = clock.now() - ANCHOR_EVERY
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self.work_once, LOOK_SECONDS, "sealer")

    async def work_once(self) -> int:
        """Seal one batch of what waits. Returns 1 when there was anything, so that the rest follows at once."""
        unit = Unit(lambda uow: chain.seal(uow, self._key), frozenset({chain.LOCK}), name="seal audit")
        end: Anchor | None = await asyncio.wrap_future(self._store.submit(unit))
        if end is None:
            return 0
        reach("sealer.sealed")
        if self._clock.now() - self._anchored_at >= ANCHOR_EVERY:
            await asyncio.to_thread(self._anchor, end)
        return 1

    def _anchor(self, end: Anchor) -> None:
        """One line more; it is on disk before this returns."""
        self._anchors.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"chain": end.chain, "mac": end.mac, "at": self._clock.now().isoformat()})
        with self._anchors.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        reach("sealer.anchored")
        self._anchored_at = self._clock.now()


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file, oldest first; none when it is not there. Raises ValueError naming a line that is none."""
    if not path.exists():
        return []
    anchors = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            anchors.append(Anchor(int(told["chain"]), str(told["mac"])))
        except (ValueError, KeyError, TypeError) as wrong:
            raise ValueError(f"{path}, line {number}: this is no anchor") from wrong
    return anchors
