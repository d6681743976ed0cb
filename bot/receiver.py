"""The receiver: works off the inbox, one unit per update, in the order of each conversation."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future

import structlog

from bot.cards.context import House
from bot.router import route
from bot.turn import Turn
from core.bus.bus import Bus
from core.channel.inbound import ButtonPress, ContactEvent, FileArrived, Inbound, InboundMessage, Update
from core.channel.port import Channel, Unreadable
from core.conversations.meeting import actor_at, meet
from core.conversations.tables import conversation, message
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.errors import Busy
from core.kit.log import describe_error
from core.ledger import inbox
from core.store.locks import conversation_key
from core.store.reading import Reading
from core.store.sealing import Row
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

FETCHER = "fetcher"
"""Channel name of our own second update of a file; its conversation is the one where the file came in."""
BATCH = 256  # entries that are looked up at once
POLL_SECONDS = 1.0  # how late an entry is seen when no bell rings


class Receiver:
    """Turns inbox entries into units."""

    def __init__(
        self, store: Store, reading: Reading, bus: Bus, house: House, channels: Mapping[str, Channel], clock: Clock
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._house = house
        self._channels = channels
        self._clock = clock
        self.bell = Bell()
        self._under_way: set[int] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self.work_once, POLL_SECONDS, "receiver")

    async def work_once(self) -> int:
        """Work off what is waiting now. Returns how many entries were settled."""
        futures = [asyncio.wrap_future(each) for each in await asyncio.to_thread(self.submit_waiting)]
        if futures:
            await asyncio.gather(*futures, return_exceptions=True)
        return len(futures)

    def submit_waiting(self) -> list["Future[None]"]:
        """Hand what is due to the store, oldest first, so that the store keeps the order of each conversation."""
        with self._reading.open() as reader:
            waiting = inbox.waiting(reader, self._clock.now(), BATCH)
        futures = []
        for entry_id, key in waiting:
            if entry_id in self._under_way:
                continue
            self._under_way.add(entry_id)
            future = self._submit(entry_id, key)
            future.add_done_callback(lambda _, entry_id=entry_id: self._under_way.discard(entry_id))  # type: ignore[misc]
            futures.append(future)
        return futures

    def _submit(self, entry_id: int, key: str) -> "Future[None]":
        unit = Unit(lambda uow: self.handle(uow, entry_id), frozenset({conversation_key(key)}), name="receive")
        future = self._store.submit(unit)
        done: Future[None] = Future()

        def settle(finished: "Future[None]") -> None:
            error = finished.exception()
            if error is None or isinstance(error, Busy):
                done.set_result(None)
                return
            log.error("update_failed", entry=entry_id, error=type(error).__name__, why=str(error)[:300], exc_info=error)
            words = describe_error(error)
            later = self._store.submit(Unit(lambda uow: inbox.failed(uow, entry_id, words), name="push ahead"))
            later.add_done_callback(lambda _: done.set_result(None))

        future.add_done_callback(settle)
        return done

    def handle(self, uow: UnitOfWork, entry_id: int) -> None:
        """One entry: parse it, find out who it is, answer, settle. All of it commits together or not at all."""
        entry = inbox.take(uow, entry_id)
        if entry is None:
            return
        try:
            inbound = self._parse(entry)
        except Unreadable as unreadable:
            inbox.failed(uow, entry_id, f"unreadable: {unreadable}", at_once=True)
            log.warning("update_unreadable", entry=entry_id, channel=entry["channel"])
            return
        chat = meet(uow, inbound.address, self._language(inbound))
        actor = actor_at(uow, chat, inbound.sender)
        channel = self._channels[f"{inbound.address.channel}:{inbound.address.account}"]
        turn = Turn(self._house, self._bus, uow, entry_id, inbound, chat, actor, channel.capabilities)
        if not isinstance(inbound, FileArrived):
            uow.change(conversation, chat["id"], last_in_at=uow.now)
        self._remember(uow, turn)
        route(turn)
        inbox.done(uow, entry_id)

    def _parse(self, entry: Row) -> Inbound:
        update = Update(
            channel=entry["channel"],
            account=entry["account"],
            platform_id=entry["platform_id"],
            conversation=entry["conversation"],
            raw=entry["raw"],
        )
        if update.channel == FETCHER:
            return FileArrived.model_validate_json(update.raw)
        channel = self._channels.get(f"{update.channel}:{update.account}")
        if channel is None:
            raise Unreadable(f"no channel {update.channel}:{update.account} is configured")
        return channel.parse(update)

    def _language(self, inbound: Inbound) -> str:
        locale = inbound.locale.lower()
        return "en" if locale.startswith("en") else "zh-CN" if locale.startswith("zh") else self._house.language

    def _remember(self, uow: UnitOfWork, turn: Turn) -> None:
        """The conversation's own record of what came in."""
        inbound = turn.inbound
        if isinstance(inbound, FileArrived):
            return
        kind, body = _kind_and_body(inbound)
        uow.add(
            message,
            conversation_id=turn.chat["id"],
            case_id=turn.chat["case_id"],
            direction="in",
            sender="staff" if turn.actor.kind == "staff" else "client",
            sender_id=turn.actor.id or None,
            kind=kind,
            body=body,
            at=uow.now,
            entry_id=turn.entry_id,
        )


def _kind_and_body(inbound: InboundMessage | ButtonPress | ContactEvent) -> tuple[str, dict[str, object]]:
    if isinstance(inbound, ButtonPress):
        return "press", {"message": inbound.message_id}
    if isinstance(inbound, ContactEvent):
        return "contact", {"event": inbound.event}
    if inbound.file is not None:
        return "file", {"name": inbound.file.name, "text": inbound.text}
    return ("text", {"text": inbound.text}) if inbound.text else ("other", {"kind": inbound.other})


log = structlog.get_logger(__name__)
