"""A loaded house, open: what people and loops do in it, one thing at a time, each with its time and processor time."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import text

from benchmarks.agency import ACCOUNT, Silent, open_with
from benchmarks.clerk import CHANNEL
from benchmarks.growth.load import Loaded
from benchmarks.raw import connect
from core.cases.tables import case
from core.channel.inbound import Address, InboundMessage, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.kit.clock import ManualClock
from core.kit.db import is_sqlite
from core.ledger import errands, inbox, timers
from core.store.store import Unit
from core.store.unit import UnitOfWork

AFTER: Final = timedelta(seconds=1)  # the house is looked at so long after its rows were made
FIRED: Final = 40  # timers of one look that are carried out


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that passed, and seconds of processor time of this process (the server's own is not in it)."""

    wall: float
    cpu: float


class Shown(Silent):
    """Keeps the kind of the card that was sent last."""

    last = ""

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        self.last = message.card.kind
        return await super().send(to, message)


@dataclass
class Opened:
    """`close` lets go of everything. Not started loops: every step is asked for."""

    loaded: Loaded
    folder: Path
    random: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self.clock = ManualClock(self.loaded.now + AFTER)
        self.channel = Shown(account=ACCOUNT)
        self.banli = open_with(self.channel, self.loaded.url, self.folder, self.loaded.key, self.clock)
        self.banli.start()
        self._loop = asyncio.new_event_loop()
        self._number = 0
        self._due = 0
        self._raw = connect(self.loaded.url)
        self.raw = self._raw.__enter__()

    def close(self) -> None:
        self._raw.__exit__(None, None, None)
        self._loop.close()
        self.banli.stop()

    # -- what people do --------------------------------------------------------------------------------------------

    def words(self) -> Took:
        """Any client asks for his checklist, until the answer is with the platform."""
        return self._asks(f"c{self.random.randrange(self.loaded.cases)}", "材料", "checklist")

    def progress(self) -> Took:
        return self._asks(f"c{self.random.randrange(self.loaded.cases)}", "进度", "progress")

    def overdue_of_member(self) -> Took:
        return self._asks(self.random.choice(self.loaded.seats).chat, "逾期", "overdue")

    def overdue_of_lead(self) -> Took:
        return self._asks(self.random.choice(self.loaded.seats).lead_chat, "逾期", "overdue")

    def overdue_of_admin(self) -> Took:
        return self._asks("admin", "逾期", "overdue")

    def board_of_member(self) -> Took:
        return self._asks(self.random.choice(self.loaded.seats).chat, "看板", "board")

    def _asks(self, chat: str, words: str, wanted: str) -> Took:
        """From the delivery until the card has been sent. Raises RuntimeError when another one came."""
        self._number += 1
        address = Address(channel=CHANNEL, account=ACCOUNT, chat=chat)
        said = InboundMessage(address=address, sender=chat, text=words)
        update = Update(
            channel=CHANNEL, account=ACCOUNT, platform_id=f"growth-{self._number}-{time.time_ns()}",
            conversation=address.key, raw=said.model_dump_json().encode(),
        )  # fmt: skip

        def append(uow: UnitOfWork) -> None:
            inbox.append(uow, update)

        def work() -> None:
            self.banli.store.submit(Unit(append, first=True, name="append")).result()
            if self.run(self.banli.receiver.work_once()) != 1:
                raise RuntimeError(f"{words} of {chat} was not answered")
            while self.run(self.banli.sender.work_once()) and not self.channel.last:
                pass  # something else waited in this chat

        self.channel.last = ""
        took = timed(work)
        if self.channel.last not in (wanted, "say"):
            raise RuntimeError(f"{words} of {chat} was answered with {self.channel.last!r}")
        return took

    # -- timers ----------------------------------------------------------------------------------------------------

    def until_timers_are_due(self) -> int:
        """Move the clock to the next moment at which one is due. Returns how many are."""
        with self.banli.reading.open() as reader:
            following = timers.next_due(reader)
            assert following is not None
            self.clock.move_to(following + timedelta(seconds=1))
            asked = text("SELECT count(*) FROM timer WHERE state = 'waiting' AND due <= :now")
            now: Any = self.clock.now()
            if is_sqlite(self.loaded.url):
                now = int(now.timestamp() * 1e6)
            return int(reader.connection.execute(asked, {"now": now}).scalar_one())

    def claim(self) -> Took:
        """What is due is looked for, as the ticker does, and one of it is carried out and settled."""
        while not self._due:
            self._due = self.until_timers_are_due()
        self._due -= 1

        def work() -> None:
            due = self.banli.ticker._due()
            timer_id, case_id = due[self.random.randrange(len(due))]
            self.run(self.banli.ticker._fire_one(timer_id, case_id))

        return timed(work)

    # -- loops with nothing to do ----------------------------------------------------------------------------------

    def idle(self) -> dict[str, Callable[[], object]]:
        """One look of each loop."""
        banli, now = self.banli, self.clock.now

        def looked(ask: Callable[[Any], object]) -> Callable[[], object]:
            def work() -> object:
                with banli.reading.open() as reader:
                    return ask(reader)

            return work

        return {
            "ticker": banli.ticker._due,
            "receiver": banli.receiver.submit_waiting,
            "sender": lambda: banli.sender._claim(64),
            "fetcher": looked(lambda reader: errands.open_errands(reader, now(), 10)),
            "signs": lambda: banli.signs._waiting(now()),
            "reconciler": banli.reconciler._look,
            "sealer": lambda: self.run(banli.sealer.work_once()),
        }

    # -- the reference ---------------------------------------------------------------------------------------------

    def reference(self) -> Took:
        """In raw SQL: read any case by its number, and write a moment into any row of a chat, with its commit."""
        number = f"W-{self.loaded.now.year}-{self.random.randrange(self.loaded.cases) + 1:04}"
        key = f"{CHANNEL}:{ACCOUNT}:c{self.random.randrange(self.loaded.cases)}"

        def work() -> None:
            raw = self.raw
            raw.begin()
            raw.cursor.execute(f"SELECT * FROM {case.name} WHERE number = {raw.mark}", (number,))
            raw.cursor.fetchone()
            raw.cursor.execute(f"UPDATE conversation SET misunderstood = 0 WHERE key = {raw.mark}", (key,))
            raw.commit()

        return timed(work)

    def run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)


def timed(work: Callable[[], object]) -> Took:
    used, started = time.process_time(), time.perf_counter()
    work()
    return Took(time.perf_counter() - started, time.process_time() - used)
