"""Group commit: one thread takes waiting units, runs them in one transaction, writes their buffers, commits once."""

import contextlib
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.kit.clock import Clock
from core.kit.errors import Busy
from core.kit.fail_points import reach
from core.kit.watch import Counted, Watches
from core.store import locks
from core.store.failures import as_refusal, is_collision, is_down
from core.store.pending import LostUpdate, Pending
from core.store.sealing import Sealing
from core.store.unit import KeyNeeded, UnitOfWork

MAX_GROUP = 64  # units in one transaction
MAX_GROUP_SECONDS = 0.06  # the rest of a group waits for the next one, so that nobody waits long for a lock
AWAITED_SECONDS = 0.02  # for what is no delivery, while one waits for that: its platform is not answered before
MAX_WAITING = 20_000  # units in the queue; more are refused with Busy, so that the sender sends again
MAX_KEY_ROUNDS = 8  # how often a unit may discover more lock keys
MAX_COLLISIONS = 5  # how often a unit runs again at once because another process was in its way
RETRY_SECONDS = 0.5  # pause after the database did not answer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a unit is about, and who looks ahead for all units of a group that are about such things.

    `look` asks at once what the units will ask one by one (UnitOfWork.preload): it decides and changes nothing.
    """

    look: Callable[[UnitOfWork, list[Any]], None]
    subject: Any


@dataclass(slots=True)
class Unit:
    """One unit waiting for its turn. `work` is synchronous, does no I/O and may run again after a rollback."""

    work: Callable[[UnitOfWork], Any]
    keys: frozenset[str] = frozenset()
    first: bool = False  # inbox appends go before everything else
    name: str = "unit"
    ahead: Ahead | None = None
    future: Future[Any] = field(default_factory=Future)
    rounds: int = 0
    collisions: int = 0


class Store:
    """Runs units in groups. `submit` may be called from any thread."""

    def __init__(self, engine: Engine, sealing: Sealing, clock: Clock, watches: Watches | None = None) -> None:
        self._engine = engine
        self._sealing = sealing
        self._clock = clock
        self._watches = watches or Watches()
        self._waiting: deque[Unit] = deque()
        self._waiting_first: deque[Unit] = deque()
        self._wake = threading.Condition()
        self._listeners: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._closing = False
        self._down = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    @property
    def engine(self) -> Engine:
        """For what is no unit: a lock that outlives transactions, a copy of the whole database."""
        return self._engine

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
            self._down = False
            later = self._settle(group)
            with self._wake:
                self._waiting.extendleft(reversed(later))
            if self._down:
                time.sleep(RETRY_SECONDS)

    def _take(self) -> list[Unit]:
        """What goes first goes first, and leaves some room, so that a flood of it does not stop all other work."""
        room = MAX_GROUP - min(len(self._waiting), MAX_GROUP // 4)
        group = [self._waiting_first.popleft() for _ in range(min(room, len(self._waiting_first)))]
        return group + [self._waiting.popleft() for _ in range(min(MAX_GROUP - len(group), len(self._waiting)))]

    def _settle(self, group: list[Unit]) -> list[Unit]:
        """Run a group and tell its results; returns the units that must wait for the next one.

        If the flush or the commit fails, the units are run one by one: the poison unit is found.
        """
        try:
            ran = self._commit(group)
        except Exception as failure:  # a flush may fail in any way; the writer must outlive it
            if is_down(failure):
                return self._refuse(group, failure)
            if len(group) > 1:
                log.warning("group_redone", units=len(group), reason=type(failure).__name__)
                return self._one_by_one(group)
            return self._again(group[0], failure)
        reach("store.committed")
        for unit, result, error in ran.results:
            _answer(unit, result, error)
        reach("store.answered")
        self._ring(ran.rings)
        self._watches.counted(ran.counted)
        return ran.later

    def _one_by_one(self, group: list[Unit]) -> list[Unit]:
        """In the group's order; a unit that has to wait holds back the later ones of its conversation."""
        later: list[Unit] = []
        blocked = set[str]()
        for unit in group:
            waits = [unit] if blocked & unit.keys else self._settle([unit])
            later += waits
            blocked.update(*(each.keys for each in waits))
        return later

    def _commit(self, group: list[Unit]) -> "_Ran":
        ran = _Ran()
        reach("store.begin")
        with self._engine.connect() as connection, connection.begin():
            keys = frozenset[str]().union(*(unit.keys for unit in group))
            held = locks.take(connection, keys)
            pending, memory = Pending(connection, self._sealing), dict[Any, Any]()
            for look, subjects in _aheads(group):
                look(UnitOfWork(pending, self._clock.now(), held, memory=memory), subjects)
            started, blocked = time.monotonic(), set[str]()
            others: float | None = None  # since when what is no delivery runs: some of it does in every group
            for position, unit in enumerate(group):
                now = time.monotonic()
                awaited = self._waiting_first and others is not None and now - others > AWAITED_SECONDS
                others = now if others is None and not unit.first else others
                if position and (awaited or now - started > MAX_GROUP_SECONDS):
                    ran.later.extend(group[position:])
                    break
                if blocked & unit.keys:  # an earlier unit of the same conversation waits: keep the order
                    ran.later.append(unit)
                    continue
                uow = UnitOfWork(pending, self._clock.now(), held, memory=memory)
                try:
                    with uow.step():
                        result = unit.work(uow)
                except KeyNeeded as need:
                    _defer(unit, need.keys, ran, blocked)
                except (DBAPIError, LostUpdate):
                    raise
                except BaseException as error:  # also SystemExit: whatever a unit raises is its caller's, not ours
                    ran.results.append((unit, None, error))
                else:
                    ran.results.append((unit, result, None))
                    ran.rings |= uow.rings
            reach("store.flush")
            pending.flush()
            reach("store.commit")
            ran.counted = pending.counted
        return ran

    def _again(self, unit: Unit, failure: Exception) -> list[Unit]:
        """A unit that failed alone runs again when another process was in its way; else it is the poison."""
        if is_collision(failure) and unit.collisions < MAX_COLLISIONS:
            unit.collisions += 1
            return self._settle([unit])
        _answer(unit, None, as_refusal(failure))
        return []

    def _refuse(self, group: list[Unit], failure: BaseException) -> list[Unit]:
        log.error("database_down", units=len(group), reason=str(getattr(failure, "orig", failure))[:200])
        for unit in group:
            _answer(unit, None, Busy(retry_after=5))
        self._engine.dispose()
        self._down = True
        return []

    def _ring(self, rings: set[str]) -> None:
        """A listener that fails (its loop has just been closed) must not undo what is committed."""
        for name in rings:
            for listener in self._listeners[name]:
                try:
                    listener()
                except Exception as error:
                    log.error("listener_failed", name=name, error=type(error).__name__, exc_info=error)


