"""Words for colleagues on a case, and a look at a case: handlers that change nothing else."""

from core.bus.deed import Deed
from core.cases.tables import case
from core.commands.handoffs import AddNote, LookAtCase
from core.events.handoffs import NoteAdded


def add_note(command: AddNote, deed: Deed) -> None:
    """The words stand in the case's log, sealed like the rest of it."""
    row = deed.uow.get(case, command.case_id)
    deed.emit(NoteAdded(case_id=row["id"], staff_id=deed.actor.id, text=command.text))


def look_at_case(command: LookAtCase, deed: Deed) -> str:
    """Returns what is to be shown; the chat in which it was tapped shows it."""
    deed.uow.get(case, command.case_id)
    return command.what
