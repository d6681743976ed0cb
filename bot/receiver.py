"""The receiver: works off the inbox, one unit per update, in the order of each conversation."""

import asyncio
import contextlib
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from itertools import islice

import structlog

from bot.ahead import look_ahead
from bot.cards.context import House
from bot.dialogs.moved import ask_again
from bot.router import route
from bot.turn import Turn
from core.bus.bus import Bus
from core.channel.inbound import ButtonPress, ContactEvent, FileArrived, Inbound, InboundMessage, Update
from core.channel.port import Channel, Unreadable
from core.conversations.meeting import actor_at, go_on, meet
from core.conversations.tables import conversation, message
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.errors import Busy
from core.kit.fail_points import reach
from core.kit.log import bound, describe_error
from core.kit.pace import Pace
from core.kit.watch import Watches, Worked
from core.ledger import inbox
from core.ledger.crowd import crowded
from core.ledger.share import Place
from core.ledger.tables import inbox as inbox_table
from core.store.locks import case_key, conversation_key
from core.store.reading import Reader, Reading
from core.store.sealing import Row
from core.store.store import Ahead, Store, Unit
from core.store.unit import UnitOfWork

FETCHER = "fetcher"
"""Channel name of our own second update of a file; its conversation is the one where the file came in."""
BATCH = 64  # entries that the store has at once, a group of units: more, and what is to be sent waits for all of them
PACE_SECONDS = 1.0  # in which a conversation has inbox.FAIR turns: whoever floods is served beside the others
NEXT_TURN_SECONDS = 0.125  # until the next look while somebody may be held back
POLL_SECONDS = 0.25  # how late an entry is seen when no bell rings: what a client waits for without Redis