@dataclass(slots=True)
class _Ran:
    """What came of a group: results to tell once it is committed, and units that wait for the next group."""

    results: list[tuple[Unit, Any, BaseException | None]] = field(default_factory=list)
    rings: set[str] = field(default_factory=set)
    later: list[Unit] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)  # what is true now that it is committed


def _aheads(group: list[Unit]) -> Iterable[tuple[Callable[[UnitOfWork, list[Any]], None], list[Any]]]:
    """Who looks ahead in this group, each with the subjects of his units."""
    found: dict[Callable[[UnitOfWork, list[Any]], None], list[Any]] = {}
    for unit in group:
        if unit.ahead is not None:
            found.setdefault(unit.ahead.look, []).append(unit.ahead.subject)
    return found.items()


def _defer(unit: Unit, keys: frozenset[str], ran: _Ran, blocked: set[str]) -> None:
    unit.rounds += 1
    if unit.rounds > MAX_KEY_ROUNDS:
        ran.results.append((unit, None, RuntimeError(f"{unit.name} found more lock keys {MAX_KEY_ROUNDS} times")))
        return
    blocked |= unit.keys
    unit.keys |= keys
    ran.later.append(unit)


def _answer(unit: Unit, result: Any, error: BaseException | None) -> None:
    """Tell whoever waits; nobody may be left (a request that was cancelled), and the work stands all the same."""
    with contextlib.suppress(InvalidStateError):
        if error is None:
            unit.future.set_result(result)
        else:
            unit.future.set_exception(error)
