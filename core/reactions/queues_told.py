"""What piles up and what was parked is told to the admins: by day, and not again and again."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.catalog.settings import manners_of
from core.commands.command import Command
from core.commands.queues import ReportQueues
from core.events.queues import QueuesInTrouble
from core.reactions.admins import local, tell, today


def report_queues(command: ReportQueues, deed: Deed) -> None:
    """On days off, too, as clients write then; in the quiet hours nothing is told, and who asked looks again."""
    if not manners_of(deed).quiet.holds(deed.now, deed.tool("zone")):
        deed.emit(QueuesInTrouble(late=command.late, parked=command.parked))


def tell_admins(event: QueuesInTrouble, deed: Deed) -> Iterator[Command]:
    """Of what piles up once an hour while it does; of what is parked once a day until somebody has looked after it."""
    if event.late:
        yield from tell(deed, "queues.late", f"late:{local(deed):%Y-%m-%dT%H}", queues=", ".join(event.late))
    if event.parked:
        counts = ", ".join(f"{queue} {count}" for queue, count in event.parked.items())
        yield from tell(deed, "queues.parked", f"parked:{today(deed)}", counts=counts)
