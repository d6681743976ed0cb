"""Hands: pieces of work that are done side by side, each by itself, so that a slow one holds up no other."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from core.kit.bell import Bell

log = structlog.get_logger(__name__)


class Hands:
    """At most ``most`` pieces at once; the bell rings whenever a hand is free again."""

    def __init__(self, most: int, bell: Bell, name: str) -> None:
        self._most = most
        self._bell = bell
        self._name = name
        self._tasks: dict[asyncio.Task[None], int] = {}  # and the id of the row that each works off

    @property
    def room(self) -> int:
        return self._most - len(self._tasks)

    @property
    def busy(self) -> frozenset[int]:
        """Ids of the rows that are being worked off here."""
        return frozenset(self._tasks.values())

    def take(self, row_id: int, work: Coroutine[Any, Any, None]) -> None:
        """Begin a piece of work. An error in it is logged: its row's lease runs out, then it is tried again."""
        task = asyncio.create_task(work)
        self._tasks[task] = row_id
        task.add_done_callback(self._finished)

    async def finish(self, seconds: float) -> None:
        """Wait so long for what is under way, then let the rest go."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()

    def _finished(self, task: "asyncio.Task[None]") -> None:
        row_id = self._tasks.pop(task)
        self._bell.ring()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("not_settled", loop=self._name, row=row_id, error=type(error).__name__, exc_info=error)
