"""The outbox: notices on their way, in order per chat, settled when the platform has them."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, or_, select

from core.channel.inbound import Address
from core.ledger import looks
from core.ledger.crowd import ranked
from core.ledger.due import MOST, NOW, is_due, told
from core.ledger.share import WHOLE, Share, own_first
from core.ledger.tables import in_state, oldest_first, outbox
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

OPEN_STATES = ("waiting", "sending")
PATIENCE = timedelta(hours=24)  # with a platform that is away; what is no fault of its own is given up sooner
MAX_ATTEMPTS = 8  # some eight minutes, for what we ourselves cannot send; and at least so often whatever the clock did
BACKOFF = timedelta(seconds=2)  # doubled at every attempt, at most MAX_BACKOFF
MAX_BACKOFF = timedelta(minutes=30)
MAX_PAUSE = timedelta(hours=1)  # that a platform may ask for; after a longer one it is asked once an hour
MAX_DOUBLED = 10  # times; after that the pause is MAX_BACKOFF for ever
LEASE = timedelta(seconds=60)  # a sender that hangs holds a row no longer than this; one that died, see `free`
REDRAW_LEASE = timedelta(seconds=9)  # and a redraw, which may be done twice, no longer than this
REDRAW_PATIENCE = timedelta(seconds=7)  # with a platform; shorter, so that whoever holds a redraw settles it


def append(
    uow: UnitOfWork,
    to: Address,
    person: tuple[str, int],
    notice: dict[str, Any],
    *,
    conversation_id: int | None = None,
    case_id: int | None = None,
    card: str | None = None,
    copy_of: int | None = None,
    once: str | None = None,
) -> int:
    """Queue one notice; with `once`, a second one with the same key is left out. Returns the row's id."""
    uow.rings.add("outbox")
    row: dict[str, Any] = {
        "channel": to.channel,
        "account": to.account,
        "chat": to.chat,
        "conversation_id": conversation_id,
        "person_kind": person[0],
        "person_id": person[1],
        "case_id": case_id,
        "card": card,
        "copy_of": copy_of,
        "notice": notice,
        "cause": uow.cause,
        "created_at": uow.now,
        "due": uow.now,
    }
    if once is None:
        return int(uow.add(outbox, **row)["id"])
    there = known(uow, once)
    return there if there is not None else int(uow.add(outbox, once=once, **row)["id"])


def known(uow: UnitOfWork, once: str) -> int | None:
    """The row of a notice that may be sent only once, if it has been queued before."""
    row = uow.first(outbox, once=once)
    return None if row is None else int(row["id"])


def redraw(uow: UnitOfWork, card: str) -> int:
    """Ask for a redraw of every copy of a card; what waits to be drawn anyway gets no second one, so that nothing piles
    up while a platform is away. Returns how many copies there are.
    """
    found = copies(uow, card)
    comes = _come_anyway(uow, found)
    for copy in found:
        if copy["id"] not in comes:
            redraw_copy(uow, copy)
        looks.wanted(uow, copy)
    return len(found)


def _come_anyway(uow: UnitOfWork, found: list[Row]) -> set[int]:
    """Ids of those copies that wait to be drawn, or of which a redraw does: no sender can take it before our commit."""
    ids = [copy["id"] for copy in found]
    redraws = uow.find(outbox, in_state(outbox, *OPEN_STATES), outbox.c.copy_of.in_(ids)) if ids else []
    wait = [each for each in (*found, *redraws) if each["state"] == "waiting"]
    return {each["copy_of"] or each["id"] for each in wait if uow.settle(outbox, each["id"], {"state": "waiting"})}


def redraw_copy(uow: UnitOfWork, copy: Row) -> int:
    """Queue a redraw of one copy. Returns the row's id."""
    return append(
        uow,
        Address(channel=copy["channel"], account=copy["account"], chat=copy["chat"]),
        (copy["person_kind"], copy["person_id"]),
        copy["notice"],
        conversation_id=copy["conversation_id"],
        case_id=copy["case_id"],
        copy_of=copy["id"],
    )


def copies(uow: UnitOfWork, card: str) -> list[Row]:
    """What was sent, or waits to be sent, under this key; redraws left out."""
    return uow.find(outbox, card=card, copy_of=None)


def replace(uow: UnitOfWork, copy: Row, notice: dict[str, Any]) -> None:
    """From its next drawing on, this copy shows another notice."""
    uow.change(outbox, copy["id"], notice=notice)


def bring_back(uow: UnitOfWork, copy: Row) -> None:
    """A copy that was dropped has a reason again: it is sent after all."""
    if copy["state"] == "dropped":
        uow.change(outbox, copy["id"], state="waiting", due=uow.now, attempts=0)


def waiting(reader: Reader, now: datetime, limit: int, share: Share = WHOLE, *, strict: bool = False) -> list[Row]:
    """The first open row of every chat, if it is due: later ones of a chat wait for it.

    A clock that was set back holds nothing up: what was never tried is due whatever its moment says, and no pause is
    longer than the longest; ``strict`` asks for what is due by its moment alone.
    """
    values, heads = told(now, limit, MAX_PAUSE), _HEADS[reader.connection.dialect.name]
    ids = [row["id"] for row in own_first(share, lambda part: reader.rows(heads(part, strict), values))]
    return reader.find(outbox, outbox.c.id.in_(ids)) if ids else []


