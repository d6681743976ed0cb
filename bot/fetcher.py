"""The fetcher: brings announced files into the store, outside any transaction, and appends the second update."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.receiver import FETCHER
from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import FileArrived, FileRef, InboundMessage, Update
from core.channel.port import Channel, FetchFailed
from core.commands.documents import KeepFile, ReportHeldFile, SettleHeldFile
from core.files.child import Inspector
from core.files.gate import Refused, refusal
from core.files.inspection import Inspected, Inspection
from core.files.limits import FileLimits
from core.files.quota import over_quota, used_by
from core.files.scan import Scanner, ScannerDown, scanned
from core.files.service import client_files, spare_of
from core.files.sniff import MEDIA_TYPES
from core.files.store_port import FileStore, Stored
from core.files.tables import file
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.errors import TooMuch
from core.kit.fail_points import reach
from core.kit.hands import Hands
from core.kit.log import bound, describe_error
from core.ledger import errands, inbox
from core.ledger.share import Place
from core.store.reading import Reading
from core.store.sealing import Row
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

BATCH = 8  # files that are fetched at once
DRAIN_SECONDS = 5.0  # how long a stop waits for files that are under way; later they are fetched anew
POLL_SECONDS = 1.0
HOLD = timedelta(seconds=30)  # before the scanner is asked about a held file again
STUCK = timedelta(minutes=30)  # so long held: people are told

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file in the store with what was found out about it; `stored` is None for one that is refused."""

    stored: Stored | None
    preview: str
    inspected: Inspected


class Held(Exception):
    """The file is here, and nobody may have it before the scanner has answered."""

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.stored = stored


