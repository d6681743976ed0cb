"""Reminders to clients: one a day at most, of everything that is waited for, never in quiet hours or during a talk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.catalog.settings import manners_of
from core.clients.consent import answer_of
from core.clients.tables import client
from core.commands.command import Command
from core.commands.reminders import PlanReminders, RemindClient, SnoozeReminders
from core.commands.work import Notify, RedrawCard
from core.conversations.tables import conversation
from core.engine.manners import Wanted, next_reminder
from core.events.calendars import LimitMoved
from core.events.happened import (
    DocumentRejected,
    DocumentWithdrawn,
    FieldSet,
    ItemsReopened,
    StageEntered,
    TravellerAdded,
)
from core.events.lapsing import DocumentLapsed
from core.events.migrating import CaseMigrated
from core.events.pauses import LimitPaused, LimitResumed
from core.events.people import ConsentGiven, ConsentOnPaper
from core.events.reminders import ClientMoved, ClientReminded, RemindersSnoozed
from core.kit.errors import NotPossibleNow
from core.kit.words import said
from core.ledger import timers
from core.ledger.buttons import close_card, offer
from core.store.sealing import Row
from core.store.unit import UnitOfWork

OfCase = (
    StageEntered
    | ItemsReopened
    | DocumentRejected
    | DocumentLapsed
    | DocumentWithdrawn
    | FieldSet
    | TravellerAdded
    | LimitMoved
    | LimitPaused
    | LimitResumed
    | CaseMigrated
)
OfClient = ClientMoved | ConsentGiven | ConsentOnPaper
"""After these something may be waited for that was not waited for before."""
PATIENCE = timedelta(minutes=30)  # between two looks while a person has the chat
SNOOZES = (1, 3)  # days that a client may choose with a button


def plan(event: OfCase | OfClient, deed: Deed) -> Iterator[Command]:
    """A case begins to wait for its client, or waits for something else; or his clock or his answer has changed."""
    if isinstance(event, ClientMoved | ConsentGiven | ConsentOnPaper):
        yield PlanReminders(client_id=event.client_id)
    else:
        yield PlanReminders(client_id=deed.uow.get(case, event.case_id or 0)["client_id"])


def plan_reminders(command: PlanReminders, deed: Deed) -> None:
    """Keep one timer per client, for his next reminder."""
    row = deed.uow.get(client, command.client_id)
    _plan(row, _waiting(row, deed), deed)


def remind_client(command: RemindClient, deed: Deed) -> None:
    """A timer's command: looks at the truth again, reminds if this is the hour, and plans the next one."""
    row = deed.uow.get(client, command.client_id)
    waiting = _waiting(row, deed)
    at = _next(row, waiting, deed)
    if at is None:
        return
    if at > deed.now:
        _keep(row["id"], at, deed.uow)
        return
    if any(chat["mode"] == "human" for chat in deed.uow.find(conversation, client_id=row["id"])):
        _keep(row["id"], deed.now + PATIENCE, deed.uow)
        return
    before = row["reminded_on"]
    today = deed.now.astimezone(_zone(row, deed)).date()
    deed.uow.change(client, row["id"], reminded_on=today.isoformat(), snoozed_until=None)
    cases = tuple(waiting)
    deed.emit(ClientReminded(client_id=row["id"], cases=cases, day=today.isoformat(), before=before))
    _plan(deed.uow.get(client, row["id"]), waiting, deed)


def make_up(uow: UnitOfWork, client_id: int, day: str) -> None:
    """The reminder of this day was not sent, because a person has the chat: it comes when that is over, and it does
    not count as sent."""
    if uow.get(client, client_id)["reminded_on"] == day:
        uow.change(client, client_id, reminded_on=None, snoozed_until=day)
        _keep(client_id, uow.now + PATIENCE, uow)


