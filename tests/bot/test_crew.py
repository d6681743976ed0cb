"""The crew: a dead process's claims are free for the others within seconds, and each has a share of the work."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from bot.crew import GRACE_SECONDS, Crew, lock_of
from core.channel.inbound import Address
from core.kit.clock import ManualClock
from core.kit.crypto import Vault
from core.kit.db import reader_engine, writer_engine
from core.ledger import errands, inbox, outbox, processes
from core.ledger.due import EVERYBODYS
from core.ledger.processes import Me
from core.ledger.share import Place, Share
from core.ledger.tables import outbox as outbox_table
from core.store.reading import Reading
from core.store.sealing import Sealing
from core.store.sessions import SessionLocks
from core.store.store import Store
from core.store.unit import UnitOfWork
from tests.house import START
from tests.services.postgres import PostgresServer

CHAT = Address(channel="loopback", account="main", chat="c")


@dataclass
class Process:
    """One that works, with connections of its own."""

    url: str
    vault: Vault
    clock: ManualClock
    seconds: float = 0.0
    place: Place = field(default_factory=Place)

    def __post_init__(self) -> None:
        sealing = Sealing(self.vault)
        self.store = Store(writer_engine(self.url), sealing, self.clock)
        self.reading = Reading(reader_engine(self.url), sealing)
        self.locks = SessionLocks(self.store.engine)
        self.me = Me("worker", "1")
        self.crew = Crew(self.store, self.reading, self.locks, self.me, self.place, lambda: self.seconds)
        self.store.start()

    def enlists(self) -> "Process":
        self.crew._enlist()
        return self

    def calls(self, after: float = 0.0) -> None:
        self.seconds += after
        self.crew._call()

    def dies(self) -> None:
        """As the kernel does it: its connections are closed, and it says nothing to anybody."""
        self.locks.let_go()
        self.ends()

    def ends(self) -> None:
        self.locks.let_go()
        self.store.close()
        self.reading.close()

    def takes(self) -> int:
        """How many notices and errands it can claim now."""
        with self.reading.open() as reader:
            notices = outbox.waiting(reader, self.clock.now(), 10)
            files = errands.open_errands(reader, self.clock.now(), 10)
        holder = self.place.id
        sent = self.store.run(lambda uow: outbox.claim_all(uow, notices, holder))
        fetched = self.store.run(lambda uow: [row for row in files if errands.claim(uow, row, holder)])
        return len(sent) + len(fetched)


def queue(uow: UnitOfWork) -> None:
    outbox.append(uow, CHAT, ("client", 1), {"kind": "said"})
    errands.queue(uow, "fetch", "1", "loopback", "main", "loopback:main:c", {})


@pytest.fixture
def crew(postgres_url: str) -> Iterator[list[Process]]:
    vault, clock = Vault({"k": bytes(32)}, "k"), ManualClock(START)
    both = [Process(postgres_url, vault, clock) for _ in range(2)]
    yield both
    for each in both:
        each.ends()


def test_the_claims_of_a_dead_process_are_free_after_the_grace(crew: list[Process]) -> None:
    one, two = (each.enlists() for each in crew)
    one.store.run(queue)
    assert one.takes() == 2
    two.calls()
    one.dies()
    two.calls()
    assert two.takes() == 0
    two.calls(after=GRACE_SECONDS)
    assert two.takes() == 2


def test_a_process_that_is_only_slow_keeps_its_claims(crew: list[Process]) -> None:
    one, two = (each.enlists() for each in crew)
    one.store.run(queue)
    assert one.takes() == 2
    for _ in range(20):
        two.calls(after=10)  # and `one` says nothing meanwhile
    assert two.takes() == 0


def test_a_lost_connection_that_is_made_anew_in_time_costs_nothing(crew: list[Process]) -> None:
    one, two = (each.enlists() for each in crew)
    one.store.run(queue)
    assert one.takes() == 2
    one.locks.let_go()
    two.calls()
    one.calls()
    two.calls(after=GRACE_SECONDS)
    assert two.takes() == 0


def test_each_has_a_share_and_the_shares_are_the_whole(crew: list[Process]) -> None:
    one, two = (each.enlists() for each in crew)
    one.calls()
    two.calls()
    shares = [one.place.share, two.place.share]
    assert sorted(shares, key=lambda share: share.rank) == [Share(0, 2), Share(1, 2)]
    assert sum(share.leads for share in shares) == 1

    def fill(uow: UnitOfWork) -> None:
        for number in range(60):
            address = CHAT.model_copy(update={"chat": str(number)})
            outbox.append(uow, address, ("client", 1), {"kind": "said"})

    one.store.run(fill)
    with one.reading.open() as reader:
        look = partial(outbox.waiting, reader, one.clock.now(), 100)
        parts = [{row["id"] for row in look(share)} for share in shares]
        assert all(15 < len(part) < 45 for part in parts)
        assert not parts[0] & parts[1]
        assert len(parts[0] | parts[1]) == 60
        late = one.clock.now() + EVERYBODYS
        assert [{row["id"] for row in outbox.waiting(reader, late, 100, share)} for share in shares] == parts

    def settle(uow: UnitOfWork) -> None:
        for row_id in parts[0]:
            uow.change(outbox_table, row_id, state="sent")

    one.store.run(settle)
    with one.reading.open() as reader:
        assert outbox.waiting(reader, late - timedelta(seconds=1), 100, shares[0]) == []
        helps = {row["id"] for row in outbox.waiting(reader, late, 100, shares[0])}
        assert helps == parts[1], "whoever has nothing to do helps with what is late"

    two.dies()
    told: list[Share] = []
    one.crew.moved.append(lambda: told.append(one.place.share))
    one.calls()
    one.calls()
    assert told == [Share(0, 1)], "who has another share now looks at once, and once"


def test_every_queue_is_shared(crew: list[Process]) -> None:
    one, _ = crew
    with one.reading.open() as reader:
        for rank in (0, 1):
            share = Share(rank, 2)
            assert inbox.waiting(reader, START, 10, share) == []
            assert errands.open_errands(reader, START, 10, share) == []


def test_on_sqlite_all_claims_are_free_at_the_start(sqlite_url: str) -> None:
    vault, clock = Vault({"k": bytes(32)}, "k"), ManualClock(START)
    before = Process(sqlite_url, vault, clock).enlists()
    before.store.run(queue)
    assert before.takes() == 2
    before.dies()

    after = Process(sqlite_url, vault, clock)
    assert after.takes() == 0
    after.enlists()
    assert after.takes() == 2
    assert after.place.share == Share(0, 1)
    with after.reading.open() as reader:
        (row,) = reader.find(outbox_table)
    assert row["holder"] == after.me.id
    after.ends()


def test_a_database_that_restarts_takes_the_lock_away_and_it_is_taken_anew(spare_postgres: PostgresServer) -> None:
    locks = SessionLocks(writer_engine(spare_postgres.url("postgres")))
    assert locks.hold("a")
    assert locks.held("a", "b") == {"a"}
    spare_postgres.stop()
    with pytest.raises(Exception, match="connection"):
        locks.held("a")
    spare_postgres.start()
    assert locks.held("a") == frozenset()
    assert locks.hold("a")
    assert locks.held("a") == {"a"}
    locks.let_go()


def test_a_lock_that_another_process_has_is_not_given(postgres_url: str) -> None:
    one, two = (SessionLocks(writer_engine(postgres_url)) for _ in range(2))
    assert one.hold(lock_of(1))
    assert not two.hold(lock_of(1))
    one.let_go()
    assert two.hold(lock_of(1))
    two.let_go()


def test_those_that_ended_as_they_should_are_no_part_of_it(crew: list[Process]) -> None:
    one, two = (each.enlists() for each in crew)
    two.store.run(partial(processes.leave, me=two.me))
    two.dies()
    one.calls()
    assert one.place.share == Share(0, 1)
