"""The product's own store and loops without threads, so that a step costs little and a death leaves nothing running."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from core.kit import fail_points
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork


class Killed(BaseException):
    """The process is dead: nothing that it was about to do is done. No `except Exception` of the product sees it."""


class Death:
    """Kills at the n-th coming by one fail point; from then on at every point, so that nothing goes on afterwards."""

    def __init__(self) -> None:
        self._point, self._left = "", 0
        self.met = ""  # where it came

    def arm(self, point: str, nth: int) -> None:
        self._point, self._left = point, nth

    def reach(self, name: str) -> None:
        """What the fail points call."""
        if self.met:
            raise Killed
        if name == self._point:
            self._left -= 1
            if not self._left:
                self.met = name
                raise Killed

    def over(self) -> str:
        """The point where it came, or nothing; whoever is born now lives."""
        met, self.met, self._point = self.met, "", ""
        return met

    def __enter__(self) -> "Death":
        fail_points.arm(self.reach)
        return self

    def __exit__(self, *_: object) -> None:
        fail_points.arm(None)


class InlineLoop(asyncio.SelectorEventLoop):
    """What the product gives to threads is done at once; what the store is given waits until nobody gives it more."""

    def __init__(self) -> None:
        super().__init__()
        self.died = False

    def run_in_executor(  # type: ignore[override]  # what is asked for here has no kinds of its own
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:
            done.set_exception(error)
        return done

    def drive(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run it to its end. Raises Killed when the process dies on the way; then nothing of it goes on."""
        self.died = False
        task = self.create_task(work)
        try:
            return self.run_until_complete(task)
        except BaseException as error:
            if not self.died and not isinstance(error, Killed):
                raise
            self._bury()
            raise Killed from None

    def _bury(self) -> None:
        left = asyncio.all_tasks(self)
        for each in left:
            each.cancel()
        if left:
            self.run_until_complete(asyncio.wait(left))
        for each in left:
            if not each.cancelled():
                each.exception()  # it has been looked at


class InlineStore(Store):
    """The store with its groups, its flush and its commit, worked off in the thread of whoever waits."""

    loop: InlineLoop

    def start(self) -> None:
        """There is no thread."""

    def close(self) -> None:
        self._engine.dispose()

    def submit(self, unit: Unit) -> Future[Any]:
        (self._waiting_first if unit.first else self._waiting).append(unit)
        if self.loop.is_running():
            self.loop.call_soon(self._at_last)
        return unit.future

    def run(self, work: Callable[[UnitOfWork], Any], *keys: str, timeout: float = 30) -> Any:
        future = self.submit(Unit(work, frozenset(keys)))
        self._pump()
        return future.result(0)

    def _at_last(self) -> None:
        """As a callback of the loop, which would swallow a death."""
        try:
            self._pump()
        except Killed:
            self.loop.died = True
            self.loop.stop()

    def _pump(self) -> None:
        while self._waiting or self._waiting_first:
            later = self._settle(self._take())
            self._waiting.extendleft(reversed(later))
