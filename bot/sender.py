"""The sender: takes notices from the outbox, draws them, and hands them to their channel, in order per chat."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot.ahead import look_ahead_to_draw
from bot.cards.context import House
from bot.cards.overtaken import Overtaken, drop, overtaken
from bot.cards.render import render
from core.channel.inbound import Address
from core.channel.outbound import OutboundMessage
from core.channel.port import Channel, DeliveryFailed
from core.conversations.tables import message
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.fail_points import reach
from core.kit.hands import Hands
from core.kit.log import bound, describe_error
from core.kit.watch import Watches
from core.ledger import looks, lost, outbox
from core.ledger.share import Place
from core.ledger.tables import outbox as outbox_table
from core.store.reading import Reader, Reading
from core.store.sealing import Row
from core.store.store import Ahead, Store, Unit
from core.store.unit import UnitOfWork

BATCH = 64  # chats that are served at once
DRAIN_SECONDS = 5.0  # how long a stop waits for platforms that have not answered yet
POLL_SECONDS = 0.5  # how late a notice is seen when no bell rings
OUR_PATIENCE = timedelta(0)  # what we ourselves cannot draw or hand over is given up after MAX_ATTEMPTS

log = structlog.get_logger(__name__)


class Sender:
    """Claims, draws, sends, settles. A claim has a number, so that a sender that comes back late settles nothing."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        house: House,
        channels: Mapping[str, Channel],
        clock: Clock,
        watches: Watches | None = None,
        place: Place | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._house = house
        self._channels = channels
        self._clock = clock
        self._watches = watches or Watches()
        self._place = place or Place()
        self.bell = Bell()
        self._hands = Hands(BATCH, self.bell, "sender")

    async def run(self) -> None:
        """Work until cancelled. A chat whose platform is slow holds up no other: each notice is served by itself."""
        try:
            await keep_working(self.bell, self._hand_out, POLL_SECONDS, "sender")
        finally:
            await self._hands.finish(DRAIN_SECONDS)

    async def _hand_out(self) -> int:
        """Begin to serve what is due, as far as there is room. Returns how many."""
        busy, room = self._hands.busy, self._hands.room
        rows = await asyncio.to_thread(self._claim, room, busy) if room > 0 else []
        for row, attempt, drawn in rows:
            self._hands.take(row["id"], self._serve(row, attempt, drawn))
        return len(rows)

    async def work_once(self) -> int:
        """Serve the first waiting notice of every chat, until all are settled. Returns how many were tried."""
        rows = await asyncio.to_thread(self._claim, BATCH)
        await asyncio.gather(*(self._serve(row, attempt, drawn) for row, attempt, drawn in rows))
        return len(rows)

    def _claim(
        self, room: int, busy: frozenset[int] = frozenset()
    ) -> list[tuple[Row, int, OutboundMessage | Exception]]:
        """Claim what is due and draw it, in one read; drawing happens now, so that every card tells the present.

        `busy`: rows that are being served here. They are not claimed again, however long their platform takes.
        """
        with self._reading.open() as reader:
            found = outbox.waiting(reader, self._clock.now(), room + len(busy), self._place.share)
        waiting = [row for row in found if row["id"] not in busy][:room]
        if not waiting:
            return []
        claimed = self._store.run(lambda uow: outbox.claim_all(uow, waiting, self._place.id))
        reach("sender.claimed")
        drawn: list[tuple[Row, int, OutboundMessage | Exception]] = []
        with self._reading.open() as reader:
            look_ahead_to_draw(reader, claimed)
            for row in claimed:
                drawn.append((row, row["attempts"], self._draw(reader, row)))
        return drawn

    def _draw(self, reader: Reader, row: Row) -> OutboundMessage | Exception:
        """What is sent, or why nothing is. One notice that cannot be drawn must not stop the others."""
        try:
            now = self._clock.now()
            if row["copy_of"] is None and overtaken(self._house, reader, row, now):
                return Overtaken()
            return render(self._house, reader, row, now)
        except Exception as error:
            log.error("notice_not_drawn", notice=row["id"], kind=row["notice"]["kind"], exc_info=error)
            return error

    async def _serve(self, row: Row, attempt: int, drawn: OutboundMessage | Exception) -> None:
        ids = {"notice": row["id"], "conversation": row["conversation_id"], "case": row["case_id"]}
        with bound(**ids, cause=row["cause"]), self._watches.timed("send", row["channel"], row["cause"]) as work:
            work.outcome = await self._settle(row, attempt, drawn)

    async def _settle(self, row: Row, attempt: int, drawn: OutboundMessage | Exception) -> str:
        """Returns what came of it, in a word."""
        if isinstance(drawn, Overtaken):
            work = partial(drop, house=self._house, row=row, attempt=attempt)
            await asyncio.wrap_future(self._store.submit(Unit(work, name="overtaken")))
            return "overtaken"
        if isinstance(drawn, Exception):
            hopeless = isinstance(drawn, KeyError)  # no such card; anything else may pass, as a busy database does
            failure = DeliveryFailed(f"not drawn: {drawn}", permanent=hopeless)
            return await self._fail(row, attempt, failure, OUR_PATIENCE)
        channel = self._channels.get(f"{row['channel']}:{row['account']}")
        if channel is None:
            return await self._fail(row, attempt, DeliveryFailed("channel is not configured", permanent=True))
        address = Address(channel=row["channel"], account=row["account"], chat=row["chat"])
        try:
            external_id = await self._deliver(channel, address, row, drawn)
        except DeliveryFailed as failure:
            return await self._fail(row, attempt, failure)
        except Exception as error:  # a bug of a channel is a failed attempt, not the end of the sender
            log.error("send_crashed", exc_info=error)
            return await self._fail(row, attempt, DeliveryFailed(describe_error(error)), OUR_PATIENCE)
        settle = self._sent if row["copy_of"] is None else self._redrawn
        work = partial(settle, row=row, attempt=attempt, external_id=external_id, drawn=drawn)
        unit = Unit(work, name="sent", ahead=Ahead(_look_ahead, (row["id"], row["copy_of"])))
        await asyncio.wrap_future(self._store.submit(unit))
        reach("sender.settled")
        return "sent" if row["copy_of"] is None else "redrawn"

    async def _deliver(self, channel: Channel, address: Address, row: Row, drawn: OutboundMessage) -> str:
        """The platform's id of the message; empty for a redraw of what was not sent, or cannot be edited there."""
        if row["copy_of"] is None:
            reach("sender.send")
            receipt = await channel.send(address, drawn.on(files=channel.capabilities.files_out))
            reach("sender.sent")
            return receipt.external_id
        original = await asyncio.to_thread(self._original, row["copy_of"])
        if not channel.capabilities.edit or original is None or not original["external_id"]:
            return ""
        try:
            async with asyncio.timeout(outbox.REDRAW_PATIENCE.total_seconds()):
                reach("redraw.send")
                await channel.redraw(address, original["external_id"], drawn)
                reach("redraw.sent")
        except TimeoutError as late:
            raise DeliveryFailed("no answer to an edit", ambiguous=True) from late
        return str(original["external_id"])

    def _original(self, row_id: int) -> Row | None:
        with self._reading.open() as reader:
            return reader.peek(outbox_table, row_id)

    def _sent(self, uow: UnitOfWork, row: Row, attempt: int, external_id: str, drawn: OutboundMessage) -> None:
        """The platform has it: settle the row, and write what was said into the conversation."""
        shown: dict[str, Any] = {}
        if row["card"] is not None:
            shown = {"shown": drawn.looks, "look_at": uow.now + looks.SOON if looks.is_live(row["card"]) else None}
        if not outbox.sent(uow, row["id"], attempt, external_id, **shown):
            return
        if row["conversation_id"] is not None:
            uow.add(
                message,
                conversation_id=row["conversation_id"],
                case_id=row["case_id"],
                direction="out",
                sender="staff" if drawn.sender == "person" else "bot",
                kind="card",
                body=_body(drawn),
                at=uow.now,
                entry_id=row["id"],
            )

    def _redrawn(self, uow: UnitOfWork, row: Row, attempt: int, external_id: str, drawn: OutboundMessage) -> None:
        """A copy shows something else now; one that another sender has drawn meanwhile may show either."""
        settled = outbox.sent(uow, row["id"], attempt, external_id)
        if settled and external_id:
            looks.showed(uow, row["copy_of"], drawn.looks)
            _remember_edit(uow, row["copy_of"], drawn)
        elif not settled:
            looks.in_doubt(uow, row["copy_of"])

    async def _fail(
        self, row: Row, attempt: int, failure: DeliveryFailed, patience: timedelta = outbox.PATIENCE
    ) -> str:
        log.warning("send_failed", attempt=attempt, permanent=failure.permanent)
        work: Callable[[UnitOfWork], None] = partial(_give_back, row=row, attempt=attempt, failure=failure)
        if row["copy_of"] is None:
            work = partial(_push_ahead, row=row, attempt=attempt, failure=failure, patience=patience)
        await asyncio.wrap_future(self._store.submit(Unit(work, name="send failed")))
        return "given_up" if failure.permanent else "failed"


