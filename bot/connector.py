"""The connector: for each account of a channel that keeps a connection, one process of the house keeps it.

Who has the account's lock connects; the others look every second whether it is free. The lock lives as long as its
holder's connection to the database (core.store.sessions): it drops with a process that dies. A holder that is not told
in time that it has the lock still, for whatever reason, gives up its connection to the platform at once.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from bot.line import KeptLine, Waits
from core.channel.port import Channel, Connected
from core.kit.bell import Bell, keep_working
from core.kit.watch import Watches
from core.ledger.processes import CONNECTION
from core.store.sessions import SessionLocks
from core.store.store import Store

LOOK_SECONDS: Final = 1.0
PATIENCE: Final = 1.5  # for the database's answer; without one the lock counts as lost
# Who gets a lock connects after so long: by then whoever lost it has noticed. (The lock of a machine that the database
# does not hear any more is free after four seconds, see core.kit.db.)
GRACE: Final = LOOK_SECONDS + PATIENCE

State = Literal["up", "down", "standby"]  # standby: another process has the lock, or nobody can say
STATES: Final[tuple[State, ...]] = ("up", "down", "standby")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """How the connection of one account stands in this process."""

    channel: str
    state: State


class Connector:
    """Built by the root. `channels` may grow until `run`; `choose` leaves some accounts to other processes."""

    def __init__(
        self,
        store: Store,
        locks: SessionLocks,
        channels: Mapping[str, Channel],
        watches: Watches,
        waits: Waits | None = None,
        patience: float = PATIENCE,
        grace: float = GRACE,
    ) -> None:
        """``locks`` are nobody else's: only so is a loss of them noticed by whom it concerns."""
        self._store = store
        self._locks = locks
        self._channels = channels
        self._watches = watches
        self._waits = waits or Waits()
        self._patience = patience
        self._grace = 0.0 if store.engine.dialect.name == "sqlite" else grace  # a file has no other process
        self._since: dict[str, float] = {}  # when this process got the lock of each account
        self._chosen: frozenset[str] | None = None
        self._lines: dict[str, tuple[KeptLine, asyncio.Task[None]]] = {}
        self._asking: asyncio.Task[frozenset[str]] | None = None
        self.bell = Bell()

    def accounts(self) -> dict[str, Connected]:
        """What this process connects or stands by for, by `channel:account`."""
        return {
            name: channel
            for name, channel in sorted(self._channels.items())
            if isinstance(channel, Connected) and (self._chosen is None or name in self._chosen)
        }

    def choose(self, accounts: Collection[str]) -> None:
        """Only these, by `channel:account`."""
        self._chosen = frozenset(accounts)

    async def run(self) -> None:
        """Work until cancelled; then the connections are closed, and after that the locks let go."""
        try:
            await keep_working(self.bell, self.work_once, LOOK_SECONDS, "connector")
        finally:
            await self._give_up(list(self._lines))
            if self._asking is not None:  # it might take a lock after all were let go
                await asyncio.wait((self._asking,))
            await asyncio.to_thread(self._locks.let_go)

    async def work_once(self) -> int:
        """Look who has which lock, and begin or give up connections accordingly. Returns 0: there is no hurry."""
        accounts = self.accounts()
        held = await self._held(accounts)
        ended = {name for name, (_, task) in self._lines.items() if task.done()}
        await self._give_up((self._lines.keys() - held) | ended)
        now = self._waits.now()
        if held - self._since.keys():  # it connects when the grace is over, not at the next look after that
            asyncio.get_running_loop().call_later(self._grace + 0.01, self.bell.ring)
        self._since = {name: self._since.get(name, now) for name in sorted(held)}
        for name in self._since.keys() - self._lines.keys():
            if now - self._since[name] < self._grace:
                continue
            line = KeptLine(name, accounts[name], self._store, self._watches, self._waits)
            self._lines[name] = line, asyncio.create_task(line.keep())
            log.info("connection_taken", connection=name)
        return 0

    def connections(self) -> list[Connection]:
        """All of `accounts`, as they stand here."""
        return [Connection(channel.name, self._state(name)) for name, channel in self.accounts().items()]

    def downs(self) -> dict[str, float]:
        """For how many seconds each connection that this process holds has been down; 0 for one that is up."""
        return {f"{CONNECTION}{name}": line.down for name, (line, _) in self._lines.items()}

    def _state(self, name: str) -> State:
        if name not in self._lines:
            return "standby"
        return "up" if self._lines[name][0].is_up else "down"

    async def _held(self, accounts: Collection[str]) -> frozenset[str]:
        """Those whose lock this process has, as far as the database says so in time.

        An answer that comes too late is thrown away: what it says may be true no more.
        """
        if self._asking is None:
            self._asking = asyncio.create_task(asyncio.to_thread(self._ask, accounts, frozenset(self._since)))
            await asyncio.wait((self._asking,), timeout=self._patience)
            if self._asking.done():
                return self._answer()
            log.warning("locks_not_told", seconds=self._patience)
        elif self._asking.done():
            self._answer()
        return frozenset()

    def _answer(self) -> frozenset[str]:
        asking, self._asking = self._asking, None
        assert asking is not None
        try:
            return asking.result()
        except Exception as error:
            log.warning("locks_lost", error=type(error).__name__)
            return frozenset()

    def _ask(self, accounts: Collection[str], before: frozenset[str]) -> frozenset[str]:
        """In a thread. A lock that was lost is not taken anew in the same look: first its connection must be closed."""
        kept = self._locks.kept()
        mine = {name for name in accounts if lock_of(name) in kept}
        return frozenset(mine | {name for name in accounts if name not in before and self._locks.hold(lock_of(name))})

    async def _give_up(self, names: Collection[str]) -> None:
        """Close these connections; returns when they are closed, and may be called again when it was cancelled."""
        ending = {name: self._lines[name][1] for name in names}
        for task in ending.values():
            if not task.cancelling():  # a second cancel would break into its closing
                task.cancel()
        if ending:
            await asyncio.wait(ending.values())
        for name, task in ending.items():
            del self._lines[name]
            log.info("connection_given_up", connection=name)
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("line_broke", connection=name, error=type(error).__name__, exc_info=error)


def lock_of(account: str) -> str:
    return f"{CONNECTION}{account}"