@lru_cache(maxsize=64)
def _heads_in_one_pass(share: Share, strict: bool) -> Select[int]:
    """See core.ledger.crowd: a join is what PostgreSQL must not be asked for."""
    first = ranked(outbox, "channel", "account", "chat", where=[in_state(outbox, *OPEN_STATES)])
    return _ask(first, share, strict).where(first.c.place == 1)


@lru_cache(maxsize=64)
def _heads_by_index(share: Share, strict: bool) -> Select[int]:
    earlier = outbox.alias()
    before = select(earlier.c.id).where(
        earlier.c.channel == outbox.c.channel,
        earlier.c.account == outbox.c.account,
        earlier.c.chat == outbox.c.chat,
        earlier.c.id < outbox.c.id,
        in_state(earlier, *OPEN_STATES),
    )
    return _ask(outbox, share, strict).where(~before.exists())


_HEADS = {"sqlite": _heads_by_index, "postgresql": _heads_in_one_pass}


def _ask(table: FromClause, share: Share, strict: bool) -> Select[int]:
    due = table.c.due <= NOW if strict else or_(is_due(table), table.c.attempts == 0)
    ready = or_(
        and_(table.c.state == "waiting", due),
        and_(table.c.state == "sending", table.c.lease_until <= NOW),
    )
    asked = select(table.c.id).where(in_state(table, *OPEN_STATES), ready)
    return asked.where(*share.of_words(table.c.chat, table.c.due)).order_by(oldest_first(table)).limit(MOST)


def claim_all(uow: UnitOfWork, rows: list[Row], holder: int | None = None) -> list[Row]:
    """Those of the rows that this sender now has, as they are now: buttons may be others than when it looked."""
    uow.preload(outbox, "id", [row["id"] for row in rows])
    return [uow.get(outbox, row["id"]) for row in rows if claim(uow, row, holder)]


def claim(uow: UnitOfWork, row: Row, holder: int | None = None) -> bool:
    """Take a row for sending: true for one sender. The attempt number fences off a sender that comes back late.

    ``holder``: the process that takes it.
    """
    if row["state"] not in OPEN_STATES:
        return False  # settled since it was looked for
    if row["state"] == "sending" and (row["lease_until"] is None or row["lease_until"] > uow.now):
        return False
    return uow.settle(
        outbox,
        row["id"],
        {"state": row["state"], "attempts": row["attempts"]},
        state="sending",
        attempts=row["attempts"] + 1,
        lease_until=uow.now + (LEASE if row["copy_of"] is None else REDRAW_LEASE),
        holder=holder,
    )


def free(uow: UnitOfWork, *held: ColumnElement[bool]) -> int:
    """The processes that hold these are gone: their leases end now. Returns how many rows."""
    uow.rings.add("outbox")
    return uow.update_where(
        outbox, in_state(outbox, *OPEN_STATES), in_state(outbox, "sending"), *held, lease_until=uow.now
    )


def sent(uow: UnitOfWork, row_id: int, attempt: int, external_id: str, **shown: Any) -> bool:
    """`shown`: what the copy shows and when it is looked at, see core.ledger.looks."""
    return _settled(uow, row_id, attempt, state="sent", external_id=external_id, sent_at=uow.now, **shown)


def lost(uow: UnitOfWork, row_id: int, attempt: int, error: str) -> bool:
    """A redraw that the platform did not take: it is not tried again, another one is drawn when its hour comes."""
    return _settled(uow, row_id, attempt, state="lost", error=error[:500])


def dropped(uow: UnitOfWork, row_id: int, attempt: int) -> bool:
    """A notice whose reason was gone when its turn came: it is not sent, so the same one may be queued once more."""
    return _settled(uow, row_id, attempt, state="dropped", once=None)


def put_back(uow: UnitOfWork, row_id: int, attempt: int) -> bool:
    """A notice that was drawn too early: it is drawn anew at once."""
    return _settled(uow, row_id, attempt, state="waiting", due=uow.now)


def _settled(uow: UnitOfWork, row_id: int, attempt: int, **values: Any) -> bool:
    return uow.settle(outbox, row_id, {"state": "sending", "attempts": attempt}, lease_until=None, **values)


def failed(
    uow: UnitOfWork,
    row_id: int,
    attempt: int,
    error: str,
    *,
    permanent: bool,
    after: float | None,
    patience: timedelta = PATIENCE,
) -> str:
    """Push ahead, or give up when it was tried often enough and is older than ``patience``. Returns the new state.

    Later messages of the same chat wait meanwhile, as they would be understood wrongly without this one.
    """
    waited = uow.now - uow.get(outbox, row_id)["created_at"]
    state = "dead" if permanent or (attempt >= MAX_ATTEMPTS and waited >= patience) else "waiting"
    pause = min(BACKOFF * 2 ** min(attempt, MAX_DOUBLED), MAX_BACKOFF)
    if after is not None:
        pause = timedelta(seconds=min(after, MAX_PAUSE.total_seconds()))
    expect = {"state": "sending", "attempts": attempt}
    uow.settle(outbox, row_id, expect, state=state, due=uow.now + pause, error=error[:500], lease_until=None)
    return state
