"""Sees when the answer to a message is committed, from outside: between the receiver and the store."""

import asyncio
import time
from collections import defaultdict, deque
from concurrent.futures import Future
from typing import Any

from core.store.store import Store, Unit


class Watch(Store):
    """Hands everything on to the true store; a receiver's unit that has committed wakes whoever sent the message.

    The store keeps the order of a conversation, so the first one that waits there is the one that was answered.
    """

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self._asked: dict[str, deque[asyncio.Future[float]]] = defaultdict(deque)

    def ask(self, conversation: str) -> "asyncio.Future[float]":
        """When the next message of this conversation is answered: seconds of the performance counter."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[float] = loop.create_future()
        self._asked[f"conversation:{conversation}"].append(waiting)
        return waiting

    def submit(self, unit: Unit) -> Future[Any]:
        if unit.name != "receive":
            return self._inner.submit(unit)
        key = next(each for each in unit.keys if each.startswith("conversation:"))
        future = self._inner.submit(unit)
        future.add_done_callback(lambda done: self._answered(key, done))
        return future

    def _answered(self, key: str, done: Future[Any]) -> None:
        """In the writer's thread, right after the commit."""
        now, error = time.perf_counter(), done.exception()
        waiting = self._asked[key].popleft()
        if error is None:
            waiting.get_loop().call_soon_threadsafe(waiting.set_result, now)
        else:
            waiting.get_loop().call_soon_threadsafe(waiting.set_exception, error)