def _remember_edit(uow: UnitOfWork, copy_id: int, drawn: OutboundMessage) -> None:
    """What was told about files is kept as it was last edited: the first words said only that they are checked."""
    copy = uow.get(outbox_table, copy_id)
    if copy["conversation_id"] is None or not (copy["card"] or "").startswith("burst:"):
        return
    kept = uow.first(message, conversation_id=copy["conversation_id"], entry_id=copy_id, direction="out")
    if kept is not None:
        uow.change(message, kept["id"], body=_body(drawn))


def _body(drawn: OutboundMessage) -> dict[str, Any]:
    """What the conversation's record keeps of a message."""
    return drawn.card.model_dump(mode="json", exclude={"buttons"})


def _push_ahead(uow: UnitOfWork, row: Row, attempt: int, failure: DeliveryFailed, patience: timedelta) -> None:
    words, permanent, after = describe_error(failure), failure.permanent, failure.retry_after
    outbox.failed(uow, row["id"], attempt, words, permanent=permanent, after=after, patience=patience)


def _give_back(uow: UnitOfWork, row: Row, attempt: int, failure: DeliveryFailed) -> None:
    """A redraw does not hold up its chat: the reconciler asks for another one, drawn as things are then."""
    words = describe_error(failure)
    if not outbox.lost(uow, row["id"], attempt, words):
        return
    if failure.ambiguous:
        looks.forget(uow, row["copy_of"])
    if looks.refused(uow, row["copy_of"], words, permanent=failure.permanent, after=failure.retry_after):
        log.error("card_lost", notice=row["copy_of"], reason=words[:200])
        lost.report(uow, uow.get(outbox_table, row["copy_of"]), uow.now)


def _look_ahead(uow: UnitOfWork, settled: list[tuple[int, int | None]]) -> None:
    """The rows, and of redraws the copies that they have drawn anew."""
    uow.preload(outbox_table, "id", {each for ids in settled for each in ids if each is not None})
