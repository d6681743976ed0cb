"""Signs: a chat whose answer takes a moment is shown that one is coming, where its channel can show that."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, select

from core.channel.inbound import Address
from core.channel.port import Channel, DeliveryFailed
from core.conversations.tables import conversation
from core.kit.bell import Bell, keep_working
from core.kit.clock import Clock
from core.kit.db import Instant
from core.kit.log import describe_error
from core.ledger.crowd import FirstOfEach, crowded
from core.ledger.due import MOST, NOW
from core.ledger.outbox import OPEN_STATES
from core.ledger.tables import in_state, inbox, outbox
from core.store.reading import Reader, Reading

MOMENT: Final = timedelta(milliseconds=400)  # an answer that comes sooner needs no sign
AGAIN: Final = timedelta(seconds=4)  # platforms forget a sign after about five seconds
GIVEN_UP: Final = timedelta(seconds=30)  # what waits longer waits for a retry; a sign would promise too much
BATCH: Final = 64  # chats in one round
LOOK_SECONDS: Final = 0.2
PATIENCE: Final = 2.0  # seconds that a platform has for one sign

SINCE: Final = bindparam("since", type_=Instant())


def _is_unread(table: FromClause) -> list[ColumnElement[bool]]:
    return [in_state(table, "waiting"), table.c.due <= NOW, table.c.received_at > SINCE]


def _ask_unread(table: FromClause) -> Select[str, str, str]:
    """A chat that a person holds gets no sign: the bot is not going to answer there."""
    return (
        select(table.c.channel, table.c.account, table.c.conversation)
        .outerjoin(conversation, and_(conversation.c.key == table.c.conversation, conversation.c.mode != "bot"))
        .where(*_is_unread(table))
        .where(conversation.c.id.is_(None))
        .order_by(table.c.due)
        .limit(MOST)
    )


_UNREAD: Final = _ask_unread(inbox)
_UNSENT: Final = (
    select(outbox.c.channel, outbox.c.account, outbox.c.chat)
    .where(in_state(outbox, *OPEN_STATES), in_state(outbox, "waiting"))  # the first one is what the index says
    .where(outbox.c.copy_of.is_(None), outbox.c.attempts == 0)
    .where(outbox.c.due <= NOW, outbox.c.due > SINCE)
    .order_by(outbox.c.due)
    .limit(MOST)
)
_FIRST_UNREAD: Final = FirstOfEach(_ask_unread, 1, _is_unread)

log = structlog.get_logger(__name__)


class Signs:
    """Looks at the ledger, not at what this process has in its hands: another one may be working on the answer.

    A sign is worth nothing by itself: it is written down nowhere, and one that fails is not tried again.
    """

    def __init__(self, reading: Reading, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._reading = reading
        self._channels = channels
        self._clock = clock
        self._shown: dict[str, datetime] = {}  # when a chat was shown the last sign
        self._crowd = False  # whether one conversation had more than its part of the last look
        self.bell = Bell()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(self.bell, self._round, LOOK_SECONDS, "signs")

    async def _round(self) -> int:
        await self.work_once()
        return 0  # there is no hurry to look again

    async def work_once(self) -> int:
        """Show a sign in every chat that has waited for a moment. Returns how many were shown."""
        now = self._clock.now()
        self._shown = {key: at for key, at in self._shown.items() if now - at < AGAIN}
        waiting = await asyncio.to_thread(self._waiting, now)
        wanted = [each for each in waiting if each.key not in self._shown and self._can(each)]
        self._shown |= {each.key: now for each in wanted}
        await asyncio.gather(*(self._show(each) for each in wanted))
        return len(wanted)

    def _can(self, to: Address) -> bool:
        channel = self._channels.get(f"{to.channel}:{to.account}")
        return channel is not None and channel.capabilities.typing

    def _waiting(self, now: datetime) -> list[Address]:
        """Chats whose message nobody has worked on yet, and chats whose answer has not gone out."""
        with self._reading.open() as reader:
            unread, self._crowd = _unread(reader, now, crowd=self._crowd)
            return list(dict.fromkeys((*unread, *_unsent(reader, now))))

    async def _show(self, to: Address) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._channels[f"{to.channel}:{to.account}"].typing(to)
        except (DeliveryFailed, TimeoutError) as failure:
            log.debug("no_sign", channel=to.channel, reason=describe_error(failure))


def _unread(reader: Reader, now: datetime, *, crowd: bool = False) -> tuple[list[Address], bool]:
    """Whoever sends thousands leaves room for the others' signs. ``crowd``, and returned: whether somebody does."""
    found = [] if crowd else reader.rows(_UNREAD, _moments(now))
    crowd = crowd or (len(found) == BATCH and crowded((row["conversation"] for row in found), 2))
    if crowd:
        found = _FIRST_UNREAD.rows(reader, _moments(now))
    addresses = [
        Address(
            channel=row["channel"],
            account=row["account"],
            chat=row["conversation"].removeprefix(f"{row['channel']}:{row['account']}:"),
        )
        for row in found
    ]
    return addresses, crowd and bool(found)


def _unsent(reader: Reader, now: datetime) -> list[Address]:
    found = reader.rows(_UNSENT, _moments(now))
    return [Address(channel=row["channel"], account=row["account"], chat=row["chat"]) for row in found]


def _moments(now: datetime) -> dict[str, datetime | int]:
    return {"now": now - MOMENT, "since": now - GIVEN_UP, "most": BATCH}
