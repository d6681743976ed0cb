"""Group commit: one thread takes waiting units, runs them in one transaction, writes their buffers, commits once."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.kit.clock import Clock
from core.kit.errors import Busy, Refusal
from core.store import locks
from core.store.pending import LostUpdate, Pending
from core.store.sealing import Sealing
from core.store.unit import KeyNeeded, UnitOfWork

MAX_GROUP = 128  # units in one transaction
MAX_GROUP_SECONDS = 0.02  # the rest of a group waits for the next one, so that nobody waits long for a lock
MAX_WAITING = 20_000  # units in the queue; more are refused with Busy, so that the sender sends again
MAX_KEY_ROUNDS = 8  # how often a unit may discover one more lock key
RETRY_SECONDS = 0.5  # pause after the database did not answer

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Unit:
    """One unit waiting for its turn. `work` is synchronous, does no I/O and may run again after a rollback."""

    work: Callable[[UnitOfWork], Any]
    keys: frozenset[str] = frozenset()
    first: bool = False  # inbox appends go before everything else
    name: str = "unit"
    future: Future[Any] = field(default_factory=Future)
    rounds: int = 0


class Store:
    """Runs units in groups. `submit` may be called from any thread."""

    def __init__(self, engine: Engine, sealing: Sealing, clock: Clock) -> None:
        self._engine = engine
        self._sealing = sealing
        self._clock = clock
        self._waiting: deque[Unit] = deque()
        self._waiting_first: deque[Unit] = deque()
        self._wake = threading.Condition()
        self._listeners: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    def listen(self, name: str, listener: Callable[[], None]) -> None:
        """Call this after every commit of a unit that rang the name; from the writer's thread."""
        self._listeners[name].append(listener)

    def start(self) -> None:
        """Begin to work; starting what runs already changes nothing."""
        if not self._thread.is_alive():
            self._thread.start()

    def close(self) -> None:
        """Finish what is waiting, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        self._engine.dispose()

    def submit(self, unit: Unit) -> Future[Any]:
        """Queue a unit; the future tells its result after the commit, or its Refusal or error. Raises Busy."""
        with self._wake:
            if self._closing or len(self._waiting) + len(self._waiting_first) >= MAX_WAITING:
                raise Busy(retry_after=1)
            (self._waiting_first if unit.first else self._waiting).append(unit)
            self._wake.notify()
        return unit.future

    def run(self, work: Callable[[UnitOfWork], Any], *keys: str, timeout: float = 30) -> Any:
        """Submit and wait. Raises what the unit raised, or Busy after `timeout` seconds."""
        try:
            return self.submit(Unit(work, frozenset(keys))).result(timeout)
        except TimeoutError:
            raise Busy(retry_after=1) from None

    def waiting(self) -> int:
        """How many units are queued: back-pressure for health pages."""
        return len(self._waiting) + len(self._waiting_first)

    # -- the writer thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._waiting or self._waiting_first or self._closing):
                    self._wake.wait()
                if self._closing and not (self._waiting or self._waiting_first):
                    return
                group = self._take()
            self._settle(group)

    def _take(self) -> list[Unit]:
        group: list[Unit] = []
        while len(group) < MAX_GROUP and (self._waiting_first or self._waiting):
            group.append((self._waiting_first or self._waiting).popleft())
        return group

    def _settle(self, group: list[Unit]) -> None:
        """Run a group; if its flush or commit fails, run its units one by one: the poison unit is found."""
        try:
            self._commit(group)
        except Exception as failure:  # a flush may fail in any way; the writer must outlive it
            if _is_down(failure):
                self._refuse(group, failure)
                return
            if len(group) == 1:
                _answer(group[0], None, _as_refusal(failure))
                return
            log.warning("group_redone", units=len(group), reason=type(failure).__name__)
            for unit in group:
                self._settle([unit])

    def _commit(self, group: list[Unit]) -> None:
        results: list[tuple[Unit, Any, BaseException | None]] = []
        rings: set[str] = set()
        deferred: list[Unit] = []
        with self._engine.connect() as connection, connection.begin():
            keys = frozenset[str]().union(*(unit.keys for unit in group))
            held = locks.take(connection, keys)
            pending, memory = Pending(connection, self._sealing), dict[str, Any]()
            started, blocked = time.monotonic(), set[str]()
            for position, unit in enumerate(group):
                if position and time.monotonic() - started > MAX_GROUP_SECONDS:
                    deferred.extend(group[position:])
                    break
                if blocked & unit.keys:  # an earlier unit of the same conversation waits: keep the order
                    deferred.append(unit)
                    continue
                uow = UnitOfWork(pending, self._clock.now(), held, memory=memory)
                try:
                    with uow.step():
                        results.append((unit, unit.work(uow), None))
                    rings |= uow.rings
                except KeyNeeded as need:
                    self._defer(unit, need.key, deferred, results, blocked)
                except (DBAPIError, LostUpdate):
                    raise
                except Exception as error:
                    results.append((unit, None, error))
            pending.flush()
        self._put_back(deferred)
        for each in results:
            _answer(*each)
        for name in rings:
            for listener in self._listeners[name]:
                listener()

    def _defer(self, unit: Unit, key: str, deferred: list[Unit], results: list[Any], blocked: set[str]) -> None:
        unit.rounds += 1
        if unit.rounds > MAX_KEY_ROUNDS:
            results.append((unit, None, RuntimeError(f"{unit.name} needs more than {MAX_KEY_ROUNDS} lock keys")))
            return
        blocked |= unit.keys
        unit.keys |= {key}
        deferred.append(unit)

    def _put_back(self, units: list[Unit]) -> None:
        with self._wake:
            self._waiting.extendleft(reversed(units))

    def _refuse(self, group: list[Unit], failure: BaseException) -> None:
        log.error("database_down", units=len(group), reason=str(getattr(failure, "orig", failure))[:200])
        for unit in group:
            _answer(unit, None, Busy(retry_after=5))
        self._engine.dispose()
        time.sleep(RETRY_SECONDS)


def _answer(unit: Unit, result: Any, error: BaseException | None) -> None:
    """Tell whoever waits; nobody may be left (a request that was cancelled), and the work stands all the same."""
    if unit.future.cancelled():
        return
    if error is None:
        unit.future.set_result(result)
    else:
        unit.future.set_exception(error)


def _is_down(failure: BaseException) -> bool:
    return isinstance(failure, DBAPIError) and (
        failure.connection_invalidated or "connection" in str(failure.orig).lower()
    )


def _as_refusal(failure: BaseException) -> BaseException:
    """A full disk or a locked file is no fault of the unit: the sender may send it again."""
    words = str(getattr(failure, "orig", failure)).lower()
    if isinstance(failure, Refusal):
        return failure
    if "disk is full" in words or "no space" in words or "could not extend" in words or "locked" in words:
        return Busy("the disk is full or the database is locked", retry_after=30)
    return failure
