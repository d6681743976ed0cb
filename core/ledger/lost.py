"""Lost cards: copies that show the past because the platform took no redraw, until a later one arrives."""

from datetime import datetime

from sqlalchemy import literal_column

from core.commands.lost_cards import ReportLostCard
from core.ledger import timers
from core.ledger.tables import outbox
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

WHY = "redraw lost: "  # how the error of such a copy begins
_TRIED = outbox.c.tries > literal_column("0")  # written out, so that SQLite takes the partial index


def is_lost(copy: Row) -> bool:
    """Whether nothing will be tried any more; a change that came later asks for another redraw."""
    return copy["tries"] > 0 and copy["look_at"] is None and (copy["error"] or "").startswith(WHY)


def lost_cards(lookup: Lookup, limit: int) -> list[Row]:
    """The newest first."""
    rows = lookup.find(outbox, _TRIED, outbox.c.look_at.is_(None), order=outbox.c.id.desc(), limit=limit)
    return [row for row in rows if is_lost(row)]


def report(uow: UnitOfWork, copy: Row, at: datetime) -> None:
    """Keep the report waiting: whoever settles a redraw knows no rooms."""
    command = ReportLostCard(outbox_id=copy["id"])
    timers.plan(uow, f"lost-card:{copy['id']}", at, command, case_id=None, scope="lost-card")
