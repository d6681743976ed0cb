"""Lost cards are told to the admins: once a day, at a decent hour, however many there are."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.catalog.settings import manners_of
from core.commands.command import Command
from core.commands.lost_cards import ReportLostCard
from core.commands.work import Notify
from core.engine.manners import decent
from core.events.lost_cards import CardLost
from core.ledger import lost
from core.ledger.tables import outbox
from core.staff.tables import staff


def report_lost_card(command: ReportLostCard, deed: Deed) -> None:
    """A timer's command: a copy that was drawn anew meanwhile is not lost. At night the report waits."""
    copy = deed.uow.get(outbox, command.outbox_id)
    if not lost.is_lost(copy):
        return
    at = decent(deed.now, deed.tool("calendars").office(deed.uow), manners_of(deed).quiet, deed.tool("zone"))
    if at > deed.now:
        lost.report(deed.uow, copy, at)
    else:
        deed.emit(CardLost(outbox_id=copy["id"], channel=copy["channel"]))


def tell_admins(event: CardLost, deed: Deed) -> Iterator[Command]:
    day = deed.now.astimezone(deed.tool("zone")).date().isoformat()
    for member in deed.uow.find(staff, active=True):
        if "admin" in member["roles"]:
            yield Notify(
                to="staff",
                person_id=member["id"],
                notice="say",
                params={"key": "lost_cards.told", "params": {"channel": event.channel}},
                once=f"lost-cards:{day}:{member['id']}",
            )
