"""The fetcher: brings announced files into the store, outside any transaction, and appends the second update."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.receiver import FETCHER
from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import FileArrived, FileRef, InboundMessage, Update
from core.channel.port import Channel, FetchFailed
from core.commands.documents import KeepFile
from core.files.child import Inspector
from core.files.gate import Refused, refusal
from core.files.inspection import Inspected
from core.files.sniff import MEDIA_TYPES
from core.files.store_port import FileStore, Stored
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.errors import TooMuch
from core.kit.log import describe_error
from core.ledger import errands, inbox
from core.store.reading import Reading
from core.store.sealing import Row
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

BATCH = 8  # files that are fetched at once
POLL_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file in the store with what was found out about it; `stored` is None for one that is refused."""

    stored: Stored | None
    preview: str
    inspected: Inspected


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
        max_bytes: int,
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._channels = channels
        self._files = files
        self._inspector = inspector
        self._clock = clock
        self._max_bytes = max_bytes
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self.work_once, POLL_SECONDS, "fetcher")

    async def work_once(self) -> int:
        """Fetch what waits now. Returns how many errands were tried."""
        rows = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._fetch(row) for row in rows))
        return len(rows)

    def _claim(self) -> list[Row]:
        with self._reading.open() as reader:
            waiting = errands.open_errands(reader, self._clock.now(), BATCH)
        if not waiting:
            return []
        claimed: list[Row] = self._store.run(lambda uow: [row for row in waiting if errands.claim(uow, row)])
        return claimed

    async def _fetch(self, row: Row) -> None:
        attempt = row["attempts"] + 1
        said = InboundMessage.model_validate(row["what"]["message"])
        channel = self._channels.get(f"{row['channel']}:{row['account']}")
        if said.file is None or channel is None:
            await self._fail(row, attempt, said, "the channel is not configured", permanent=True)
            return
        try:
            fetched = await self._bring(channel, said.file)
        except FetchFailed as failure:
            await self._fail(row, attempt, said, describe_error(failure), permanent=failure.permanent)
            return
        except Exception as failure:  # a full store, no child process, a channel's bug: tried again, then parked
            log.error("fetch_crashed", errand=row["id"], error=type(failure).__name__, exc_info=failure)
            await self._fail(row, attempt, said, describe_error(failure), permanent=False)
            return
        unit = Unit(lambda uow: self._arrived(uow, row, attempt, said, fetched), name="file arrived")
        await asyncio.wrap_future(self._store.submit(unit))
        await channel.release(said.file)

    async def _bring(self, channel: Channel, ref: FileRef) -> Fetched:
        """Stream it in, open it in the child process, keep the preview."""
        try:
            stored = await self._files.put_stream(channel.fetch(ref), self._max_bytes)
        except TooMuch:
            too_large = Refused("too_large", size=ref.size or self._max_bytes + 1, limit=self._max_bytes)
            return Fetched(None, "", Inspected(refusal(ref.size or self._max_bytes + 1, "unknown", too_large)))
        data = await asyncio.to_thread(self._files.read, stored.handle)
        inspected = await asyncio.to_thread(self._inspector.inspect, data)
        preview = ""
        if inspected.preview is not None:
            kept = await asyncio.to_thread(self._files.put, [inspected.preview], self._max_bytes)
            preview = kept.handle
        return Fetched(stored, preview, inspected)

    def _arrived(self, uow: UnitOfWork, row: Row, attempt: int, said: InboundMessage, fetched: Fetched) -> None:
        """Keep the file and tell the conversation, in one unit; a worker whose lease was given away does neither."""
        if not errands.done(uow, row["id"], attempt):
            return
        cause = Cause(actor=SYSTEM, door="chat", correlation=row["what"]["update"], channel=row["channel"])
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
        file_id = self._bus.execute(uow, command, cause)
        self._append(uow, row, said, file_id, "")

    async def _fail(self, row: Row, attempt: int, said: InboundMessage, why: str, *, permanent: bool) -> None:
        log.warning("fetch_failed", errand=row["id"], attempt=attempt, permanent=permanent, reason=why[:200])

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
        )
        update = Update(
            channel=FETCHER,
            account=row["account"],
            platform_id=f"file:{row['what']['update']}",
            conversation=row["conversation"],
            raw=arrived.model_dump_json().encode(),
        )
        inbox.append(uow, update)
