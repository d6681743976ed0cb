"""Requests that may come again: the deed and the note that it was done are one unit, so that it is done once."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete

from core.ledger.tables import repeat
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

KEPT: Final = timedelta(hours=24)


def lock_of(staff_id: int, key: str) -> str:
    """The lock under which two requests of one key follow each other, whichever process has them."""
    return f"repeat:{staff_id}:{key}"


def known(lookup: Lookup, staff_id: int, key: str, now: datetime) -> Row | None:
    """What came of this caller's request with this key, unless that is longer ago than a day."""
    row = lookup.first(repeat, staff_id=staff_id, key=key)
    return row if row is not None and row["at"] > now - KEPT else None


def note(uow: UnitOfWork, staff_id: int, key: str, kept: dict[str, Any]) -> None:
    """Remember, in the unit of the deed, what came of it. A key that was used more than a day ago begins anew."""
    old = uow.first(repeat, staff_id=staff_id, key=key)
    if old is None:
        uow.add(repeat, staff_id=staff_id, key=key, kept=kept, at=uow.now)
    else:
        uow.change(repeat, old["id"], kept=kept, at=uow.now)


def answered(uow: UnitOfWork, staff_id: int, key: str, answer: dict[str, Any]) -> None:
    """Add how the request was answered, after the deed is committed; the first answer stays."""
    row = known(uow, staff_id, key, uow.now)
    if row is not None and "answer" not in row["kept"]:
        uow.change(repeat, row["id"], kept={**row["kept"], "answer": answer})


def sweep(uow: UnitOfWork) -> int:
    """Forget what is older than a day. Returns how many."""
    return int(uow.connection.execute(delete(repeat).where(repeat.c.at <= uow.now - KEPT)).rowcount)
