"""One house of the product on one database: what arrives is kept and worked off, a dead one is opened anew."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from pydantic import SecretStr

from adapters.loopback.channel import LoopbackChannel
from bot.app import Banli, build
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import Update
from core.commands.command import Command
from core.files.inspection import Inspected, Inspection
from core.kit.clock import ManualClock
from core.kit.errors import Refusal
from core.kit.ids import new_id
from core.kit.settings import Agency, Overdue, Settings
from core.ledger import inbox
from core.staff.service import actor_at
from core.store.unit import UnitOfWork
from tests.model.inline import Death, InlineLoop, InlineStore, Killed

AT_WORK = """SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting'),
 (SELECT count(*) FROM errand WHERE state IN ('waiting', 'running')),
 (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')),
 (SELECT min(due) FROM timer WHERE state = 'waiting')"""
MOST_ROUNDS = 1000  # each sends one notice of every chat, and a run may leave all of its notices for its end
LOOP = InlineLoop()
_EPOCH, _US = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
UNCOMMITTED = frozenset({"store.begin", "store.flush", "store.commit"})


class OpenedHere:
    """Stands for the child process that opens files: every page is a sharp picture."""

    def inspect(self, data: bytes) -> Inspected:
        return Inspected(Inspection(size=len(data), seen="jpg", kind="jpg", width=800, height=1200, pages=1))

    def close(self) -> None:
        """Nothing runs."""


def settings_for(url: str, folder: Path, key: str) -> Settings:
    """Reminders and the ladder of late work are off: their hours are another suite's."""
    never = Overdue(review_hours=0, person_hours=0, lead_hours=0, admin_hours=0)
    return Settings(
        database_url=SecretStr(url),
        files_dir=folder,
        keys=SecretStr(key),
        demo=False,
        agency=Agency(remind_days=""),
        overdue=never,
    )


class Host:
    """The product's process, its platform and its clock; the last two outlive every death."""

    spoil: ClassVar[Sequence[Callable[[Banli], None]]] = ()  # what tests of this suite break in every process

    def __init__(self, settings: Settings, clock: ManualClock, channel: LoopbackChannel, death: Death) -> None:
        self.settings, self.clock, self.channel, self.death = settings, clock, channel, death
        self.deaths = 0
        self.refusal: Refusal | None = None  # the last one that an act was given
        self._skew = 0.0
        self._open()
        self._enlist()  # what it claims bears its name, or nobody could free it

    def _open(self) -> None:
        self.banli: Banli = build(self.settings, clock=self.clock)
        store = self.banli.store
        store.__class__ = InlineStore
        store.loop = LOOP  # type: ignore[attr-defined]  # it is an InlineStore now
        self.banli.fetcher._inspector = OpenedHere()  # type: ignore[assignment]  # the one method that is asked for
        self.banli.crew._now = lambda: self._skew
        self.banli.add(self.channel)
        for each in self.spoil:
            each(self.banli)

    def close(self) -> None:
        self.banli.crew._locks.let_go()
        self.banli.stop()

    # -- dying -----------------------------------------------------------------------------------------------------

    def survive(self, work: Callable[[], Any]) -> tuple[Any, str]:
        """Do it; when the process dies on the way it is opened anew. Returns what came of it and where it died."""
        try:
            return work(), ""
        except Killed:
            point = self.death.over()
            self.deaths += 1
            self.close()
            self._open()
            self._enlist()
            return None, point

    def _enlist(self) -> None:
        """Who was born calls the roll: claims of the dead are free."""
        LOOP.drive(self.banli.crew.enlist())
        self._skew += 10
        LOOP.drive(self.banli.crew.work_once())

    def rest(self, send: bool = True) -> list[str]:
        """Work until nothing waits, whatever dies meanwhile. Returns where it died."""
        died: list[str] = []
        while True:
            _, point = self.survive(lambda: LOOP.drive(self._work(send)))
            if not point:
                return died
            died.append(point)

    async def _work(self, send: bool) -> None:
        """The loops' own rounds, as Banli.work_until_quiet does them; a loop that has nothing to do is not asked."""
        banli, now = self.banli, self.clock.now()
        for _ in range(MOST_ROUNDS):
            with banli.reading.open() as reader:
                arrived, errands, notices, due = reader.connection.exec_driver_sql(AT_WORK).one()
            late = due is not None and (due <= (now - _EPOCH) // _US if isinstance(due, int) else due <= now)
            if not (arrived or errands or late or (notices and send)):
                return
            done = 0
            if arrived:
                done += await banli.receiver.work_once()
            if errands or arrived:
                done += await banli.fetcher.work_once()
            if late:
                done += await banli.ticker.work_once()
            if send:
                done += await banli.sender.work_once()
            if not done:
                raise AssertionError(f"work waits and nobody takes it: {arrived=} {errands=} {notices=} {late=}")
        raise AssertionError(f"the loops do not come to rest within {MOST_ROUNDS} rounds")

    # -- what arrives ----------------------------------------------------------------------------------------------

    def deliver(self, platform_id: str, inbound: Any) -> list[str]:
        """A delivery; the platform sends again what was not acknowledged. Returns where the process died."""
        update = Update(
            channel="loopback",
            account="test",
            platform_id=platform_id,
            conversation=inbound.address.key,
            raw=inbound.model_dump_json().encode(),
        )
        died: list[str] = []
        while True:
            _, point = self.survive(lambda: self.banli.store.run(lambda uow: inbox.append(uow, update)))
            if not point:
                return died
            died.append(point)

    def act(self, commands: Callable[[Any], list[Command]] | Command, who: int) -> tuple[bool | None, Any, list[str]]:
        """An act by the API, 0: the system. It is sent again when it did not commit. Returns whether it was allowed
        (None: nobody heard), its result, and where the process died."""
        died: list[str] = []
        ended = False  # a unit that lacks a lock commits nothing, and its group's commit is no sign of it

        def work(uow: UnitOfWork) -> Any:
            nonlocal ended
            ended = False
            result = do(uow)
            ended = True
            return result

        def do(uow: UnitOfWork) -> Any:
            actor = actor_at(uow, who, uow.now) if who else SYSTEM
            assert actor is not None
            cause = Cause(actor, "api", new_id())
            if isinstance(commands, Command):
                return self.banli.bus.execute(uow, commands, cause)
            return commands(lambda command: self.banli.bus.execute(uow, command, cause))

        while True:
            try:
                result, point = self.survive(lambda: self.banli.store.run(work))
            except Refusal as refusal:
                self.refusal = refusal
                return False, None, died
            if not point:
                return True, result, died
            died.append(point)
            if ended and point not in UNCOMMITTED:
                return None, None, died

    def pass_time(self, span: timedelta) -> None:
        self.clock.advance(span)

    def looking(self) -> Any:
        return self.banli.reading.open()