def send(event: ClientReminded, deed: Deed) -> Iterator[Command]:
    """The buttons of the reminder before lose their meaning."""
    if event.before is not None:
        close_card(deed.uow, card_of(event.client_id, event.before))
        yield RedrawCard(card=card_of(event.client_id, event.before))
    last = max(each.due for each in _waiting(deed.uow.get(client, event.client_id), deed).values())
    left = (last - datetime.fromisoformat(event.day).date()).days
    yield Notify(
        to="client",
        person_id=event.client_id,
        notice="reminder",
        subject={"client": event.client_id},
        params={"cases": list(event.cases), "day": event.day},
        card=card_of(event.client_id, event.day),
        once=card_of(event.client_id, event.day),
        buttons=tuple(
            offer(SnoozeReminders(client_id=event.client_id, days=days), _label(days))
            for days in SNOOZES
            if days <= left
        ),
    )


def snooze_reminders(command: SnoozeReminders, deed: Deed) -> str:
    """Returns the day, in ISO form, on which he is reminded. Raises NotPossibleNow when nothing is waited for."""
    row = deed.uow.get(client, command.client_id)
    waiting = _waiting(row, deed)
    if not waiting:
        raise NotPossibleNow(reason="nothing_waited_for")
    day = (deed.now.astimezone(_zone(row, deed)).date() + timedelta(days=command.days)).isoformat()
    deed.uow.change(client, row["id"], snoozed_until=day)
    _plan(deed.uow.get(client, row["id"]), waiting, deed)
    deed.emit(RemindersSnoozed(client_id=row["id"], until=day))
    return day


def redraw(event: RemindersSnoozed, deed: Deed) -> Iterator[Command]:
    before = deed.uow.get(client, event.client_id)["reminded_on"]
    if before is not None:
        close_card(deed.uow, card_of(event.client_id, before))
        yield RedrawCard(card=card_of(event.client_id, before))


def card_of(client_id: int, day: str) -> str:
    """The key of the reminder of one day; it is sent once."""
    return f"remind:{client_id}:{day}"


def _label(days: int) -> dict[str, object]:
    return said("button.remind_tomorrow") if days == 1 else said("button.remind_later", days=days)


def _waiting(row: Row, deed: Deed) -> dict[int, Wanted]:
    """The client's open cases that wait for something from him by a day; none for one who has refused consent."""
    if answer_of(deed.uow, row["id"]) is False:
        return {}
    zone, manners = _zone(row, deed), manners_of(deed)
    found = {}
    for each in deed.uow.find(case, client_id=row["id"], state="open"):
        stage = compiled_of(deed, each).flow.stage(each["stage"])
        days = stage.remind if stage.remind is not None else manners.days if stage.waiting_on == "client" else ()
        if days and not stage.gag and each["due"] is not None and deed.tool("waits_for_client")(deed.uow, each):
            due, since = (each[name].astimezone(zone).date() for name in ("due", "entered_at"))
            found[each["id"]] = Wanted(due, since, days)
    return found


def _next(row: Row, waiting: dict[int, Wanted], deed: Deed) -> datetime | None:
    if not waiting:
        return None
    reminded, snoozed = (
        None if row[name] is None else datetime.fromisoformat(row[name]).date()
        for name in ("reminded_on", "snoozed_until")
    )
    return next_reminder(
        waiting.values(), deed.now, _zone(row, deed), manners_of(deed), reminded=reminded, snoozed=snoozed
    )


def _plan(row: Row, waiting: dict[int, Wanted], deed: Deed) -> None:
    at = _next(row, waiting, deed)
    if at is None:
        timers.cancel_key(deed.uow, _key(row["id"]))
    else:
        _keep(row["id"], at, deed.uow)


def _keep(client_id: int, at: datetime, uow: UnitOfWork) -> None:
    timers.plan(uow, _key(client_id), at, RemindClient(client_id=client_id), case_id=None, scope="remind")


def _key(client_id: int) -> str:
    return f"remind:{client_id}"


def _zone(row: Row, deed: Deed) -> ZoneInfo:
    """His own, else the one of the agency."""
    zone: ZoneInfo = deed.tool("zone")
    return zone if row["zone"] is None else ZoneInfo(row["zone"])
