"""The whole product under load: into the inbox, committed, worked off by the receiver, answered in the outbox."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.agency import Agency, open_banli
from benchmarks.clerk import Desk
from benchmarks.traffic import Post, shares
from benchmarks.watch import Watch
from bot.app import Banli
from bot.receiver import Receiver
from core.cases.tables import document_version
from core.ledger import inbox
from core.ledger.tables import audit, outbox
from core.ledger.tables import inbox as inbox_table
from core.store.reading import Reader
from core.store.store import Unit

WARM_UP = 8  # cases whose messages are not counted: statements are compiled and flows are read by then

LAST_ROUND_SECONDS = 0.1  # not counted: the receiver hears of its last unit a moment after we do


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: messages, seconds of wall time, and seconds from append to committed answer of each."""

    messages: int
    seconds: float
    latencies: tuple[float, ...]
    cpu: float  # seconds of processor time of this process for one message
    sent: int = 0  # messages and redraws that the platform was given

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    def percentile(self, share: float) -> float:
        """In seconds."""
        return sorted(self.latencies)[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def drive(agency: Agency, url: str, desks: Sequence[Desk], submitters: int, *, sending: bool = False) -> Run:
    """Send everything about these cases; the last WARM_UP cases of the agency warm up. Raises what went wrong."""
    banli, channel = open_banli(url, agency.folder, agency.key)
    banli.start()
    try:
        run = asyncio.run(_drive(banli, agency.desks[-WARM_UP:], desks, submitters, sending))
        with banli.reading.open() as reader:
            _check(reader, len(desks) + WARM_UP)
    finally:
        banli.stop()
    return replace(run, sent=channel.count)


async def _drive(banli: Banli, warm: Sequence[Desk], desks: Sequence[Desk], submitters: int, sending: bool) -> Run:
    watch = Watch(banli.store)
    receiver = Receiver(watch, banli.reading, banli.bus, banli.house, banli.channels, banli.clock)
    banli.store.listen("inbox", receiver.bell.ring)
    loops = [asyncio.create_task(receiver.run())]
    if sending:
        loops.append(asyncio.create_task(banli.sender.run()))
    try:
        await _all(banli, watch, shares(warm, 1))
        started, used = time.perf_counter(), time.process_time()
        latencies = await _all(banli, watch, shares(desks, submitters))
        if sending:
            while await asyncio.to_thread(_to_send, banli):
                await asyncio.sleep(0.01)
        seconds, used = time.perf_counter() - started, time.process_time() - used
        await asyncio.sleep(LAST_ROUND_SECONDS)
    finally:
        for loop in loops:
            loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loop
    return Run(len(latencies), seconds, tuple(latencies), used / len(latencies))


async def _all(banli: Banli, watch: Watch, dealt: list[list[Post]]) -> list[float]:
    found = await asyncio.gather(*(_submit(banli, watch, share) for share in dealt))
    return [each for latencies in found for each in latencies]


async def _submit(banli: Banli, watch: Watch, posts: list[Post]) -> list[float]:
    """One submitter: the next message goes off when the last one is answered, as with a person who waits."""
    latencies = []
    for post in posts:
        started = time.perf_counter()
        answered = watch.ask(post.update.conversation)
        await asyncio.wrap_future(banli.store.submit(_append(post)))
        latencies.append(await answered - started)
    return latencies


def _append(post: Post) -> Unit:
    return Unit(lambda uow: inbox.append(uow, post.update), first=True, name="append")


def _to_send(banli: Banli) -> bool:
    with banli.reading.open() as reader:
        return reader.first(outbox, outbox.c.state.in_(("waiting", "sending"))) is not None


def _check(reader: Reader, cases: int) -> None:
    """Every message did what it should: otherwise the figures would be about something else."""
    unsettled = reader.find(inbox_table, inbox_table.c.state != "done", limit=1)
    refused = reader.find(audit, audit.c.outcome == "refused", limit=1)
    versions = reader.find(document_version)
    approved = sum(1 for row in versions if row["status"] == "approved")
    if unsettled or refused or len(versions) < 4 * cases or approved != 2 * cases:
        raise RuntimeError(
            f"the run went wrong: {len(versions)} versions and {approved} approvals of {cases} cases, "
            f"refused {[(row['command'], row['code']) for row in refused]}, "
            f"unsettled {[row['error'] for row in unsettled]}"
        )