class Fetcher:
    """Works off the errands of kind "fetch"."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        bus: Bus,
        channels: Mapping[str, Channel],
        files: FileStore,
        inspector: Inspector,
        clock: Clock,
        limits: FileLimits,
        scanner: Scanner | None = None,
        place: Place | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._channels = channels
        self._files = files
        self._inspector = inspector
        self._clock = clock
        self._limits = limits
        self._scanner = scanner
        self._place = place or Place()
        self.bell = Bell()
        self._hands = Hands(BATCH, self.bell, "fetcher")

    async def run(self) -> None:
        """Work until cancelled. A large file holds up no small one."""
        try:
            await keep_working(self.bell, self._hand_out, POLL_SECONDS, "fetcher")
        finally:
            await self._hands.finish(DRAIN_SECONDS)

    async def _hand_out(self) -> int:
        """Begin to fetch what waits, as far as there is room. Returns how many."""
        busy, room = self._hands.busy, self._hands.room
        rows = await asyncio.to_thread(self._claim, room, busy) if room > 0 else []
        for row in rows:
            self._hands.take(row["id"], self._fetch_one(row))
        return len(rows)

    async def work_once(self) -> int:
        """Fetch what waits now, until all of it is settled. Returns how many errands were tried."""
        rows = await asyncio.to_thread(self._claim, BATCH)
        await asyncio.gather(*(self._fetch_one(row) for row in rows))
        return len(rows)

    def _claim(self, room: int, busy: frozenset[int] = frozenset()) -> list[Row]:
        """`busy`: rows that are being fetched here. They are not claimed again, however long a file takes."""
        with self._reading.open() as reader:
            found = errands.open_errands(reader, self._clock.now(), room + len(busy), self._place.share)
        waiting = [row for row in found if row["id"] not in busy][:room]
        if not waiting:
            return []
        holder = self._place.id
        claimed: list[Row] = self._store.run(lambda uow: [row for row in waiting if errands.claim(uow, row, holder)])
        reach("fetcher.claimed")
        return claimed

    async def _fetch_one(self, row: Row) -> None:
        with bound(errand=row["id"], update=row["what"]["update"]):
            await self._fetch(row)
            self.bell.beat()

    async def _fetch(self, row: Row) -> None:
        attempt = row["attempts"] + 1
        said = InboundMessage.model_validate(row["what"]["message"])
        channel = self._channels.get(f"{row['channel']}:{row['account']}")
        if said.file is None or channel is None:
            await self._fail(row, attempt, said, "the channel is not configured", permanent=True)
            return
        try:
            fetched = await self._bring(channel, said.file, row["what"])
        except Held as held:
            await self._hold(row, attempt, said, held.stored)
            return
        except FetchFailed as failure:
            await self._fail(row, attempt, said, describe_error(failure), permanent=failure.permanent)
            return
        except Exception as failure:  # a full store, no child process, a channel's bug: tried again, then parked
            log.error("fetch_crashed", error=type(failure).__name__, exc_info=failure)
            await self._fail(row, attempt, said, describe_error(failure), permanent=False)
            return
        client_id = row["what"]["client_id"]
        keys = frozenset() if client_id is None else frozenset({client_files(client_id)})
        unit = Unit(lambda uow: self._arrived(uow, row, attempt, said, fetched), keys, name="file arrived")
        reach("fetcher.settle")
        spares = await asyncio.wrap_future(self._store.submit(unit))
        reach("fetcher.settled")
        for spare in spares:
            await asyncio.to_thread(self._files.delete, spare)
        await channel.release(said.file)

    async def _bring(self, channel: Channel, ref: FileRef, what: Mapping[str, Any]) -> Fetched:
        """Stream it in as far as there is room, open it in the child process, scan it, keep the preview.

        Raises Held when the scanner does not answer; then the file lies in the store and is taken from there.
        """
        if "held" in what:
            stored = Stored(**what["held"])
        else:
            used = await asyncio.to_thread(self._used, what["client_id"])
            room = max(0, self._limits.client_bytes - used)
            try:
                stored = await self._files.put_stream(channel.fetch(ref), min(self._limits.upload_bytes, room))
            except TooMuch:
                return Fetched(None, "", Inspected(self._no_room(ref, used, room)))
            reach("fetcher.stored")
        self.bell.beat()
        data = await asyncio.to_thread(self._files.read, stored.handle)
        inspected = await asyncio.to_thread(self._inspector.inspect, data)
        reach("fetcher.inspected")
        self.bell.beat()
        try:
            inspected = await asyncio.to_thread(scanned, self._scanner, data, inspected)
        except ScannerDown as down:
            raise Held(stored) from down
        preview = ""
        if inspected.preview is not None:
            kept = await asyncio.to_thread(self._files.put, [inspected.preview], self._limits.upload_bytes)
            reach("fetcher.previewed")
            preview = kept.handle
        return Fetched(stored, preview, inspected)

    def _used(self, client_id: int | None) -> int:
        with self._reading.open() as reader:
            return used_by(reader, client_id)

    def _no_room(self, ref: FileRef, used: int, room: int) -> Inspection:
        """Why it did not fit: too large for anybody, or for what this client has left."""
        most = self._limits.upload_bytes
        size = ref.size or min(most, room) + 1
        if size > most:
            return refusal(size, "unknown", Refused("too_large", size=size, limit=most))
        return over_quota(size, used, self._limits.client_bytes)

    def _arrived(self, uow: UnitOfWork, row: Row, attempt: int, said: InboundMessage, fetched: Fetched) -> list[str]:
        """Keep the file and tell the conversation, in one unit; a worker whose lease was given away does neither.

        Returns the handles that no row names: the client had sent this content before, or the lease was lost.
        """
        brought = [fetched.stored.handle if fetched.stored is not None else "", fetched.preview]
        if not errands.done(uow, row["id"], attempt):
            return [handle for handle in brought if handle]
        name = said.file.name if said.file is not None else ""
        inspection = fetched.inspected.inspection
        stored = fetched.stored
        command = KeepFile(
            name=name[:300],
            media_type="application/octet-stream" if inspection.kind is None else MEDIA_TYPES[inspection.kind],
            size=0 if stored is None else stored.size,
            sha256="0" * 64 if stored is None else stored.sha256,
            handle="" if stored is None else stored.handle,
            preview_handle=fetched.preview,
            client_id=row["what"]["client_id"],
            inspection=inspection.to_json(),
        )
        file_id = self._bus.execute(uow, command, self._cause(row))
        if row["what"].get("told"):
            self._bus.execute(uow, SettleHeldFile(errand_id=row["id"]), self._cause(row))
        self._append(uow, row, said, file_id, "")
        return spare_of(uow.get(file, file_id), *brought)

    def _cause(self, row: Row) -> Cause:
        return Cause(actor=SYSTEM, door="chat", correlation=row["what"]["update"], channel=row["channel"])

    async def _hold(self, row: Row, attempt: int, said: InboundMessage, stored: Stored) -> None:
        """The scanner does not answer: keep the file aside, tell the sender once, ask again in a while; tell people
        when it takes long."""
        log.warning("file_held", scanner=self._scanner.name if self._scanner is not None else "")
        before = row["what"]

        def settle(uow: UnitOfWork) -> None:
            since = datetime.fromisoformat(before.get("since", uow.now.isoformat()))
            stuck = uow.now - since >= STUCK
            what = {**before, "held": asdict(stored), "since": since.isoformat(), "told": stuck}
            if not errands.held(uow, row["id"], attempt, what, HOLD):
                return
            if "held" not in before:
                self._append(uow, row, said, None, "held")
            if stuck and not before["told"]:
                self._bus.execute(uow, ReportHeldFile(errand_id=row["id"]), self._cause(row))

        await asyncio.wrap_future(self._store.submit(Unit(settle, name="file held")))

    async def _fail(self, row: Row, attempt: int, said: InboundMessage, why: str, *, permanent: bool) -> None:
        log.warning("fetch_failed", attempt=attempt, permanent=permanent, reason=why[:200])

        def settle(uow: UnitOfWork) -> None:
            if errands.failed(uow, row["id"], attempt, why, permanent=permanent):
                self._append(uow, row, said, None, "failed")

        await asyncio.wrap_future(self._store.submit(Unit(settle, name="fetch failed")))

    def _append(self, uow: UnitOfWork, row: Row, said: InboundMessage, file_id: int | None, problem: str) -> None:
        """The second update of the file, in the inbox of the same conversation."""
        arrived = FileArrived(
            address=said.address,
            sender=said.sender,
            message_update=row["what"]["update"],
            file_id=file_id,
            problem=problem,
            name=said.file.name if said.file is not None else "",
            caption=said.text,
            case_id=said.case_id,
            item_id=said.item_id,
            album=said.album,
            handoff_id=row["what"].get("handoff", 0),
        )
        update = Update(
            channel=FETCHER,
            account=row["account"],
            platform_id=f"{'held' if problem == 'held' else 'file'}:{row['what']['update']}",
            conversation=row["conversation"],
            raw=arrived.model_dump_json().encode(),
        )
        inbox.append(uow, update)