class Receiver:
    """Turns inbox entries into units."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        bus: Bus,
        house: House,
        channels: Mapping[str, Channel],
        clock: Clock,
        watches: Watches | None = None,
        place: Place | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._bus = bus
        self._house = house
        self._channels = channels
        self._clock = clock
        self._watches = watches or Watches()
        self._place = place or Place()
        self._handled: dict[int, tuple[Worked, datetime]] = {}  # what is to be told, and when the update came in
        self._crowd = False  # whether one conversation had more than its part of the last look
        self._flying: set[int] = set()  # entries that the store has and has not settled
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled: what is new is handed over at once, whether or not the rest is settled."""
        pace = Pace(inbox.FAIR, PACE_SECONDS)

        async def hand_over() -> int:
            return len(await asyncio.to_thread(self.submit_waiting, pace))

        def pause() -> float:
            return NEXT_TURN_SECONDS if pace.hurried() else POLL_SECONDS

        await keep_working(self.bell, hand_over, pause, "receiver")

    async def work_once(self) -> int:
        """Work off what is waiting now. Returns how many entries were settled; Busy ones do not count."""
        submitted = await asyncio.to_thread(self.submit_waiting)
        return sum(await asyncio.gather(*map(asyncio.wrap_future, submitted)))

    def submit_waiting(self, pace: Pace | None = None) -> "list[Future[bool]]":
        """Hand what is due to the store, oldest first, so that the store keeps the order of each conversation.

        ``pace``: of each conversation; whoever floods has his next turn when one has come back.
        Each future tells whether its entry is settled: done, pushed ahead or parked.
        """
        flying = set(self._flying)  # before the look: what lands meanwhile would look as if it still waited
        if (room := BATCH - len(flying)) <= 0:
            return []
        with self._reading.open() as reader:
            most, share, crowd = BATCH + len(flying), self._place.share, self._crowd
            waiting = inbox.waiting(reader, self._clock.now(), most, share, crowd=crowd)
            self._crowd = crowded((key for _, key in waiting), inbox.FAIR)
            new = (each for each in waiting if each[0] not in flying and (pace is None or pace.lets(each[1])))
            fresh = list(islice(new, room))  # drawn one by one: what finds no room has spent no turn
            cases = _cases_of(reader, {key for _, key in fresh})
        if fresh:
            reach("receiver.found")
        submitted = []
        with contextlib.suppress(Busy):  # the rest waits in its ledger
            for entry_id, key in fresh:
                locks = {conversation_key(key), *([case_key(cases[key])] if key in cases else [])}
                submitted.append(self._submit(entry_id, frozenset(locks)))
        return submitted

    def _submit(self, entry_id: int, locks: frozenset[str]) -> "Future[bool]":
        work = partial(self.handle, entry_id=entry_id)
        unit = Unit(work, locks, name="receive", ahead=Ahead(self._look_ahead, entry_id))
        settled: Future[bool] = Future()
        self._flying.add(entry_id)
        try:
            self._store.submit(unit).add_done_callback(lambda ran: self._ran(entry_id, ran, settled))
        except Busy:
            self._flying.discard(entry_id)
            raise
        return settled

    def _ran(self, entry_id: int, ran: "Future[None]", settled: "Future[bool]") -> None:
        """In the store's thread, after the commit. A failed update is pushed ahead, then parked: the others go on."""
        error = ran.exception()
        if error is None or isinstance(error, Busy):
            self._land(entry_id, settled, error is None)
            return
        log.error("update_failed", update=entry_id, error=type(error).__name__, exc_info=error)
        if entry_id in self._handled:
            self._handled[entry_id][0].outcome = "failed"
        words = describe_error(error)
        try:
            pushed = self._store.submit(Unit(lambda uow: inbox.failed(uow, entry_id, words), name="push ahead"))
        except Busy:
            self._land(entry_id, settled, False)
        else:
            pushed.add_done_callback(lambda done: self._land(entry_id, settled, done.exception() is None))

    def _land(self, entry_id: int, settled: "Future[bool]", is_settled: bool) -> None:
        reach("receiver.settled")
        self._flying.discard(entry_id)
        if len(self._flying) in (BATCH // 2, 0):  # there is room again, or what was left out of the last look waits
            self.bell.ring()
        handled = self._handled.pop(entry_id, None)
        if handled is not None and is_settled:
            work, came = handled
            work.seconds = (self._clock.now() - came).total_seconds()
            self._watches.worked(work)
        settled.set_result(is_settled)

    def _look_ahead(self, uow: UnitOfWork, entry_ids: list[int]) -> None:
        """Parse every entry of the group, and ask at once what their units will ask."""
        arrived = []
        for entry in uow.preload(inbox_table, "id", entry_ids):
            with contextlib.suppress(Unreadable):  # its own unit says so
                arrived.append(self._read(uow, entry))
        look_ahead(uow, arrived)

    def handle(self, uow: UnitOfWork, entry_id: int) -> None:
        """One entry: parse it, find out who it is, answer, settle. All of it commits together or not at all."""
        entry = inbox.take(uow, entry_id)
        if entry is None:
            return
        work = Worked("update", entry["channel"], cause=entry_id, begins=not entry["attempts"])
        self._handled[entry_id] = work, entry["received_at"]
        uow.cause = entry_id
        with bound(update=entry_id), self._watches.timed("unit", entry["channel"], entry_id) as unit:
            try:
                self._handle(uow, entry, work)
            finally:  # a unit that discovers a key is told too, and runs again
                unit.cause = work.cause

    def _handle(self, uow: UnitOfWork, entry: Row, work: Worked) -> None:
        entry_id: int = entry["id"]
        try:
            inbound = self._read(uow, entry)
        except Unreadable as unreadable:
            inbox.failed(uow, entry_id, f"unreadable: {unreadable}", at_once=True)
            work.outcome = "unreadable"
            log.warning("update_unreadable", channel=entry["channel"])
            return
        if isinstance(inbound, FileArrived):  # it follows from the message that announced the file
            uow.cause, work.cause, work.begins = inbound.message_update, inbound.message_update, False
        self._house.catch_up(uow, uow.now)
        chat = meet(uow, inbound.address, self._language(inbound))
        actor = actor_at(uow, chat, inbound.sender)
        channel = self._channels[f"{inbound.address.channel}:{inbound.address.account}"]
        able = (channel.capabilities, self._door(entry, channel).capabilities)
        turn = Turn(self._house, self._bus, uow, entry_id, inbound, chat, actor, *able)
        moved = None
        if entry["channel"] == chat["channel"]:  # he wrote there himself; what comes by a page of ours opens no window
            if actor.kind == "client" and actor.id and inbound.sender == chat["chat"]:
                moved = go_on(uow, chat, actor.id)
            uow.change(conversation, chat["id"], last_in_at=uow.now)
        with bound(conversation=chat["id"], case=chat["case_id"]):
            self._remember(uow, turn)
            route(turn)
            if moved is not None:
                ask_again(turn, moved)
        inbox.done(uow, entry_id)

    def _door(self, entry: Row, channel: Channel) -> Channel:
        """By which an update came: a page of ours hands in what the chat's own channel may not be able to."""
        return self._channels.get(f"{entry['channel']}:{entry['account']}", channel)

    def _read(self, uow: UnitOfWork, entry: Row) -> Inbound:
        """The parsed entry, once per group. Raises Unreadable."""
        known: Inbound | None = uow.memory.get(("inbound", entry["id"]))
        if known is None:
            known = uow.memory["inbound", entry["id"]] = self._parse(entry)
        return known

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


def _cases_of(reader: Reader, keys: set[str]) -> dict[str, int]:
    """The case that each conversation is about: its lock is asked for in advance. A hint only."""
    found = reader.preload(conversation, "key", keys)
    return {row["key"]: row["case_id"] for row in found if row["case_id"] is not None}


def _kind_and_body(inbound: InboundMessage | ButtonPress | ContactEvent) -> tuple[str, dict[str, object]]:
    if isinstance(inbound, ButtonPress):
        return "press", {"message": inbound.message_id}
    if isinstance(inbound, ContactEvent):
        return "contact", {"event": inbound.event}
    if inbound.file is not None:
        return "file", {"name": inbound.file.name, "text": inbound.text}
    return ("text", {"text": inbound.text}) if inbound.text else ("other", {"kind": inbound.other})


log = structlog.get_logger(__name__)
