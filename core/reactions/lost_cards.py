"""Lost cards are told to the admins: once a day, at a decent hour, however many there are."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.commands.command import Command
from core.commands.lost_cards import ReportLostCard
from core.events.lost_cards import CardLost
from core.ledger import lost
from core.ledger.tables import outbox
from core.reactions.admins import hour_to_tell, tell, today


def report_lost_card(command: ReportLostCard, deed: Deed) -> None:
    """A timer's command: a copy that was drawn anew meanwhile is not lost. At night the report waits."""
    copy = deed.uow.get(outbox, command.outbox_id)
    if not lost.is_lost(copy):
        return
    at = hour_to_tell(deed)
    if at > deed.now:
        lost.report(deed.uow, copy, at)
    else:
        deed.emit(CardLost(outbox_id=copy["id"], channel=copy["channel"]))


def tell_admins(event: CardLost, deed: Deed) -> Iterator[Command]:
    yield from tell(deed, "lost_cards.told", f"lost-cards:{today(deed)}", channel=event.channel)
