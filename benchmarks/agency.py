"""An agency in the middle of its work, in a database: prepared once, then copied for every measurement."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from adapters.loopback.channel import LoopbackChannel
from benchmarks.clerk import Clerk, Desk
from bot.app import FLOWS, Banli, build
from bot.demo.seed import publish_flows
from core.channel.inbound import Address
from core.channel.outbound import OutboundMessage, Receipt
from core.kit.clock import Clock, ManualClock
from core.kit.crypto import generate_key
from core.kit.settings import Settings
from core.ledger.tables import outbox
from core.store.store import Unit
from core.store.unit import UnitOfWork

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
ACCOUNT = "bench"
CLIENTS_PER_REVIEWER = 10
T = TypeVar("T")


class Silent(LoopbackChannel):
    """A platform that takes everything at once and keeps nothing but the number of messages."""

    count = 0

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        self.count += 1
        del to
        return Receipt(external_id=f"m{message.idempotency_key}")

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        self.count += 1
        del to, external_id, message


@dataclass(frozen=True, slots=True)
class Agency:
    """What the traffic needs to know about a prepared database."""

    url: str
    folder: Path
    key: str  # of the vault
    desks: tuple[Desk, ...]


def open_banli(url: str, folder: Path, key: str, clock: Clock | None = None) -> tuple[Banli, Silent]:
    """The product here, not started, with a channel that goes nowhere; by default its clock stands still."""
    channel = Silent(account=ACCOUNT)
    return open_with(channel, url, folder, key, clock or ManualClock(START)), channel


def open_with(channel: LoopbackChannel, url: str, folder: Path, key: str, clock: Clock) -> Banli:
    """As `open_banli`, with a channel of one's own."""
    settings = Settings.model_validate({"database_url": url, "files_dir": folder / "files", "keys": key})
    banli = build(settings, clock=clock)
    banli.add(channel)
    return banli


def prepare(url: str, folder: Path, clients: int, clock: Clock | None = None) -> Agency:
    """Fill a database that has its tables: everything is done by commands of the product."""
    key = generate_key()
    banli, _ = open_banli(url, folder, key, clock)
    banli.start()
    try:
        publish_flows(banli.store, banli.bus, FLOWS)
        clerk = Clerk(banli.bus, ACCOUNT)
        department = banli.store.run(clerk.department)
        teams = range(-(-clients // CLIENTS_PER_REVIEWER))
        reviewers = _each(banli, (partial(clerk.reviewer, number=n, department=department) for n in teams))
        people = _each(banli, (partial(clerk.client, number=n) for n in range(clients)))
        desks = _each(
            banli,
            (
                partial(clerk.desk, number=n, client_id=people[n], reviewer=reviewers[n // CLIENTS_PER_REVIEWER])
                for n in range(clients)
            ),
        )
        banli.store.run(_all_said)
    finally:
        banli.stop()
    return Agency(url, folder, key, tuple(desks))


def _each(banli: Banli, works: Iterable[Callable[[UnitOfWork], T]]) -> list[T]:
    """Each in a unit of its own, committed in groups."""
    futures: list[Future[T]] = [banli.store.submit(Unit(work, name="prepare")) for work in works]
    return [future.result() for future in futures]


def _all_said(uow: UnitOfWork) -> None:
    """What the preparation had to say has been said: the sender begins with an empty outbox."""
    uow.update_where(outbox, outbox.c.state == "waiting", state="sent", external_id="m0", sent_at=uow.now)
