"""How long people wait: messages arrive at a steady rate, whether the house keeps up or not, and all loops run.

From the moment when a message was due to arrive until the platform is given something for that chat (the first sign),
and from a file's arrival until its card is in the reviewer's chat. The bars are those of the product's promises.
"""

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.loopback.channel import LoopbackChannel
from benchmarks.agency import ACCOUNT, Agency, open_with
from benchmarks.clerk import CHANNEL, COMING, Desk
from bot.app import LOOPS, Banli
from core.channel.inbound import Address, FileRef, InboundMessage, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.kit.clock import SystemClock
from core.ledger import inbox
from core.store.store import Unit
from tests.files.pictures import jpg

RATE = 50  # messages a second
FILES = 10  # one message in so many is a file
WORDS = ("进度", "材料", "2", "status", "docs", "help")
BETWEEN = 4  # seconds at least between two messages of one client
FIRST_SIGN, REVIEW_CARD = 1.0, 5.0  # seconds at the 95th percentile
PATIENCE = 60.0  # seconds after the last message; what has not been answered by then is lost


@dataclass
class Timed(LoopbackChannel):
    """A platform that notes when it was given something, and keeps nothing else."""

    asked: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    handed_in: dict[str, float] = field(default_factory=dict)  # name of a file -> when it was due to arrive
    signs: list[float] = field(default_factory=list)
    cards: list[float] = field(default_factory=list)

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        self._see(to, message)
        return Receipt(external_id=f"m{message.idempotency_key}")

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        del external_id
        self._see(to, message)

    async def typing(self, to: Address) -> None:
        self._sign(to)

    def _sign(self, to: Address) -> None:
        if asked := self.asked[to.chat]:
            self.signs.append(time.perf_counter() - asked.popleft())

    def _see(self, to: Address, message: OutboundMessage) -> None:
        now = time.perf_counter()
        self._sign(to)
        if message.card.kind == "review":
            shown = " ".join(value for _, value in message.card.facts)
            for name in [each for each in self.handed_in if each in shown]:
                self.cards.append(now - self.handed_in.pop(name))


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds of each wait of one kind, and what is promised for the 95th percentile."""

    what: str
    bar: float
    seconds: tuple[float, ...]

    def percentile(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


def wait(agency: Agency, url: str, seconds: float, rate: float = RATE) -> list[Wait]:
    """Run all loops and let messages arrive for so long. Raises RuntimeError when one is never answered.

    The agency needs BETWEEN x rate clients.
    """
    channel = Timed(account=ACCOUNT)
    banli = open_with(channel, url, agency.folder, agency.key, SystemClock())
    banli.start()
    try:
        asyncio.run(arriving(banli, channel, agency.desks, seconds, rate))
    finally:
        banli.stop()
    return [
        Wait("first sign", FIRST_SIGN, tuple(channel.signs)),
        Wait("file to review card", REVIEW_CARD, tuple(channel.cards)),
    ]


async def arriving(banli: Banli, channel: Timed, desks: Sequence[Desk], seconds: float, rate: float) -> None:
    """Messages at a steady rate, until all are answered. Raises RuntimeError when one never is."""
    async with running(banli):
        started, jobs = time.perf_counter(), []
        for n in range(int(seconds * rate)):
            due = started + n / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            jobs.append(banli.store.submit(_post(channel, desks, n, due)))
        await asyncio.gather(*map(asyncio.wrap_future, jobs))
        end = time.perf_counter() + PATIENCE
        while (lost := sum(map(len, channel.asked.values())) + len(channel.handed_in)) and time.perf_counter() < end:
            await asyncio.sleep(0.05)
    if lost:
        raise RuntimeError(f"{lost} messages were never answered")


@asynccontextmanager
async def running(banli: Banli) -> AsyncIterator[None]:
    """All loops of the house."""
    work = asyncio.create_task(banli.run(*LOOPS))
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


def _post(channel: Timed, desks: Sequence[Desk], n: int, due: float) -> Unit:
    """The n-th message, due at this moment of the performance counter, as a webhook would hand it in.

    Clients write in turn; in every round others of them send a file, so that no two files make one document.
    """
    turn, desk = n // len(desks), desks[n % len(desks)]
    channel.asked[desk.chat].append(due)
    address = Address(channel=CHANNEL, account=ACCOUNT, chat=desk.chat)
    if (n + turn) % FILES == 0:
        handle, name = f"w{n}", f"waits-{n:06}.jpg"
        channel.files[handle] = _picture(n)
        channel.handed_in[name] = due
        file = FileRef(handle=handle, name=name, size=len(channel.files[handle]), media_type="image/jpeg")
        said = InboundMessage(address=address, sender=desk.chat, text=COMING[0], file=file)
    else:
        said = InboundMessage(address=address, sender=desk.chat, text=WORDS[n % len(WORDS)])
    update = Update(
        channel=CHANNEL,
        account=ACCOUNT,
        platform_id=f"waits-{n}",
        conversation=address.key,
        raw=said.model_dump_json().encode(),
    )
    return Unit(lambda uow: inbox.append(uow, update), first=True, name="append")


def _picture(n: int) -> bytes:
    """A page as a JPEG that no other message has: its comment says which one it is."""
    page, comment = jpg(), f"{n:06}".encode()
    return page[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + page[2:]
