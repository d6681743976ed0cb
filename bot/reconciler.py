"""The reconciler: compares what the copies of a card show with what they would show now, and has them redrawn.

A redraw is asked for by whatever follows from a deed. It may be lost all the same: the platform refuses it, a process
dies, or nobody thought of asking. This loop finds the copies that tell the past.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, select

from bot.ahead import look_ahead_to_draw
from bot.cards.context import House
from bot.cards.render import render
from core.cases.tables import case, case_event
from core.channel.port import Channel
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.fail_points import reach
from core.kit.ids import made_since
from core.ledger import looks, outbox
from core.ledger.share import Place
from core.ledger.tables import button
from core.ledger.tables import outbox as outbox_table
from core.store.reading import Reader, Reading
from core.store.sealing import Row
from core.store.store import Store
from core.store.unit import UnitOfWork

BATCH = 100  # copies that are drawn in one round
LOOK_SECONDS = 0.5

log = structlog.get_logger(__name__)

OVERLAP = 15.0  # seconds of events that two looks both see: clocks differ, and a commit may come late

_MOVED = (
    select(case.c.id)
    .where(case.c.id == outbox_table.c.case_id, case.c.version != outbox_table.c.seen)
    .correlate(outbox_table)
    .exists()
)
"""Something has happened in the case of the copy since it was looked at."""


def _moved_since(moment: float) -> ColumnElement[bool]:
    """As _MOVED, of the cases alone of which an event has been written since (seconds of the epoch): the others need
    not be looked through twice a second, however many there are."""
    happened = select(case_event.c.case_id).where(case_event.c.id > made_since(time.time() - moment))
    return and_(outbox_table.c.case_id.in_(happened), _MOVED)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at one copy found: whether it is out of date, at which version of its case, when to look again."""

    copy: Row
    stale: bool
    seen: int | None
    next_at: datetime | None


class Reconciler:
    """One of the processes does this; two that find the same copy have it redrawn once or, at worst, twice."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        house: House,
        channels: Mapping[str, Channel],
        clock: Clock,
        place: Place | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._house = house
        self._channels = channels
        self._clock = clock
        self._place = place or Place()
        self._seen_until: float | None = None  # events until then are looked at; None: what was before is not known
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self._round, LOOK_SECONDS, "reconciler")

    async def _round(self) -> int:
        """As work_once, with a pause after every round: drawing is never all that a process does."""
        await self.work_once()
        return 0

    async def work_once(self) -> int:
        """One round, of at most BATCH copies. Returns how many redraws were asked for."""
        if not self._place.share.leads:
            self._seen_until = None  # another one looks meanwhile, and may leave something
            return 0
        found = await asyncio.to_thread(self._look)
        if not found:
            return 0
        reach("reconciler.looked")
        asked: int = await asyncio.to_thread(self._store.run, lambda uow: _settle(uow, found))
        return asked

    def _look(self) -> list[Look]:
        now, began = self._clock.now(), time.time()
        moved = _MOVED if self._seen_until is None else _moved_since(self._seen_until - OVERLAP)
        with self._reading.open() as reader:
            copies, every = looks.due(reader, now, moved, BATCH)
            if every:  # else the next look begins where this one did
                self._seen_until = began
            look_ahead_to_draw(reader, copies)
            return [self._look_at(reader, copy, now) for copy in copies]

    def _look_at(self, reader: Reader, copy: Row, now: datetime) -> Look:
        channel = self._channels.get(f"{copy['channel']}:{copy['account']}")
        if copy["state"] != "sent" or channel is None or not channel.capabilities.edit:
            return Look(copy, False, copy["seen"], None)  # a press there is answered by what is true then
        there = None if copy["case_id"] is None else reader.peek(case, copy["case_id"])
        seen = None if there is None else there["version"]
        try:
            shows = render(self._house, reader, copy, now).looks
        except Exception as error:  # one card that cannot be drawn must not stop the others
            log.error("card_not_drawn", notice=copy["id"], kind=copy["notice"]["kind"], exc_info=error)
            return Look(copy, False, seen, now + looks.UNTOLD)
        if shows != copy["shown"]:
            return Look(copy, True, seen, now + looks.SOON)
        live = looks.is_live(copy["card"]) and _has_buttons(reader, copy)
        return Look(copy, False, seen, now + looks.pause(copy, now) if live else None)


def _has_buttons(reader: Reader, copy: Row) -> bool:
    """Whether somebody can still press something on this copy."""
    found = (reader.first(button, token=token) for token in copy["notice"]["tokens"])
    return any(row is not None and row["state"] == "open" for row in found)


def _settle(uow: UnitOfWork, found: list[Look]) -> int:
    """Ask for what is missing, once, and say when each copy is looked at again."""
    asked = 0
    for each in found:
        if each.stale and not looks.on_its_way(uow, each.copy["id"]):
            outbox.redraw_copy(uow, each.copy)
            asked += 1
        looks.looked(uow, each.copy, each.seen, each.next_at)
    return asked
