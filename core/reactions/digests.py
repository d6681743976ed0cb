"""Digests: one message a day at the hour that a member of staff has chosen, if there is anything to say."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.commands.command import Command
from core.commands.digests import SendDigest, SetDigest
from core.commands.work import Notify
from core.engine.calendar import WorkingCalendar
from core.engine.manners import wall
from core.events.digests import DigestDue
from core.ledger import timers
from core.staff.tables import staff
from core.store.sealing import Row

LATEST = timedelta(hours=2)  # after its hour; later it would tell of a morning that is over, or at night
_FAR = 400  # days in which a working day must be found


def set_digest(command: SetDigest, deed: Deed) -> None:
    """From the next time on that his hour comes."""
    deed.uow.change(staff, command.staff_id, digest_at=command.at or None, digest_daily=command.daily)
    _plan(deed.uow.get(staff, command.staff_id), deed)


def send_digest(command: SendDigest, deed: Deed) -> None:
    """A timer's command: says nothing when he has left, or when it has become late. Whether anything waits is seen when
    it is sent, where nobody waits for the look."""
    row = deed.uow.get(staff, command.staff_id)
    _plan(row, deed)
    if row["digest_at"] is None or not row["active"]:
        return
    zone: ZoneInfo = deed.tool("zone")
    today = deed.now.astimezone(zone).date()
    hour = wall(today, time.fromisoformat(row["digest_at"]), zone)
    if hour <= deed.now < hour + LATEST:
        deed.emit(DigestDue(staff_id=row["id"], day=today.isoformat()))


def send(event: DigestDue, deed: Deed) -> Iterator[Command]:
    yield Notify(
        to="staff",
        person_id=event.staff_id,
        notice="digest",
        subject={"staff": event.staff_id},
        params={"day": event.day, "until": (deed.now + LATEST).isoformat()},
        once=f"digest:{event.staff_id}:{event.day}",
    )


def next_digest(now: datetime, at: str, zone: ZoneInfo, calendar: WorkingCalendar | None) -> datetime:
    """When this hour comes next, on a day on which the calendar is open; with None on any day."""
    day = now.astimezone(zone).date()
    for _ in range(_FAR):
        moment = wall(day, time.fromisoformat(at), zone)
        if moment > now and (calendar is None or calendar.hours(day)):
            return moment
        day += timedelta(days=1)
    raise ValueError("this calendar has no working day")


def _plan(row: Row, deed: Deed) -> None:
    key = f"digest:{row['id']}"
    if row["digest_at"] is None or not row["active"]:
        timers.cancel_key(deed.uow, key)
        return
    calendar = None if row["digest_daily"] else deed.tool("calendars").office(deed.uow)
    due = next_digest(deed.now, row["digest_at"], deed.tool("zone"), calendar)
    timers.plan(deed.uow, key, due, SendDigest(staff_id=row["id"]), case_id=None, scope="digest")
