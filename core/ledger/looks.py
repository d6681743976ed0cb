"""Looks: which copies of cards are to be compared with what they would show now, and what the last look found.

A copy is live while `look_at` says when it is looked at next. Only what was sent under the key of a thing is looked at
for as long as it has buttons; an answer of a moment (a list, a question) only after somebody asked for a redraw.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from core.ledger.tables import in_state, outbox
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

SOON = timedelta(seconds=4)  # after a card was sent or a redraw was asked for: by then it must have come
STILL = timedelta(hours=1)  # between two looks at a card with buttons whose case has not moved
OF_AGE = 12  # a twelfth of its age if that is longer, as most cards of a large house are old; so what no version tells
STILLEST = timedelta(hours=12)  # and nobody asked a redraw for, a reworded sentence, stands on an old card for so long
UNTOLD = timedelta(minutes=1)  # and at one without a case, of which no version tells that something has happened
PATIENT_TRIES = 6  # so many come quickly one after the other
QUICK = timedelta(seconds=0.5)
SLOWEST = timedelta(minutes=30)
MAX_TRIES = 17  # over about half an hour; then the copy is told as lost
_MOMENT = ("reply:", "burst:")


def is_live(card: str | None) -> bool:
    """Whether this key names a thing, whose card tells the present as long as it has buttons."""
    return card is not None and not card.startswith(_MOMENT)


def due(reader: Reader, now: datetime, moved: ColumnElement[bool], limit: int) -> tuple[list[Row], bool]:
    """Copies about which something has happened (`moved`) and those whose hour has come, longest waiting first;
    and whether all are among them about which something has happened.

    Neither kind can keep the other waiting: a redraw that was refused has its hour, whatever else is moving.
    """
    at = outbox.c.look_at
    moving = reader.find(outbox, at.is_not(None), moved, order=at, limit=limit)
    waiting = reader.find(outbox, at.is_not(None), at <= now, order=at, limit=limit)
    half = max(limit // 2, limit - len(waiting))
    found = {row["id"]: row for row in (*moving[:half], *waiting, *moving[half:])}
    return list(found.values())[:limit], len(moving) <= half


def pause(copy: Row, now: datetime) -> timedelta:
    """Until the next look at a copy that shows the present, if nothing is heard of it before."""
    if copy["case_id"] is None:
        return UNTOLD
    return min(max((now - (copy["sent_at"] or now)) / OF_AGE, STILL), STILLEST)


def wanted(uow: UnitOfWork, copy: Row) -> None:
    """A redraw was asked for: whether it came is looked at soon."""
    soon = uow.now + SOON
    if copy["look_at"] is None or copy["look_at"] > soon or copy["tries"]:
        uow.change(outbox, copy["id"], look_at=soon, tries=0)


def showed(uow: UnitOfWork, copy_id: int, shown: str) -> None:
    """A redraw has arrived: this is what the copy shows now."""
    uow.change(outbox, copy_id, shown=shown, tries=0)


def in_doubt(uow: UnitOfWork, copy_id: int) -> None:
    """A redraw came late, perhaps over a newer one: nobody knows what the copy shows."""
    uow.change(outbox, copy_id, shown=None, look_at=uow.now)


def forget(uow: UnitOfWork, copy_id: int) -> None:
    """A redraw may have arrived or may arrive yet: nobody knows what the copy shows."""
    uow.change(outbox, copy_id, shown=None)


def refused(uow: UnitOfWork, copy_id: int, error: str, *, permanent: bool, after: float | None) -> bool:
    """The platform did not take a redraw. Returns whether that was the last try: the copy is lost."""
    row = uow.get(outbox, copy_id)
    tries = row["tries"] + 1
    if permanent or tries >= MAX_TRIES:
        uow.change(outbox, copy_id, tries=tries, look_at=None, error=f"redraw lost: {error}"[:500])
        return True
    pause = QUICK if tries < PATIENT_TRIES else min(QUICK * 2 ** (tries - PATIENT_TRIES + 1), SLOWEST)
    if after is not None:
        pause = max(pause, timedelta(seconds=after))
    uow.change(outbox, copy_id, tries=tries, look_at=uow.now + pause)
    return False


def looked(uow: UnitOfWork, copy: Row, seen: int | None, next_at: datetime | None) -> None:
    """The copy shows what it should, or its redraw is on its way; a look that somebody asked for meanwhile stays."""
    row = uow.peek(outbox, copy["id"])
    if row is not None and row["look_at"] == copy["look_at"]:
        uow.change(outbox, row["id"], look_at=next_at, seen=seen)


def on_its_way(uow: UnitOfWork, copy_id: int) -> bool:
    """Whether a redraw of this copy waits to be sent already."""
    return uow.first(outbox, in_state(outbox, "waiting", "sending"), outbox.c.copy_of == copy_id) is not None
