"""Telling those who look after the house: every active admin, once under the same key."""

from collections.abc import Iterator
from datetime import datetime

from core.bus.deed import Deed
from core.catalog.settings import manners_of
from core.commands.command import Command
from core.commands.work import Notify
from core.engine.manners import decent
from core.staff.tables import staff


def hour_to_tell(deed: Deed) -> datetime:
    """Now, or at night when the office's quiet hours are over."""
    return decent(deed.now, deed.tool("calendars").office(deed.uow), manners_of(deed).quiet, deed.tool("zone"))


def tell(deed: Deed, key: str, once: str, **params: object) -> Iterator[Command]:
    """A sentence of the catalogue. ``once``: he is not told again under the same."""
    for member in deed.uow.find(staff, active=True):
        if "admin" in member["roles"]:
            yield Notify(
                to="staff",
                person_id=member["id"],
                notice="say",
                params={"key": key, "params": params},
                once=f"{once}:{member['id']}",
            )


def today(deed: Deed) -> str:
    return local(deed).date().isoformat()


def local(deed: Deed) -> datetime:
    """The moment on the clock of the office's wall."""
    return deed.now.astimezone(deed.tool("zone"))
